#include "analyze/explains.h"

#include <math.h>

#include "analyze/dense.h"
#include "core/ascii.h"

/* A cause may be this much later than what it explains: clocks and buckets are not sharper. */
static const int64_t tolerance_ns = 60 * NS_PER_S;
/* Below this strength a kind does not count as an explanation. */
static const double least_strength = 0.5;

#define BIT(k) (1u << (k))
/* Conditions that callers of anything broken or slow show. */
static const unsigned calls = BIT(CAUSE_DEPENDENCY_FAILURE) | BIT(CAUSE_CONNECTION_EXHAUSTION) | BIT(CAUSE_CACHE_FAILURE);
/* Conditions that load on a database or a host brings about. */
static const unsigned load = BIT(CAUSE_SLOW_QUERY) | BIT(CAUSE_CONNECTION_EXHAUSTION) | BIT(CAUSE_LOCK_CONTENTION) | BIT(CAUSE_RESOURCE_EXHAUSTION);

/*
 * What a kind of cause brings about as a matter of course, and what it does now and then. New code does not let a certificate
 * expire, break a resolver or a disk, or change a password; a setting may do nearly all of that.
 */
struct reach { unsigned often, rarely; };

static struct reach reach_of(enum cause_kind kind)
{
	switch (kind) {
	case CAUSE_DEPLOYMENT:
	case CAUSE_FEATURE_FLAG:
		return (struct reach){ calls | load | BIT(CAUSE_DEPLOYMENT) | BIT(CAUSE_RESTART),
			               BIT(CAUSE_BAD_INPUT) | BIT(CAUSE_TRAFFIC_SURGE) | BIT(CAUSE_CREDENTIAL) };
	case CAUSE_CONFIG_CHANGE:
		return (struct reach){ ~(BIT(CAUSE_UNKNOWN) | BIT(CAUSE_HOST_FAULT) | BIT(CAUSE_BAD_INPUT) | BIT(CAUSE_TRAFFIC_SURGE)),
			               BIT(CAUSE_BAD_INPUT) | BIT(CAUSE_TRAFFIC_SURGE) };
	case CAUSE_SCHEMA_MIGRATION: return (struct reach){ calls | load | BIT(CAUSE_DEPLOYMENT), BIT(CAUSE_BAD_INPUT) };
	case CAUSE_SCHEDULED_JOB: return (struct reach){ calls | load, BIT(CAUSE_RESTART) | BIT(CAUSE_BAD_INPUT) };
	case CAUSE_CREDENTIAL: return (struct reach){ calls | BIT(CAUSE_CREDENTIAL), BIT(CAUSE_DEPLOYMENT) };
	case CAUSE_CERTIFICATE: return (struct reach){ calls | BIT(CAUSE_CERTIFICATE), 0 };
	case CAUSE_NETWORK: return (struct reach){ calls | BIT(CAUSE_NETWORK) | BIT(CAUSE_DNS) | BIT(CAUSE_CERTIFICATE), BIT(CAUSE_RESTART) };
	case CAUSE_SLOW_QUERY: return (struct reach){ calls | BIT(CAUSE_RESOURCE_EXHAUSTION) | BIT(CAUSE_LOCK_CONTENTION), 0 };
	case CAUSE_LOCK_CONTENTION: return (struct reach){ calls | BIT(CAUSE_SLOW_QUERY) | BIT(CAUSE_RESOURCE_EXHAUSTION), 0 };
	case CAUSE_TRAFFIC_SURGE: return (struct reach){ calls | load | BIT(CAUSE_DEPLOYMENT), 0 };
	case CAUSE_CACHE_FAILURE: return (struct reach){ calls | BIT(CAUSE_SLOW_QUERY), 0 };
	case CAUSE_RESOURCE_EXHAUSTION: return (struct reach){ calls | BIT(CAUSE_RESTART) | BIT(CAUSE_SLOW_QUERY) | BIT(CAUSE_DEPLOYMENT), 0 };
	case CAUSE_RESTART: return (struct reach){ calls | BIT(CAUSE_RESTART), 0 };
	case CAUSE_DNS: return (struct reach){ calls | BIT(CAUSE_DEPLOYMENT), 0 };
	case CAUSE_HOST_FAULT: return (struct reach){ calls | BIT(CAUSE_RESTART) | BIT(CAUSE_SLOW_QUERY), 0 };
	case CAUSE_CONNECTION_EXHAUSTION: return (struct reach){ BIT(CAUSE_DEPENDENCY_FAILURE), 0 };
	case CAUSE_DEPENDENCY_FAILURE: return (struct reach){ BIT(CAUSE_DEPENDENCY_FAILURE) | BIT(CAUSE_CONNECTION_EXHAUSTION), 0 };
	case CAUSE_BAD_INPUT: return (struct reach){ calls | BIT(CAUSE_DEPLOYMENT) | BIT(CAUSE_RESTART), 0 };
	case CAUSE_UNKNOWN:
	case CAUSE_KIND_COUNT: break;
	}
	return (struct reach){ 0, 0 };
}

/* What fills for many reasons, most of them older than the latest version: logs, dumps, files that nobody removes. */
static bool is_disk(const struct family *family)
{
	return family && family->resource && strstr(family->resource, "disk");
}

double explains_condition(enum cause_kind cause, enum cause_kind condition, const struct family *family)
{
	struct reach r = reach_of(cause);
	bool rarely = r.rarely & BIT(condition) || ((cause == CAUSE_DEPLOYMENT || cause == CAUSE_FEATURE_FLAG) && is_disk(family));
	return rarely ? 0.4 : r.often & BIT(condition) ? 1 : 0;
}

static double term_value(const struct candidate *c, const char *name)
{
	for (size_t i = 0; i < c->terms.n; i++)
		if (strcmp(c->terms.at[i].name, name) == 0)
			return c->terms.at[i].log_odds;
	return 0;
}

/* Does a service show trouble of its own, so that callers' complaints about it are right? */
static bool troubled(const struct inquiry *q, ptrdiff_t service)
{
	const struct illness *v = &q->ill[service];
	if (v->own_lines > 0.02 * q->failures || v->failed + v->slow > 0.1 * q->failures || v->silent)
		return true;
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *act = &q->f->acts[i];
		if (act->kind == CHANGE_RESTART && facts_service(q->f, act->service) == service && act->begin_ns >= q->o->onset_from_ns - 5 * tolerance_ns &&
		    act->begin_ns <= q->o->onset_to_ns + tolerance_ns)
			return true;
	}
	return false;
}

/* A condition at something that has no log here: whoever calls it cannot have broken it. */
static bool outside(const struct candidate *x)
{
	return x->kind == CAUSE_DEPENDENCY_FAILURE && x->service_index < 0 && x->service.len;
}

/*
 * Can trouble of a change in one service show as condition `x` at another? A change makes what it calls suffer by load
 * (statements, connections, locks, resources), and makes its own calls fail while the called one is well; it does not
 * break a service that has trouble of its own. Callers of the changed service may show anything. Returns 0 to 1.
 */
static double reaches(const struct inquiry *q, const struct candidate *c, const struct candidate *x)
{
	if (outside(x))
		return 0.5;
	if (c->service_index < 0 || x->service_index < 0 || c->service_index == x->service_index)
		return 1;
	/* A full disk or a lack of memory elsewhere is no matter of a call more or less. */
	const unsigned by_load = load & ~BIT(CAUSE_RESOURCE_EXHAUSTION);
	if (inquiry_depends(q, c->service_index, x->service_index)) {
		if (x->kind == CAUSE_RESOURCE_EXHAUSTION)
			return 0.5;
		return (by_load & BIT(x->kind)) || (x->family && x->family->nature == NATURE_CALLER && !troubled(q, x->service_index)) ? 1 : 0;
	}
	return inquiry_depends(q, x->service_index, c->service_index) ? 1 : 0;
}

/* Does only this host of the changed service run the new version? Then what is wrong with the host may be the version. */
static bool only_there(const struct inquiry *q, const struct candidate *c, const struct candidate *x)
{
	const struct act *act = &q->f->acts[c->act];
	bool there = false, elsewhere = false;
	for (size_t i = 0; i < q->f->n_series && act->version.len; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_FACET || s->code != FACET_VERSION || !s->host.len || facts_service(q->f, s->service) != c->service_index ||
		    !str_eq(s->key_text, act->version) || series_between(s, act->begin_ns - tolerance_ns, q->o->end_ns) < 1)
			continue;
		bool same = str_find(x->entity, s->host) >= 0;
		there |= same;
		elsewhere |= !same;
	}
	return there && !elsewhere;
}

/* Does a service, or a database or cache that it calls, run on the host that a fault is of? */
static bool runs_on(const struct inquiry *q, const struct candidate *fault, ptrdiff_t service)
{
	for (size_t i = 0; i < q->f->n_series && fault->kind == CAUSE_HOST_FAULT && service >= 0; i++) {
		const struct series *s = &q->f->series[i];
		if (s->host.len < 3 || str_find(fault->entity, s->host) < 0)
			continue;
		ptrdiff_t there = facts_service(q->f, s->service);
		bool store = there >= 0 && (q->f->services[there].database || q->f->services[there].cache);
		if (there == service || (store && inquiry_depends(q, service, there)))
			return true;
	}
	return false;
}

/* How well could `c` have brought about condition `x`? 0 to 1. */
static double strength(const struct inquiry *q, const struct candidate *c, const struct candidate *x)
{
	if (c == x || x->act >= 0 || x->kind == CAUSE_UNKNOWN || c->kind == CAUSE_UNKNOWN || c->herring || x->herring)
		return 0;
	double kind = explains_condition(c->kind, x->kind, x->family);
	if (x->kind == CAUSE_HOST_FAULT && c->act >= 0 && c->kind == CAUSE_DEPLOYMENT && only_there(q, c, x))
		return 1;
	/* The statements of whoever takes all connections are what it takes them for. */
	bool theirs = c->culprit.len && x->kind == CAUSE_SLOW_QUERY && x->refs.n && str_find(x->refs.at[0].text, c->culprit) >= 0;
	if (theirs)
		return 1;
	if (kind <= 0 || c->time_ns > x->time_ns + tolerance_ns)
		return 0;
	/* Connections that somebody else took are not those that a statement of the services keeps busy. */
	if (x->culprit.len && c->kind == CAUSE_SLOW_QUERY && facts_service(q->f, x->culprit) < 0)
		return 0;
	if (c->act < 0) {
		/* Without a change there is nothing to bring conditions about but its own lines. */
		if (c->kind == CAUSE_DEPLOYMENT && x->kind != CAUSE_DEPENDENCY_FAILURE)
			return 0;
		if (c->kind == x->kind && c->service_index == x->service_index)
			return 0;
		/* What callers complain of does not bring about what the service they call says of itself. */
		if (c->family && c->family->nature == NATURE_CALLER && c->speaker != c->service_index && x->service_index == c->service_index &&
		    x->speaker == x->service_index)
			return 0;
		bool linked = runs_on(q, c, x->service_index) || c->service_index < 0 || x->service_index < 0 || inquiry_depends(q, c->service_index, x->service_index) ||
		              inquiry_depends(q, x->service_index, c->service_index);
		return linked ? kind : 0;
	}
	/* Whoever queues behind somebody else's lock did not make the queue. */
	if (x->kind == CAUSE_LOCK_CONTENTION && term_value(x, "holder") > 0)
		return c->kind == CAUSE_SCHEMA_MIGRATION ? 0.4 : 0;
	/* Connections that somebody else opened are not this service's doing. */
	if (x->culprit.len && c->service_index >= 0 && facts_service(q->f, x->culprit) != c->service_index)
		return 0;
	return kind * reaches(q, c, x);
}

/* A change must have some tie to the failures of its own, and not have been acquitted by its undoing. */
static bool tied(const struct candidate *c)
{
	if (c->act < 0)
		return true;
	if (term_value(c, "reversal") < -2 || term_value(c, "place") < -2)
		return false;
	return term_value(c, "precedence") + term_value(c, "fuse") + term_value(c, "mechanism") + term_value(c, "reversal") + term_value(c, "dose") >= -0.5;
}

static bool can_explain(const struct inquiry *q, const struct candidate *c, const struct candidate *x)
{
	return tied(c) && strength(q, c, x) >= least_strength;
}

/* Is a condition named well enough to stand for the failures by itself? Callers' complaints only where they lead outside. */
static bool speaks(const struct inquiry *q, const struct candidate *x)
{
	if (x->act >= 0 || x->herring || x->kind == CAUSE_UNKNOWN || x->share < 0.2 || x->time_ns > q->o->onset_to_ns + tolerance_ns)
		return false;
	return outside(x) || !x->family || x->family->nature == NATURE_CAUSE;
}

/*
 * Explaining away: the failures speak of something that such a change does not bring about. Each change is held against the
 * condition that says most; what the change does explain takes the edge off.
 */
static void explain_away(struct inquiry *q)
{
	for (size_t i = 0; i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		if (c->act < 0 || c->herring)
			continue;
		const struct candidate *other = NULL;
		double worst = 0, explained = 0;
		for (size_t j = 0; j < q->candidates.n; j++) {
			const struct candidate *x = &q->candidates.at[j];
			if (!speaks(q, x))
				continue;
			double share = fmin(1, x->share), s = strength(q, c, x);
			explained = fmax(explained, s >= 1 && x->kind != CAUSE_DEPENDENCY_FAILURE ? share : 0);
			if (share * (1 - s) > worst) {
				worst = share * (1 - s);
				other = x;
			}
		}
		worst *= 1 - 0.7 * explained;
		if (other && worst > 0.1)
			term_add(q, c, "otherwise", -2.2 * worst, &other->refs, "the failures speak of something that it does not bring about: %.*s", STR_ARG(other->what));
	}
}

/*
 * Links every condition to its best explanation. The weaker the explanation is beside the condition itself, the less
 * weight moves from the one to the other; none when it is 2.5 behind.
 */
static void link_chain(struct inquiry *q)
{
	size_t n = q->candidates.n;
	double *bonus = arena_new_n(q->arena, double, n + 1), *weight = arena_new_n(q->arena, double, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct candidate *x = &q->candidates.at[i];
		ptrdiff_t best = -1;
		for (size_t j = 0; j < n; j++) {
			const struct candidate *c = &q->candidates.at[j];
			if (can_explain(q, c, x) && c->score > x->score - 2.5 && (best < 0 || c->score > q->candidates.at[best].score))
				best = (ptrdiff_t)j;
		}
		if (best < 0)
			continue;
		/* Two conditions may each be able to explain the other; the better-founded one does. */
		const struct candidate *c = &q->candidates.at[best];
		if (c->act < 0 && can_explain(q, x, c) && (x->score > c->score || (x->score >= c->score && (ptrdiff_t)i < best)))
			continue;
		x->caused_by = best;
		weight[i] = fmin(1, (c->score - x->score + 2.5) / 2.5) * strength(q, c, x);
		bonus[best] = fmax(bonus[best], weight[i] * fmin(2, 0.5 * fmax(0, x->score)));
	}
	for (size_t i = 0; i < n; i++) {
		struct candidate *c = &q->candidates.at[i];
		if (bonus[i] > 0.05)
			term_add(q, c, "chain", bonus[i], NULL, "what follows from it is seen as well");
		if (c->caused_by >= 0)
			term_add(q, c, "explained", -1.5 * weight[i], NULL, "follows from %.*s", STR_ARG(q->candidates.at[c->caused_by].what));
	}
}

/* ---- statements that a change names ---- */

/* Next run of letters and digits: the parts of "orders_user_id_idx", too. */
static struct str next_name(struct str *text)
{
	size_t b = 0;
	while (b < text->len && !is_alnum(text->ptr[b]))
		b++;
	size_t e = b;
	while (e < text->len && is_alnum(text->ptr[e]))
		e++;
	struct str word = str_head(str_from(*text, b), e - b);
	*text = str_from(*text, e);
	return word;
}

/* Words of SQL and of change records that name nothing. */
static bool says_nothing(struct str word)
{
	static const char *const words[] = { "select", "from", "where", "order", "group", "limit", "join", "insert", "into", "values", "update", "delete", "table",
		                             "alter", "create", "drop", "index", "column", "constraint", "concurrently", "exists", "count", "with", "name",
		                             "date", "type", "time", "migration", "migrate", "schema", "version", "start", "started", "success", "succeeded",
		                             "finished", "deploy", "change", "data", "null", "default", "user", "using", "text", "set", "analyze", "database" };
	if (word.len < 4)
		return true;
	bool digits = true;
	for (size_t i = 0; i < word.len; i++)
		digits &= word.ptr[i] >= '0' && word.ptr[i] <= '9';
	for (size_t i = 0; i < sizeof words / sizeof *words && !digits; i++)
		digits = str_eq_nocase(word, str_of(words[i]));
	return digits;
}

/* A name that both have, and that is none of a service. */
static struct str shared_name(const struct facts *f, struct str change, struct str statement)
{
	for (struct str rest = change, word; (word = next_name(&rest)).len;) {
		if (says_nothing(word) || facts_service(f, word) >= 0)
			continue;
		for (struct str other = statement, name; (name = next_name(&other)).len;)
			if (str_eq_nocase(word, name))
				return word;
	}
	return STR_NONE;
}

/* ---- ties of a change to a condition ---- */

/* Each adds its term and says so; the first condition that ties a change in one way is enough. */

/* A rotated password before refused passwords, a network change before lost packets: the very lines such a change makes. */
static bool tie_signature(struct inquiry *q, struct candidate *c, const struct candidate *x)
{
	if (x->kind != c->kind || x->share < 0.15 || strength(q, c, x) < least_strength)
		return false;
	term_add(q, c, "mechanism", 1.8, &x->refs, "what follows is what such a change makes when it goes wrong: %.*s", STR_ARG(x->what));
	return true;
}

/* Is it the last change of version or setting of its service before the failures? */
static bool last_of_service(const struct inquiry *q, const struct act *act)
{
	for (size_t i = 0; i < q->f->n_acts; i++) {
		const struct act *later = &q->f->acts[i];
		if (later != act && later->begin_ns > act->begin_ns && later->begin_ns < q->o->onset_from_ns && later->kind == act->kind &&
		    facts_service(q->f, later->service) == facts_service(q->f, act->service))
			return false;
	}
	return true;
}

/*
 * What a new version uses up lasts for a while: where its own service runs out of something, and the version in force is the
 * suspect, its hours of quiet are not held against it.
 */
static bool tie_fuse(struct inquiry *q, struct candidate *c, const struct candidate *x)
{
	double against = -term_value(c, "precedence");
	/* Of what a process holds: memory, files, connections. */
	bool runs_out = x->kind == CAUSE_CONNECTION_EXHAUSTION || (x->kind == CAUSE_RESOURCE_EXHAUSTION && !is_disk(x->family));
	if (!runs_out || x->share < 0.3 || c->service_index < 0 || x->service_index != c->service_index || strength(q, c, x) < 1 || against <= 0.2 ||
	    !last_of_service(q, &q->f->acts[c->act]))
		return false;
	term_add(q, c, "fuse", fmin(2.5, against), &x->refs, "%.*s runs out of something, which takes its time after the change that uses it up", STR_ARG(c->service));
	return true;
}

/* A canary: the failures sit on the one host that runs the new version, its siblings with the old one are well. */
static bool tie_canary(struct inquiry *q, struct candidate *c, const struct candidate *x)
{
	if (x->kind != CAUSE_HOST_FAULT || !only_there(q, c, x))
		return false;
	term_add(q, c, "canary", 2.0, &x->refs, "only %.*s runs the new version, and only there the requests fail", STR_ARG(x->entity));
	return true;
}

/* A change of the schema or of data names the table that the slow or waiting statements work on. */
static bool tie_statement(struct inquiry *q, struct candidate *c, const struct candidate *x)
{
	const struct act *act = &q->f->acts[c->act];
	if ((x->kind != CAUSE_SLOW_QUERY && x->kind != CAUSE_LOCK_CONTENTION) || x->share < 0.15 || strength(q, c, x) < least_strength)
		return false;
	struct str name = shared_name(q->f, act->key, x->entity);
	if (!name.len)
		name = shared_name(q->f, act->text, x->entity);
	if (!name.len)
		return false;
	term_add(q, c, "mechanism", 1.6, &x->refs, "it names \"%.*s\", and so does %.*s", STR_ARG(name), STR_ARG(x->what));
	return true;
}

/* Which kinds of changes are tied in which way, in the order in which terms are added. */
static const struct { unsigned changes; bool (*tie)(struct inquiry *q, struct candidate *c, const struct candidate *x); } ties[] = {
	{ BIT(CAUSE_CREDENTIAL) | BIT(CAUSE_CERTIFICATE) | BIT(CAUSE_NETWORK), tie_signature },
	{ BIT(CAUSE_DEPLOYMENT), tie_fuse },
	{ BIT(CAUSE_DEPLOYMENT), tie_canary },
	{ BIT(CAUSE_SCHEMA_MIGRATION) | BIT(CAUSE_SCHEDULED_JOB) | BIT(CAUSE_CONFIG_CHANGE), tie_statement },
};

static void tie_changes(struct inquiry *q)
{
	for (size_t t = 0; t < sizeof ties / sizeof *ties; t++)
		for (size_t i = 0; i < q->candidates.n; i++) {
			struct candidate *c = &q->candidates.at[i];
			bool found = c->act < 0 || c->herring || !(ties[t].changes & BIT(c->kind));
			for (size_t j = 0; j < q->candidates.n && !found; j++)
				found = q->candidates.at[j].act < 0 && ties[t].tie(q, c, &q->candidates.at[j]);
		}
}

void explains_link(struct inquiry *q)
{
	tie_changes(q);
	explain_away(q);
	link_chain(q);
}
