/* The sections of a postmortem. Each writes the lines between its markers; headings belong to the template. */
#include "report/md.h"
#include "report/paper.h"
#include "report/suggest.h"

enum {
	ROUTES_MAX = 12,
	TIMELINE_MAX = 60,
	CONTRASTS_MAX = 10,
	RULED_OUT_MAX = 40,
	QUALITY_MAX = 40,
	SOURCES_MAX = 200,
};


static void row(struct paper *p, const char *label, struct str text)
{
	buf_addf(p->out, "| %s | ", label);
	md_text(p->out, text);
	buf_addz(p->out, " |\n");
}

static void title(struct paper *p)
{
	buf_addz(p->out, "# Postmortem: ");
	md_text(p->out, p->in->title);
	buf_addc(p->out, '\n');
}

static void summary(struct paper *p)
{
	const struct incident *in = p->in;
	const struct cause *root = words_root(in);
	struct str users = words_users(&p->w, &in->impact);

	buf_addz(p->out, "| | |\n| --- | --- |\n");
	row(p, "Window", words_window(&p->w, p->c, in));
	row(p, "Duration", words_length(&p->w, in));
	row(p, "Onset", words_span(&p->w, in->onset_from_ns, in->onset_to_ns));
	row(p, "Impact", words_requests(&p->w, &in->impact));
	if (users.len)
		row(p, "Users", users);
	row(p, "Root cause", words_statement(&p->w, in));
	if (root)
		row(p, "Certainty", words_confidence(&p->w, root));
}

static void impact(struct paper *p)
{
	const struct incident *in = p->in;

	for (size_t i = 0; i < in->n_symptoms; i++)
		paper_item(p, "-", words_symptom(&p->w, &in->symptoms[i]), &in->symptoms[i].refs);
	if (in->impact.n_routes)
		buf_addz(p->out, "\n| Route | Requests | Failed | Share |\n| --- | ---: | ---: | ---: |\n");
	size_t n = words_failing_routes(&in->impact);
	for (size_t i = 0; i < n && i < ROUTES_MAX; i++) {
		const struct impact_route *r = &in->impact.routes[i];
		double share = r->requests ? (double)r->failed / (double)r->requests : 0;

		buf_addz(p->out, "| ");
		md_code(p->out, r->route);
		buf_addf(p->out, " | %.*s | %.*s | %.*s |\n", STR_ARG(words_count(&p->w, r->requests)),
		         STR_ARG(words_count(&p->w, r->failed)), STR_ARG(words_share(&p->w, share)));
	}
	paper_rest(p, n, ROUTES_MAX, "routes");
	if (n < in->impact.n_routes) {
		buf_addc(p->out, '\n');
		md_text(p->out, words_unharmed(&p->w, &in->impact));
		buf_addc(p->out, '\n');
	}
}

static void timeline(struct paper *p)
{
	const struct incident *in = p->in;
	struct str day = STR_NONE;

	buf_addf(p->out, "All times %.*s.\n\n| Time | | Service | Event |\n| --- | --- | --- | --- |\n",
	         STR_ARG(words_zone(&p->w, in->onset_best_ns)));
	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_MAX; i++) {
		const struct timeline_entry *e = &in->timeline[i];
		struct str date = words_date(&p->w, e->time_ns);

		buf_addz(p->out, "| ");
		if (!str_eq(date, day))
			buf_addf(p->out, "%.*s ", STR_ARG(date));
		day = date;
		buf_addf(p->out, "%.*s | ", STR_ARG(words_clock(&p->w, e->time_ns)));
		md_text(p->out, words_timeline_kind(e->kind));
		buf_addz(p->out, " | ");
		md_text(p->out, e->service);
		buf_addz(p->out, " | ");
		md_text(p->out, e->text);
		paper_refs(p, &e->refs);
		buf_addz(p->out, " |\n");
	}
	paper_rest(p, in->n_timeline, TIMELINE_MAX, "entries");
}

/* The ledger of the cause at rank 1. */
static void terms(struct paper *p)
{
	const struct cause *c = p->in->n_causes ? &p->in->causes[0] : NULL;

	if (!c || c->n_terms == 0)
		return;
	buf_addz(p->out, "| Weight | Evidence |\n| --- | --- |\n");
	for (size_t i = 0; i < c->n_terms; i++) {
		const struct term *t = &c->terms[i];

		buf_addf(p->out, "| %+.1f %s | ", t->log_odds, words_weight(t->log_odds));
		md_text(p->out, t->text);
		paper_refs(p, &t->refs);
		buf_addz(p->out, " |\n");
	}
}

/* How the cause at rank 1 came about. */
static void chain(struct paper *p)
{
	const struct cause *c = p->in->n_causes ? &p->in->causes[0] : NULL;

	for (size_t i = 0; c && i < c->n_chain; i++) {
		const struct link *l = &c->chain[i];
		struct str text = words_link(&p->w, l);

		if (l->time_ns != TIME_NONE)
			text = arena_printf(p->w.arena, "%.*s: %.*s", STR_ARG(words_moment(&p->w, p->in, l->time_ns)),
			                    STR_ARG(text));
		paper_item(p, "1.", text, &l->refs);
	}
}

static void measures_taken(struct paper *p, const char *heading, bool (*is_one)(const struct timeline_entry *e))
{
	for (size_t i = 0, any = 0; i < p->in->n_timeline; i++) {
		const struct timeline_entry *e = &p->in->timeline[i];

		if (!is_one(e))
			continue;
		if (!any++)
			buf_addf(p->out, "\n%s\n\n", heading);
		paper_item(p, "-", arena_printf(p->w.arena, "%.*s: %.*s", STR_ARG(words_moment(&p->w, p->in, e->time_ns)),
		                                STR_ARG(e->text)), &e->refs);
	}
}

static void resolution(struct paper *p)
{
	const struct incident *in = p->in;

	if (in->mitigated_ns != TIME_NONE && (in->recovered_ns == TIME_NONE || in->mitigated_ns < in->recovered_ns))
		buf_addf(p->out, "Mitigated at %.*s. ", STR_ARG(words_time(&p->w, in->mitigated_ns)));
	if (in->recovered_ns != TIME_NONE)
		buf_addf(p->out, "Back to the level of before at %.*s.\n", STR_ARG(words_time(&p->w, in->recovered_ns)));
	else
		buf_addz(p->out, "No recovery in these logs.\n");
	measures_taken(p, "What helped:", words_helped);
	measures_taken(p, "Tried, but did not hold:", words_did_not_hold);
}

static void alternatives(struct paper *p)
{
	const struct incident *in = p->in;

	for (size_t i = 1; i < in->n_causes; i++) {
		const struct cause *c = &in->causes[i];
		struct str what = words_suspect(&p->w, c->kind, c->service, c->entity);

		if (words_is_serious(c))
			paper_item(p, "-", arena_printf(p->w.arena, "%.*s: %.*s. %.*s", STR_ARG(what),
			                                STR_ARG(words_confidence(&p->w, c)), STR_ARG(words_sentence(&p->w, c->statement))), NULL);
	}
}

static void statement(struct paper *p)
{
	md_text(p->out, words_statement(&p->w, p->in));
	buf_addc(p->out, '\n');
}

/* A part under a sentence, when it writes anything. */
static void under(struct paper *p, const char *sentence, void (*write)(struct paper *p))
{
	size_t before = p->out->len;

	buf_addf(p->out, "\n%s%s", sentence, sentence[0] ? "\n\n" : "");
	size_t begun = p->out->len;
	write(p);
	if (p->out->len == begun)
		p->out->len = before;
}

static void root_cause(struct paper *p)
{
	statement(p);
	under(p, "", terms);
	under(p, "How it came about, root first:", chain);
	under(p, "Also possible:", alternatives);
}

static void cause(struct paper *p)
{
	root_cause(p);
	under(p, "", resolution);
}

static void measures(struct paper *p)
{
	const struct cause *root = words_root(p->in);
	struct suggestions s = suggest(&p->w, p->c, p->in);

	buf_addf(p->out, "Suggestions that follow from the kind of cause (%s) and its evidence, not decisions:\n\n",
	         cause_kind_words(root ? root->kind : CAUSE_UNKNOWN));
	for (size_t i = 0; i < s.n; i++)
		paper_item(p, "-", arena_printf(p->w.arena, "%s: %.*s", suggestion_words(s.at[i].kind), STR_ARG(s.at[i].text)), NULL);
}

/* The same as a table of action items, with room for who and when. */
static void actions(struct paper *p)
{
	struct suggestions s = suggest(&p->w, p->c, p->in);

	buf_addz(p->out, "| Action | Type | Owner | Ticket |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < s.n; i++) {
		buf_addz(p->out, "| ");
		md_text(p->out, s.at[i].text);
		buf_addf(p->out, " | %s | TODO | TODO |\n", suggestion_type(s.at[i].kind));
	}
}

/* When it could have been seen, from the failures alone. */
static void detection(struct paper *p)
{
	struct suggestions s = suggest(&p->w, p->c, p->in);

	for (size_t i = 0; i < s.n; i++)
		if (s.at[i].kind == SUGGEST_DETECT)
			paper_item(p, "-", s.at[i].text, NULL);
}

/* The timeline without its supporting evidence, as a list. */
static void landmarks(struct paper *p)
{
	const struct incident *in = p->in;

	for (size_t i = 0; i < in->n_timeline && i < TIMELINE_MAX; i++) {
		const struct timeline_entry *e = &in->timeline[i];

		if (words_is_landmark(e))
			paper_item(p, "-", arena_printf(p->w.arena, "%.*s %.*s: %.*s", STR_ARG(words_time(&p->w, e->time_ns)),
			                                STR_ARG(words_timeline_kind(e->kind)), STR_ARG(e->text)), &e->refs);
	}
}

static void ruled_out(struct paper *p)
{
	const struct incident *in = p->in;

	if (in->n_ruled_out == 0)
		buf_addz(p->out, "Nothing else stood near the onset.\n");
	for (size_t i = 0; i < in->n_ruled_out && i < RULED_OUT_MAX; i++) {
		const struct ruled_out *r = &in->ruled_out[i];
		struct str what = words_ruled_out(&p->w, r);

		if (r->time_ns != TIME_NONE)
			what = arena_printf(p->w.arena, "%.*s, %.*s", STR_ARG(what),
			                    STR_ARG(words_time(&p->w, r->time_ns)));
		paper_item(p, "-", arena_printf(p->w.arena, "%.*s: %.*s", STR_ARG(what),
		                          STR_ARG(words_reason(&p->w, r))), &r->refs);
	}
	paper_rest(p, in->n_ruled_out, RULED_OUT_MAX, "candidates");
}

static void contrasts(struct paper *p)
{
	const struct incident *in = p->in;

	if (in->n_contrasts == 0) {
		buf_addz(p->out, "Nothing stood out.\n");
		return;
	}
	buf_addz(p->out, "| Field | Value | In the bad time | Before |\n| --- | --- | ---: | ---: |\n");
	for (size_t i = 0; i < in->n_contrasts && i < CONTRASTS_MAX; i++) {
		const struct contrast *x = &in->contrasts[i];

		buf_addz(p->out, "| ");
		md_text(p->out, words_contrast(&p->w, x));
		buf_addz(p->out, " | ");
		md_code(p->out, x->value);
		buf_addf(p->out, " | %.*s | %.*s |\n", STR_ARG(words_share(&p->w, x->share_bad)),
		         STR_ARG(words_share(&p->w, x->share_good)));
	}
}

static void evidence(struct paper *p)
{
	if (p->exhibits.n == p->first_exhibit)
		buf_addz(p->out, "No further lines are quoted.\n");
	for (size_t i = p->first_exhibit; i < p->exhibits.n; i++) {
		const struct ref *r = p->exhibits.at[i];

		if (i > p->first_exhibit)
			buf_addc(p->out, '\n');
		buf_addf(p->out, "<a id=\"e%zu\"></a>**E%zu** ", i + 1, i + 1);
		md_code(p->out, words_ref(&p->w, r));
		buf_addc(p->out, '\n');
		md_block(p->out, r->text);
	}
}

static void sources(struct paper *p)
{
	buf_addz(p->out, "\n| Source | Format | Service | Host | Zone | Lines | Events | Not understood |\n"
	                 "| --- | --- | --- | --- | --- | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < p->c->n_sources && i < SOURCES_MAX; i++) {
		const struct quality_source *q = &p->c->sources[i];
		const struct str cells[] = { q->format, q->service, q->host, q->zone };

		buf_addz(p->out, "| ");
		md_code(p->out, q->path);
		for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++) {
			buf_addz(p->out, " | ");
			md_text(p->out, cells[k]);
		}
		buf_addf(p->out, " | %.*s | %.*s | %.*s |\n", STR_ARG(words_count(&p->w, q->lines)),
		         STR_ARG(words_count(&p->w, q->events)), STR_ARG(words_count(&p->w, q->rejected)));
	}
	paper_rest(p, p->c->n_sources, SOURCES_MAX, "sources");
}

static void quality(struct paper *p)
{
	size_t n;
	struct str *sentences = words_quality(&p->w, p->c, QUALITY_MAX, &n);

	buf_addf(p->out, "%.*s; from %.*s.\n", STR_ARG(words_volume(&p->w, p->c)),
	         STR_ARG(words_span(&p->w, p->c->from_ns, p->c->to_ns)));
	if (n)
		buf_addc(p->out, '\n');
	for (size_t i = 0; i < n; i++)
		paper_item(p, "-", sentences[i], NULL);
	if (p->c->n_sources)
		sources(p);
	if (p->o->version) {
		buf_addz(p->out, "\nFrom the logs by inquest ");
		md_text(p->out, str_of(p->o->version));
		buf_addz(p->out, p->o->redact ? "; secrets and personal data are masked.\n" : ".\n");
	}
}

const struct paper_part paper_sections[] = {
	{ "title", "the title as a heading", title },
	{ "summary", "window, duration, onset, impact, users, cause and certainty as a table", summary },
	{ "impact", "symptoms, and the routes with their failures", impact },
	{ "timeline", "all of the timeline as a table", timeline },
	{ "landmarks", "the timeline without its evidence, as a list", landmarks },
	{ "cause", "cause, evidence for and against, chain, alternatives, resolution", cause },
	{ "root-cause", "the same without the resolution", root_cause },
	{ "statement", "the cause in a sentence", statement },
	{ "terms", "evidence for and against the cause, with its weight", terms },
	{ "chain", "how the cause came about, root first", chain },
	{ "alternatives", "other causes that are possible", alternatives },
	{ "resolution", "mitigation and recovery, what helped, and what was tried in vain", resolution },
	{ "detection", "alerts that would have seen it, with thresholds from the series", detection },
	{ "measures", "suggested measures as a list", measures },
	{ "actions", "suggested measures as a table with room for owner and ticket", actions },
	{ "ruled-out", "what was suspected but innocent, and why", ruled_out },
	{ "contrasts", "what was different in the bad time", contrasts },
	{ "evidence", "the quoted lines; without this section statements name file and line", evidence },
	{ "quality", "what the logs hold and how well they were understood; once for all incidents", quality },
	{ 0 },
};
