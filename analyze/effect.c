#include "analyze/effect.h"

#include <math.h>

#include "analyze/dense.h"

static const int64_t minute_ns = 60 * NS_PER_S;

/* Requests and hits of the outbreak's lead signal in [from, to), within the archive; false when that is too short to say anything. */
static bool count_lead(const struct facts *f, const struct signals *all, const struct outbreak *o, int64_t from, int64_t to, double *total, double *hits)
{
	const struct signal *s = &all->at[o->lead];
	if (from < f->from_ns)
		from = f->from_ns;
	if (to > f->to_ns)
		to = f->to_ns;
	if (to - from < 30 * NS_PER_S)
		return false;
	struct arena_mark mark = arena_mark(f->arena);
	struct grid g = grid_over(from, to, 1);
	double *n = arena_new_n(f->arena, double, g.n), *k = arena_new_n(f->arena, double, g.n);
	signal_dense(f, s, &g, n, k);
	*total = dense_total(n, 0, g.n);
	*hits = dense_total(k, 0, g.n);
	arena_rewind(f->arena, mark);
	return *total >= 5;
}

double failing_share(const struct facts *f, const struct signals *all, const struct outbreak *o, int64_t from, int64_t to)
{
	double total, hits;
	return count_lead(f, all, o, from, to, &total, &hits) ? fmax(0, hits / total - all->at[o->lead].scan.base) : NAN;
}

/*
 * Could there be as few hits in [from, to) by chance, if they went on at a share of `before`? Fewer than in one of a hundred times is no chance
 * (the lower tail of a Poisson distribution; where hundreds are expected, half of them never is).
 */
static bool goes_on(const struct facts *f, const struct signals *all, const struct outbreak *o, double before, int64_t from, int64_t to)
{
	double total, hits;
	if (!count_lead(f, all, o, from, to, &total, &hits))
		return false;
	double expected = (before + all->at[o->lead].scan.base) * total, p = 0, term = exp(-expected);
	for (size_t k = 0; (double)k <= hits && expected < 500; k++) {
		p += term;
		term *= expected / (double)(k + 1);
	}
	return p >= 0.01;
}

/* The longest time without a bad step between the onset and the end, but for that which reaches into [from, to). */
static int64_t longest_pause_outside(const struct facts *f, const struct outbreak *o, int64_t from, int64_t to)
{
	size_t pause = 0, longest = 0;
	bool left_out = false;
	for (size_t t = grid_step(&f->grid, o->onset_best_ns); t <= grid_step(&f->grid, o->end_ns - 1); t++) {
		int64_t at = grid_ns(&f->grid, t);
		left_out = (at >= from && at < to) || (left_out && !o->bad[t]);
		pause = o->bad[t] || left_out ? 0 : pause + 1;
		longest = pause > longest ? pause : longest;
	}
	return (int64_t)longest * grid_step_ns(&f->grid);
}

static int64_t longest_pause(const struct facts *f, const struct outbreak *o)
{
	return longest_pause_outside(f, o, 0, 0);
}

static int64_t min_ns(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max_ns(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/*
 * How much later than the last failure a step may be and still have ended them: with few failures, the last one says
 * little about when they stopped. Six times the usual distance between two of them (p = 0.002 that it was by chance).
 */
static int64_t end_slack(const struct facts *f, const struct signals *all, const struct outbreak *o)
{
	const struct signal *s = &all->at[o->lead];
	int64_t from = max_ns(o->onset_best_ns, o->end_ns - 60 * minute_ns);
	struct arena_mark mark = arena_mark(f->arena);
	struct grid g = grid_over(from, o->end_ns, 1);
	double *n = arena_new_n(f->arena, double, g.n), *k = arena_new_n(f->arena, double, g.n);
	signal_dense(f, s, &g, n, k);
	double hits = dense_total(k, 0, g.n);
	arena_rewind(f->arena, mark);
	int64_t slack = hits >= 1 ? (int64_t)(6 * (double)(o->end_ns - from) / hits) : minute_ns;
	/* Failures come in clumps, too: up to three minutes, where that is little of their whole time. */
	slack = max_ns(slack, min_ns(3 * minute_ns, (o->end_ns - o->onset_best_ns) / 5));
	return max_ns(minute_ns, min_ns(slack, 15 * minute_ns));
}

struct effect effect_of(const struct facts *f, const struct signals *all, const struct outbreak *o, int64_t begin, int64_t end)
{
	struct effect e = { .kind = EFFECT_UNKNOWN, .until_end_ns = o->end_ns - end };
	int64_t length = o->end_ns - o->onset_best_ns, pause = longest_pause(f, o);
	/* Failures that come and go are compared over whole cycles. */
	int64_t look = max_ns(15 * minute_ns, min_ns(2 * pause, length));
	e.before = failing_share(f, all, o, max_ns(o->onset_best_ns, begin - look), begin);
	/*
	 * Where failures went on for a while after the step, only that while tells what it did: what comes after their end would
	 * make every step look like the cure. A step whose end is recorded has half a minute to settle, another one two minutes.
	 */
	int64_t settled = end + (end > begin ? minute_ns / 2 : 2 * minute_ns), after = end + 2 * minute_ns, until = after + look;
	if (!o->ongoing && o->end_ns - settled > minute_ns) {
		after = settled;
		until = min_ns(until, o->end_ns);
	}
	e.after = failing_share(f, all, o, after, until);
	if (isnan(e.before))
		e.before = 0;
	if (isnan(e.after))
		return e;
	if (begin > o->end_ns && begin <= o->end_ns + end_slack(f, all, o) && !o->ongoing) {
		e.kind = EFFECT_CURE;
		return e;
	}
	if (begin > o->end_ns + minute_ns) {
		bool in_pause = pause > 5 * minute_ns && begin - o->end_ns <= pause + pause / 4;
		e.kind = in_pause && !o->ongoing ? EFFECT_KEPT_AWAY : EFFECT_AFTER;
		return e;
	}
	if (o->ongoing && e.until_end_ns < 10 * minute_ns)
		return e;
	bool soon = !o->ongoing && e.until_end_ns <= max_ns(15 * minute_ns, length * 7 / 20);
	if (e.after < 0.5 * e.before) {
		e.kind = soon ? EFFECT_CURE : EFFECT_RELIEF;
		return e;
	}
	if (soon) {
		/* The later half of what remained. */
		double late = failing_share(f, all, o, end + e.until_end_ns / 2, o->end_ns);
		if (!isnan(late) && late < 0.75 * e.before && !goes_on(f, all, o, e.before, end + e.until_end_ns / 2, o->end_ns)) {
			e.kind = EFFECT_SLOW_CURE;
			e.after = late;
			return e;
		}
	}
	/* Relief that is shorter than the time looked at; failures that pause by themselves would show it as well. */
	int64_t near = settled + 4 * minute_ns;
	double soon_after = failing_share(f, all, o, settled, near);
	bool pauses = longest_pause_outside(f, o, begin, near) > 2 * minute_ns;
	if (!isnan(soon_after) && soon_after < 0.25 * e.before && near < o->end_ns && !pauses && !goes_on(f, all, o, e.before, settled, near)) {
		e.kind = EFFECT_RELIEF;
		e.after = soon_after;
		return e;
	}
	e.kind = EFFECT_NONE;
	return e;
}
