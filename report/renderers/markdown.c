/*
 * markdown: the draft of a postmortem. Every section of ours stands between markers, so that a
 * later run can bring it up to date while what people wrote around it stays; what logs cannot
 * know is a TODO outside of the markers.
 */
#include "report/exhibits.h"
#include "report/md.h"
#include "report/renderer.h"
#include "report/view.h"
#include "report/words.h"

enum {
	EXHIBITS_MAX = 80,  /* lines quoted in one incident */
	REFS_MAX = 3,       /* for one statement */
	ROUTES_MAX = 12,
	TIMELINE_MAX = 60,
	CONTRASTS_MAX = 10,
	RULED_OUT_MAX = 40,
	QUALITY_MAX = 40,
	SOURCES_MAX = 200,
};

struct draft {
	const struct render_options *o;
	const struct casefile *c;
	struct words w;
	struct buf *out;
	size_t number;             /* of the incident, from 1 */
	struct exhibits exhibits;  /* of all incidents: numbers are unique in the file */
	size_t first_exhibit;      /* index of the incident's first new one */
};

/* Markers of a further incident carry its number: names stay unique in the file. */
static void marker(struct draft *d, const char *edge, const char *section)
{
	buf_addf(d->out, "<!-- inquest:%s %s", edge, section);
	if (d->number > 1)
		buf_addf(d->out, "-%zu", d->number);
	buf_addz(d->out, " -->\n");
}

static void begin(struct draft *d, const char *section, const char *heading)
{
	buf_addc(d->out, '\n');
	marker(d, "begin", section);
	if (heading)
		buf_addf(d->out, "## %s\n\n", heading);
}

static void end(struct draft *d, const char *section)
{
	marker(d, "end", section);
}

static void todo(struct draft *d, const char *text)
{
	buf_addf(d->out, "- [ ] TODO: %s\n", text);
}

static void row(struct draft *d, const char *label, struct str text)
{
	buf_addf(d->out, "| %s | ", label);
	md_text(d->out, text);
	buf_addz(d->out, " |\n");
}

/* " [E1](#e1), [E2](#e2)" */
static void refs(struct draft *d, const struct refs *r)
{
	size_t shown = 0;

	for (size_t i = 0; i < r->n && shown < REFS_MAX; i++) {
		size_t number = exhibits_add(&d->exhibits, &r->at[i]);

		if (number == 0)
			continue;
		buf_addf(d->out, "%s[E%zu](#e%zu)", shown ? ", " : " ", number, number);
		shown++;
	}
}

static void item(struct draft *d, const char *mark, struct str text, const struct refs *r)
{
	buf_addf(d->out, "%s ", mark);
	md_text(d->out, text);
	if (r)
		refs(d, r);
	buf_addc(d->out, '\n');
}

static void counted_rest(struct draft *d, size_t all, size_t shown, const char *what)
{
	if (all > shown)
		buf_addf(d->out, "\nand %zu more %s\n", all - shown, what);
}

/* ---- sections of one incident ---- */

static void summary(struct draft *d, const struct incident *in)
{
	const struct cause *root = words_root(in);
	struct str users = words_users(&d->w, &in->impact);

	begin(d, "summary", "Issue summary");
	buf_addz(d->out, "| | |\n| --- | --- |\n");
	row(d, "Window", words_window(&d->w, d->c, in));
	row(d, "Duration", words_length(&d->w, in));
	row(d, "Onset", words_span(&d->w, in->onset_from_ns, in->onset_to_ns));
	row(d, "Impact", words_requests(&d->w, &in->impact));
	if (users.len)
		row(d, "Users", users);
	row(d, "Root cause", root ? root->statement : words_no_cause(in));
	if (root)
		row(d, "Certainty", words_confidence(&d->w, root));
	end(d, "summary");
	buf_addc(d->out, '\n');
	todo(d, "severity, and what it meant for the business");
	todo(d, "owner of this postmortem, and who took part");
}

static void impact(struct draft *d, const struct incident *in)
{
	begin(d, "impact", "Impact");
	for (size_t i = 0; i < in->n_symptoms; i++)
		item(d, "-", words_symptom(&d->w, &in->symptoms[i]), &in->symptoms[i].refs);
	if (in->impact.n_routes)
		buf_addz(d->out, "\n| Route | Requests | Failed | Share |\n| --- | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < in->impact.n_routes && i < ROUTES_MAX; i++) {
		const struct impact_route *r = &in->impact.routes[i];
		double share = r->requests ? (double)r->failed / (double)r->requests : 0;

		buf_addz(d->out, "| ");
		md_code(d->out, r->route);
		buf_addf(d->out, " | %.*s | %.*s | %.*s |\n", STR_ARG(words_count(&d->w, r->requests)),
		         STR_ARG(words_count(&d->w, r->failed)), STR_ARG(words_share(&d->w, share)));
	}
	counted_rest(d, in->impact.n_routes, ROUTES_MAX, "routes");
	end(d, "impact");
}

static void timeline(struct draft *d, const struct incident *in)
{
	struct str day = STR_NONE;

	begin(d, "timeline", "Timeline");
	buf_addf(d->out, "All times %.*s.\n\n| Time | | Service | Event |\n| --- | --- | --- | --- |\n",
	         STR_ARG(words_zone(&d->w, in->onset_best_ns)));
	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_MAX; i++) {
		const struct timeline_entry *e = &in->timeline[i];
		struct str date = words_date(&d->w, e->time_ns);

		buf_addz(d->out, "| ");
		if (!str_eq(date, day))
			buf_addf(d->out, "%.*s ", STR_ARG(date));
		day = date;
		buf_addf(d->out, "%.*s | ", STR_ARG(words_clock(&d->w, e->time_ns)));
		md_text(d->out, words_timeline_kind(e->kind));
		buf_addz(d->out, " | ");
		md_text(d->out, e->service);
		buf_addz(d->out, " | ");
		md_text(d->out, e->text);
		refs(d, &e->refs);
		buf_addz(d->out, " |\n");
	}
	counted_rest(d, in->n_timeline, TIMELINE_MAX, "entries");
	end(d, "timeline");
	buf_addc(d->out, '\n');
	todo(d, "who was told when, decisions, and what is not in any log");
}

static void terms(struct draft *d, const struct cause *c)
{
	if (c->n_terms == 0)
		return;
	buf_addz(d->out, "\n| Weight | Evidence |\n| --- | --- |\n");
	for (size_t i = 0; i < c->n_terms; i++) {
		const struct term *t = &c->terms[i];

		buf_addf(d->out, "| %+.1f %s | ", t->log_odds, words_weight(t->log_odds));
		md_text(d->out, t->text);
		refs(d, &t->refs);
		buf_addz(d->out, " |\n");
	}
}

static void chain(struct draft *d, const struct cause *c)
{
	if (c->n_chain == 0)
		return;
	buf_addz(d->out, "\nHow it came about, root first:\n\n");
	for (size_t i = 0; i < c->n_chain; i++) {
		const struct link *l = &c->chain[i];
		struct str text = words_link(&d->w, l);

		if (l->time_ns != TIME_NONE)
			text = arena_printf(d->w.arena, "%.*s: %.*s", STR_ARG(words_clock(&d->w, l->time_ns)),
			                    STR_ARG(text));
		item(d, "1.", text, &l->refs);
	}
}

static void resolution(struct draft *d, const struct incident *in)
{
	if (in->mitigated_ns != TIME_NONE)
		buf_addf(d->out, "\nMitigated at %.*s.", STR_ARG(words_time(&d->w, in->mitigated_ns)));
	if (in->recovered_ns != TIME_NONE)
		buf_addf(d->out, "%sBack to the level of before at %.*s.\n",
			 in->mitigated_ns != TIME_NONE ? " " : "\n",
			 STR_ARG(words_time(&d->w, in->recovered_ns)));
	else
		buf_addz(d->out, "\nNo recovery in these logs.\n");
	for (size_t i = 0, any = 0; i < in->n_timeline; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!words_did_not_hold(e))
			continue;
		if (!any++)
			buf_addz(d->out, "\nTried, but did not hold:\n\n");
		item(d, "-", arena_printf(d->w.arena, "%.*s: %.*s", STR_ARG(words_clock(&d->w, e->time_ns)),
		                          STR_ARG(e->text)), &e->refs);
	}
}

static void cause(struct draft *d, const struct incident *in)
{
	const struct cause *root = words_root(in);

	begin(d, "cause", "Root cause and resolution");
	md_text(d->out, root ? root->statement : words_no_cause(in));
	buf_addc(d->out, '\n');
	if (in->n_causes) {
		terms(d, &in->causes[0]);
		chain(d, &in->causes[0]);
	}
	for (size_t i = 1, any = 0; i < in->n_causes; i++) {
		const struct cause *c = &in->causes[i];
		struct str what = words_suspect(&d->w, c->kind, c->service, c->entity);

		if (!words_is_serious(c))
			continue;
		if (!any++)
			buf_addz(d->out, "\nAlso possible:\n\n");
		item(d, "-", arena_printf(d->w.arena, "%.*s: %.*s. %.*s", STR_ARG(what),
		                          STR_ARG(words_confidence(&d->w, c)), STR_ARG(c->statement)), NULL);
	}
	resolution(d, in);
	end(d, "cause");
	buf_addc(d->out, '\n');
	todo(d, "confirm or correct the root cause, and say what made it possible");
}

static void measures(struct draft *d, const struct incident *in)
{
	const struct cause *root = words_root(in);
	const struct measures *m = words_measures(root ? root->kind : CAUSE_UNKNOWN);

	begin(d, "measures", "Corrective and preventive measures");
	buf_addf(d->out, "Suggestions that follow from the kind of cause (%s), not decisions:\n\n",
	         cause_kind_words(root ? root->kind : CAUSE_UNKNOWN));
	buf_addf(d->out, "- Correct: %s\n- Prevent: %s\n- Detect: %s\n", m->correct, m->prevent, m->detect);
	end(d, "measures");
	buf_addc(d->out, '\n');
	todo(d, "measures that are taken, each with an owner and a date");
	todo(d, "lessons learned: what went well, what went wrong, where luck helped");
}

static void ruled_out(struct draft *d, const struct incident *in)
{
	begin(d, "ruled-out", "Ruled out");
	if (in->n_ruled_out == 0)
		buf_addz(d->out, "Nothing else stood near the onset.\n");
	for (size_t i = 0; i < in->n_ruled_out && i < RULED_OUT_MAX; i++) {
		const struct ruled_out *r = &in->ruled_out[i];
		struct str what = words_suspect(&d->w, r->kind, r->service, r->entity);

		if (r->time_ns != TIME_NONE)
			what = arena_printf(d->w.arena, "%.*s, %.*s", STR_ARG(what),
			                    STR_ARG(words_time(&d->w, r->time_ns)));
		item(d, "-", arena_printf(d->w.arena, "%.*s: %.*s", STR_ARG(what),
		                          STR_ARG(words_reason(&d->w, r))), &r->refs);
	}
	counted_rest(d, in->n_ruled_out, RULED_OUT_MAX, "candidates");
	end(d, "ruled-out");
}

static void contrasts(struct draft *d, const struct incident *in)
{
	if (in->n_contrasts == 0)
		return;
	begin(d, "contrasts", "What was different");
	buf_addz(d->out, "| Field | Value | In the bad time | Before |\n| --- | --- | ---: | ---: |\n");
	for (size_t i = 0; i < in->n_contrasts && i < CONTRASTS_MAX; i++) {
		const struct contrast *x = &in->contrasts[i];

		buf_addz(d->out, "| ");
		md_text(d->out, words_contrast(&d->w, x));
		buf_addz(d->out, " | ");
		md_code(d->out, x->value);
		buf_addf(d->out, " | %.*s | %.*s |\n", STR_ARG(words_share(&d->w, x->share_bad)),
		         STR_ARG(words_share(&d->w, x->share_good)));
	}
	end(d, "contrasts");
}

static void evidence(struct draft *d)
{
	begin(d, "evidence", "Evidence");
	if (d->exhibits.n == d->first_exhibit)
		buf_addz(d->out, "No further lines are quoted.\n");
	for (size_t i = d->first_exhibit; i < d->exhibits.n; i++) {
		const struct ref *r = d->exhibits.at[i];

		if (i > d->first_exhibit)
			buf_addc(d->out, '\n');
		buf_addf(d->out, "<a id=\"e%zu\"></a>**E%zu** ", i + 1, i + 1);
		md_code(d->out, words_ref(&d->w, r));
		buf_addc(d->out, '\n');
		md_block(d->out, r->text);
	}
	end(d, "evidence");
}

static void incident(struct draft *d, const struct incident *in)
{
	d->first_exhibit = d->exhibits.n;
	d->exhibits.max = d->exhibits.n + EXHIBITS_MAX;
	if (d->number > 1)
		buf_addc(d->out, '\n');
	marker(d, "begin", "title");
	buf_addz(d->out, "# Postmortem: ");
	md_text(d->out, in->title);
	buf_addc(d->out, '\n');
	marker(d, "end", "title");
	summary(d, in);
	impact(d, in);
	timeline(d, in);
	cause(d, in);
	measures(d, in);
	ruled_out(d, in);
	contrasts(d, in);
	evidence(d);
}

/* ---- the whole ---- */

static void quiet(struct draft *d)
{
	marker(d, "begin", "title");
	buf_addz(d->out, "# No incident found\n");
	marker(d, "end", "title");
	begin(d, "summary", NULL);
	buf_addz(d->out, "Nothing in these logs left its usual range in a way that users would feel.\n");
	end(d, "summary");
}

static void sources(struct draft *d)
{
	buf_addz(d->out, "\n| Source | Format | Service | Host | Zone | Lines | Events | Not understood |\n"
	                 "| --- | --- | --- | --- | --- | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < d->c->n_sources && i < SOURCES_MAX; i++) {
		const struct quality_source *q = &d->c->sources[i];
		const struct str cells[] = { q->format, q->service, q->host, q->zone };

		buf_addz(d->out, "| ");
		md_code(d->out, q->path);
		for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++) {
			buf_addz(d->out, " | ");
			md_text(d->out, cells[k]);
		}
		buf_addf(d->out, " | %.*s | %.*s | %.*s |\n", STR_ARG(words_count(&d->w, q->lines)),
		         STR_ARG(words_count(&d->w, q->events)), STR_ARG(words_count(&d->w, q->rejected)));
	}
	counted_rest(d, d->c->n_sources, SOURCES_MAX, "sources");
}

static void quality(struct draft *d)
{
	size_t n;
	struct str *sentences = words_quality(&d->w, d->c, QUALITY_MAX, &n);

	d->number = 1;
	begin(d, "quality", "Quality of the evidence");
	buf_addf(d->out, "%.*s; from %.*s.\n", STR_ARG(words_volume(&d->w, d->c)),
	         STR_ARG(words_span(&d->w, d->c->from_ns, d->c->to_ns)));
	if (n)
		buf_addc(d->out, '\n');
	for (size_t i = 0; i < n; i++)
		item(d, "-", sentences[i], NULL);
	if (d->c->n_sources)
		sources(d);
	if (d->o->version) {
		buf_addz(d->out, "\nFrom the logs by inquest ");
		md_text(d->out, str_of(d->o->version));
		buf_addz(d->out, d->o->redact ? "; secrets and personal data are masked.\n" : ".\n");
	}
	end(d, "quality");
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct draft d = { .o = o, .c = &shown, .w = { &arena, o->zone }, .out = out, .number = 1 };
	exhibits_init(&d.exhibits, &arena, 0);
	if (shown.n_incidents == 0)
		quiet(&d);
	for (size_t i = 0; i < shown.n_incidents; i++) {
		d.number = i + 1;
		incident(&d, &shown.incidents[i]);
	}
	quality(&d);
	exhibits_release(&d.exhibits);
	arena_release(&arena);
}

const struct renderer renderer_markdown = {
	.name = "markdown",
	.extension = "md",
	.help = "draft of a postmortem, with sections that can be brought up to date",
	.render = render,
};
