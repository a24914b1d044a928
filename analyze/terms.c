#include "analyze/terms.h"

#include <math.h>
#include <stdio.h>

#include "analyze/acts.h"
#include "analyze/dense.h"
#include "analyze/explains.h"
#include "core/ascii.h"

/*
 * Priors: published triggers of outages (Google SRE, "Reliable Product Launches"/postmortem analysis: binary push 37 %,
 * configuration push 31 %, user behaviour 9 %, pipeline 6 %, provider 5 %, decay 5 %, capacity 5 %, hardware 2 %), spread
 * over our kinds and centred. A condition that is seen in the logs carries its evidence in its own terms; its prior is flat.
 */
static double prior_of(enum cause_kind kind, bool act)
{
	if (!act)
		return kind == CAUSE_HOST_FAULT || kind == CAUSE_BAD_INPUT ? -0.8 : -0.3;
	switch (kind) {
	case CAUSE_DEPLOYMENT: return 0.5;
	case CAUSE_CONFIG_CHANGE: return 0.4;
	case CAUSE_FEATURE_FLAG: return 0.3;
	case CAUSE_SCHEMA_MIGRATION: return 0.2;
	case CAUSE_SCHEDULED_JOB: return -0.2;
	case CAUSE_CREDENTIAL:
	case CAUSE_CERTIFICATE: return 0.0;
	case CAUSE_NETWORK: return -0.3;
	case CAUSE_RESTART: return -0.8;
	case CAUSE_SLOW_QUERY:
	case CAUSE_LOCK_CONTENTION:
	case CAUSE_CONNECTION_EXHAUSTION:
	case CAUSE_TRAFFIC_SURGE:
	case CAUSE_CACHE_FAILURE:
	case CAUSE_DEPENDENCY_FAILURE:
	case CAUSE_RESOURCE_EXHAUSTION:
	case CAUSE_DNS:
	case CAUSE_BAD_INPUT:
	case CAUSE_HOST_FAULT:
	case CAUSE_UNKNOWN:
	case CAUSE_KIND_COUNT: break;
	}
	return -0.3;
}

void term_prior(struct inquiry *q, struct candidate *c)
{
	/* What a host's own lines say of it is a condition like others. */
	double p = c->kind == CAUSE_HOST_FAULT && c->family ? prior_of(CAUSE_RESOURCE_EXHAUSTION, false) : prior_of(c->kind, c->act >= 0);
	term_add(q, c, "prior", p, NULL, "how often incidents start with a %s", cause_kind_words(c->kind));
}

/* ---- precedence ---- */

static const char *words_ns(int64_t ns, char out[static TIME_TEXT_BYTES])
{
	return duration_format(ns < 0 ? -ns : ns, out);
}

char *term_ms(double ms, char out[static TIME_TEXT_BYTES])
{
	if (ms < 10000) {
		snprintf(out, TIME_TEXT_BYTES, ms < 0.5 ? "0 s" : "%.0f ms", ms);
		return out;
	}
	return duration_format((int64_t)fmin(ms * 1e6, 9e18), out);
}

/* Density (per minute) of the lag from a change that breaks something to the first failure: often at once, mostly minutes, a tail of hours. */
static double lag_density(double minutes)
{
	if (minutes < 0)
		minutes = 0;
	return 0.25 / 0.3 * exp(-minutes / 0.3) + 0.47 / 2.5 * exp(-minutes / 2.5) + 0.20 / 25 * exp(-minutes / 25) + 0.08 / 150 * exp(-minutes / 150);
}

/*
 * Placebo: the share of other minutes, of the quiet time, that would look as guilty of an onset: those with a change of the same sort
 * (for a job, a run of it) at most as long before them. (1 + k) / (1 + n), so that it is never nothing.
 */
static double placebo(const struct inquiry *q, const struct act *act, int64_t lag)
{
	const int64_t minute = 60 * NS_PER_S;
	int64_t reach = lag > 0 ? lag : 0, step = (q->f->to_ns - q->f->from_ns) / 2000, last = INT64_MIN;
	double n = 0, k = 0;
	size_t next = 0;
	if (step < minute)
		step = minute;
	for (int64_t t = q->f->from_ns + reach; t < q->f->to_ns; t += step) {
		for (; next < q->f->n_acts && q->f->acts[next].begin_ns <= t; next++) {
			const struct act *other = &q->f->acts[next];
			if (act->kind == CHANGE_JOB ? other->kind == CHANGE_JOB && str_eq(other->entity, act->entity)
			                            : other->kind != CHANGE_JOB && (!other->derived || act->derived))
				last = other->begin_ns;
		}
		if (!outbreak_quiet_step(q->o, &q->f->grid, grid_step(&q->f->grid, t)))
			continue;
		n++;
		k += last >= t - reach;
	}
	return (1 + k) / (1 + n);
}

static void term_precedence(struct inquiry *q, struct candidate *c, const struct act *act)
{
	char words[TIME_TEXT_BYTES];
	int64_t lag = q->o->onset_best_ns - act->begin_ns;
	int64_t slack = q->o->onset_to_ns - q->o->onset_best_ns;
	if (slack < 20 * NS_PER_S)
		slack = 20 * NS_PER_S;
	if (lag < -slack) {
		c->herring = true;
		term_add(q, c, "precedence", -6, &act->refs, "came %s after the first failures", words_ns(lag, words));
		return;
	}
	/* Base rate, per minute: changes of any kind that the archive records; for a job, how often it runs. */
	size_t changes = 0;
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *other = &q->f->acts[i];
		if (act->kind == CHANGE_JOB)
			changes += other->kind == CHANGE_JOB && str_eq(other->entity, act->entity);
		else
			changes += other->kind != CHANGE_JOB && (!other->derived || act->derived);
	}
	double minutes = (double)(q->f->to_ns - q->f->from_ns) / 60e9;
	double rate = ((double)changes + 1) / fmax(minutes, 10);
	double lr = log(lag_density((double)lag / 60e9) / rate);
	/* It cannot say more than how rare it is that a minute has a change as near before it. */
	double p = placebo(q, act, lag);
	lr = fmax(-4, fmin(fmin(2.5, -log(p)), lr));
	term_add(q, c, "precedence", lr, &act->refs, "%s before the first failures (%zu changes in %.0f minutes of logs; %.0f %% of all quiet minutes have one as near before them)",
	         words_ns(lag < 0 ? 0 : lag, words), changes, minutes, 100 * p);
}

/* ---- place ---- */

bool tells_end(const struct inquiry *q, ptrdiff_t service, bool or_start, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if ((k->kind == EV_STOP || k->kind == EV_CRASH || (or_start && k->kind == EV_START)) && k->time_ns >= from_ns && k->time_ns <= to_ns &&
		    facts_service(q->f, k->service) == service)
			return true;
	}
	return false;
}

/* Did it stop or crash when the failures began? Then it has said what is unusual, in lines that are no errors. */
static bool stopped(const struct inquiry *q, ptrdiff_t service)
{
	return tells_end(q, service, false, q->o->onset_from_ns - 60 * NS_PER_S, q->o->onset_to_ns + 60 * NS_PER_S);
}

/* Surplus failures and trouble lines of a service's hosts: is it one host's trouble? */
static void term_place(struct inquiry *q, struct candidate *c)
{
	if (c->service_index < 0)
		return;
	const struct service *s = &q->f->services[c->service_index];
	const struct illness *v = &q->ill[c->service_index];
	if (s->database || s->cache) {
		double lines = (v->own_lines) / q->failures;
		if (lines > 0.05)
			term_add(q, c, "place", 0.7, NULL, "%.*s itself logs %.0f lines of trouble that it did not log before", STR_ARG(s->name), v->own_lines);
		else if (!stopped(q, c->service_index))
			/* Caches hardly ever log what they serve. */
			term_add(q, c, "place", s->cache ? -0.2 : -0.8, NULL, "%.*s itself logs nothing unusual", STR_ARG(s->name));
		return;
	}
	double http = (v->failed + 0.5 * v->slow) / q->failures, own = v->own_lines / q->failures;
	double caller = v->caller_lines / q->failures;
	if (!s->has_http && v->own_lines + v->caller_lines < 1 && s->lines < 20)
		return;
	if (v->silent) {
		term_add(q, c, "place", 1.2, NULL, "%.*s falls silent: it logs hardly any request or line in the bad time", STR_ARG(s->name));
		return;
	}
	if (http < 0.03 && own < 0.03 && caller < 0.03) {
		term_add(q, c, "place", -3, NULL, "%.*s stays healthy: %.0f failed and %.0f slow requests of its own in the bad time, no new error lines",
		         STR_ARG(s->name), v->failed, v->slow);
		return;
	}
	/* Its callers fail as it fails; what it complains of is elsewhere only when that other service is ill, too. */
	double better = 0;
	for (size_t i = 0; i < q->n_emergent && i < 40; i++) {
		const struct emergence *e = &q->emergent[i];
		bool elsewhere = e->outside.len || (e->names >= 0 && q->ill[e->names].score > 0.3);
		if (e->trouble && e->voice->service == (size_t)c->service_index && elsewhere)
			better = fmax(better, fmin(1, (e->bad - e->expected) / q->failures));
	}
	double lr = 1.2 * fmin(1, http + own) - 1.5 * better;
	if (http + own < 0.05)
		lr -= 1.2;
	term_add(q, c, "place", lr, NULL, "%.*s in the bad time: %.0f failed and %.0f slow requests, %.0f new error lines of its own, %.0f about others",
	         STR_ARG(s->name), v->failed, v->slow, v->own_lines, v->caller_lines);
}

/* ---- mechanism ---- */

/* Number of quiet and emergent voices (and routes that fail) whose text or lines hold a word. */
static bool line_has(const struct inquiry *q, const struct voice *v, struct str word, struct ref *hit)
{
	size_t looked = 0;
	for (size_t i = 0; i < q->f->n_kept && looked < 3; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns < q->o->onset_from_ns || k->time_ns > q->o->end_ns || !k->template_id)
			continue;
		if (!voice_says(v, k))
			continue;
		looked++;
		if (str_find_nocase(k->ref.text, word) >= 0) {
			*hit = k->ref;
			return true;
		}
	}
	return false;
}

static bool common_word(const struct inquiry *q, struct str word)
{
	static const char *const stop[] = { "true", "false", "null", "none", "config", "deploy", "feature", "enabled", "disabled", "production",
		                            "release", "version", "update", "change", "timeout", "timeouts", "service", "server", "http", "https",
		                            "user", "users", "with", "from", "this", "that", "prod", "main", "default", "time", "error", NULL };
	for (size_t i = 0; stop[i]; i++)
		if (str_eq_nocase(word, str_of(stop[i])))
			return true;
	/* A service's name is no clue: all its lines have it. */
	return facts_service(q->f, word) >= 0;
}

/* Does a word stand in lines that are not new? Then it says nothing. */
static bool everyday(const struct inquiry *q, struct str word)
{
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns >= q->o->onset_from_ns - 60 * NS_PER_S)
			break;
		if (k->kind != EV_CHANGE && k->kind != EV_START && k->kind != EV_STOP && k->kind != EV_RELOAD && str_find_nocase(k->ref.text, word) >= 0)
			return true;
	}
	return false;
}

struct clue { struct str word; struct refs refs; double weight; };

static void look_for(struct inquiry *q, struct str word, double weight, struct clue *best)
{
	if (word.len < 3 || common_word(q, word) || everyday(q, word))
		return;
	size_t seen = 0;
	for (size_t i = 0; i < q->n_emergent && seen < 25; i++) {
		const struct emergence *e = &q->emergent[i];
		if (!e->trouble)
			continue;
		seen++;
		struct ref hit;
		bool in_text = str_find_nocase(e->voice->text, word) >= 0;
		if (!in_text && !line_has(q, e->voice, word, &hit))
			continue;
		double w = weight * fmin(1, 0.3 + (e->bad - e->expected) / q->failures);
		if (w <= best->weight)
			continue;
		best->weight = w;
		best->word = word;
		best->refs = inquiry_lines(q, e->voice, 2);
	}
}

/* Words of a text, and of a compound name its parts. */
static void look_for_words(struct inquiry *q, struct str text, double weight, struct clue *best)
{
	while (text.len) {
		size_t b = 0;
		while (b < text.len && !is_alnum(text.ptr[b]))
			b++;
		size_t e = b;
		while (e < text.len && is_alnum(text.ptr[e]))
			e++;
		struct str word = str_head(str_from(text, b), e - b);
		if (word.len >= 4)
			look_for(q, word, weight, best);
		text = str_from(text, e);
	}
}

/* Does a service that this one calls speak of the same trouble? Then the words are its. */
static bool said_deeper(const struct inquiry *q, const struct emergence *e)
{
	for (size_t i = 0; i < q->n_emergent && e->voice->family; i++) {
		const struct emergence *d = &q->emergent[i];
		if (d->trouble && d->voice->family == e->voice->family && d->voice->service != e->voice->service &&
		    inquiry_depends(q, (ptrdiff_t)e->voice->service, (ptrdiff_t)d->voice->service) &&
		    !inquiry_depends(q, (ptrdiff_t)d->voice->service, (ptrdiff_t)e->voice->service))
			return true;
	}
	return false;
}

/* What the changed service says that it never said before, of a kind that such a change brings about, and of itself. */
static double new_words(const struct inquiry *q, enum cause_kind change, ptrdiff_t service, const struct emergence **out)
{
	double most = 0;
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		const struct family *fam = e->voice->family;
		if (e->trouble && (ptrdiff_t)e->voice->service == service && e->expected < 0.05 * e->bad && e->bad - e->expected > most &&
		    (fam ? fam->nature == NATURE_CAUSE && explains_condition(change, fam->kind, fam) >= 1 && !said_deeper(q, e) : e->names < 0 && !e->outside.len)) {
			most = e->bad - e->expected;
			*out = e;
		}
	}
	return most;
}

/* Does the service write its version into whatever it logs? */
static bool logs_version(const struct inquiry *q, ptrdiff_t service)
{
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind == SERIES_FACET && s->code == FACET_VERSION && facts_service(q->f, s->service) == service &&
		    series_between(s, q->f->from_ns, q->f->to_ns) >= 20)
			return true;
	}
	return false;
}

static void term_mechanism(struct inquiry *q, struct candidate *c, const struct act *act)
{
	struct clue best = { 0 };
	if (act->version.len && !str_eq(act->version, act->previous) && !logs_version(q, c->service_index))
		look_for(q, act->version, 1.0, &best);
	look_for(q, act->key, 2.2, &best);
	look_for_words(q, act->key, 1.6, &best);
	if (act->kind == CHANGE_CONFIG && act->new_value.len >= 2)
		look_for(q, act->new_value, 1.4, &best);
	if (act->kind == CHANGE_MIGRATION || act->kind == CHANGE_JOB || act->kind == CHANGE_FLAG || act->kind == CHANGE_CREDENTIAL)
		look_for_words(q, act->text, 1.2, &best);
	if (best.weight > 0.2)
		term_add(q, c, "mechanism", best.weight, &best.refs, "the new error lines speak of \"%.*s\", which is part of this change", STR_ARG(best.word));
	const struct emergence *e = NULL;
	double lines = c->service_index >= 0 ? new_words(q, c->kind, c->service_index, &e) : 0;
	/* A switch that names no service may have turned on new code anywhere: half the credit. */
	bool anywhere = c->service_index < 0 && (act->kind == CHANGE_FLAG || act->kind == CHANGE_CONFIG);
	for (size_t v = 0; anywhere && v < q->f->n_services; v++)
		lines = fmax(lines, new_words(q, c->kind, (ptrdiff_t)v, &e));
	if (e && (act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_CONFIG || act->kind == CHANGE_FLAG || act->kind == CHANGE_PACKAGE)) {
		struct refs refs = inquiry_lines(q, e->voice, 2);
		term_add(q, c, "emergence", fmin(1.2, 0.3 + lines / q->failures) * (anywhere ? 0.5 : 1), &refs,
		         "%.*s says what it never said before: \"%.*s\" (%.0f lines)", STR_ARG(q->f->services[e->voice->service].name), STR_ARG(str_head(e->voice->text, 120)), lines);
	}
}

/* ---- acts ---- */

/* Of a job that runs again and again, only the last run before the failures is a suspect. */
static bool last_run(const struct inquiry *q, size_t at)
{
	const struct act *act = &q->f->acts[at];
	if (act->begin_ns > q->o->onset_to_ns || act->begin_ns < q->o->onset_from_ns - 2 * 3600 * NS_PER_S)
		return false;
	for (size_t i = at + 1; i < q->f->n_acts && q->f->acts[i].begin_ns <= q->o->onset_to_ns; i++)
		if (q->f->acts[i].kind == CHANGE_JOB && str_eq(q->f->acts[i].entity, act->entity))
			return false;
	return true;
}

/* Does an operator's action throw away what a cache holds? */
static bool empties(const struct act *act)
{
	static const char *const words[] = { "flush", "purge", "clear", "invalidat", "evict" };
	for (size_t i = 0; act->kind == CHANGE_OPERATION && i < sizeof words / sizeof *words; i++)
		if (str_find_nocase(act->key, str_of(words[i])) >= 0 || str_find_nocase(act->text, str_of(words[i])) >= 0)
			return true;
	return false;
}

void raise_acts(struct inquiry *q, const enum change_kind *kinds, size_t n)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		bool ours = false;
		for (size_t k = 0; k < n; k++)
			ours |= act->kind == kinds[k];
		if (!ours || (act->derived && act->begin_ns > q->o->onset_to_ns))
			continue;
		if (act->kind == CHANGE_JOB && !last_run(q, i))
			continue;
		struct candidate *c = inquiry_raise(q, change_kind_cause(act->kind), act->server.len ? act->server : act->service, act->entity, act->begin_ns);
		if (!c)
			return;
		/* A cache that is restarted or flushed is down, or empty: for those who use it, the cache fails. */
		if ((c->kind == CAUSE_RESTART || empties(act)) && c->service_index >= 0 && q->f->services[c->service_index].cache)
			c->kind = CAUSE_CACHE_FAILURE;
		c->act = (ptrdiff_t)i;
		c->what = act_words(act, q->arena);
		c->refs = act->refs;
	}
}

/* The act is itself the undoing of another one, or an operator's step: it answers trouble, it does not begin it. */
static void term_intervention(struct inquiry *q, struct candidate *c, const struct act *act)
{
	if (act->undoes >= 0 && q->f->acts[act->undoes].begin_ns < act->begin_ns && act->kind != CHANGE_FLAG)
		term_add(q, c, "intervention", -1, NULL, "takes back an earlier change");
	else if (act_is_intervention(act) && !act->derived)
		term_add(q, c, "intervention", -0.5, NULL, "a step that operators take in trouble");
}

void test_act(struct inquiry *q, struct candidate *c)
{
	const struct act *act = &q->f->acts[c->act];
	term_prior(q, c);
	term_precedence(q, c, act);
	if (c->herring)
		return;
	term_place(q, c);
	term_path(q, c);
	term_origin(q, c);
	term_rollout(q, c, act);
	term_mechanism(q, c, act);
	if (c->kind == CAUSE_CACHE_FAILURE)
		term_load(q, c);
	term_reversal(q, c, act);
	if (act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_CONFIG || act->kind == CHANGE_FLAG || act->kind == CHANGE_PACKAGE)
		term_calls(q, c, act);
	term_intervention(q, c, act);
	if (act->failed)
		term_add(q, c, "failed", 0.5, &act->refs, "the change itself did not succeed");
}
