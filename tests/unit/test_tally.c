#include "cli/tally.h"

#include <criterion/criterion.h>

static struct score_row row_of(const char *kind, double stated, bool right)
{
	return (struct score_row){ .kind = str_of(kind), .found = true, .top1 = right, .top3 = right, .stated = stated,
				   .onset_error_s = 10 * stated, .herrings = -1, .mentions = -1 };
}

Test(tally, stated_probabilities_are_held_against_what_was_right)
{
	/* 0.85 twice, once right; 0.95 once, right; a false incident at 0.25; one that names no cause. */
	struct score_row rows[] = { row_of("dns", 0.85, true), row_of("dns", 0.85, false), row_of("network", 0.95, true) };
	double stated[] = { 0.25, -1 };
	struct result results[] = {
		{ .name = STR("one"), .score = { .rows = rows, .n_rows = 3, .days = 2 } },
		{ .name = STR("quiet"), .score = { .false_alarms = 2, .false_stated = stated, .days = 4 } },
		{ .name = STR("unread"), .missing = true },
	};
	struct arena a;

	arena_init(&a);
	struct tally t = tally_of(results, 3, &a);

	cr_assert_float_eq(t.bins[8].stated.n, 2, 1e-9);
	cr_assert_float_eq(mean_of(t.bins[8].right), 0.5, 1e-9);
	cr_assert_float_eq(t.bins[2].stated.n, 1, 1e-9);
	/* (2 * |0.5 - 0.85| + 1 * |1 - 0.95| + 1 * |0 - 0.25|) / 4 */
	cr_assert_float_eq(t.calibration_error, 0.25, 1e-9);
	cr_assert_float_eq(mean_of(t.brier), (0.0225 + 0.7225 + 0.0025 + 0.0625) / 4, 1e-9);
	cr_assert_eq(t.n_kinds, 2);
	cr_assert(str_eq(t.kinds[0].kind, STR("dns")));
	cr_assert_float_eq(mean_of(t.kinds[0].top1), 0.5, 1e-9);
	cr_assert_float_eq(t.onset_median_s, 8.5, 1e-9);
	cr_assert_eq(t.quiet, 2);
	cr_assert_eq(t.quiet_kept, 0, "neither one with a report nor one that was not read");
	cr_assert_eq(t.quiet_false, 2);
	cr_assert_float_eq(t.quiet_days, 4, 1e-9);
	arena_release(&a);
}

Test(tally, not_in_the_logs_is_an_answer_that_can_be_right_and_wrong)
{
	struct score_row rows[] = { row_of("unknown", 0.6, false), row_of("unknown", 0.6, true), row_of("unknown", 0.6, false),
				    row_of("dns", 0.6, false), row_of("dns", 0.6, true) };
	struct result result = { .score = { .rows = rows, .n_rows = 5 } };
	struct arena a;

	arena_init(&a);
	rows[0].said_unknown = rows[3].said_unknown = true;
	struct tally t = tally_of(&result, 1, &a);

	cr_assert_float_eq(mean_of(t.recognised), 2.0 / 3, 1e-9);
	cr_assert_float_eq(mean_of(t.unknown_claimed), 0.5, 1e-9);
	cr_assert_float_eq(mean_of(t.bins[6].right), 3.0 / 5, 1e-9, "said and true: right for calibration, too");
	arena_release(&a);
}

Test(tally, nothing_gives_no_figures)
{
	struct arena a;

	arena_init(&a);
	struct tally t = tally_of(NULL, 0, &a);

	cr_assert_lt(mean_of(t.top1), 0);
	cr_assert_lt(t.calibration_error, 0);
	cr_assert_lt(t.onset_median_s, 0);
	arena_release(&a);
}
