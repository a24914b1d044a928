#include <criterion/criterion.h>

#include "analyze/detectable.h"
#include "tests/unit/store_help.h"

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena);
}

static void tear_down(void)
{
	arena_release(&arena);
}

TestSuite(detectable, .init = set_up, .fini = tear_down);

enum { STEPS = 600, ONSET = 400 };

/* Ten requests a step, one in two hundred fails; from `onset` on a share of `bad` in a hundred. */
static void counts(unsigned seed, size_t onset, unsigned bad, double *n, double *k)
{
	for (size_t i = 0; i < STEPS; i++) {
		n[i] = 10;
		k[i] = 0;
		for (unsigned r = 0; r < 10; r++)
			k[i] += hash64_mix(hash64_mix(seed + 1, i + 1), r + 1) % 1000 < (i >= onset ? bad * 10 : 5);
	}
}

/* The first alarm on the first `steps` steps; 0 none. */
static size_t first_alarm(const double *n, const double *k, size_t steps)
{
	struct watch w = { .kind = SYMPTOM_ERRORS };
	struct alarm_at at;

	watch_init(&w, n, k, steps, &arena);
	for (size_t t = 1; t <= steps; t++)
		if (watch_alarm(&w, t, 400, &at))
			return t;
	return 0;
}

Test(detectable, what_comes_later_changes_nothing)
{
	double n[STEPS], k[STEPS], m[STEPS], l[STEPS];

	for (unsigned seed = 0; seed < 6; seed++) {
		counts(seed, ONSET, 30, n, k);
		size_t at = first_alarm(n, k, STEPS);
		cr_assert(at > ONSET && at < ONSET + 12, "seed %u: %zu", seed, at);
		/* Cut off anywhere: the same answer from the moment it is due, none before. */
		for (size_t cut = 1; cut <= STEPS; cut += cut < at - 3 || cut > at + 3 ? 7 : 1)
			cr_expect_eq(first_alarm(n, k, cut), cut >= at ? at : 0, "seed %u, cut at %zu", seed, cut);
		/* Or followed by anything else: silence, a worse outage, a hundred times the traffic. */
		for (unsigned how = 0; how < 3; how++) {
			memcpy(m, n, sizeof n);
			memcpy(l, k, sizeof k);
			for (size_t i = at; i < STEPS; i++) {
				m[i] = how == 0 ? 0 : how == 1 ? 10 : 1000;
				l[i] = how == 0 ? 0 : how == 1 ? 10 : 3;
			}
			cr_expect_eq(first_alarm(m, l, STEPS), at, "seed %u, how %u", seed, how);
		}
	}
}

Test(detectable, quiet_series_raise_nothing_and_small_faults_take_longer)
{
	double n[STEPS], k[STEPS];
	size_t last = 0;

	for (unsigned seed = 0; seed < 20; seed++) {
		counts(seed, STEPS, 0, n, k);
		cr_expect_eq(first_alarm(n, k, STEPS), 0, "seed %u", seed);
	}
	static const unsigned shares[] = { 90, 30, 10, 5 };
	for (size_t i = 0; i < 4; i++) {
		counts(3, ONSET, shares[i], n, k);
		size_t at = first_alarm(n, k, STEPS);
		cr_expect(at > ONSET && at >= last, "%u %%: %zu", shares[i], at);
		last = at;
	}
}

/* Two hours of requests a second, of which half fail from T0 + 1 h on; `minutes` of them are written. */
static void write_requests(struct store_writer *w, int minutes, bool later_file)
{
	struct extent_info info = made_info(0);
	struct extent_totals totals = made_totals((size_t)minutes * 60, T0, T0 + minutes * 60 * NS_PER_S);
	struct extent_writer *x;
	struct err err = ERR_INIT;

	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (int i = 0; i < minutes * 60; i++) {
		struct event e = made_event((uint64_t)i, T0 + i * NS_PER_S);

		e.kind = EV_HTTP;
		e.status = i >= 3600 && i % 2 ? 503 : 200;
		e.duration_ms = 5;
		set_route(&e, "GET /p");
		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	cr_assert(extent_finish(x, &totals, &err), "%s", err.text);
	if (!later_file)
		return;
	/* Another service, and routes of its own, that are only logged afterwards. */
	info = made_info(2);
	totals = made_totals(6000, T0 + 5400 * NS_PER_S, T0 + 7200 * NS_PER_S);
	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (int i = 0; i < 6000; i++) {
		struct event e = made_event((uint64_t)i, T0 + 5400 * NS_PER_S + i * NS_PER_S / 4);

		e.kind = EV_HTTP;
		e.status = i % 3 ? 200 : 500;
		e.duration_ms = 900;
		set_route(&e, i % 2 ? "GET /a" : "GET /b");
		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	cr_assert(extent_finish(x, &totals, &err), "%s", err.text);
}

static struct detectable found(int minutes, bool later_file)
{
	const char *path = temp_store("detectable");
	struct casefile file = { .from_ns = T0, .to_ns = T0 + minutes * 60 * NS_PER_S };
	struct incident in = { .onset_from_ns = T0 + 3590 * NS_PER_S, .onset_best_ns = T0 + 3600 * NS_PER_S, .onset_to_ns = T0 + 3610 * NS_PER_S,
			       .recovered_ns = TIME_NONE };
	struct detectable d;
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	write_requests(w, minutes, later_file);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(detectable_find(s, &file, &in, &arena, &d, &err), "%s", err.text);
	store_close(s);
	remove_store(path);
	return d;
}

Test(detectable, a_store_that_goes_on_gives_the_same_answer)
{
	struct detectable d = found(120, true), shorter = found(75, false), before = found(60, false);

	cr_expect(d.time_ns > T0 + 3600 * NS_PER_S && d.time_ns <= T0 + 3660 * NS_PER_S, "%lld s", (long long)((d.time_ns - T0) / NS_PER_S));
	cr_expect_eq(d.kind, SYMPTOM_ERRORS);
	cr_expect_eq(d.false_alarms, 0);
	cr_expect_eq(shorter.time_ns, d.time_ns);
	cr_expect_eq(before.time_ns, TIME_NONE);
}
