/*
 * text: the verdict for a terminal, most important first, within its width. Log text is shown
 * through report/glyph.h, so nothing in a log can move the cursor, colour or reorder a line.
 */
#include <math.h>

#include "report/glyph.h"
#include "report/renderer.h"
#include "report/spark.h"
#include "report/view.h"
#include "report/words.h"
#include "report/wrap.h"

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 40,
	WIDTH_MAX = 160, /* longer lines are hard to read, however wide the window */
	LABEL = 12,      /* column at which facts start */
	TERMS_MAX = 4,   /* pieces of evidence shown for the root cause */
	REFS_MAX = 1,    /* lines quoted for one statement */
	RUNNERS_UP = 2,  /* further causes named */
	RULED_OUT_MAX = 6,
	RULED_OUT_BRIEF = 3, /* in the short form */
	TIMELINE_MAX = 14,
	ROUTES_MAX = 4,
	HELPED_MAX = 2,  /* measures named among the facts */
	QUALITY_MAX = 5,
	SOURCES_MAX = 12, /* listed when nothing was found */
};

enum paint { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, CYAN };

struct page {
	const struct render_options *o;
	const struct casefile *c;
	struct words w;
	struct buf *out;
	unsigned width;
};

static void paint(struct page *p, enum paint how)
{
	static const char *const codes[] = { "0", "1", "2", "1;31", "32", "33", "36" };

	if (p->o->color)
		buf_addf(p->out, "\x1b[%sm", codes[how]);
}

static void spaces(struct page *p, unsigned n)
{
	buf_addf(p->out, "%*s", (int)n, "");
}

static void wrapped(struct page *p, unsigned at, unsigned indent, struct str text)
{
	wrap_add(p->out, p->width, at, indent, text);
}

static void heading(struct page *p, struct str text)
{
	buf_addc(p->out, '\n');
	paint(p, BOLD);
	buf_add(p->out, text);
	paint(p, PLAIN);
	buf_addc(p->out, '\n');
}

/* "  label     text" */
static void fact(struct page *p, const char *label, struct str text)
{
	paint(p, DIM);
	buf_addf(p->out, "  %-*s", LABEL - 2, label);
	paint(p, PLAIN);
	wrapped(p, LABEL, LABEL, text);
	buf_addc(p->out, '\n');
}

/* "  + text" */
static void item(struct page *p, enum paint how, const char *mark, struct str text)
{
	buf_addz(p->out, "  ");
	paint(p, how);
	buf_addz(p->out, mark);
	paint(p, PLAIN);
	buf_addc(p->out, ' ');
	wrapped(p, 4, 4, text);
	buf_addc(p->out, '\n');
}

/* "    source:line  the line", cut to the width; behind a long path, the line stands below it. */
static void quotes(struct page *p, const struct refs *refs)
{
	enum { INDENT = 4, GAP = 2 };
	unsigned room = p->width - INDENT;

	for (size_t i = 0; i < refs->n && i < REFS_MAX; i++) {
		spaces(p, INDENT);
		paint(p, CYAN);
		unsigned used = glyph_add_cut(p->out, words_ref(&p->w, &refs->at[i]), room);
		paint(p, DIM);
		if (used > room / 3) {
			buf_addf(p->out, "\n%*s", INDENT + GAP, "");
			used = 0;
		} else {
			spaces(p, GAP);
		}
		glyph_add_cut(p->out, words_excerpt(&p->w, refs->at[i].text, room - used - GAP), room - used - GAP);
		paint(p, PLAIN);
		buf_addc(p->out, '\n');
	}
}

static void more(struct page *p, size_t all, size_t shown)
{
	if (all > shown)
		buf_addf(p->out, "    and %zu more\n", all - shown);
}

/* "22:48:00 text" when the time is known. */
static struct str at_moment(struct page *p, const struct incident *in, int64_t ns, struct str text)
{
	if (ns == TIME_NONE)
		return text;
	return arena_printf(p->w.arena, "%.*s %.*s", STR_ARG(words_moment(&p->w, in, ns)), STR_ARG(text));
}

/* ---- one incident ---- */

static void verdict(struct page *p, const struct incident *in, size_t number)
{
	struct str head = in->title;

	if (p->c->n_incidents > 1)
		head = arena_printf(p->w.arena, "%zu of %zu: %.*s", number, p->c->n_incidents, STR_ARG(head));
	if (number > 1)
		buf_addc(p->out, '\n');
	paint(p, RED);
	wrapped(p, 0, 0, head);
	paint(p, PLAIN);
	buf_addz(p->out, "\n\n");
}

static void cause_facts(struct page *p, const struct incident *in)
{
	const struct cause *root = words_root(in);

	if (!root) {
		fact(p, "cause", words_no_cause(&p->w, in));
		return;
	}
	struct str what = words_suspect(&p->w, root->kind, root->service, root->entity);
	if (root->time_ns != TIME_NONE)
		what = arena_printf(p->w.arena, "%.*s, %.*s", STR_ARG(what),
		                    STR_ARG(words_time(&p->w, root->time_ns)));
	fact(p, "cause", what);
	fact(p, "certainty", words_confidence(&p->w, root));
}

static void helped_facts(struct page *p, const struct incident *in)
{
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (words_helped(e) && all++ < HELPED_MAX)
			fact(p, shown++ ? "" : "mitigated", at_moment(p, in, e->time_ns, e->text));
	}
	if (all > shown)
		fact(p, "", arena_printf(p->w.arena, "and %zu more", all - shown));
}

static void impact_facts(struct page *p, const struct impact *i)
{
	struct str users = words_users(&p->w, i);
	size_t shown = 0, failing = 0;

	fact(p, "impact", words_requests(&p->w, i));
	if (users.len)
		fact(p, "", users);
	for (size_t k = 0; k < i->n_routes; k++) {
		const struct impact_route *r = &i->routes[k];

		if (r->failed == 0 || failing++ >= ROUTES_MAX)
			continue;
		fact(p, shown++ ? "" : "routes",
		     arena_printf(p->w.arena, "%.*s: %.*s of %.*s failed", STR_ARG(r->route),
		                  STR_ARG(words_count(&p->w, r->failed)),
		                  STR_ARG(words_count(&p->w, r->requests))));
	}
	if (failing > shown)
		fact(p, "", arena_printf(p->w.arena, "and %zu more", failing - shown));
}

/* What the marks below the course mean, in the order of the story. */
static const struct { char mark; enum paint how; const char *words; } marks[] = {
	{ 'C', CYAN, "change" }, { 'O', RED, "onset" },       { 'x', YELLOW, "did not hold" },
	{ 'M', GREEN, "mitigated" }, { 'R', GREEN, "recovered" },
};
enum { MARKS = sizeof marks / sizeof marks[0] };

static void painted_bars(struct page *p, const struct spark *spark)
{
	struct str bars = spark->bars;
	struct glyph g;
	enum paint last = PLAIN;

	for (size_t i = 0; glyph_next(&bars, &g); i++) {
		enum paint how = spark->bad[i] ? RED : DIM;

		if (how != last) {
			paint(p, PLAIN);
			paint(p, how);
		}
		last = how;
		buf_add(p->out, g.text);
	}
	paint(p, PLAIN);
}

static void painted_marks(struct page *p, struct str row)
{
	for (size_t i = 0; i < row.len; i++) {
		enum paint how = PLAIN;

		for (size_t k = 0; k < MARKS; k++)
			if (marks[k].mark == row.ptr[i])
				how = marks[k].how;
		if (row.ptr[i] != ' ')
			paint(p, how);
		buf_addc(p->out, row.ptr[i]);
		if (row.ptr[i] != ' ')
			paint(p, PLAIN);
	}
}

static void sparkline(struct page *p, const struct incident *in)
{
	const struct plot *plot = view_failures(in);
	struct str legend, of;

	if (!plot)
		return;
	struct spark spark = { .plot = plot, .columns = p->width - LABEL };
	spark_draw(&spark, in, p->w.arena);
	paint(p, DIM);
	buf_addf(p->out, "  %-*s", LABEL - 2, "course");
	paint(p, PLAIN);
	painted_bars(p, &spark);
	buf_addc(p->out, '\n');
	if (spark.marks.len) {
		spaces(p, LABEL);
		painted_marks(p, spark.marks);
		buf_addc(p->out, '\n');
	}
	int64_t end_ns = plot->from_ns + (int64_t)plot->n * plot->step_ns;
	of = str_eq(plot->unit, STR("%")) ? words_share(&p->w, spark.top / 100) : words_number(&p->w, spark.top);
	legend = arena_printf(p->w.arena, "%.*s up to %.*s, %.*s", STR_ARG(plot->name), STR_ARG(of),
	                      STR_ARG(words_span(&p->w, plot->from_ns, end_ns)));
	for (size_t k = 0, n = 0; k < MARKS; k++)
		if (str_chr(spark.marks, marks[k].mark) >= 0)
			legend = arena_printf(p->w.arena, "%.*s%s%c %s", STR_ARG(legend), n++ ? ", " : "; ", marks[k].mark, marks[k].words);
	fact(p, "", legend);
}

static bool is_evidence(const struct term *t)
{
	return !str_eq(t->name, STR("prior")); /* how common the kind is says nothing of this case */
}

/* The heaviest term after `last` in the order of weight, then of the list; NULL when there is none. */
static const struct term *next_heaviest(const struct cause *c, const struct term *last)
{
	const struct term *best = NULL;

	for (size_t i = 0; i < c->n_terms; i++) {
		const struct term *t = &c->terms[i];
		double weight = fabs(t->log_odds);

		if (!is_evidence(t) || !isfinite(weight))
			continue;
		if (last && (weight > fabs(last->log_odds) || (!(weight < fabs(last->log_odds)) && t <= last)))
			continue;
		if (!best || weight > fabs(best->log_odds))
			best = t;
	}
	return best;
}

static void statement(struct page *p, const struct cause *root)
{
	heading(p, STR("Root cause"));
	spaces(p, 2);
	wrapped(p, 2, 2, words_sentence(&p->w, root->statement));
	buf_addc(p->out, '\n');
}

static void evidence(struct page *p, const struct cause *root)
{
	const struct term *t = NULL;
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < root->n_terms; i++)
		all += is_evidence(&root->terms[i]);
	statement(p, root);
	for (; shown < TERMS_MAX && (t = next_heaviest(root, t)); shown++) {
		item(p, t->log_odds < 0 ? YELLOW : GREEN, t->log_odds < 0 ? "-" : "+", t->text);
		quotes(p, &t->refs);
	}
	more(p, all, shown);
}

static void chain(struct page *p, const struct incident *in, const struct cause *root)
{
	if (root->n_chain == 0)
		return;
	heading(p, STR("Chain"));
	for (size_t i = 0; i < root->n_chain; i++) {
		const struct link *l = &root->chain[i];

		item(p, CYAN, i ? "→" : "●", at_moment(p, in, l->time_ns, words_link(&p->w, l)));
		quotes(p, &l->refs);
	}
}

static void runners_up(struct page *p, const struct incident *in)
{
	size_t shown = 0, serious = 0;

	for (size_t i = 1; i < in->n_causes; i++)
		serious += words_is_serious(&in->causes[i]);
	if (serious)
		heading(p, STR("Also possible"));
	for (size_t i = 1; i < in->n_causes && shown < RUNNERS_UP; i++) {
		const struct cause *c = &in->causes[i];

		if (!words_is_serious(c))
			continue;
		shown++;
		item(p, DIM, "·",
		     arena_printf(p->w.arena, "%.*s: %.*s",
		                  STR_ARG(words_suspect(&p->w, c->kind, c->service, c->entity)),
		                  STR_ARG(words_confidence(&p->w, c))));
	}
	more(p, serious, shown);
}

static void ruled_out(struct page *p, const struct incident *in)
{
	size_t most = p->o->brief ? RULED_OUT_BRIEF : RULED_OUT_MAX;

	if (in->n_ruled_out == 0)
		return;
	heading(p, STR("Ruled out"));
	for (size_t i = 0; i < in->n_ruled_out && i < most; i++) {
		const struct ruled_out *r = &in->ruled_out[i];
		struct str what = words_ruled_out(&p->w, r);

		item(p, DIM, "×",
		     at_moment(p, in, r->time_ns,
		              arena_printf(p->w.arena, "%.*s: %.*s", STR_ARG(what),
		                           STR_ARG(words_reason(&p->w, r)))));
		if (!p->o->brief)
			quotes(p, &r->refs);
	}
	more(p, in->n_ruled_out, most);
}

static void did_not_hold(struct page *p, const struct incident *in)
{
	bool any = false;

	for (size_t i = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!words_did_not_hold(e))
			continue;
		if (!any)
			heading(p, STR("Tried, but did not hold"));
		any = true;
		item(p, YELLOW, "!", at_moment(p, in, e->time_ns, e->text));
	}
}

static void timeline(struct page *p, const struct incident *in)
{
	enum { KIND = 14, TEXT = 26 };
	struct str day = STR_NONE;
	size_t shown = 0, landmarks = 0;

	for (size_t i = 0; i < in->n_timeline; i++)
		landmarks += words_is_landmark(&in->timeline[i]);
	if (landmarks == 0)
		return;
	struct str zone = words_zone(&p->w, in->timeline[0].time_ns);
	heading(p, arena_printf(p->w.arena, "Timeline (%.*s)", STR_ARG(zone)));
	for (size_t i = 0; i < in->n_timeline && shown < TIMELINE_MAX; i++) {
		const struct timeline_entry *e = &in->timeline[i];
		struct str date = words_date(&p->w, e->time_ns);

		if (!words_is_landmark(e))
			continue;
		shown++;
		if (!str_eq(date, day))
			buf_addf(p->out, "  %.*s\n", STR_ARG(date));
		day = date;
		buf_addf(p->out, "  %-8.*s  ", STR_ARG(words_clock(&p->w, e->time_ns)));
		paint(p, DIM);
		spaces(p, KIND - glyph_add_cut(p->out, words_timeline_kind(e->kind), KIND - 1));
		paint(p, PLAIN);
		wrapped(p, TEXT, TEXT, e->text);
		buf_addc(p->out, '\n');
	}
	if (in->n_timeline > shown)
		buf_addf(p->out, "    and %zu more: symptoms, evidence\n", in->n_timeline - shown);
}

static void incident(struct page *p, const struct incident *in, size_t number)
{
	const struct cause *root = words_root(in);

	verdict(p, in, number);
	fact(p, "window", words_window(&p->w, p->c, in));
	fact(p, "length", words_length(&p->w, in));
	fact(p, "onset", words_span(&p->w, in->onset_from_ns, in->onset_to_ns));
	cause_facts(p, in);
	helped_facts(p, in);
	impact_facts(p, &in->impact);
	sparkline(p, in);
	if (p->o->brief) {
		if (root)
			statement(p, root);
		ruled_out(p, in);
		return;
	}
	if (root) {
		evidence(p, root);
		chain(p, in, root);
	}
	runners_up(p, in);
	ruled_out(p, in);
	did_not_hold(p, in);
	timeline(p, in);
}

/* ---- the whole ---- */

static void quiet(struct page *p)
{
	paint(p, GREEN);
	buf_addz(p->out, "No incident found");
	paint(p, PLAIN);
	buf_addz(p->out, "\n\n");
	fact(p, "window", words_span(&p->w, p->c->from_ns, p->c->to_ns));
	fact(p, "looked at", words_volume(&p->w, p->c));
	for (size_t i = 0; i < p->c->n_sources && i < SOURCES_MAX; i++) {
		const struct quality_source *q = &p->c->sources[i];

		fact(p, "", arena_printf(p->w.arena, "%.*s (%.*s, %.*s events)", STR_ARG(q->path),
		                         STR_ARG(q->format), STR_ARG(words_count(&p->w, q->events))));
	}
	if (p->c->n_sources > SOURCES_MAX)
		fact(p, "", arena_printf(p->w.arena, "and %zu more", p->c->n_sources - SOURCES_MAX));
}

static void quality(struct page *p)
{
	size_t n;
	struct str *sentences = words_quality(&p->w, p->c, QUALITY_MAX, &n);

	if (p->o->brief && p->c->n_incidents == 0)
		return; /* said already */
	heading(p, STR("Evidence"));
	if (p->c->n_incidents)
		item(p, PLAIN, " ", words_volume(&p->w, p->c));
	for (size_t i = 0; i < n && !p->o->brief; i++)
		item(p, YELLOW, "!", sentences[i]);
	if (n == 0)
		item(p, GREEN, "✓", STR("nothing damaged, every zone known"));
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;
	unsigned width = o->width ? o->width : WIDTH_DEFAULT;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct page p = { .o = o, .c = &shown, .w = { &arena, o->zone }, .out = out };
	p.width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
	if (shown.n_incidents == 0)
		quiet(&p);
	for (size_t i = 0; i < shown.n_incidents; i++)
		incident(&p, &shown.incidents[i], i + 1);
	quality(&p);
	if (o->next_command) {
		paint(&p, DIM);
		buf_addz(out, "\nNext: ");
		paint(&p, PLAIN);
		glyph_add(out, str_of(o->next_command));
		buf_addc(out, '\n');
	}
	arena_release(&arena);
}

const struct renderer renderer_text = {
	.name = "text",
	.extension = "txt",
	.help = "the verdict for a terminal",
	.render = render,
};
