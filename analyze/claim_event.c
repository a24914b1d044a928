/*
 * Entries of a timeline against the logs. What people did is looked for among the changes; what users felt is held against
 * the course of failures; meetings, phone calls and suspicions are in no log.
 */
#include <math.h>
#include <stdlib.h>

#include "analyze/claim_hold.h"
#include "analyze/prose.h"

#define CHANGE(k) (1u << (k))

/* What a change is called in prose, and what it may be recorded as. */
static const struct { const char *words; unsigned kinds; } acts[] = {
	{ "deploy|release|rolled out|rollout|roll out|shipped|update|upgrade|new version|feature", CHANGE(CHANGE_DEPLOYMENT) | CHANGE(CHANGE_PACKAGE) },
	{ "rolled back|roll back|rollback|rolling back|revert|backed out|undone|undo|taken back|restored to|restoring|set back|put back|set to",
	  CHANGE(CHANGE_ROLLBACK) | CHANGE(CHANGE_CONFIG) | CHANGE(CHANGE_FLAG) | CHANGE(CHANGE_DEPLOYMENT) | CHANGE(CHANGE_MIGRATION) },
	{ "restart|reboot|bounced|recycled", CHANGE(CHANGE_RESTART) | CHANGE(CHANGE_FAILOVER) },
	{ "scaled|scaling|scale up|scale out|resized|larger instance|more capacity|replicas added", CHANGE(CHANGE_SCALING) | CHANGE(CHANGE_CONFIG) },
	{ "config|setting|parameter|corrected|tuned|limits|raised|lowered|redistribut|timeout is|changed",
	  CHANGE(CHANGE_CONFIG) | CHANGE(CHANGE_NETWORK) | CHANGE(CHANGE_SCALING) | CHANGE(CHANGE_OPERATION) },
	{ "flag|toggle|switched off|disabled|turned off|enabled", CHANGE(CHANGE_FLAG) | CHANGE(CHANGE_CONFIG) },
	{ "migration|index|schema|optimised|optimized|is fixed|was fixed|query fix", CHANGE(CHANGE_MIGRATION) | CHANGE(CHANGE_DEPLOYMENT) },
	{ "switched|rerouted|blocked|rate limit", CHANGE(CHANGE_NETWORK) | CHANGE(CHANGE_CONFIG) },
	{ "fail over|failover|failed over|promoted", CHANGE(CHANGE_FAILOVER) | CHANGE(CHANGE_RESTART) },
	{ "certificate|renewed", CHANGE(CHANGE_CERTIFICATE) },
	{ "credential|rotated|password", CHANGE(CHANGE_CREDENTIAL) },
	{ "job|cron|backup|batch", CHANGE(CHANGE_JOB) },
};

static const char people[] = "suspect|investigat|escalat|inform|paged|pager|assembl|identif|is found|was found|on call|on-call|called|engineer|examin|discuss|"
			     "suspicio|decid|considered|notified|team|meeting|acknowledg|joined|recent changes";
static const char falling[] = "start to fall|starts to fall|begin to fall|started to fall|fall$|falls|decreas|declin|drop";
static const char settling[] = "stabilis|stabiliz|stable|subsid|improv|start to recover|begins to recover|mitigated|relief|errors ebb";
static const char lasting[] = "still|continue|persist|degraded|unavailab|returns|comes back|came back|remain|keep rising|failing|cannot|could not|failed|worse";
static const char beginning[] = "alert|spike|rise|rises|rising|start|begin|began|climb|increase|user-visible|monitoring|first error|slow|error|go up|goes up|went up|response time|latenc";
static const char no_effect[] = "no effect|no improvement|did not help|does not help|without effect|errors continue|failures continue|unchanged|no change|"
				"did not improve|keep rising|changed nothing|changes nothing|still degraded";
/* What rises and falls the other way round, and what is not in the course of failures. */
static const char good_things[] = "availab|traffic|throughput|success|conversion";
static const char not_requests[] = "cpu|memory|disk|swap|i/o";

static unsigned kinds_in(struct str text)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (prose_find_any(text, acts[i].words) >= 0)
			kinds |= acts[i].kinds;
	return kinds;
}

static bool is_generic(struct str word)
{
	static const char *const words[] = {
		"the", "and", "for", "with", "from", "yes", "off", "not", "new", "old", "service", "server", "servers", "production", "main", "prod",
		"app", "log", "time", "error", "errors", "request", "requests", "failed", "failure", "get", "post", "put", "http", "null", "none", "true",
		"false", "select", "where", "order", "group", "limit", "count", "max", "min", "job", "config", "update", "timeout", "that", "this",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_nocase(word, str_of(words[i])))
			return true;
	return false;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

unsigned claim_words_in(struct str text, struct str name)
{
	unsigned n = 0;

	for (size_t i = 0; i < name.len && n < 3;) {
		size_t from = i;

		while (i < name.len && (is_word_byte(name.ptr[i]) || (name.ptr[i] == '.' && i > from && i + 1 < name.len && name.ptr[i - 1] >= '0' && name.ptr[i - 1] <= '9')))
			i++;
		struct str word = str_make(name.ptr + from, i - from);
		if (word.len >= 3 && !is_generic(word) && prose_find(text, word) >= 0)
			n++;
		i += i == from;
	}
	return n;
}

/* How well a change fits the words: the database that a record calls by name is "the database" in prose. */
static unsigned fit(struct str text, const struct store_change *x)
{
	static const struct { const char *prose, *names; } things[] = {
		{ "database|postgres|mysql", "db|postgres|mysql|maria|mongo|sql" },
		{ "cache|redis", "redis|memcache|cache" },
		{ "load balancer|balancer", "haproxy|nginx|edge|lb|balanc" },
		{ "network|firewall", "net|firewall|edge" },
		{ "application|app$", "web|app|catalog|api" },
	};
	unsigned n = 2 * claim_words_in(text, x->service) + 2 * claim_words_in(text, x->version) + 2 * claim_words_in(text, x->key) + claim_words_in(text, x->text);

	for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
		struct str rest = str_of(things[i].names);

		if (prose_find_any(text, things[i].prose) < 0)
			continue;
		while (rest.len > 0) {
			struct str name = str_cut(rest, '|', &rest);
			if (str_find_nocase(x->service, name) >= 0 || str_find_nocase(x->host, name) >= 0 || str_find_nocase(x->key, name) >= 0) {
				n += 2;
				break;
			}
		}
	}
	return n;
}

static struct str change_words(const struct holding *h, const struct store_change *x)
{
	struct str what = x->version.len ? x->version : x->key;
	struct str from = x->old_value.len || x->new_value.len ?
		arena_printf(h->arena, " %.*s -> %.*s", STR_ARG(str_head(x->old_value, 60)), STR_ARG(str_head(x->new_value, 60))) : STR_NONE;

	return arena_printf(h->arena, "%s%s%.*s%.*s%s%.*s", change_kind_words(x->kind), what.len ? " " : "", STR_ARG(str_head(what, 80)), STR_ARG(from),
	                    x->service.len ? " of " : "", STR_ARG(x->service));
}

/* The best change of those kinds in [from, to]: the one the words fit best, then the nearest to `near`. */
static const struct store_change *find_change(const struct holding *h, const struct claim *c, unsigned kinds, int64_t from, int64_t to, int64_t near, unsigned least)
{
	const struct store_change *best = NULL;
	unsigned best_fit = 0;

	for (size_t i = 0; i < h->n_changes; i++) {
		const struct store_change *x = &h->changes[i];
		unsigned n;

		if (x->time_ns == TIME_NONE || x->time_ns < from || x->time_ns > to || !(CHANGE(x->kind) & kinds) || (n = fit(c->sentence, x)) < least)
			continue;
		if (!best || n > best_fit || (n == best_fit && llabs(x->time_ns - near) < llabs(best->time_ns - near))) {
			best = x;
			best_fit = n;
		}
	}
	return best;
}

/* What the analysis says about a change: "no effect", a cure. */
static const struct timeline_entry *outcome_of(const struct holding *h, const struct store_change *x)
{
	for (size_t i = 0; i < h->in->n_timeline; i++) {
		const struct timeline_entry *e = &h->in->timeline[i];
		bool outcome = str_eq(e->kind, STR("ineffective")) || str_eq(e->kind, STR("relief")) || str_eq(e->kind, STR("mitigation"));

		if (outcome && llabs(e->time_ns - x->time_ns) <= 60 * NS_PER_S && (x->service.len == 0 || str_eq(e->service, x->service)))
			return e;
	}
	return NULL;
}

static void show_line(struct holding *h, struct claim *c, const struct ref *ref)
{
	struct refs one = { 0 };

	if (c->refs.n == 0) {
		*vec_push(h->arena, &one) = *ref;
		c->refs = one;
	}
}

/* Does the trouble become less, by the words? "Availability falls" is the contrary. */
static bool calms(struct str s)
{
	return prose_find_any(s, settling) >= 0 || (prose_find_any(s, falling) >= 0 && prose_find_any(s, good_things) < 0);
}

/* True when something was said. */
static bool hold_act(struct holding *h, struct claim *c)
{
	unsigned kinds = kinds_in(c->sentence);
	int64_t slack = c->slack_ns > 300 * NS_PER_S ? c->slack_ns : 300 * NS_PER_S;
	int64_t from = c->from_ns - slack, to = c->to_ns + slack;

	if (!kinds)
		return false;
	if (c->bound < 0)
		from = c->from_ns - 12 * 3600 * NS_PER_S;
	else if (c->bound > 0)
		to = c->to_ns + 6 * 3600 * NS_PER_S;
	int64_t near = c->bound < 0 ? c->to_ns : c->from_ns, hour = 3600 * NS_PER_S;
	const struct store_change *x = find_change(h, c, kinds, from, to, near, c->bound ? 2 : 0);
	if (!x && c->bound)
		x = find_change(h, c, kinds, c->bound < 0 ? near - hour : near, c->bound < 0 ? near : near + hour, near, 0);
	if (x) {
		const struct timeline_entry *e = outcome_of(h, x);

		claim_say(h, c, CLAIM_HOLDS, "%.*s at %.*s", STR_ARG(change_words(h, x)), STR_ARG(claim_time(h->claims, x->time_ns)));
		show_line(h, c, &x->ref);
		bool helped = e && str_eq(e->kind, STR("mitigation")), none = e && str_eq(e->kind, STR("ineffective"));
		if (prose_find_any(c->sentence, no_effect) >= 0 && e)
			claim_say(h, c, helped ? CLAIM_CONTRADICTED : CLAIM_HOLDS, "%.*s", STR_ARG(e->text));
		else if (calms(c->sentence) && none)
			claim_say(h, c, CLAIM_CONTRADICTED, "%.*s", STR_ARG(e->text));
		return true;
	}
	/* The same thing at another time: only what the words name without doubt, and not what people merely thought about. */
	if (c->bound || prose_find_any(c->sentence, people) >= 0)
		return false;
	int64_t day = 24 * 3600 * NS_PER_S;
	x = find_change(h, c, kinds, c->from_ns - day, c->to_ns + day, c->from_ns, 3);
	if (!x)
		return false;
	claim_say(h, c, CLAIM_CONTRADICTED, "%.*s was at %.*s", STR_ARG(change_words(h, x)), STR_ARG(claim_time(h->claims, x->time_ns)));
	show_line(h, c, &x->ref);
	return true;
}

static struct str share_at(const struct holding *h, int64_t from, int64_t to)
{
	double v = course_mean(h, from, to);

	return isnan(v) ? STR("no data") : arena_printf(h->arena, "%.1f %%", v);
}

/* What an entry says about users' trouble, against the course of failures. */
static bool hold_state(struct holding *h, struct claim *c)
{
	struct str s = c->sentence;
	int64_t step = h->course ? h->course->step_ns : 0, near = step > 600 * NS_PER_S ? step : 600 * NS_PER_S, at = c->from_ns;
	bool falls = calms(s), ends = claim_closes(s);
	bool lasts = prose_find_any(s, lasting) >= 0, begins = prose_find_any(s, beginning) >= 0;
	int64_t onset = h->in->onset_best_ns;

	if (begins && !lasts && !ends && !falls && prose_find_any(s, people) >= 0)
		return false;
	if (!h->course || prose_find_any(s, not_requests) >= 0 || (falls && lasts))
		return false;
	if (!ends && isnan(course_mean(h, at - near, at + near)))
		return false;
	struct str now = share_at(h, at, at + near);
	if (ends) {
		if (c->to_ns < h->end_ns - h->end_slack_ns && course_bad(h, c->to_ns, h->end_ns))
			claim_say(h, c, CLAIM_CONTRADICTED, "%.*s of requests still fail then; back to the usual level at %.*s", STR_ARG(share_at(h, c->to_ns, h->end_ns)),
			          STR_ARG(claim_time(h->claims, h->end_ns)));
		else
			claim_say(h, c, CLAIM_HOLDS, "back to the usual level at %.*s", STR_ARG(claim_time(h->claims, h->end_ns)));
		return true;
	}
	if (falls) {
		int64_t span = 1800 * NS_PER_S;
		double before = course_mean(h, at - span, at), after = course_mean(h, c->to_ns + near / 2, c->to_ns + near / 2 + span);
		/* "Begin to fall" may take its time: the best half hour of the next two hours counts. */
		for (int k = 1; k < 4; k++)
			after = fmin(after, course_mean(h, c->to_ns + k * span, c->to_ns + (k + 1) * span));
		bool good = after < 0.85 * before || !course_bad(h, c->to_ns, c->to_ns + span);

		if (isnan(before) || isnan(after))
			return false;
		claim_say(h, c, good ? CLAIM_HOLDS : CLAIM_UNKNOWN, "failures %.1f %% in the half hour before, then down to %.1f %%", before, after);
		return true;
	}
	if (lasts || (begins && at > onset + h->start_slack_ns)) {
		bool bad = course_bad(h, at - near, c->to_ns + near);

		claim_say(h, c, bad ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "%.*s of requests fail then (usually %.1f %%)", STR_ARG(now), h->usual);
		return true;
	}
	if (!begins)
		return false;
	bool good = at >= h->in->onset_from_ns - h->start_slack_ns || course_bad(h, at - near, at + near);
	claim_say(h, c, good ? CLAIM_HOLDS : CLAIM_CONTRADICTED, "failures begin at %.*s", STR_ARG(claim_time(h->claims, onset)));
	if (h->in->n_symptoms && c->refs.n == 0)
		c->refs = h->in->symptoms[0].refs;
	return true;
}

/* An entry that a report of ours made says its kind, and the same words stand in the case file. */
static bool hold_ours(struct holding *h, struct claim *c)
{
	for (size_t i = 0; i < h->in->n_timeline; i++) {
		const struct timeline_entry *e = &h->in->timeline[i];

		if (e->text.len < 8 || llabs(e->time_ns - c->from_ns) > NS_PER_S || claim_words_in(c->sentence, e->text) < 2)
			continue;
		claim_say(h, c, CLAIM_HOLDS, "%.*s", STR_ARG(str_head(e->text, 300)));
		c->refs = e->refs;
		return true;
	}
	return false;
}

void hold_event(struct holding *h, struct claim *c)
{
	if (hold_ours(h, c))
		return;
	hold_act(h, c);
	if (c->bound == 0)
		hold_state(h, c);
	if (c->found.len == 0)
		claim_say(h, c, CLAIM_UNKNOWN, "%s", prose_find_any(c->sentence, people) >= 0 ? "what people did and thought is in no log" : "no line of these logs shows it");
}
