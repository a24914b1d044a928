#include "analyze/claim_hold.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/prose.h"

enum { SAID_MAX = 2000, ROUTES_SHOWN = 3, REFS_SHOWN = 3 };

static const int64_t minute_ns = 60 * NS_PER_S;

void claim_say(struct holding *h, struct claim *c, enum claim_verdict v, const char *fmt, ...)
{
	char text[SAID_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	c->verdict = c->verdict == CLAIM_CONTRADICTED ? c->verdict : v == CLAIM_UNKNOWN ? c->verdict : v;
	c->found = c->found.len ? arena_printf(h->arena, "%.*s; %s", STR_ARG(c->found), text) : arena_str(h->arena, str_of(text));
}

/* ---- the course of the incident ---- */

static void fold_course(const struct holding *h, int64_t from_ns, int64_t to_ns, double *sum, double *top, size_t *n)
{
	*sum = *top = 0;
	*n = 0;
	for (size_t i = 0; h->course && i < h->course->n; i++) {
		int64_t at = h->course->from_ns + (int64_t)i * h->course->step_ns;
		double v = h->course->values[i];

		if (at + h->course->step_ns <= from_ns || at >= to_ns || isnan(v))
			continue;
		*sum += v;
		*top = fmax(*top, v);
		++*n;
	}
}

double course_mean(const struct holding *h, int64_t from_ns, int64_t to_ns)
{
	double sum, top;
	size_t n;

	fold_course(h, from_ns, to_ns, &sum, &top, &n);
	return n ? sum / (double)n : (double)NAN;
}

bool course_bad(const struct holding *h, int64_t from_ns, int64_t to_ns)
{
	double sum, top;
	size_t n;

	fold_course(h, from_ns, to_ns, &sum, &top, &n);
	return n > 0 && top > h->usual + fmax(0.5, 0.1 * (h->worst - h->usual));
}

static void look_at_course(struct holding *h)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < h->in->n_plots && !h->course; i++) {
		const struct plot *p = &h->in->plots[i];
		if (str_eq(p->unit, STR("%")) && p->n > 0 && p->step_ns > 0) /* the first one is the symptom that leads */
			h->course = p;
	}
	for (size_t i = 0; h->course && i < h->course->n; i++) {
		int64_t at = h->course->from_ns + (int64_t)i * h->course->step_ns;
		double v = h->course->values[i];

		if (isnan(v))
			continue;
		h->worst = fmax(h->worst, v);
		if (at + h->course->step_ns > h->in->onset_from_ns && at < h->end_ns)
			continue;
		sum += v;
		n++;
	}
	h->usual = n ? sum / (double)n : 0;
}

/* ---- times ---- */

static struct str off_words(struct holding *h, int64_t off_ns, const char *early, const char *late)
{
	if (llabs(off_ns) < minute_ns)
		return STR_NONE;
	return arena_printf(h->arena, ", %.*s %s", STR_ARG(claim_length(h->claims, (double)llabs(off_ns) / 1e9)), off_ns < 0 ? early : late);
}

/* How far an instant is outside of an interval; 0 inside. */
static int64_t outside(int64_t at, int64_t from, int64_t to)
{
	return at < from ? at - from : at > to ? at - to : 0;
}

static bool start_fits(const struct holding *h, const struct claim *c, int64_t at)
{
	return llabs(outside(at, h->in->onset_from_ns, h->in->onset_to_ns)) <= h->start_slack_ns + (c->slack_ns > minute_ns ? c->slack_ns : 0);
}

static bool end_fits(const struct holding *h, const struct claim *c, int64_t at)
{
	return llabs(at - h->end_ns) <= h->end_slack_ns + (c->slack_ns > minute_ns ? c->slack_ns : 0);
}

static void hold_start(struct holding *h, struct claim *c, int64_t at)
{
	bool good = start_fits(h, c, at);

	claim_say(h, c, good ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "failures begin at %.*s%.*s", STR_ARG(claim_time(h->claims, h->in->onset_best_ns)),
	          STR_ARG(off_words(h, h->in->onset_best_ns - at, "before that", "after that")));
	if (h->in->n_symptoms && c->refs.n == 0)
		c->refs = h->in->symptoms[0].refs;
}

static void hold_end(struct holding *h, struct claim *c, int64_t at)
{
	if (h->in->recovered_ns == TIME_NONE) {
		bool inside = at < h->file->to_ns;
		claim_say(h, c, inside ? CLAIM_CONTRADICTED : CLAIM_UNKNOWN, "no recovery in these logs, which end at %.*s", STR_ARG(claim_time(h->claims, h->file->to_ns)));
		return;
	}
	claim_say(h, c, end_fits(h, c, at) ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "back to the usual level at %.*s%.*s",
	          STR_ARG(claim_time(h->claims, h->end_ns)), STR_ARG(off_words(h, h->end_ns - at, "before that", "after that")));
}

static bool in_logs(const struct holding *h, const struct claim *c)
{
	return c->to_ns >= h->file->from_ns && c->from_ns <= h->file->to_ns;
}

static int64_t midnight(const struct claims *c, int64_t ns)
{
	int64_t s = ns / NS_PER_S + c->offset_s;

	return (s - ((s % 86400) + 86400) % 86400 - c->offset_s) * NS_PER_S;
}

static void hold_date(struct holding *h, struct claim *c)
{
	int64_t first = midnight(h->claims, h->in->onset_best_ns), last = midnight(h->claims, h->end_ns);
	int64_t from = midnight(h->claims, c->from_ns), to = midnight(h->claims, c->to_ns);
	struct str begins = str_head(claim_time(h->claims, h->in->onset_best_ns), 10);
	bool good = from >= first && to <= last && from <= to;

	if (good)
		claim_say(h, c, CLAIM_HOLDS, "the incident begins on %.*s", STR_ARG(begins));
	else
		claim_say(h, c, CLAIM_CONTRADICTED, "the incident begins on %.*s and ends on %.*s", STR_ARG(begins), STR_ARG(str_head(claim_time(h->claims, h->end_ns), 10)));
	if (h->in->n_symptoms)
		c->refs = h->in->symptoms[0].refs;
}

static void hold_duration(struct holding *h, struct claim *c)
{
	const struct amount *a = &c->amount;
	double length = h->in->duration_s, bad = h->in->degraded_s;
	double slack = fmax(fmax(a->slack * (a->about ? 2 : 1), 0.1 * length), 60), bad_slack = fmax(a->slack, 0.1 * bad);
	struct str both = arena_printf(h->arena, "%.*s from the first failures to recovery, bad for %.*s of it", STR_ARG(claim_length(h->claims, length)),
	                               STR_ARG(claim_length(h->claims, bad)));
	bool fits = fabs(a->value - length) <= slack || (a->bound > 0 && length >= a->value) || (a->bound < 0 && length <= a->value);

	if (fabs(a->value - bad) <= bad_slack && fabs(a->value - bad) < fabs(a->value - length) && bad < 0.95 * length)
		claim_say(h, c, CLAIM_HOLDS, "as the time that was really bad: %.*s", STR_ARG(both));
	else
		claim_say(h, c, fits ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "%.*s", STR_ARG(both));
}

/* ---- shares ---- */

static bool share_fits(const struct amount *a, double share)
{
	double slack = fmax(fmax(a->slack, 0.03), (a->about ? 0.2 : 0.1) * share);

	return fabs(a->value - share) <= slack || (a->bound > 0 && share >= a->value) || (a->bound < 0 && share <= a->value);
}

static bool count_fits(const struct amount *a, double count)
{
	double slack = fmax(fmax(a->slack, 1), (a->about ? 0.2 : 0.1) * count);

	return fabs(a->value - count) <= slack || (a->bound > 0 && count >= a->value) || (a->bound < 0 && count <= a->value);
}

static void hold_users(struct holding *h, struct claim *c)
{
	const struct impact *i = &h->in->impact;
	const struct amount *a = &c->amount;
	double share = i->users_active ? (double)i->users_affected / (double)i->users_active : 0;
	bool fits = a->kind == AMOUNT_SHARE ? share_fits(a, share) : a->of > 0 ? share_fits(&(struct amount){ .value = a->value / a->of }, share) :
		    count_fits(a, (double)i->users_affected);

	if (i->users_active == 0) {
		claim_say(h, c, CLAIM_UNKNOWN, "no users and no client addresses in these logs");
		return;
	}
	enum claim_verdict v = fits ? CLAIM_HOLDS : i->users_are_clients ? CLAIM_UNKNOWN : CLAIM_CONTRADICTED;
	claim_say(h, c, v, "%s%llu of %llu %s had a failed, refused or slow request (%.1f %%)", v == CLAIM_UNKNOWN ? "these logs do not name users; " : "",
	          (unsigned long long)i->users_affected, (unsigned long long)i->users_active, i->users_are_clients ? "client addresses" : "users", 100 * share);
}

/* Does the sentence name the route, and no longer one that begins like it? */
static bool names_route(struct str sentence, struct str route)
{
	ptrdiff_t at = route.len > 0 ? str_find(sentence, route) : -1;
	size_t end = (size_t)at + route.len;
	char after = at >= 0 && end < sentence.len ? sentence.ptr[end] : ' ';

	return at >= 0 && !memchr("/-_", after, 3) && !(after >= '0' && after <= '9') && !(after >= 'a' && after <= 'z');
}

/* A share of a symptom: at its peak, or what is usual. */
static bool symptom_fits(const struct amount *a, const struct symptom *s)
{
	return a->kind == AMOUNT_SHARE && (share_fits(a, s->peak) || fabs(a->value - s->baseline) <= fmax(a->slack, 0.0005) + 1e-9);
}

/* Requests of one route. False when the sentence names none. */
static bool hold_route(struct holding *h, struct claim *c)
{
	const struct impact *i = &h->in->impact;
	const struct amount *a = &c->amount;

	for (size_t r = 0; r < i->n_routes; r++) {
		const struct impact_route *x = &i->routes[r];
		double of = x->requests ? (double)x->failed / (double)x->requests : 0, peak = 0;
		bool fits = a->kind == AMOUNT_SHARE ? share_fits(a, of) : count_fits(a, (double)x->failed) || count_fits(a, (double)x->requests);

		if (!names_route(c->sentence, x->route))
			continue;
		for (size_t s = 0; s < h->in->n_symptoms; s++)
			if (str_eq(h->in->symptoms[s].route, x->route)) {
				fits |= symptom_fits(a, &h->in->symptoms[s]);
				peak = fmax(peak, h->in->symptoms[s].peak);
			}
		claim_say(h, c, fits ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "%.*s: %llu of %llu failed (%.1f %%)", STR_ARG(x->route), (unsigned long long)x->failed,
		          (unsigned long long)x->requests, 100 * of);
		if (peak > of)
			claim_say(h, c, CLAIM_UNKNOWN, "%.1f %% at worst", 100 * peak);
		return true;
	}
	return false;
}

static void hold_requests(struct holding *h, struct claim *c)
{
	const struct impact *i = &h->in->impact;
	const struct amount *a = &c->amount;
	double share = i->requests_total ? (double)i->requests_failed / (double)i->requests_total : 0;
	double slow = i->requests_total ? (double)i->requests_slow / (double)i->requests_total : 0;
	bool fits;

	if (i->requests_total == 0) {
		claim_say(h, c, CLAIM_UNKNOWN, "no requests in these logs");
		return;
	}
	if (hold_route(h, c))
		return;
	for (size_t r = 0; r < i->n_routes && a->of > 0; r++) {
		const struct impact_route *x = &i->routes[r];

		if (!count_fits(&(struct amount){ .value = a->of }, (double)x->requests) || !count_fits(a, (double)x->failed))
			continue;
		claim_say(h, c, CLAIM_HOLDS, "%.*s: %llu of %llu failed", STR_ARG(x->route), (unsigned long long)x->failed, (unsigned long long)x->requests);
		return;
	}
	if (a->of > 0)
		fits = count_fits(&(struct amount){ .value = a->of }, (double)i->requests_total) && count_fits(a, (double)i->requests_failed);
	else if (a->kind == AMOUNT_SHARE)
		fits = share_fits(a, share) || share_fits(a, i->peak_error_rate) || share_fits(a, slow);
	else
		fits = count_fits(a, (double)i->requests_failed) || count_fits(a, (double)i->requests_total) || count_fits(a, (double)i->requests_slow);
	for (size_t s = 0; s < h->in->n_symptoms; s++)
		fits |= h->in->symptoms[s].route.len == 0 && symptom_fits(a, &h->in->symptoms[s]);
	claim_say(h, c, fits ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "%llu of %llu requests failed (%.1f %%, at worst %.1f %%), %llu were slow",
	          (unsigned long long)i->requests_failed, (unsigned long long)i->requests_total, 100 * share, 100 * i->peak_error_rate,
	          (unsigned long long)i->requests_slow);
}

/* ---- zones ---- */

/* Do the stated window and its edges, else what the timeline begins and ends with, fit when every time is moved? */
static bool window_fits(const struct holding *h, int64_t shift_ns)
{
	struct stated_window w = claims_window(h->claims);
	const struct claim plain = { .slack_ns = 60 * NS_PER_S };
	size_t stated = w.from_line > 0;

	if (w.from_line > 0 && !start_fits(h, &plain, w.from_ns + shift_ns))
		return false;
	if (w.to_line > 0 && h->in->recovered_ns != TIME_NONE && !end_fits(h, &plain, w.to_ns + shift_ns))
		return false;
	for (size_t i = 0; i < h->claims->list.n; i++) {
		const struct claim *c = &h->claims->list.at[i];
		bool start = c->kind == CLAIM_WINDOW || c->kind == CLAIM_START, end = c->kind == CLAIM_WINDOW || c->kind == CLAIM_END;

		if ((start && !start_fits(h, c, c->from_ns + shift_ns)) || (end && h->in->recovered_ns != TIME_NONE && !end_fits(h, c, c->to_ns + shift_ns)))
			return false;
		stated += start || end;
	}
	return stated > 0;
}

/* The zone in which the stated times fit, where they do not as they stand; at most 14 hours off. */
static bool other_zone(const struct holding *h, int64_t *shift_ns)
{
	if (window_fits(h, 0))
		return false;
	for (int hours = 1; hours <= 14; hours++)
		for (int sign = -1; sign <= 1; sign += 2) {
			*shift_ns = (int64_t)sign * hours * 3600 * NS_PER_S;
			if (window_fits(h, *shift_ns))
				return true;
		}
	return false;
}

static void hold_zone(struct holding *h)
{
	struct claims *all = h->claims;
	int64_t shift;
	bool other = other_zone(h, &shift);
	struct claim *c = NULL;

	for (size_t i = 0; i < all->list.n && !c; i++)
		c = all->list.at[i].kind == CLAIM_ZONE ? &all->list.at[i] : NULL;
	if (other) {
		all->offset_s -= (int32_t)(shift / NS_PER_S);
		struct str begin = claim_time(all, h->in->onset_best_ns);
		struct str zone = str_from(begin, 20);

		for (size_t i = 0; i < all->list.n; i++)
			if (all->list.at[i].from_ns != TIME_NONE) {
				all->list.at[i].from_ns += shift;
				all->list.at[i].to_ns += shift;
			}
		all->note = arena_printf(h->arena, "the times fit the logs when they are read as %.*s, and are held against them so", STR_ARG(zone));
		if (c)
			claim_say(h, c, CLAIM_CONTRADICTED, "%.*s", STR_ARG(all->note));
		else
			all->note = arena_printf(h->arena, "no zone is stated: %.*s", STR_ARG(all->note));
	} else if (!all->zone_stated) {
		all->note = STR("no zone is stated: times are read as UTC");
	} else if (c && window_fits(h, 0)) {
		claim_say(h, c, CLAIM_HOLDS, "in it the stated times fit the logs");
	}
}

static void hold_one(struct holding *h, struct claim *c)
{
	if (c->from_ns != TIME_NONE && c->kind != CLAIM_DATE && !in_logs(h, c)) {
		claim_say(h, c, c->kind == CLAIM_EVENT ? CLAIM_UNKNOWN : CLAIM_CONTRADICTED, "the logs reach from %.*s to %.*s",
		          STR_ARG(claim_time(h->claims, h->file->from_ns)), STR_ARG(claim_time(h->claims, h->file->to_ns)));
		return;
	}
	switch (c->kind) {
	case CLAIM_DATE: hold_date(h, c); break;
	case CLAIM_WINDOW:
		hold_start(h, c, c->from_ns);
		hold_end(h, c, c->to_ns);
		break;
	case CLAIM_START: hold_start(h, c, outside(h->in->onset_best_ns, c->from_ns, c->to_ns) == 0 ? h->in->onset_best_ns : c->from_ns); break;
	case CLAIM_END: hold_end(h, c, c->to_ns); break;
	case CLAIM_DURATION: hold_duration(h, c); break;
	case CLAIM_EVENT: hold_event(h, c); break;
	case CLAIM_USERS: hold_users(h, c); break;
	case CLAIM_REQUESTS: hold_requests(h, c); break;
	case CLAIM_CAUSE: hold_cause(h, c); break;
	case CLAIM_INNOCENT: hold_innocent(h, c); break;
	case CLAIM_ZONE:
	case CLAIM_KIND_COUNT: break;
	}
	if (c->refs.n > REFS_SHOWN)
		c->refs.n = REFS_SHOWN;
}

void claims_hold(struct claims *all, const struct casefile *file, const struct incident *in, const struct store_change *changes, size_t n_changes)
{
	struct holding h = { .claims = all, .arena = all->arena, .file = file, .in = in, .changes = changes, .n_changes = n_changes };
	int64_t length = (int64_t)(in->duration_s * 1e9);

	/* People round to five minutes, and write down the end when they are sure of it. */
	h.start_slack_ns = length / 33 > 5 * minute_ns ? length / 33 : 5 * minute_ns;
	h.start_slack_ns = h.start_slack_ns > 10 * minute_ns ? 10 * minute_ns : h.start_slack_ns;
	h.end_slack_ns = length / 10 > 5 * minute_ns ? length / 10 : 5 * minute_ns;
	h.end_slack_ns = h.end_slack_ns > 60 * minute_ns ? 60 * minute_ns : h.end_slack_ns;
	h.end_ns = in->recovered_ns != TIME_NONE ? in->recovered_ns : file->to_ns;
	look_at_course(&h);
	hold_zone(&h);
	for (size_t i = 0; i < all->list.n; i++)
		hold_one(&h, &all->list.at[i]);
}

const struct incident *claims_incident(const struct claims *c, const struct casefile *file)
{
	const struct incident *best = NULL;
	int64_t most = -1;

	for (size_t i = 0; i < file->n_incidents; i++) {
		const struct incident *in = &file->incidents[i];
		int64_t from = in->onset_from_ns - 3600 * NS_PER_S, to = (in->recovered_ns != TIME_NONE ? in->recovered_ns : file->to_ns) + 3600 * NS_PER_S, hits = 0;

		for (size_t k = 0; k < c->list.n; k++)
			hits += c->list.at[k].from_ns != TIME_NONE && c->list.at[k].to_ns >= from && c->list.at[k].from_ns <= to;
		if (hits > most) {
			best = in;
			most = hits;
		}
	}
	return best;
}
