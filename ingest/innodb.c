#include "ingest/innodb.h"

enum { TRANSACTIONS_MAX = 8 };

struct transaction {
	int64_t thread; /* -1 not known */
	struct str query, waits_for;
};

/* "*** (2) WAITING FOR ...": the number and what follows it. */
static bool read_mark(struct str line, size_t *number, struct str *rest)
{
	uint64_t n;
	struct str digits;

	if (!str_starts(line, STR("*** (")))
		return false;
	digits = str_cut(str_from(line, 5), ')', rest);
	if (!str_to_u64(digits, &n) || n < 1 || n > TRANSACTIONS_MAX)
		return false;
	*number = (size_t)n - 1;
	*rest = str_trim(*rest);
	return true;
}

/* "MySQL thread id 11, OS thread handle ...". */
static bool read_thread(struct str line, int64_t *thread)
{
	ptrdiff_t at = str_find(line, STR(" thread id "));
	struct str rest;

	return at >= 0 && at < 12 && str_to_i64(str_cut(str_from(line, (size_t)at + 11), ',', &rest), thread);
}

/* "RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`cart` trx id 2130 lock_mode X waiting" */
static struct str read_lock(struct str line, struct arena *a)
{
	ptrdiff_t table = str_find(line, STR("table `")), index = str_find(line, STR(" index ")), mode = str_find(line, STR(" lock"));
	struct str rest, name;

	if (table < 0 || mode < 0)
		return STR_NONE;
	name = str_from(line, (size_t)table + 6);
	ptrdiff_t end = str_find(name, STR(" trx id"));

	name = end >= 0 ? str_head(name, (size_t)end) : str_cut(name, ' ', &rest);
	struct str words = str_from(line, (size_t)mode + 1);

	if (str_ends(words, STR(" waiting")))
		words = str_head(words, words.len - 8);
	if (index < 0 || index > table)
		return arena_printf(a, "%.*s on %.*s", STR_ARG(words), STR_ARG(name));
	return arena_printf(a, "%.*s on %.*s index %.*s", STR_ARG(words), STR_ARG(name),
			    STR_ARG(str_cut(str_from(line, (size_t)index + 7), ' ', &rest)));
}

/* The statement stands behind the thread's line, up to a mark or what the monitor says next. */
static bool ends_statement(struct str line)
{
	return line.len == 0 || str_starts(line, STR("***")) || str_starts(line, STR("RECORD LOCKS ")) ||
	       str_starts(line, STR("TABLE LOCK "));
}

bool innodb_deadlock_read(struct str report, struct arena *a, struct innodb_deadlock *out)
{
	struct transaction all[TRANSACTIONS_MAX];
	size_t n = 0, at = 0, victim = 0;
	bool statement = false, waiting = false;

	for (size_t i = 0; i < TRANSACTIONS_MAX; i++)
		all[i] = (struct transaction){ .thread = -1 };
	while (report.len > 0) {
		struct str line = str_trim(str_cut(report, '\n', &report)), rest;

		if (str_starts(line, STR("*** WE ROLL BACK TRANSACTION ("))) {
			uint64_t number;

			if (str_to_u64(str_cut(str_from(line, 30), ')', &rest), &number) && number >= 1 && number <= n)
				victim = (size_t)number - 1;
			break;
		}
		if (read_mark(line, &at, &rest)) {
			n = at + 1 > n ? at + 1 : n;
			waiting = str_starts(rest, STR("WAITING FOR"));
			statement = false;
		} else if (n > 0 && all[at].thread < 0 && read_thread(line, &all[at].thread)) {
			statement = true;
		} else if (statement && !ends_statement(line)) {
			all[at].query = all[at].query.len ? arena_printf(a, "%.*s %.*s", STR_ARG(all[at].query), STR_ARG(line)) : line;
		} else if (waiting && all[at].waits_for.len == 0) {
			all[at].waits_for = read_lock(line, a);
			statement = false;
		} else if (ends_statement(line)) {
			statement = statement && all[at].query.len == 0;
		}
	}
	*out = (struct innodb_deadlock){ .waiter = all[victim].thread, .query = all[victim].query, .object = all[victim].waits_for };
	for (size_t i = 0; i < n; i++)
		if (i != victim && all[i].thread >= 0)
			out->holder = arena_printf(a, "%.*s%s%lld", STR_ARG(out->holder), out->holder.len ? ", " : "",
						   (long long)all[i].thread);
	return out->waiter >= 0 && out->holder.len > 0;
}
