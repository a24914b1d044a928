#include "analyze/terms.h"

#include <math.h>

#include "analyze/acts.h"
#include "analyze/dense.h"

enum { MAX_CONDITION_REFS = 8 };

/* Conditions that the logs show: families of error texts, and the terms they share with what is seen in numbers. */

void term_timing(struct inquiry *q, struct candidate *c, int64_t first_ns, const struct refs *refs)
{
	char words[TIME_TEXT_BYTES];
	if (first_ns == TIME_NONE)
		return;
	/* The onset is an interval: what begins within it is not late. */
	int64_t lag = first_ns <= q->o->onset_to_ns ? 0 : first_ns - q->o->onset_best_ns;
	int64_t late = (q->o->end_ns - q->o->onset_best_ns) / 10;
	if (late < 120 * NS_PER_S)
		late = 120 * NS_PER_S;
	if (lag <= 30 * NS_PER_S)
		term_add(q, c, "timing", 0.6, refs, "its first sign comes with or before the first failures");
	else if (lag <= late)
		term_add(q, c, "timing", -0.4, refs, "its first sign comes %s after the first failures", duration_format(lag, words));
	else if (q->signals->at[q->o->lead].kind == SYMPTOM_LATENCY)
		/* What is slow fails only when it gets slower than somebody's patience. */
		term_add(q, c, "timing", -0.8, refs, "its first sign comes %s after the first slow requests", duration_format(lag, words));
	else
		term_add(q, c, "timing", -2.5, refs, "its first sign comes %s after the first failures: an effect", duration_format(lag, words));
}

void term_depth(struct inquiry *q, struct candidate *c)
{
	if (c->service_index < 0)
		return;
	const struct service *s = &q->f->services[c->service_index];
	if (s->database || s->cache)
		term_add(q, c, "depth", 0.6, NULL, "%.*s is at the bottom of the call chain", STR_ARG(s->name));
	else if (c->service_index == q->f->edge && s->access)
		term_add(q, c, "depth", -1.0, NULL, "%.*s stands in front and passes on what fails behind it", STR_ARG(s->name));
}

/* A line of trouble about something outside is a caller's complaint, in whatever words. */
static const struct family *family_of_line(const struct inquiry *q, const struct emergence *e)
{
	const struct family *fam = e->voice->family;
	bool plain = !fam || fam->nature == NATURE_EFFECT;
	return e->outside.len && plain ? families_by_id(q->f->families, "upstream_error") : fam;
}

/* Whom a line blames: a caller's the one it names, the system's (kernel, init, a supervisor) the service it speaks of. */
static ptrdiff_t blamed(const struct inquiry *q, const struct emergence *e)
{
	const struct service *s = &q->f->services[e->voice->service];
	/* A caller that repeats what the database or the cache says of itself. */
	for (size_t i = 0; i < q->n_emergent && !s->database && !s->cache; i++) {
		const struct emergence *d = &q->emergent[i];
		const struct service *deeper = &q->f->services[d->voice->service];
		if ((deeper->database || deeper->cache) && d->trouble && d->voice->text.len >= 12 && d->voice->family == e->voice->family &&
		    str_find(e->voice->text, d->voice->text) >= 0)
			return (ptrdiff_t)d->voice->service;
	}
	/* ... or that says the same of it in other words, where it says so, too. */
	for (size_t i = 0; i < q->n_emergent && e->names >= 0 && !s->database && !s->cache; i++) {
		const struct emergence *d = &q->emergent[i];
		const struct service *named = &q->f->services[e->names];
		if ((named->database || named->cache) && (ptrdiff_t)d->voice->service == e->names && d->trouble && d->voice->family && d->voice->family == e->voice->family)
			return e->names;
	}
	bool of_others = family_of_line(q, e)->nature == NATURE_CALLER || (!s->has_http && !s->database && !s->cache);
	return of_others && e->names >= 0 ? e->names : (ptrdiff_t)e->voice->service;
}

/* Is it about something outside? What callers say, and a certificate, which is that of whoever is called. */
static bool of_outside(const struct family *fam, const struct emergence *e)
{
	return e->outside.len && (fam->nature == NATURE_CALLER || fam->kind == CAUSE_CERTIFICATE);
}

/* What to call it: the resource, the outside service that is blamed, the host that it is about. */
static struct str family_entity(const struct inquiry *q, const struct emergence *e, struct str service)
{
	const struct family *fam = family_of_line(q, e);
	bool outside = of_outside(fam, e);
	struct str name = outside ? e->outside : service;
	if (fam->resource)
		name = arena_printf(q->arena, "%s of %.*s", fam->resource, STR_ARG(name));
	if (e->host.len && !outside)
		name = arena_printf(q->arena, "%.*s on %.*s", STR_ARG(name), STR_ARG(e->host));
	return name;
}

void raise_family(struct inquiry *q, enum cause_kind kind)
{
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		const struct family *fam = family_of_line(q, e);
		if (!e->trouble || !fam || fam->kind != kind || e->llr < 5)
			continue;
		ptrdiff_t at = blamed(q, e);
		bool outside = of_outside(fam, e);
		struct str service = outside ? e->outside : q->f->services[at].name;
		struct candidate *same = NULL;
		for (size_t j = 0; j < q->candidates.n && !same; j++) {
			struct candidate *c = &q->candidates.at[j];
			if (c->kind == kind && c->family && c->family->resource == fam->resource && str_eq(c->service, service))
				same = c;
		}
		if (same) {
			same->share += (e->bad - e->expected) / q->failures;
			struct refs more = inquiry_lines(q, e->voice, 1);
			if (more.n && same->refs.n < MAX_CONDITION_REFS)
				*vec_push(q->arena, &same->refs) = more.at[0];
			if (e->first_ns < same->time_ns)
				same->time_ns = e->first_ns;
			continue;
		}
		struct candidate *c = inquiry_raise(q, kind, service, family_entity(q, e, service), e->first_ns == TIME_NONE ? q->o->onset_best_ns : e->first_ns);
		if (!c)
			return;
		c->family = fam;
		c->speaker = (ptrdiff_t)e->voice->service;
		c->service_index = outside ? -1 : at;
		c->share = (e->bad - e->expected) / q->failures;
		c->refs = inquiry_lines(q, e->voice, 3);
		c->what = arena_printf(q->arena, "%s: %s%s%.*s (\"%.*s\")", cause_kind_words(kind), fam->words, e->host.len ? ", on " : "", STR_ARG(e->host),
		                       STR_ARG(str_head(e->voice->text, 140)));
		if (outside)
			term_add(q, c, "outside", 0.5, &c->refs, "%.*s is called from here and has no log in this archive: its own log would settle it", STR_ARG(service));
	}
}

void connections_of(struct inquiry *q, struct candidate *c, struct str who)
{
	c->culprit = who;
	c->entity = arena_printf(q->arena, "%.*s: connections of %.*s", STR_ARG(c->service), STR_ARG(who));
	c->what = arena_printf(q->arena, "%.*s, most of the additional ones opened by %.*s", STR_ARG(c->what), STR_ARG(who));
}

/* Words of steps against a condition, by its kind; a resource's own words come with it. */
enum { MAX_REMEDIES = 7 };
static const char *const remedies[CAUSE_KIND_COUNT][MAX_REMEDIES] = {
	[CAUSE_CONNECTION_EXHAUSTION] = { "connection", "pool", "max_conn" },
	[CAUSE_CERTIFICATE] = { "cert", "tls", "ssl" },
	[CAUSE_DNS] = { "dns", "resolv", "nameserver" },
	[CAUSE_CREDENTIAL] = { "password", "credential", "secret", "token" },
	[CAUSE_NETWORK] = { "network", "firewall", "route", "security_group", "iptables", "interface" },
};

static bool step_names(const struct act *step, struct str word)
{
	return str_find_nocase(step->key, word) >= 0 || str_find_nocase(step->text, word) >= 0;
}

/* Does a step speak of what lines of a family are about, and take nothing back? */
static bool against_family(const struct act *step, const struct family *family)
{
	if (step->undoes >= 0 || step->derived || step->kind == CHANGE_JOB)
		return false;
	for (size_t i = 0; i < MAX_REMEDIES && remedies[family->kind][i]; i++)
		if (step_names(step, str_of(remedies[family->kind][i])))
			return true;
	struct str rest = str_of(family->resource ? family->resource : ""), word;
	while ((word = str_word(&rest)).len)
		if (word.len >= 4 && step_names(step, word))
			return true;
	return false;
}

static bool against(const struct inquiry *q, const struct act *step, const void *self)
{
	(void)q;
	return against_family(step, ((const struct candidate *)self)->family);
}

bool step_against_condition(const struct inquiry *q, const struct act *step)
{
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		if (e->trouble && e->voice->family && e->voice->family->nature == NATURE_CAUSE && against_family(step, e->voice->family))
			return true;
	}
	return false;
}

/* Did the failures end with such a step? Who acted had found it. */
static void term_remedy(struct inquiry *q, struct candidate *c)
{
	const struct act *step = inquiry_ended_by(q, against, c);
	if (step)
		term_add(q, c, "reversal", 1.5, &step->refs, "the failures ended with a step against it: %.*s", STR_ARG(act_words(step, q->arena)));
}

/* Are the lines those of the system (the kernel, init), which serves no requests? */
static bool by_system(const struct inquiry *q, const struct candidate *c)
{
	const struct service *s = c->speaker >= 0 ? &q->f->services[c->speaker] : NULL;
	return s && !s->has_http && !s->database && !s->cache;
}

void test_family(struct inquiry *q, struct candidate *c)
{
	term_prior(q, c);
	double share = fmin(1, c->share);
	double lines = c->share * q->failures;
	double lr = share >= 0.5 ? 1.6 : share >= 0.1 ? 0.9 : share >= 0.02 ? 0.2 : -0.8;
	/* Slow requests leave few lines, and the system says of a device what it has to say once; those that name a fault count for what they say. */
	bool few = q->signals->at[q->o->lead].kind == SYMPTOM_LATENCY || by_system(q, c);
	if (c->family->nature == NATURE_CAUSE && lines >= 5 && few && lr < 0.6)
		lr = 0.6;
	term_add(q, c, "signal", lr + fmin(0.8, lines / 50), &c->refs, "%s: %.0f lines that are new in the bad time, %.0f for every 100 failed requests",
	         c->family->words, lines, 100 * c->share);
	/* Lines about a clock that is off bear the times of that clock. */
	bool own_clock = c->family->resource && strstr(c->family->resource, "clock") && c->time_ns > q->o->onset_to_ns;
	if (!own_clock)
		term_timing(q, c, c->time_ns, &c->refs);
	switch (c->family->nature) {
	case NATURE_CAUSE: term_add(q, c, "nature", 1.2, NULL, "the lines say what is wrong"); break;
	case NATURE_CALLER: term_add(q, c, "nature", -0.4, NULL, "the lines are those of callers, who see only that something fails"); break;
	case NATURE_EFFECT: term_add(q, c, "nature", -1.2, NULL, "such lines follow from almost anything"); break;
	}
	term_remedy(q, c);
	term_origin(q, c);
	term_depth(q, c);
}

/* What a cache does not answer the database has to: its statement time while things are bad, against the usual. */
void term_load(struct inquiry *q, struct candidate *c)
{
	const struct grid *g = &q->f->grid;
	struct arena_mark mark = arena_mark(q->arena);
	double *ms = arena_new_n(q->arena, double, g->n), *calls = arena_new_n(q->arena, double, g->n);
	for (size_t i = 0; i < q->f->n_series; i++)
		if (q->f->series[i].kind == SERIES_QUERY) {
			dense_sum_ms(g, &q->f->series[i], ms);
			dense_count(g, &q->f->series[i], calls);
		}
	double scale = q->o->baseline_s > 0 ? q->o->degraded_s / q->o->baseline_s : 0;
	double bad = outbreak_bad_sum(q->o, g, ms), usual = outbreak_quiet_sum(q->o, g, ms) * scale;
	double bad_calls = outbreak_bad_sum(q->o, g, calls);
	arena_rewind(q->arena, mark);
	if (scale <= 0 || bad_calls < 20 || bad < 5000 || bad < 3 * usual)
		return;
	char spent[TIME_TEXT_BYTES], before[TIME_TEXT_BYTES];

	term_add(q, c, "load", fmin(2, log(bad / fmax(usual, 1000))), NULL, "the database spends %s on logged statements in the bad time, where %s would be usual",
	         term_ms(bad, spent), term_ms(usual, before));
}
