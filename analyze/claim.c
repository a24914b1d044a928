#include "analyze/claim.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/prose.h"
#include "analyze/prose_time.h"

const char *claim_kind_name(enum claim_kind k)
{
#define CLAIM_NAME(id, json, words) json,
	static const char *const names[CLAIM_KIND_COUNT] = { CLAIM_KINDS(CLAIM_NAME) };

	return names[k];
}

const char *claim_kind_words(enum claim_kind k)
{
#define CLAIM_WORDS(id, json, words) words,
	static const char *const all[CLAIM_KIND_COUNT] = { CLAIM_KINDS(CLAIM_WORDS) };

	return all[k];
}

const char *claim_verdict_name(enum claim_verdict v)
{
	return v == CLAIM_HOLDS ? "holds" : v == CLAIM_CONTRADICTED ? "contradicted" : "not_in_logs";
}

/* ---- words ---- */

struct str claim_time(const struct claims *c, int64_t ns)
{
	char text[TIME_TEXT_BYTES];
	int32_t o = c->offset_s;

	time_format(ns + o * NS_PER_S, 0, text);
	text[10] = ' ';
	text[19] = '\0';
	if (o == 0)
		return arena_printf(c->arena, "%s UTC", text);
	int minutes = abs(o) / 60 % 60;
	struct str zone = arena_printf(c->arena, "%s UTC%c%d", text, o < 0 ? '-' : '+', abs(o) / 3600);
	return minutes ? arena_printf(c->arena, "%.*s:%02d", STR_ARG(zone), minutes) : zone;
}

struct str claim_length(const struct claims *c, double seconds)
{
	long s = lround(fabs(seconds));

	if (s < 60)
		return arena_printf(c->arena, "%ld s", s);
	if (s < 3600)
		return s % 60 && s < 600 ? arena_printf(c->arena, "%ld min %ld s", s / 60, s % 60) : arena_printf(c->arena, "%ld min", (s + 30) / 60);
	long minutes = (s + 30) / 60;
	return minutes % 60 ? arena_printf(c->arena, "%ld h %ld min", minutes / 60, minutes % 60) : arena_printf(c->arena, "%ld h", minutes / 60);
}

/* ---- the text against itself ---- */

static bool opens(const struct claim *c)
{
	return prose_find_any(c->sentence, "rise|spike|start|begin|began|user-visible|alert|monitoring|failures|outage|climb|increase") >= 0 &&
	       prose_find_any(c->sentence, "deploy|start to fall|begin to|begin investig|started investig|start of the investig|start investig") < 0;
}

bool claim_closes(struct str text)
{
	if (prose_find_any(text, "resolved|recovered|full recovery|fully mitigated|back to normal|normal again|all clear|over$|incident closed|incident ends") >= 0)
		return true;
	return prose_find(text, STR("restored")) >= 0 && prose_find(text, STR("restored to ")) < 0;
}

struct stated_window claims_window(const struct claims *c)
{
	struct stated_window w = { TIME_NONE, TIME_NONE, 0, 0 };

	for (size_t i = 0; i < c->list.n; i++) {
		const struct claim *x = &c->list.at[i];
		if (x->kind == CLAIM_WINDOW && x->to_ns > x->from_ns)
			return (struct stated_window){ x->from_ns, x->to_ns, x->line, x->line };
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < c->list.n; i++) {
			const struct claim *x = &c->list.at[i];
			bool event = x->kind == CLAIM_EVENT && x->entry && pass == 1;

			if (w.from_line == 0 && ((x->kind == CLAIM_START && pass == 0) || (event && x->bound == 0 && opens(x)))) {
				w.from_ns = x->from_ns;
				w.from_line = x->line;
			}
			if ((x->kind == CLAIM_END && pass == 0) || (event && claim_closes(x->sentence) && (w.to_line == 0 || x->to_ns > w.to_ns))) {
				w.to_ns = x->to_ns;
				w.to_line = x->line;
			}
		}
	return w;
}

static void conflict(struct claims *c, struct claim *x, size_t line, struct str what)
{
	(void)c;
	if (x->conflict.len == 0) {
		x->conflict = what;
		x->conflict_line = line;
	}
}

/* How far a stated duration may be from another one: what its last unit leaves open, and 3 %. */
static double length_slack(const struct amount *a, double other)
{
	return fmax(a->slack * (a->about ? 2 : 1) + 30, 0.03 * other);
}

static void compare_length(struct claims *c, struct claim *x, const struct stated_window *w)
{
	if (w->from_line == 0 || w->to_line == 0)
		return;
	double length = (double)(w->to_ns - w->from_ns) / 1e9, off = x->amount.value - length;

	/* "..., degraded for 2 h of it" says itself that it is a part. */
	if (prose_find_any(x->sentence, "of it$|of which|of them") >= 0 && off < 0)
		return;
	if (length <= 0 || fabs(off) <= length_slack(&x->amount, length) ||
	    (x->amount.bound > 0 && off < 0) || (x->amount.bound < 0 && off > 0))
		return;
	conflict(c, x, w->to_line,
	         arena_printf(c->arena, "%.*s – %.*s is %.*s", STR_ARG(claim_time(c, w->from_ns)), STR_ARG(claim_time(c, w->to_ns)),
	                      STR_ARG(claim_length(c, length))));
}

static int64_t day_of(const struct claims *c, int64_t ns)
{
	int64_t s = ns / NS_PER_S + c->offset_s;

	return s / 86400 - (s % 86400 < 0);
}

static struct str date_words(const struct claims *c, int64_t ns)
{
	return str_head(claim_time(c, ns), 10);
}

static void compare_date(struct claims *c, struct claim *x, const struct stated_window *w)
{
	if (w->from_line == 0 || x->line == w->from_line)
		return;
	int64_t from = day_of(c, w->from_ns), to = w->to_line ? day_of(c, w->to_ns) : from, last = day_of(c, x->to_ns);

	if (day_of(c, x->from_ns) == from || (day_of(c, x->from_ns) >= from && last <= to))
		return;
	conflict(c, x, w->from_line, arena_printf(c->arena, "the incident's times begin on %.*s", STR_ARG(date_words(c, w->from_ns))));
}

static void compare_weekday(struct claims *c, struct claim *x)
{
	static const char *const names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	int64_t year;
	unsigned month, day;

	if (x->weekday < 0 || x->from_ns == TIME_NONE)
		return;
	civil_from_days(day_of(c, x->from_ns), &year, &month, &day);
	int real = moment_weekday((int)year, month, day);
	if (real != x->weekday)
		conflict(c, x, x->line, arena_printf(c->arena, "%04d-%02u-%02u was a %s", (int)year, month, day, names[real]));
}

/* An edge of the window that is said again, otherwise. */
static void compare_edge(struct claims *c, struct claim *x, int64_t said_ns, int64_t edge_ns, size_t line, const char *what)
{
	int64_t slack = x->slack_ns > 300 * NS_PER_S ? x->slack_ns : 300 * NS_PER_S;

	if (line == 0 || line == x->line || llabs(said_ns - edge_ns) <= slack)
		return;
	conflict(c, x, line, arena_printf(c->arena, "%s is %.*s there", what, STR_ARG(claim_time(c, edge_ns))));
}

void claims_compare(struct claims *c)
{
	struct stated_window w = claims_window(c);
	const struct claim *before = NULL;

	for (size_t i = 0; i < c->list.n; i++) {
		struct claim *x = &c->list.at[i];

		compare_weekday(c, x);
		if (x->kind == CLAIM_DURATION)
			compare_length(c, x, &w);
		else if (x->kind == CLAIM_DATE)
			compare_date(c, x, &w);
		else if (x->kind == CLAIM_START && x->to_ns - x->from_ns < 600 * NS_PER_S)
			compare_edge(c, x, x->from_ns, w.from_ns, w.from_line, "the start");
		else if (x->kind == CLAIM_END)
			compare_edge(c, x, x->to_ns, w.to_ns, w.to_line, "the end");
		else if (x->kind == CLAIM_EVENT && x->entry && x->bound == 0 && claim_closes(x->sentence) && x->line != w.to_line && w.to_ns != TIME_NONE &&
			 x->from_ns > w.to_ns)
			compare_edge(c, x, x->to_ns, w.to_ns, w.to_line, "the end");
		if (x->kind == CLAIM_EVENT && x->entry) {
			if (before && x->line == before->line + 1 && x->bound == 0 && before->bound == 0 && x->from_ns < before->from_ns)
				conflict(c, x, before->line, arena_printf(c->arena, "the entry before it is later, %.*s", STR_ARG(claim_time(c, before->from_ns))));
			before = x;
		}
	}
}
