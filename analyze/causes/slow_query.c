#include <math.h>

#include "analyze/dense.h"
#include "analyze/terms.h"

/*
 * A statement whose total time leaves its baseline. The statement is to blame when it is new or grows alone; when
 * every statement slows down together, the database is the victim of something else.
 */
struct load { double bad_ms, usual_ms, bad_calls, usual_calls; int64_t first_ns; };

/* When a statement first took longer than limit_ms in the mean, shortly before the outbreak or in it; its first call where it never did. */
static int64_t first_slow(const struct inquiry *q, const struct series *s, const double *ms, const double *n, double limit_ms)
{
	const struct grid *g = &q->f->grid;
	int64_t from = q->o->onset_from_ns - 600 * NS_PER_S;
	size_t last = grid_step(g, q->o->end_ns - 1);
	for (size_t t = grid_step(g, from > q->f->from_ns ? from : q->f->from_ns); limit_ms > 0 && t <= last; t++)
		if (n[t] > 0 && ms[t] > limit_ms * n[t])
			return grid_ns(g, t);
	return series_first(s, from, q->o->end_ns);
}

/* Time and calls of a statement in the bad steps, and what the quiet steps would give for as long. */
static struct load load_of(struct inquiry *q, const struct series *s)
{
	const struct grid *g = &q->f->grid;
	struct arena_mark mark = arena_mark(q->arena);
	double *ms = arena_new_n(q->arena, double, g->n), *n = arena_new_n(q->arena, double, g->n);
	double scale = q->o->baseline_s > 0 ? q->o->degraded_s / q->o->baseline_s : 0;
	dense_sum_ms(g, s, ms);
	dense_count(g, s, n);
	struct load l = {
		.bad_ms = outbreak_bad_sum(q->o, g, ms),
		.usual_ms = outbreak_quiet_sum(q->o, g, ms) * scale,
		.bad_calls = outbreak_bad_sum(q->o, g, n),
		.usual_calls = outbreak_quiet_sum(q->o, g, n) * scale,
	};
	l.first_ns = first_slow(q, s, ms, n, l.usual_calls > 0 ? 2 * l.usual_ms / l.usual_calls : 0);
	arena_rewind(q->arena, mark);
	return l;
}

/* The relation a statement works on: "orders" of "select ... from orders where ...". */
static struct str relation_of(struct str sql)
{
	static const char *const before[] = { "from ", "update ", "into ", "join " };
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct str word = str_of(before[i]);
		ptrdiff_t at = str_find_nocase(sql, word);
		if (at < 0)
			continue;
		struct str rest = str_from(sql, (size_t)at + word.len);
		size_t n = 0;
		while (n < rest.len && !strchr(" ,();", rest.ptr[n]))
			n++;
		if (n)
			return str_head(rest, n);
	}
	return STR_NONE;
}

static struct refs lines_of(struct inquiry *q, uint64_t fingerprint)
{
	struct refs refs = { 0 };
	for (size_t i = 0; i < q->f->n_kept && refs.n < 3; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->fingerprint_id == fingerprint && k->time_ns >= q->o->onset_from_ns - 600 * NS_PER_S && k->time_ns < q->o->end_ns)
			*vec_push(q->arena, &refs) = k->ref;
	}
	return refs;
}

/* Not seen until shortly before the onset, with enough time before that to say so. */
static bool appeared(const struct inquiry *q, const struct series *s)
{
	int64_t shortly = q->o->onset_from_ns - 1800 * NS_PER_S;
	if (shortly - q->f->from_ns < 1200 * NS_PER_S)
		shortly = q->o->onset_from_ns - 300 * NS_PER_S;
	return shortly - q->f->from_ns >= 600 * NS_PER_S && series_between(s, q->f->from_ns, shortly) < 1;
}

static void raise_slow_query(struct inquiry *q)
{
	double surplus = 0, grown = 0, everyday = 0, fresh = 0;
	for (size_t i = 0; i < q->f->n_series; i++) {
		if (q->f->series[i].kind != SERIES_QUERY)
			continue;
		struct load l = load_of(q, &q->f->series[i]);
		surplus += fmax(0, l.bad_ms - l.usual_ms);
		fresh += l.bad_calls >= 3 && appeared(q, &q->f->series[i]);
		if (l.usual_calls >= 5 && l.bad_calls >= 3) {
			everyday++;
			grown += l.bad_ms / l.bad_calls > 2 * l.usual_ms / l.usual_calls;
		}
	}
	if (surplus < 5000)
		return;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_QUERY)
			continue;
		struct load l = load_of(q, s);
		double share = (l.bad_ms - l.usual_ms) / surplus;
		if (share < 0.15 || l.bad_ms < 2 * l.usual_ms || l.bad_calls < 3)
			continue;
		struct str relation = relation_of(s->key_text);
		struct str entity = arena_printf(q->arena, "%.*s%s%.*s", STR_ARG(relation), relation.len ? ": " : "", STR_ARG(str_head(s->key_text, 200)));
		struct candidate *c = inquiry_raise(q, CAUSE_SLOW_QUERY, s->service, entity, l.first_ns == TIME_NONE ? q->o->onset_best_ns : l.first_ns);
		if (!c)
			return;
		c->refs = lines_of(q, s->key);
		c->share = share;
		bool is_new = appeared(q, s);
		c->what = arena_printf(q->arena, "the %sstatement \"%.*s\"", is_new ? "new " : "", STR_ARG(str_head(s->key_text, 160)));
		char taken[TIME_TEXT_BYTES], usual[TIME_TEXT_BYTES], each[TIME_TEXT_BYTES];

		term_add(q, c, "signal", 2.6 * share - 0.4, &c->refs,
		         "takes %s in the bad time where %s would be usual: %.0f %% of all additional statement time, in %.0f calls of %s",
		         term_ms(l.bad_ms, taken), term_ms(l.usual_ms, usual), 100 * share, l.bad_calls, term_ms(l.bad_ms / fmax(1, l.bad_calls), each));
		/* Logs that hold only slow statements: many new ones at once are old ones that got slow. */
		if (is_new && fresh >= 3 && share < 0.5)
			term_add(q, c, "company", -1.5, NULL, "%.0f statements are logged that were not before: the database as a whole is slow", fresh);
		else if (is_new)
			term_add(q, c, "new", 1.0, &c->refs, "was not logged before the incident");
		if (everyday >= 4 && grown / everyday > 0.5 && share < 0.6)
			term_add(q, c, "company", is_new ? -0.4 : -2.0, NULL, "%.0f of %.0f everyday statements slow down with it: the database as a whole is slow", grown,
			         everyday);
	}
}

static void test_slow_query(struct inquiry *q, struct candidate *c)
{
	term_prior(q, c);
	term_timing(q, c, c->time_ns, &c->refs);
	/* Waiting for a lock is logged as duration, too; then the statement is a victim. */
	for (size_t i = 0; i < q->n_emergent; i++) {
		const struct emergence *e = &q->emergent[i];
		if (e->trouble && e->voice->family && e->voice->family->kind == CAUSE_LOCK_CONTENTION && e->bad - e->expected > 0.1 * q->failures) {
			struct refs refs = inquiry_lines(q, e->voice, 1);
			term_add(q, c, "lock", -1.8, &refs, "statements wait for locks: their time is waiting time");
			break;
		}
	}
	term_depth(q, c);
}

const struct cause_rule cause_slow_query = { CAUSE_SLOW_QUERY, "a statement that takes too much of the database", raise_slow_query, test_slow_query };
