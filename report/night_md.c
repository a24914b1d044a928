/* night_md: the digest of one day as Markdown. */
#include <math.h>

#include "report/md.h"
#include "report/night_words.h"

static void cell(struct buf *out, struct str text)
{
	buf_addz(out, " ");
	md_text(out, text);
	buf_addz(out, " |");
}

static void incidents(const struct words *w, const struct night *n, const struct night_options *o, struct buf *out)
{
	if (!n->n_incidents)
		return;
	buf_addz(out, "\n## Incidents\n\n");
	for (size_t i = 0; i < n->n_incidents; i++) {
		const struct night_incident *in = &n->incidents[i];
		buf_addz(out, "- ");
		md_text(out, in->title);
		buf_addz(out, "  \n  ");
		md_text(out, words_time(w, in->onset_ns));
		buf_addz(out, " – ");
		md_text(out, in->recovered_ns == TIME_NONE ? STR("not over at the end of the day") : words_time(w, in->recovered_ns));
		buf_addz(out, in->continues ? " (it began before this day)" : "");
		buf_addz(out, ". Blamed: ");
		md_text(out, night_cause(w, in));
		buf_addf(out, ". %.*s of %.*s requests failed, %.*s were slow.\n", STR_ARG(words_count(w, in->failed)),
		         STR_ARG(words_count(w, in->requests)), STR_ARG(words_count(w, in->slow)));
	}
	if (o->incidents)
		buf_addf(out, "\nThe whole report: [%.*s-incidents.html](%.*s-incidents.html)\n", STR_ARG(n->date), STR_ARG(n->date));
}

static void figures(const struct words *w, const struct night *n, struct buf *out)
{
	buf_addz(out, "\n| | this day | usual |\n| --- | ---: | ---: |\n");
	for (size_t i = 0; i < n->n_figures; i++) {
		const struct night_figure *f = &n->figures[i];
		if (isnan(f->value))
			continue;
		buf_addf(out, "| %s |", night_figure_words(f->name));
		cell(out, arena_printf(w->arena, "%.*s%s", STR_ARG(night_figure_value(w, f->name, f->value)), f->unusual ? " (unusual)" : ""));
		cell(out, night_figure_value(w, f->name, f->usual));
		buf_addc(out, '\n');
	}
}

static void lines(const struct words *w, const struct night *n, struct buf *out)
{
	if (n->n_lines)
		buf_addz(out, "\n## New lines\n\n| service | severity | line | times |\n| --- | --- | --- | ---: |\n");
	for (size_t i = 0; i < n->n_lines; i++) {
		buf_addc(out, '|');
		cell(out, n->lines[i].service);
		cell(out, n->lines[i].severity);
		buf_addc(out, ' ');
		md_code(out, n->lines[i].text);
		buf_addz(out, " |");
		cell(out, words_count(w, n->lines[i].count));
		buf_addc(out, '\n');
	}
	if (n->n_families)
		buf_addz(out, "\n## Errors and warnings\n\n| service | what | line | lines | usual |\n| --- | --- | --- | ---: | ---: |\n");
	for (size_t i = 0; i < n->n_families; i++) {
		const struct night_family *f = &n->families[i];
		buf_addc(out, '|');
		cell(out, f->service);
		cell(out, f->name);
		buf_addc(out, ' ');
		md_code(out, f->text);
		buf_addz(out, " |");
		cell(out, arena_printf(w->arena, "%.*s%s", STR_ARG(words_count(w, f->count)), f->unusual ? " (unusual)" : ""));
		cell(out, night_count(w, f->usual));
		buf_addc(out, '\n');
	}
}

static void queries(const struct words *w, const struct night *n, struct buf *out)
{
	if (n->n_queries)
		buf_addz(out, "\n## New and slower statements\n\n| | statement | calls | usual | median | usual | in all |\n"
			      "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < n->n_queries; i++) {
		const struct night_query *q = &n->queries[i];
		buf_addc(out, '|');
		cell(out, q->change);
		buf_addc(out, ' ');
		md_code(out, q->text);
		buf_addz(out, " |");
		cell(out, words_count(w, q->calls));
		cell(out, night_count(w, q->usual_calls));
		cell(out, night_ms(w, q->ms));
		cell(out, night_ms(w, q->usual_ms));
		cell(out, words_seconds(w, q->total_s));
		buf_addc(out, '\n');
	}
}

static void sources(const struct words *w, const struct night *n, struct buf *out)
{
	if (n->n_sources)
		buf_addz(out, "\n## Sources\n\n| source | events | usual | |\n| --- | ---: | ---: | --- |\n");
	for (size_t i = 0; i < n->n_sources; i++) {
		const struct night_source *s = &n->sources[i];
		bool silent = str_eq(s->state, STR("silent"));
		buf_addc(out, '|');
		cell(out, night_source_name(w->arena, s));
		cell(out, words_count(w, s->events));
		cell(out, night_count(w, s->usual));
		cell(out, silent ? arena_printf(w->arena, "silent since %.*s", STR_ARG(words_time(w, s->last_ns))) : s->state);
		buf_addc(out, '\n');
	}
}

void night_markdown(const struct night *n, const struct night_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct words w = { &arena, o->zone };
	buf_addz(out, "# ");
	md_text(out, n->date);
	buf_addz(out, ": ");
	md_text(out, night_verdict(&arena, n));
	buf_addz(out, "\n\n");
	md_text(out, words_span(&w, n->from_ns, n->to_ns));
	buf_addf(out, ", compared with %llu earlier day%s.\n", (unsigned long long)n->known_days, n->known_days == 1 ? "" : "s");
	for (size_t i = 0; i < n->n_notes; i++) {
		buf_addz(out, "\n- ");
		md_text(out, n->notes[i]);
	}
	buf_addz(out, n->n_notes ? "\n" : "");
	incidents(&w, n, o, out);
	figures(&w, n, out);
	lines(&w, n, out);
	queries(&w, n, out);
	sources(&w, n, out);
	arena_release(&arena);
}
