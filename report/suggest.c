#include "report/suggest.h"

#include <math.h>

#include "report/view.h"

const char *suggestion_words(enum suggestion_kind k)
{
	return k == SUGGEST_CORRECT ? "Correct" : k == SUGGEST_PREVENT ? "Prevent" : "Detect";
}

const char *suggestion_type(enum suggestion_kind k)
{
	return k == SUGGEST_CORRECT ? "mitigate" : k == SUGGEST_PREVENT ? "prevent" : "detect";
}

static void add(struct suggestions *s, enum suggestion_kind kind, struct str text)
{
	if (s->n < SUGGESTIONS_MAX && text.len > 0)
		s->at[s->n++] = (struct suggestion){ kind, text };
}

/* ---- alarms ---- */

/* Two significant digits, upwards: nobody sets an alert at 3.8172 %. */
static double round_up(double v)
{
	double unit = pow(10, floor(log10(v)) - 1);

	return ceil(v / unit - 1e-9) * unit;
}

bool alarm_of(const struct plot *p, int64_t onset_ns, int64_t end_ns, struct alarm *out)
{
	double quiet = 0, bad = 0;
	size_t n_quiet = 0, n_bad = 0;
	int64_t from_ns;

	/* Without an onset, all of it is bad. */
	if (__builtin_sub_overflow(onset_ns, p->step_ns, &from_ns))
		from_ns = INT64_MIN;
	if (!view_plot_is_drawable(p))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		int64_t at = p->from_ns + (int64_t)i * p->step_ns;
		bool inside = at + p->step_ns > from_ns && at < end_ns;

		if (isnan(p->values[i]))
			continue;
		if (inside) {
			bad += p->values[i];
			n_bad++;
		} else {
			quiet = fmax(quiet, p->values[i]);
			n_quiet++;
		}
	}
	if (n_quiet < 6 || n_bad == 0)
		return false;
	/* Between the worst of the quiet time and the mean of the bad one, nearer to the former: early rather than never. */
	bad /= (double)n_bad;
	double limit = quiet + 0.2 * (bad - quiet);
	if (!(bad > 1.2 * quiet) || !(limit > 0))
		return false;
	*out = (struct alarm){ .limit = round_up(limit), .first_ns = TIME_NONE, .step_ns = p->step_ns };
	for (size_t i = 0; i < p->n; i++) {
		int64_t at = p->from_ns + (int64_t)i * p->step_ns;
		bool inside = at + p->step_ns > from_ns && at < end_ns;

		if (!(p->values[i] > out->limit))
			continue;
		if (!inside)
			out->elsewhere++;
		else if (out->first_ns == TIME_NONE)
			out->first_ns = at + p->step_ns;
	}
	return out->first_ns != TIME_NONE;
}

static void add_alarm(struct suggestions *s, const struct words *w, const struct casefile *c, const struct incident *in, const struct plot *p)
{
	int64_t end_ns = in->recovered_ns != TIME_NONE ? in->recovered_ns : c->to_ns;
	struct alarm a;

	if (!p || !alarm_of(p, in->onset_from_ns, end_ns, &a))
		return;
	struct str panel = str_eq(p->unit, STR("%")) ? STR_NONE : str_head(p->panel, 60); /* shares say in their names what they are of */
	double late_s = ((double)a.first_ns - (double)in->onset_best_ns) / 1e9; /* stored times may be any */
	struct str when = late_s >= 0 ? arena_printf(w->arena, "%.*s after the onset", STR_ARG(words_seconds(w, late_s)))
				      : arena_printf(w->arena, "%.*s before the first failures", STR_ARG(words_seconds(w, -late_s)));
	struct str elsewhere = a.elsewhere ? arena_printf(w->arena, "and %zu times outside of this incident", a.elsewhere) : STR("and at no other time");

	add(s, SUGGEST_DETECT,
	    arena_printf(w->arena, "Alert on %.*s%s%.*s above %.*s%s%.*s over %.*s: these logs would have raised it at %.*s, %.*s, %.*s.",
	                 STR_ARG(panel), panel.len ? ": " : "", STR_ARG(str_head(p->name, 160)), STR_ARG(words_number(w, a.limit)),
	                 p->unit.len ? " " : "", STR_ARG(p->unit), STR_ARG(words_seconds(w, (double)a.step_ns / 1e9)), STR_ARG(words_clock(w, a.first_ns)), STR_ARG(when), STR_ARG(elsewhere)));
}

/* ---- what the evidence says ---- */

/* The step that ended it, in the timeline's words up to what they say about the failures. */
static struct str cure(const struct words *w, const struct incident *in)
{
	for (size_t i = in->n_timeline; i-- > 0;) {
		const struct timeline_entry *e = &in->timeline[i];

		if (!str_eq(e->kind, STR("mitigation")))
			continue;
		ptrdiff_t colon = str_find(e->text, STR(": "));
		return arena_printf(w->arena, "%.*s, %.*s", STR_ARG(colon > 0 ? str_head(e->text, (size_t)colon) : e->text), STR_ARG(words_time(w, e->time_ns)));
	}
	return STR_NONE;
}

/* The first change of the chain, if the cause itself is a condition. */
static const struct link *change_behind(const struct cause *root)
{
	for (size_t i = 0; i < root->n_chain; i++) {
		enum cause_kind k = root->chain[i].kind;

		if (k == CAUSE_DEPLOYMENT || k == CAUSE_CONFIG_CHANGE || k == CAUSE_FEATURE_FLAG || k == CAUSE_SCHEMA_MIGRATION || k == CAUSE_SCHEDULED_JOB)
			return &root->chain[i];
	}
	return NULL;
}

/* "table: statement" of a slow query. */
static void split_query(struct str entity, struct str *table, struct str *statement)
{
	ptrdiff_t colon = str_find(entity, STR(": "));

	*table = colon > 0 ? str_head(entity, (size_t)colon) : STR_NONE;
	*statement = colon > 0 ? str_from(entity, (size_t)colon + 2) : entity;
}

/* "key old -> new" of a configuration change. */
static bool split_setting(struct str entity, struct str *key, struct str *old_value, struct str *new_value)
{
	ptrdiff_t arrow = str_find(entity, STR(" -> "));

	if (arrow < 0)
		return false;
	struct str left = str_head(entity, (size_t)arrow);
	ptrdiff_t blank = str_rchr(left, ' ');
	*new_value = str_from(entity, (size_t)arrow + 4);
	*key = blank > 0 ? str_head(left, (size_t)blank) : left;
	*old_value = blank > 0 ? str_from(left, (size_t)blank + 1) : STR_NONE;
	return true;
}

/* Sentences that name what this incident was about. `it` is the cause as a phrase. */
static void add_specific(struct suggestions *s, const struct words *w, const struct cause *root)
{
	struct arena *a = w->arena;
	struct str it = words_suspect(w, root->kind, root->service, root->entity), who = root->service.len ? root->service : STR("the service");
	struct str e = root->entity.len ? str_head(root->entity, 200) : it, x, y, z;

	switch (root->kind) {
	case CAUSE_DEPLOYMENT:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Keep %.*s from being deployed again before it is fixed.", STR_ARG(e)));
		add(s, SUGGEST_PREVENT, arena_printf(a, "Turn what failed after %.*s into a test that its pipeline runs.", STR_ARG(e)));
		break;
	case CAUSE_CONFIG_CHANGE:
		if (split_setting(root->entity, &x, &y, &z)) {
			add(s, SUGGEST_CORRECT, arena_printf(a, "Set %.*s of %.*s to %.*s wherever it is configured, and confirm it in its log.", STR_ARG(x), STR_ARG(who),
			                                     STR_ARG(y.len ? y : STR("its previous value"))));
			add(s, SUGGEST_PREVENT, arena_printf(a, "Refuse values like %.*s for %.*s: check the setting against bounds before it is applied.", STR_ARG(z), STR_ARG(x)));
		} else {
			add(s, SUGGEST_CORRECT, arena_printf(a, "Take %.*s back wherever it is configured.", STR_ARG(it)));
		}
		break;
	case CAUSE_FEATURE_FLAG:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Keep %.*s off for everybody until the path behind it is fixed.", STR_ARG(e)));
		break;
	case CAUSE_SCHEMA_MIGRATION:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Run %.*s again only with SET lock_timeout (a few seconds) and in steps, at low load.", STR_ARG(e)));
		break;
	case CAUSE_SCHEDULED_JOB:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Move %.*s away from busy hours, and give it limits of its own.", STR_ARG(e)));
		break;
	case CAUSE_SLOW_QUERY:
		split_query(root->entity, &x, &y);
		add(s, SUGGEST_CORRECT, arena_printf(a, "Look at the plan of \"%.*s\"%s%.*s and add the index that its conditions need.", STR_ARG(str_head(y, 160)),
		                                     x.len ? " on " : "", STR_ARG(x)));
		add(s, SUGGEST_PREVENT, arena_printf(a, "Set a statement timeout for the callers of %.*s, well below the time their own callers wait.", STR_ARG(x.len ? x : who)));
		break;
	case CAUSE_LOCK_CONTENTION:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Shorten the transaction around \"%.*s\", and give its sessions a lock_timeout.", STR_ARG(str_head(e, 160))));
		break;
	case CAUSE_CONNECTION_EXHAUSTION:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Find who holds the connections of %.*s, and bound that pool.", STR_ARG(who)));
		break;
	case CAUSE_TRAFFIC_SURGE:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Limit the rate of requests with %.*s at the edge, before they reach the database.", STR_ARG(e)));
		break;
	case CAUSE_CACHE_FAILURE:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Drop what the cache of %.*s still holds from the bad time.", STR_ARG(who)));
		break;
	case CAUSE_DEPENDENCY_FAILURE:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Give calls to %.*s a timeout below the caller's own, few retries, and an answer without it.", STR_ARG(e)));
		break;
	case CAUSE_RESOURCE_EXHAUSTION:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Find what uses up %.*s, and limit it there.", STR_ARG(e)));
		break;
	case CAUSE_RESTART:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Find out who or what restarted %.*s, and let it drain first.", STR_ARG(e)));
		break;
	case CAUSE_CERTIFICATE:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Put the certificate of %.*s under automatic renewal, and list when the others end.", STR_ARG(e)));
		break;
	case CAUSE_DNS:
		add(s, SUGGEST_PREVENT, arena_printf(a, "Keep the last good answer for %.*s when the resolver does not answer.", STR_ARG(e)));
		break;
	case CAUSE_NETWORK:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Take %.*s back on every host it reached.", STR_ARG(it)));
		break;
	case CAUSE_CREDENTIAL:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Bring the credential %.*s up to date with every user of it.", STR_ARG(e)));
		break;
	case CAUSE_BAD_INPUT:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Refuse \"%.*s\" at the edge, and add it to the tests of %.*s.", STR_ARG(e), STR_ARG(who)));
		break;
	case CAUSE_HOST_FAULT:
		add(s, SUGGEST_CORRECT, arena_printf(a, "Keep %.*s out of rotation until it was examined.", STR_ARG(e)));
		break;
	case CAUSE_UNKNOWN:
	case CAUSE_KIND_COUNT:
		break;
	}
}

/* The panel in which such a cause shows first; NULL when none is its own. */
static const char *panel_of(enum cause_kind kind)
{
	if (kind == CAUSE_TRAFFIC_SURGE)
		return "Arrivals";
	if (kind == CAUSE_SLOW_QUERY || kind == CAUSE_LOCK_CONTENTION || kind == CAUSE_SCHEMA_MIGRATION)
		return "Statement time";
	if (kind == CAUSE_CONNECTION_EXHAUSTION)
		return "Connections to databases";
	return kind == CAUSE_CACHE_FAILURE ? "Cache" : NULL;
}

/*
 * Of the series of a panel (NULL: those of users' trouble, in percent) the one that would have told first and only in the
 * incident; NULL when none does.
 */
static const struct plot *first_to_tell(const struct casefile *c, const struct incident *in, const char *panel)
{
	int64_t end_ns = in->recovered_ns != TIME_NONE ? in->recovered_ns : c->to_ns, first_ns = INT64_MAX;
	const struct plot *best = NULL;
	struct alarm a;

	for (size_t i = 0; i < in->n_plots; i++) {
		const struct plot *p = &in->plots[i];
		bool wanted = panel ? str_eq(p->panel, str_of(panel)) : str_eq(p->unit, STR("%"));

		if (!wanted || !alarm_of(p, in->onset_from_ns, end_ns, &a) || a.elsewhere > 0 || a.first_ns >= first_ns)
			continue;
		first_ns = a.first_ns;
		best = p;
	}
	return best;
}

struct suggestions suggest(const struct words *w, const struct casefile *c, const struct incident *in)
{
	const struct cause *root = words_root(in);
	enum cause_kind kind = root ? root->kind : CAUSE_UNKNOWN;
	const struct measures *m = words_measures(kind);
	struct suggestions s = { .n = 0 };
	struct str cured = cure(w, in);
	const struct link *behind = root ? change_behind(root) : NULL;

	if (cured.len)
		add(&s, SUGGEST_CORRECT, arena_printf(w->arena, "Make permanent what helped: %.*s.", STR_ARG(cured)));
	if (root)
		add_specific(&s, w, root);
	if (behind && behind->kind != kind)
		add(&s, SUGGEST_PREVENT, arena_printf(w->arena, "Review how %.*s could bring it in unnoticed.", STR_ARG(words_suspect(w, behind->kind, behind->service, behind->entity))));
	if (!cured.len || s.n < 2)
		add(&s, SUGGEST_CORRECT, str_of(m->correct));
	add(&s, SUGGEST_PREVENT, str_of(m->prevent));
	if (panel_of(kind))
		add_alarm(&s, w, c, in, first_to_tell(c, in, panel_of(kind)));
	add_alarm(&s, w, c, in, first_to_tell(c, in, NULL));
	add(&s, SUGGEST_DETECT, str_of(m->detect));
	return s;
}
