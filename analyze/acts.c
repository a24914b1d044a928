#include "analyze/acts.h"

#include <stdlib.h>

#include "analyze/dense.h"
#include "analyze/skew.h"

/* A later record of the same act: within this time and with the same particulars. */
static const int64_t act_span_ns = 6 * 3600 * NS_PER_S;
/* A server's own start or version line this near to a change record of its service belongs to that record. */
static const int64_t own_line_ns = 300 * NS_PER_S;

/* What a change takes, where nothing tells. */
static const int64_t usual_length_ns = 30 * NS_PER_S;

/* The year 2096: differences of times up to there, and back as far, are none too large. */
static const int64_t latest_ns = INT64_C(4000000000) * NS_PER_S;

static bool is_end(struct str status)
{
	static const char *const words[] = { "succe", "fail", "complet", "done", "finish", "end", "abort", "cancel", "error", "ok", "rolled", NULL };
	for (size_t i = 0; words[i]; i++)
		if (str_starts_nocase(status, str_of(words[i])))
			return true;
	return false;
}

static bool is_failure(struct str status)
{
	return str_starts_nocase(status, STR("fail")) || str_starts_nocase(status, STR("abort")) || str_starts_nocase(status, STR("error"));
}

static bool same_or_empty(struct str a, struct str b)
{
	return !a.len || !b.len || str_eq_nocase(a, b);
}

/* One switch, told by the tool that threw it and by every service that saw it. */
static bool same_switch(const struct act *act, const struct store_change *c)
{
	return (c->kind == CHANGE_FLAG || c->kind == CHANGE_CONFIG) && act->kind == c->kind && act->key.len && str_eq_nocase(act->key, c->key) &&
	       same_or_empty(act->new_value, c->new_value) && c->time_ns - act->begin_ns < 60 * NS_PER_S;
}

static bool same_act(const struct act *act, const struct store_change *c)
{
	return act->kind == c->kind && str_eq_nocase(act->service, c->service) && same_or_empty(act->version, c->version) &&
	       same_or_empty(act->key, c->key) && same_or_empty(act->new_value, c->new_value) && same_or_empty(act->id, c->id);
}

/* A setting that is a secret or a certificate is a change of that, whatever the tool calls it. */
static enum change_kind kind_by_subject(const struct act *act)
{
	static const char *const secrets[] = { "password", "passwd", "secret", "credential", "api_key", "apikey", "api-key", "access_key", "token_key", NULL };
	static const char *const certificates[] = { "certificate", "tls_cert", "ssl_cert", "cert-", "cert_", "keystore", "truststore", NULL };
	if (act->kind != CHANGE_CONFIG && act->kind != CHANGE_OPERATION)
		return act->kind;
	struct str subject = act->key.len ? act->key : act->text;
	for (size_t i = 0; secrets[i]; i++)
		if (str_find_nocase(subject, str_of(secrets[i])) >= 0)
			return CHANGE_CREDENTIAL;
	for (size_t i = 0; certificates[i]; i++)
		if (str_find_nocase(subject, str_of(certificates[i])) >= 0)
			return CHANGE_CERTIFICATE;
	return act->kind;
}

static struct str entity_of(const struct act *act, struct arena *a)
{
	struct str service = act->service;
	if (act->key.len && act->kind != CHANGE_DEPLOYMENT && act->kind != CHANGE_ROLLBACK) {
		if (act->old_value.len && act->new_value.len && act->kind != CHANGE_FLAG)
			return arena_printf(a, "%.*s %.*s -> %.*s", STR_ARG(act->key), STR_ARG(act->old_value), STR_ARG(act->new_value));
		if (act->new_value.len && act->kind == CHANGE_CONFIG)
			return arena_printf(a, "%.*s = %.*s", STR_ARG(act->key), STR_ARG(act->new_value));
		return act->key;
	}
	if (act->version.len && !str_eq(act->version, act->previous)) {
		if (service.len)
			return arena_printf(a, "%.*s %.*s", STR_ARG(service), STR_ARG(act->version));
		return act->version;
	}
	/* What an operator did stands in the record's own words, where these are words and no object. */
	bool words = act->kind == CHANGE_OPERATION && act->text.len && act->text.ptr[0] != '{' && str_find_nocase(act->text, service) < 0;
	if (service.len && words)
		return arena_printf(a, "%.*s: %.*s", STR_ARG(service), STR_ARG(str_head(act->text, 80)));
	if (service.len)
		return service;
	return str_head(act->text, 80);
}

struct str act_words(const struct act *act, struct arena *a)
{
	const char *kind = change_kind_words(act->kind);
	if (act->service.len && str_find_nocase(act->entity, act->service) < 0)
		return arena_printf(a, "%s %.*s of %.*s", kind, STR_ARG(act->entity), STR_ARG(act->service));
	if (act->server.len)
		return arena_printf(a, "%s of %.*s (%.*s)", kind, STR_ARG(act->entity), STR_ARG(act->server));
	return arena_printf(a, "%s %s%.*s", kind, act->kind == CHANGE_RESTART ? "of " : "", STR_ARG(act->entity));
}

bool act_is_intervention(const struct act *act)
{
	return act->kind == CHANGE_RESTART || act->kind == CHANGE_SCALING || act->kind == CHANGE_ROLLBACK || act->kind == CHANGE_FAILOVER;
}

static void add_ref(struct facts *f, struct refs *refs, const struct ref *r)
{
	if (refs->n < 6)
		*vec_push(f->arena, refs) = *r;
}

static struct act *push_act(struct facts *f, size_t *cap)
{
	if (f->n_acts == *cap)
		f->acts = arena_grow(f->arena, f->acts, f->n_acts, cap, sizeof *f->acts, _Alignof(struct act));
	struct act *act = &f->acts[f->n_acts++];
	*act = (struct act){ .undone_by = -1, .undoes = -1 };
	return act;
}

static void join_records(struct facts *f, const struct store_change *changes, size_t n, size_t *cap)
{
	for (size_t i = 0; i < n; i++) {
		const struct store_change *c = &changes[i];
		/* A record without a time, or of a damaged store with one that no clock shows. */
		if (c->time_ns < -latest_ns || c->time_ns > latest_ns)
			continue;
		struct act *found = NULL;
		for (size_t j = f->n_acts; j-- > 0 && !found;) {
			struct act *act = &f->acts[j];
			if (c->time_ns - act->begin_ns > act_span_ns)
				break;
			/* An end joins its beginning; two plain records join only when they are the same minute's echo. */
			bool open = act->end_ns == act->begin_ns;
			if ((same_act(act, c) && ((is_end(c->status) && open) || c->time_ns - act->end_ns < 60 * NS_PER_S)) || same_switch(act, c))
				found = act;
		}
		if (found) {
			if (c->time_ns > found->end_ns)
				found->end_ns = c->time_ns;
			found->failed |= is_failure(c->status);
			/* Seen by several services: it belongs to none of them alone. */
			if (!str_eq_nocase(found->service, c->service) && found->service.len && c->service.len)
				found->shared = true;
			if (!found->service.len)
				found->service = c->service;
			if (!found->old_value.len)
				found->old_value = c->old_value;
			if (!found->version.len)
				found->version = c->version;
			if (!found->actor.len)
				found->actor = c->actor;
			add_ref(f, &found->refs, &c->ref);
			continue;
		}
		struct act *act = push_act(f, cap);
		act->kind = c->kind;
		act->service = c->service;
		act->version = c->version;
		act->previous = c->previous;
		act->key = c->key;
		act->old_value = c->old_value;
		act->new_value = c->new_value;
		act->actor = c->actor;
		act->id = c->id;
		act->text = c->text;
		act->host = c->host;
		act->begin_ns = c->time_ns;
		act->end_ns = c->end_ns != TIME_NONE && c->end_ns > c->time_ns && c->end_ns <= latest_ns ? c->end_ns : c->time_ns;
		/* A table's columns of versions are no values of a setting that it names elsewhere. */
		if (act->kind == CHANGE_CONFIG && act->old_value.len && str_eq(act->old_value, act->new_value))
			act->old_value = act->new_value = STR_NONE;
		act->failed = is_failure(c->status);
		act->end_only = is_end(c->status) && act->end_ns == act->begin_ns && c->kind != CHANGE_FLAG;
		add_ref(f, &act->refs, &c->ref);
	}
}

/* The change record of this service around an instant, NULL when there is none. */
static struct act *recorded(const struct facts *f, ptrdiff_t service, int64_t ns)
{
	for (size_t i = 0; i < f->n_acts; i++) {
		struct act *act = &f->acts[i];
		if (ns < act->begin_ns - own_line_ns || ns > act->end_ns + own_line_ns)
			continue;
		/* A restart of something that no log is named after ("shopdb") is that of the server that logs one. */
		ptrdiff_t named = facts_service(f, act->service);
		if (!act->service.len || named == service || (named < 0 && act->kind == CHANGE_RESTART))
			return act;
	}
	return NULL;
}

/* A version that only the lines show is in force when the last host has started: each within a minute of the one before. */
static void last_host(struct facts *f, ptrdiff_t service, int64_t start_ns)
{
	struct act *latest = NULL;
	for (size_t i = 0; i < f->n_acts; i++) {
		struct act *act = &f->acts[i];
		if (act->derived && act->version.len && facts_service(f, act->service) == service && start_ns > act->end_ns && start_ns <= act->end_ns + 60 * NS_PER_S &&
		    (!latest || act->begin_ns > latest->begin_ns))
			latest = act;
	}
	if (latest)
		latest->end_ns = start_ns;
}

/* Restarts, crashes and reloads that no record mentions, from the servers' own lines; one act a burst. */
static void own_lines(struct facts *f, size_t *cap)
{
	size_t records = f->n_acts;
	for (size_t i = 0; i < f->n_kept; i++) {
		const struct kept_line *k = &f->kept[i];
		if (k->kind != EV_START && k->kind != EV_CRASH && k->kind != EV_STOP && k->kind != EV_RELOAD)
			continue;
		ptrdiff_t service = facts_service(f, k->service);
		struct act *record = service < 0 ? NULL : recorded(f, service, k->time_ns);
		/* A log that says only when a change was done is late by as long as it took. */
		if (record && record->end_ns == record->begin_ns && record->service.len && k->time_ns < record->begin_ns)
			record->begin_ns = k->time_ns;
		if (k->kind == EV_START && service >= 0)
			last_host(f, service, k->time_ns);
		if (record && record->kind == CHANGE_RESTART) {
			if (facts_service(f, record->service) < 0)
				record->server = f->services[service].name;
			add_ref(f, &record->refs, &k->ref);
		}
		if (service < 0 || record)
			continue;
		struct act *same = NULL;
		for (size_t j = f->n_acts; j-- > records && !same;)
			if (facts_service(f, f->acts[j].service) == service && k->time_ns - f->acts[j].end_ns < own_line_ns)
				same = &f->acts[j];
		if (same) {
			if (k->time_ns > same->end_ns)
				same->end_ns = k->time_ns;
			if (k->kind != EV_RELOAD)
				same->kind = CHANGE_RESTART;
			add_ref(f, &same->refs, &k->ref);
			continue;
		}
		if (f->n_acts > records + 200)
			return;
		struct act *act = push_act(f, cap);
		act->kind = k->kind == EV_RELOAD ? CHANGE_CONFIG : CHANGE_RESTART;
		act->service = k->service;
		act->host = k->host;
		act->version = STR_NONE;
		act->begin_ns = act->end_ns = k->time_ns;
		act->derived = true;
		act->text = str_head(k->ref.text, 160);
		add_ref(f, &act->refs, &k->ref);
	}
}

static int by_length(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/*
 * Records that say only when a change was done: it began earlier, by as long as others took whose beginning the servers' own lines
 * show (the median), or by half a minute where none does.
 */
static void begin_earlier(struct facts *f)
{
	int64_t *took = arena_new_n(f->arena, int64_t, f->n_acts + 1), usual = usual_length_ns;
	size_t n = 0;
	for (size_t i = 0; i < f->n_acts; i++)
		if (f->acts[i].end_only && f->acts[i].end_ns > f->acts[i].begin_ns)
			took[n++] = f->acts[i].end_ns - f->acts[i].begin_ns;
	if (n) {
		qsort(took, n, sizeof *took, by_length);
		usual = took[n / 2];
	}
	for (size_t i = 0; i < f->n_acts; i++)
		if (f->acts[i].end_only && f->acts[i].end_ns == f->acts[i].begin_ns)
			f->acts[i].begin_ns -= usual;
}

/*
 * Did a version end where another one begins, within the same ten seconds? Counts have no order there; the line of the old one that
 * says that it stops has.
 */
static bool stops_then(const struct facts *f, ptrdiff_t service, struct str version, int64_t ns)
{
	for (size_t i = 0; i < f->n_kept; i++) {
		const struct kept_line *k = &f->kept[i];
		if (k->kind == EV_STOP && k->time_ns >= ns - BUCKET_S * NS_PER_S && k->time_ns < ns + 2 * BUCKET_S * NS_PER_S && str_find(k->ref.text, version) >= 0 &&
		    facts_service(f, k->service) == service)
			return true;
	}
	return false;
}

/* Lines of a version of a service in [from, to), of all hosts. */
static double lines_of_version(const struct facts *f, struct str service, struct str version, int64_t from, int64_t to)
{
	double n = 0;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind == SERIES_FACET && s->code == FACET_VERSION && s->role != ROLE_CHANGE && str_eq(s->service, service) && str_eq(s->key_text, version))
			n += series_between(s, from, to);
	}
	return n;
}

/* When a version that a new one replaced is heard of again, and the new one no more soon after; TIME_NONE when that does not happen. */
static int64_t comes_back(const struct facts *f, const struct series *fresh, struct str old)
{
	const int64_t minute = 60 * NS_PER_S, settle = 3 * minute;
	int64_t best = TIME_NONE, first = (int64_t)series_cell(fresh, 0).bucket * BUCKET_S * NS_PER_S;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_FACET || s->code != FACET_VERSION || s->role == ROLE_CHANGE || !str_eq(s->service, fresh->service) || !str_eq(s->key_text, old))
			continue;
		for (size_t c = 0; c < s->n_cells; c++) {
			int64_t at = (int64_t)series_cell(s, c).bucket * BUCKET_S * NS_PER_S;
			/* The old one's last lines, host by host, are no return. */
			if (at < first + settle || (best != TIME_NONE && at >= best) || (c && (int64_t)series_cell(s, c - 1).bucket * BUCKET_S * NS_PER_S >= at - minute) ||
			    lines_of_version(f, fresh->service, old, at - minute, at) > 0 || lines_of_version(f, fresh->service, fresh->key_text, at + settle, f->to_ns) > 0)
				continue;
			best = at;
			break;
		}
	}
	return best;
}

/* A version that appears in the middle of a service's lines without a record is a deployment. */
static void new_versions(struct facts *f, size_t *cap)
{
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_FACET || s->code != FACET_VERSION || !s->n_cells || s->role == ROLE_CHANGE)
			continue;
		int64_t first = (int64_t)series_cell(s, 0).bucket * BUCKET_S * NS_PER_S;
		if (first < f->from_ns + own_line_ns)
			continue;
		ptrdiff_t service = facts_service(f, s->service);
		bool known = recorded(f, service, first) != NULL, earlier = false;
		struct str before = STR_NONE;
		for (size_t j = 0; j < f->n_series; j++) {
			const struct series *o = &f->series[j];
			if (o->kind != SERIES_FACET || o->code != FACET_VERSION || !o->n_cells || !str_eq(o->service, s->service))
				continue;
			if (str_eq(o->key_text, s->key_text)) {
				earlier |= series_cell(o, 0).bucket < series_cell(s, 0).bucket;
			} else if (series_cell(o, 0).bucket < series_cell(s, 0).bucket ||
			           (series_cell(o, 0).bucket == series_cell(s, 0).bucket && stops_then(f, service, o->key_text, first))) {
				before = o->key_text;
			}
		}
		if (known || earlier || !before.len)
			continue;
		struct act *act = push_act(f, cap);
		act->kind = CHANGE_DEPLOYMENT;
		act->service = s->service;
		act->version = s->key_text;
		act->previous = before;
		act->begin_ns = act->end_ns = first;
		act->derived = true;
		act->text = arena_printf(f->arena, "first line of version %.*s", STR_ARG(s->key_text));
		int64_t again = comes_back(f, s, before);
		if (again == TIME_NONE)
			continue;
		struct act *back = push_act(f, cap);
		back->kind = CHANGE_ROLLBACK;
		back->service = s->service;
		back->version = before;
		back->previous = s->key_text;
		back->begin_ns = back->end_ns = again;
		back->derived = true;
		back->text = arena_printf(f->arena, "version %.*s is back", STR_ARG(before));
	}
}

static int by_begin(const void *x, const void *y)
{
	const struct act *a = x, *b = y;
	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	int c = str_cmp(a->entity, b->entity);
	return c ? c : str_cmp(a->text, b->text);
}

static bool is_off(struct str value)
{
	static const char *const words[] = { "0", "false", "off", "no", "none", "null", "disabled", "0%", "0.0" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_nocase(value, str_of(words[i])))
			return true;
	return false;
}

/* "RESET ALL": every setting of the server as it came. */
static bool resets_all(const struct act *act)
{
	return act->kind == CHANGE_CONFIG && str_eq_nocase(act->key, STR("all")) && str_eq(act->new_value, STR("default"));
}

static bool takes_back(const struct act *later, const struct act *act)
{
	if (resets_all(later))
		return act->kind == CHANGE_CONFIG && act->service.len && str_eq_nocase(later->service, act->service) && !resets_all(act);
	if (!str_eq_nocase(later->service, act->service) && later->service.len && act->service.len)
		return false;
	bool keyed = later->key.len && act->key.len;
	if (keyed && !str_eq_nocase(later->key, act->key))
		return false;
	if (keyed && later->new_value.len && act->new_value.len && later->kind != CHANGE_ROLLBACK) {
		if (str_eq_nocase(later->new_value, act->new_value))
			return false;
		/* Back to what it was, or off. From 25 to 80 percent is a further step of the same change. */
		bool further = later->kind == CHANGE_FLAG ? is_off(later->new_value) == is_off(act->new_value)
		                                          : later->old_value.len && act->old_value.len && str_eq_nocase(later->old_value, act->new_value);
		return !further || str_eq_nocase(later->new_value, act->old_value) || is_off(later->new_value);
	}
	bool versions = later->version.len && act->previous.len && str_eq_nocase(later->version, act->previous);
	bool from = later->previous.len && act->version.len && str_eq_nocase(later->previous, act->version) &&
	            !str_eq_nocase(later->version, act->version);
	if (later->kind == CHANGE_ROLLBACK)
		return versions || from || (keyed) || (str_eq_nocase(later->service, act->service) && act->service.len && !later->version.len);
	if (later->kind == act->kind && act->kind == CHANGE_DEPLOYMENT)
		return versions && from;
	if (later->kind == act->kind && act->kind != CHANGE_DEPLOYMENT && act->kind != CHANGE_JOB)
		return keyed;
	return false;
}

static void pair(struct facts *f)
{
	for (size_t i = 0; i < f->n_acts; i++) {
		struct act *later = &f->acts[i];
		for (size_t j = i; j-- > 0;) {
			struct act *act = &f->acts[j];
			if (act->undone_by >= 0 || act->kind == CHANGE_ROLLBACK || act->kind == CHANGE_RESTART || !takes_back(later, act))
				continue;
			act->undone_by = (ptrdiff_t)i;
			later->undoes = (ptrdiff_t)j;
			/* Switching off ends every step that led up to it; anything else takes back the last one. */
			if (!resets_all(later) && (!act->key.len || !is_off(later->new_value)))
				break;
		}
	}
}

void acts_build(struct facts *f, const struct store_change *changes, size_t n)
{
	size_t cap = 0;
	join_records(f, changes, n, &cap);
	skew_correct(f);
	new_versions(f, &cap);
	own_lines(f, &cap);
	begin_earlier(f);
	for (size_t i = 0; i < f->n_acts; i++) {
		if (f->acts[i].shared)
			f->acts[i].service = STR_NONE;
		f->acts[i].kind = kind_by_subject(&f->acts[i]);
		f->acts[i].entity = entity_of(&f->acts[i], f->arena);
	}
	if (f->n_acts)
		qsort(f->acts, f->n_acts, sizeof *f->acts, by_begin);
	pair(f);
}
