#include <criterion/criterion.h>
#include <math.h>

#include "analyze/replay.h"
#include "tests/unit/store_help.h"

enum { FILES = 4, EVENTS = 6000 };

static struct store *made_store(const char *path)
{
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;

	cr_assert(store_writer_open(path, &w, &err), "%s", err.text);
	for (unsigned seed = 0; seed < FILES; seed++)
		write_made_file(w, seed, EVENTS);
	cr_assert(store_writer_close(w, &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	return s;
}

/* Plays all of it, asserts the order, and returns how many events there were. */
static size_t played(struct store *s, struct replay_filter f, size_t *failed, size_t *kept)
{
	struct replay *r;
	struct replay_event e;
	struct err err = ERR_INIT;
	int64_t last = INT64_MIN;
	uint64_t last_line = 0;
	struct str last_source = STR_NONE;
	size_t n = 0;
	bool any = true;

	*failed = *kept = 0;
	cr_assert(replay_open(s, &f, NULL, &r, &err), "%s", err.text);
	for (;; n++) {
		cr_assert(replay_next(r, &e, &any, &err), "%s", err.text);
		if (!any)
			break;
		bool later = e.time_ns > last || (e.time_ns == last && (!str_eq(e.source, last_source) || e.line > last_line));
		cr_expect(later, "event %zu is out of order", n);
		cr_expect(e.time_ns >= f.from_ns && e.time_ns < f.to_ns);
		*failed += e.status == 503;
		*kept += e.text.len > 0;
		last = e.time_ns;
		last_line = e.line;
		last_source = e.source;
	}
	replay_close(r);
	return n;
}

Test(replay, all_events_once_in_time_order_and_filters_count_right)
{
	const char *path = temp_store("replay");
	struct store *s = made_store(path);
	size_t all = 0, bad = 0, window = 0, web = 0, slow = 0, failed, kept;
	int64_t from = T0 + 60 * NS_PER_S, to = T0 + 120 * NS_PER_S;

	for (unsigned seed = 0; seed < FILES; seed++)
		for (size_t k = 0; k < EVENTS; k++) {
			struct event e = made_file_event(seed, k);

			if (e.time_ns == TIME_NONE || !e.has_time)
				continue;
			all++;
			bad += e.status == 503;
			window += e.time_ns >= from && e.time_ns < to;
			slow += e.duration_ms > 100;
			web += str_eq(e.service.len ? e.service : made_info(seed).service, STR("web"));
		}
	struct replay_filter f = { .from_ns = INT64_MIN + 1, .to_ns = INT64_MAX };
	f.from_ns = T0 - 86400 * NS_PER_S;
	f.to_ns = T0 + 86400 * NS_PER_S;
	cr_expect_eq(played(s, f, &failed, &kept), all);
	cr_expect_eq(failed, bad);
	cr_expect(kept > 0 && kept < all);
	f.where = STR("status = 503 -- a remark");
	cr_expect_eq(played(s, f, &failed, &kept), bad);
	f.where = STR("duration_ms > 100");
	cr_expect_eq(played(s, f, &failed, &kept), slow);
	f.where = STR_NONE;
	f.service = STR("web");
	cr_expect_eq(played(s, f, &failed, &kept), web);
	f.service = STR_NONE;
	f.from_ns = from;
	f.to_ns = to;
	cr_expect_eq(played(s, f, &failed, &kept), window);
	store_close(s);
	remove_store(path);
}

Test(replay, a_wrong_condition_is_told)
{
	static const char *const wrong[] = { "nonsense = 1", "1) OR (SELECT", "1; DELETE FROM sources", "" };
	const char *path = temp_store("replay_wrong");
	struct store *s = made_store(path);

	for (size_t i = 0; wrong[i][0]; i++) {
		struct replay_filter f = { .from_ns = T0, .to_ns = T0 + NS_PER_S * 3600, .where = str_of(wrong[i]) };
		struct err err = ERR_INIT;
		struct replay_event e;
		struct replay *r;
		bool any;

		cr_assert(replay_open(s, &f, NULL, &r, &err));
		cr_expect_not(replay_next(r, &e, &any, &err), "%s", wrong[i]);
		cr_expect_eq(err.status, EXIT_USAGE, "%s", err.text);
		replay_close(r);
	}
	store_close(s);
	remove_store(path);
}
