#include "analyze/inquiry.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/dense.h"

/* Lines shortly before the first failure belong to it: the cause speaks before its victims. */
static const int64_t before_ns = 60 * NS_PER_S;
enum { MAX_TERM_REFS = 4, MAX_CANDIDATES = 400 };

static int by_llr(const void *x, const void *y)
{
	const struct emergence *a = x, *b = y;
	if (a->llr > b->llr || a->llr < b->llr)
		return a->llr > b->llr ? -1 : 1;
	int c = str_cmp(a->voice->text, b->voice->text);
	return c ? c : (a->voice->service < b->voice->service ? -1 : a->voice->service > b->voice->service);
}

/* A whole word: not inside a longer one. */
static bool names_word(struct str text, struct str word)
{
	size_t from = 0;
	for (;;) {
		ptrdiff_t at = str_find_nocase(str_from(text, from), word);
		if (at < 0)
			return false;
		size_t begin = from + (size_t)at, end = begin + word.len;
		char left = begin ? text.ptr[begin - 1] : ' ', right = end < text.len ? text.ptr[end] : ' ';
		bool l = (left >= 'a' && left <= 'z') || (left >= 'A' && left <= 'Z');
		bool r = (right >= 'a' && right <= 'z') || (right >= 'A' && right <= 'Z');
		if (!l && !r)
			return true;
		from = begin + 1;
	}
}

/* Words that stand for the database or the cache in callers' texts. A pool is one of connections, and not of threads or workers, where these are named. */
static ptrdiff_t names_role(const struct facts *f, struct str text)
{
	static const char *const database[] = { "postgres", "pg", "sql", "database", "db", "mysql", "relation", "query", "pool", NULL };
	static const char *const cache[] = { "redis", "cache", "memcached", NULL };
	for (size_t i = 0; i < f->n_services; i++) {
		const char *const *words = f->services[i].cache ? cache : f->services[i].database ? database : NULL;
		for (; words && *words; words++)
			if (names_word(text, str_of(*words)) && (strcmp(*words, "pool") != 0 || str_find_nocase(text, STR("connect")) >= 0))
				return (ptrdiff_t)i;
	}
	return -1;
}

static ptrdiff_t names_service(const struct facts *f, struct str text, size_t self)
{
	for (size_t i = 0; i < f->n_services; i++)
		if (i != self && f->services[i].name.len >= 3 && names_word(text, f->services[i].name))
			return (ptrdiff_t)i;
	ptrdiff_t role = names_role(f, text);
	return role == (ptrdiff_t)self ? -1 : role;
}

static bool name_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_' || ch == '.';
}

/* A name worth the word: some letters, not a word of every error line. */
static struct str as_name(const struct facts *f, struct str word)
{
	static const char *const common[] = { "upstream", "server", "service", "the", "http", "https", "host", "url", "client", "backend", "request", "api",
		                              "call", "dependency", "remote", "connection", "database", "error", "unexpected", "status", "failed", "to",
		                              "from", "timeout", "read", "connect", "live", "healthy", "available", "command", "operation", "query", "statement", "response", "any", "all",
		                              "this", "that", "its", "your", "our", "has", "was", "have", "been", "being", "transaction", "session", "pool", "job", "socket", "external", "provider", "get", "post", "put", "delete", NULL };
	while (word.len && (word.ptr[word.len - 1] == '.' || word.ptr[word.len - 1] == '-'))
		word.len--;
	if (word.len < 3 || facts_service(f, word) >= 0)
		return STR_NONE;
	for (size_t i = 0; common[i]; i++)
		if (str_eq_nocase(word, str_of(common[i])))
			return STR_NONE;
	bool letter = false;
	for (size_t i = 0; i < word.len; i++)
		letter |= (word.ptr[i] >= 'a' && word.ptr[i] <= 'z') || (word.ptr[i] >= 'A' && word.ptr[i] <= 'Z');
	return letter ? word : STR_NONE;
}

/* What a caller's line says it called, by the phrases in which callers say so, when that is no service with logs of its own. */
static struct str names_outside(const struct facts *f, struct str text)
{
	static const char *const before[] = { "call to ", "calling ", "request to ", "connect to ", "connecting to ", "fetch from ", "error from ", "could not reach ",
		                              "cannot reach ", "unable to reach ", "failed to reach ", "response from ", "reply from ",
		                              "status from ", "resolve ", "getaddrinfo enotfound ", "getaddrinfo eai_again ", "://", "host=", "upstream=",
		                              "lookup ", "dial tcp: lookup " };
	static const char *const after[] = { " upstream", " call failed", " request failed", " returned", " answered", " timed out", " unavailable",
		                             " did not answer", " responded", " is down", " client error", " client failed", " api error", " gateway error",
		                           " call error", " did not respond", " not responding", " unreachable" };
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		ptrdiff_t at = str_find_nocase(text, str_of(before[i]));
		if (at < 0)
			continue;
		struct str rest = str_from(text, (size_t)at + strlen(before[i]));
		size_t n = 0;
		while (n < rest.len && name_char(rest.ptr[n]))
			n++;
		struct str name = as_name(f, str_head(rest, n));
		if (name.len)
			return name;
	}
	for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
		ptrdiff_t at = str_find_nocase(text, str_of(after[i]));
		/* "no live upstreams" has no upstream that is called "live". */
		size_t end = (size_t)at + strlen(after[i]);
		if (at >= 0 && end < text.len && name_char(text.ptr[end]) && text.ptr[end] != '.')
			continue;
		size_t b = at < 0 ? 0 : (size_t)at;
		while (b > 0 && name_char(text.ptr[b - 1]))
			b--;
		struct str name = at < 0 ? STR_NONE : as_name(f, str_head(str_from(text, b), (size_t)at - b));
		if (name.len)
			return name;
	}
	return STR_NONE;
}

/* The host that says nearly all of it, when its siblings could have said it, too. */
static struct str only_host(const struct inquiry *q, const struct voice *v)
{
	struct str best = STR_NONE;
	double all = 0, most = 0;
	/* What the system itself says is about its host in any case. */
	bool siblings = !q->f->services[v->service].has_http && !q->f->services[v->service].database && !q->f->services[v->service].cache;
	for (size_t p = 0; p < v->n_parts; p++) {
		double n = series_between(v->parts[p], q->o->onset_from_ns - before_ns, q->o->end_ns);
		all += n;
		if (n > most) {
			most = n;
			best = v->parts[p]->host;
		}
	}
	for (size_t i = 0; i < q->f->n_series && !siblings; i++)
		siblings = str_eq(q->f->series[i].service, v->parts[0]->service) && q->f->series[i].host.len && !str_eq(q->f->series[i].host, best);
	return siblings && most >= 0.9 * all ? best : STR_NONE;
}

static void find_emergent(struct inquiry *q)
{
	const struct facts *f = q->f;
	const struct grid *g = &f->grid;
	double *v = arena_new_n(q->arena, double, g->n);
	VEC(struct emergence) all = { 0 };
	for (size_t i = 0; i < f->n_voices; i++) {
		const struct voice *voice = &f->voices[i];
		if (voice->service == SIZE_MAX)
			continue;
		memset(v, 0, g->n * sizeof *v);
		for (size_t p = 0; p < voice->n_parts; p++)
			dense_count(g, voice->parts[p], v);
		double bad = outbreak_bad_sum(q->o, g, v), quiet = outbreak_quiet_sum(q->o, g, v);
		int64_t first = TIME_NONE;
		for (size_t p = 0; p < voice->n_parts; p++) {
			int64_t t = series_first(voice->parts[p], q->o->onset_from_ns - before_ns, q->o->end_ns);
			if (t != TIME_NONE && (first == TIME_NONE || t < first))
				first = t;
		}
		/* Lines in the minute before the first failure count as the outbreak's. */
		double lead = 0;
		for (size_t p = 0; p < voice->n_parts; p++)
			lead += series_between(voice->parts[p], q->o->onset_from_ns - before_ns, q->o->onset_from_ns);
		bad += lead;
		double exposure = q->o->degraded_s + (double)before_ns / (double)NS_PER_S;
		double expected = q->o->baseline_s > 0 ? quiet * exposure / q->o->baseline_s : 0;
		double floor = 0.5 * exposure / (q->o->baseline_s + exposure);
		struct emergence e = { .voice = voice, .bad = bad, .expected = expected, .first_ns = first, .names = -1 };
		e.llr = llr_poisson(bad, expected + floor);
		if (bad < 0.4 * expected && expected >= 10) {
			e.lost = true;
			e.llr = expected - bad - (bad > 0 ? bad * log(expected / bad) : 0);
		}
		if (e.llr < 3)
			continue;
		e.trouble = !e.lost && (voice->severity >= SEV_WARN || voice->family);
		e.names = names_service(f, voice->text, voice->service);
		if (e.trouble && e.names < 0)
			e.outside = names_outside(f, voice->text);
		if (e.trouble)
			e.host = only_host(q, voice);
		*vec_push(q->arena, &all) = e;
	}
	if (all.n)
		qsort(all.at, all.n, sizeof *all.at, by_llr);
	q->emergent = all.at;
	q->n_emergent = all.n;
}

/* The one party outside that a service names anywhere in the archive; empty when it names none, or several. */
static struct str only_outside(const struct inquiry *q, size_t service)
{
	struct str only = STR_NONE;
	for (size_t i = 0; i < q->f->n_voices; i++) {
		const struct voice *v = &q->f->voices[i];
		if (v->service != service || v->severity < SEV_WARN || names_service(q->f, v->text, service) >= 0)
			continue;
		struct str name = names_outside(q->f, v->text);
		if (name.len && only.len && !str_eq_nocase(name, only))
			return STR_NONE;
		if (name.len)
			only = name;
	}
	return only;
}

/* Is anything with a log here that a service calls ill? */
static bool ill_behind(const struct inquiry *q, size_t service)
{
	for (size_t i = 0; i < q->f->n_services; i++)
		if (i != service && q->ill[i].score >= 0.1 && !q->f->services[i].access && inquiry_depends(q, (ptrdiff_t)service, (ptrdiff_t)i))
			return true;
	return false;
}

/*
 * Complaints about a call that do not say whom ("The operation was aborted due to timeout"): where nothing is ill that the service calls and
 * that has a log here, and it is known to call one party outside, that is the one.
 */
static void name_unnamed(struct inquiry *q)
{
	for (size_t i = 0; i < q->n_emergent; i++) {
		struct emergence *e = &q->emergent[i];
		const struct service *s = &q->f->services[e->voice->service];
		bool call = e->trouble && e->voice->family && e->voice->family->nature == NATURE_CALLER && e->names < 0 && !e->outside.len;
		if (call && !s->database && !s->cache && !s->access && !ill_behind(q, e->voice->service))
			e->outside = only_outside(q, e->voice->service);
	}
}

static double surplus(const struct inquiry *q, const struct signal *s)
{
	double n = outbreak_bad_sum(q->o, &q->f->grid, s->n), k = outbreak_bad_sum(q->o, &q->f->grid, s->k);
	return fmax(0, k - n * s->scan.base);
}

static void earliest(int64_t *t, int64_t ns)
{
	if (ns != TIME_NONE && (*t == TIME_NONE || ns < *t))
		*t = ns;
}

/* A service that logged steadily before and says next to nothing in the bad steps. */
static void find_silent(struct inquiry *q)
{
	const struct facts *f = q->f;
	for (size_t v = 0; v < f->n_services; v++) {
		double *n = arena_new_n(q->arena, double, f->grid.n);
		for (size_t i = 0; i < f->n_series; i++)
			if ((f->series[i].kind == SERIES_LINE || f->series[i].kind == SERIES_HTTP) && str_eq(f->series[i].service, f->services[v].name))
				dense_count(&f->grid, &f->series[i], n);
		double quiet = outbreak_quiet_sum(q->o, &f->grid, n), bad = outbreak_bad_sum(q->o, &f->grid, n);
		double expected = q->o->baseline_s > 0 ? quiet * q->o->degraded_s / q->o->baseline_s : 0;
		q->ill[v].silent = expected >= 20 && bad < 0.1 * expected;
	}
}

static void find_illness(struct inquiry *q)
{
	const struct facts *f = q->f;
	q->ill = arena_new_n(q->arena, struct illness, f->n_services + 1);
	for (size_t i = 0; i < f->n_services; i++)
		q->ill[i].first_ns = TIME_NONE;
	for (size_t i = 0; i < q->signals->n; i++) {
		const struct signal *s = &q->signals->at[i];
		if (s->route.len)
			continue;
		struct illness *v = &q->ill[s->service];
		double k = surplus(q, s);
		if (s->kind == SYMPTOM_LATENCY)
			v->slow += k;
		else if (s->kind == SYMPTOM_ERRORS || s->kind == SYMPTOM_AUTH || (s->kind == SYMPTOM_REJECTED && q->signals->at[q->o->lead].kind == s->kind)) {
			v->failed += k;
			v->requests = fmax(v->requests, outbreak_bad_sum(q->o, &f->grid, s->n));
		}
		for (size_t j = 0; j < s->scan.n_segments; j++)
			if (grid_ns(&f->grid, s->scan.segments[j].to) > q->o->onset_from_ns &&
			    grid_ns(&f->grid, s->scan.segments[j].from) < q->o->end_ns)
				earliest(&v->first_ns, grid_ns(&f->grid, s->scan.segments[j].from));
	}
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		struct illness *v = &q->ill[e->voice->service];
		if (e->lost && e->llr >= 6)
			v->lost_lines += e->expected - e->bad;
		if (!e->trouble || e->llr < 6)
			continue;
		bool caller = (e->voice->family && e->voice->family->nature == NATURE_CALLER) || e->names >= 0 || e->outside.len;
		if (caller)
			v->caller_lines += e->bad - e->expected;
		else
			v->own_lines += e->bad - e->expected;
		earliest(&v->first_ns, e->first_ns);
	}
	find_silent(q);
	const struct signal *lead = &q->signals->at[q->o->lead];
	q->failures = fmax(1, surplus(q, lead));
	for (size_t i = 0; i < f->n_services; i++) {
		struct illness *v = &q->ill[i];
		double own = v->own_lines / q->failures, http = (v->failed + 0.5 * v->slow) / q->failures;
		double caller = v->caller_lines / q->failures, lost = v->lost_lines / q->failures;
		v->score = 1 - exp(-(1.2 * fmin(own, 1.5) + 0.6 * fmin(http, 1.5) + 0.2 * fmin(caller, 1) + 0.2 * fmin(lost, 1)));
	}
}

bool inquiry_init(struct inquiry *q, const struct facts *f, const struct signals *signals, const struct outbreaks *all,
                  const struct outbreak *o, struct err *err)
{
	*q = (struct inquiry){ .f = f, .signals = signals, .outbreaks = all, .o = o, .arena = f->arena };
	q->effects = arena_new_n(q->arena, struct effect *, f->n_acts + 1);
	find_emergent(q);
	find_illness(q);
	if (!traces_follow(f, o, &q->traces, err) || !contrasts_find(f, signals, o, &q->contrasts, err))
		return false;
	name_unnamed(q);
	return true;
}

struct candidate *inquiry_raise(struct inquiry *q, enum cause_kind kind, struct str service, struct str entity, int64_t time_ns)
{
	if (q->candidates.n >= MAX_CANDIDATES)
		return NULL;
	struct candidate *c = vec_push(q->arena, &q->candidates);
	*c = (struct candidate){ .kind = kind, .service = service, .entity = entity, .time_ns = time_ns, .act = -1, .speaker = -1, .caused_by = -1 };
	c->service_index = facts_service(q->f, service);
	return c;
}

void term_add(struct inquiry *q, struct candidate *c, const char *name, double log_odds, const struct refs *refs, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct term_entry t = { .name = name, .log_odds = log_odds, .text = arena_str(q->arena, str_of(text)) };
	for (size_t i = 0; refs && i < refs->n && i < MAX_TERM_REFS; i++)
		*vec_push(q->arena, &t.refs) = refs->at[i];
	*vec_push(q->arena, &c->terms) = t;
	c->score += log_odds;
}

struct refs inquiry_lines(const struct inquiry *q, const struct voice *v, size_t max)
{
	struct refs refs = { 0 };
	for (size_t i = 0; i < q->f->n_kept && refs.n < max; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->time_ns < q->o->onset_from_ns - before_ns || k->time_ns > q->o->end_ns)
			continue;
		if (voice_says(v, k))
			*vec_push(q->arena, &refs) = k->ref;
	}
	return refs;
}

const struct effect *inquiry_effect(const struct inquiry *q, const struct act *act)
{
	struct effect **at = &q->effects[act - q->f->acts];
	if (!*at) {
		*at = arena_new(q->arena, struct effect);
		**at = effect_of(q->f, q->signals, q->o, act->begin_ns, act->end_ns);
	}
	return *at;
}

const struct act *inquiry_ended_by(const struct inquiry *q, bool (*meant)(const struct inquiry *q, const struct act *step, const void *self), const void *self)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *step = &q->f->acts[i];
		if (step->begin_ns <= q->o->onset_to_ns || !meant(q, step, self))
			continue;
		enum effect_kind kind = inquiry_effect(q, step)->kind;
		if (kind == EFFECT_CURE || kind == EFFECT_SLOW_CURE)
			return step;
	}
	return NULL;
}

bool inquiry_depends(const struct inquiry *q, ptrdiff_t a, ptrdiff_t b)
{
	if (a < 0 || b < 0)
		return false;
	if (a == b || traces_call(&q->traces, a, b))
		return true;
	for (size_t i = 0; i < q->f->n_voices; i++) {
		const struct voice *v = &q->f->voices[i];
		if (v->service == (size_t)a && v->severity >= SEV_WARN && names_service(q->f, v->text, (size_t)a) == b)
			return true;
	}
	/* Databases and caches are called by whoever has no front of its own; a front calls what is behind it. */
	return q->f->services[b].database || q->f->services[b].cache || a == q->f->edge;
}
