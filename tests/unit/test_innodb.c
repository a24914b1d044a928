/* Deadlocks out of InnoDB's reports: who waited, who held, for what. */
#include <criterion/criterion.h>

#include "ingest/innodb.h"
#include "tests/unit/log_folder.h"

#define LOCK(table, index, more) "RECORD LOCKS space id 2 page no 4 n bits 72 index " index " of table " table " trx id 77 lock_mode X" more "\n"

Test(innodb, reports_are_read)
{
	static const struct {
		const char *report;
		int64_t waiter;
		const char *holder, *query, *object;
	} rows[] = {
		/* MySQL 5.7, MariaDB */
		{ "*** (1) TRANSACTION:\nTRANSACTION 2130, ACTIVE 10 sec starting index read\nmysql tables in use 1, locked 1\n"
		  "MySQL thread id 11, OS thread handle 140, query id 111 10.0.0.4 app updating\nUPDATE cart\n   SET n = 1\n"
		  "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n" LOCK("`shop`.`cart`", "PRIMARY", " waiting")
		  "Record lock, heap no 3 PHYSICAL RECORD: n_fields 4\n 0: len 4; hex 80000002; asc     ;;\n\n"
		  "*** (2) TRANSACTION:\nTRANSACTION 2131, ACTIVE 8 sec\nMySQL thread id 14, OS thread handle 141, query id 112\n"
		  "DELETE FROM cart WHERE id = 1\n*** (2) HOLDS THE LOCK(S):\n" LOCK("`shop`.`cart`", "PRIMARY", "")
		  "*** (2) WAITING FOR THIS LOCK TO BE GRANTED:\n" LOCK("`shop`.`item`", "by_cart", " locks gap before rec waiting")
		  "*** WE ROLL BACK TRANSACTION (2)\n------------\n",
		  14, "11", "DELETE FROM cart WHERE id = 1", "lock_mode X locks gap before rec on `shop`.`item` index by_cart" },
		/* MySQL 8 names what each holds */
		{ "*** (1) TRANSACTION:\nTRANSACTION 1, ACTIVE 1 sec\nMySQL thread id 8, OS thread handle 1, query id 5 localhost root\n"
		  "UPDATE a SET x = 1\n\n*** (1) HOLDS THE LOCK(S):\n" LOCK("`s`.`b`", "PRIMARY", "")
		  "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n" LOCK("`s`.`a`", "PRIMARY", " waiting")
		  "*** (2) TRANSACTION:\nMySQL thread id 9, OS thread handle 2, query id 6\nUPDATE b SET x = 1\n"
		  "*** WE ROLL BACK TRANSACTION (1)\n",
		  8, "9", "UPDATE a SET x = 1", "lock_mode X on `s`.`a` index PRIMARY" },
		/* three in a ring; a table's lock */
		{ "*** (1) TRANSACTION:\nMariaDB thread id 1, query id 1\nSELECT 1\n*** WAITING\n*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n"
		  "TABLE LOCK table `s`.`t` trx id 5 lock mode IX waiting\n*** (2) TRANSACTION:\nMariaDB thread id 2, query id 2\n"
		  "*** (3) TRANSACTION:\nMariaDB thread id 3, query id 3\n*** WE ROLL BACK TRANSACTION (1)\n",
		  1, "2, 3", "SELECT 1", "lock mode IX on `s`.`t`" },
		/* not to be read */
		{ "*** (1) TRANSACTION:\nMySQL thread id 1, query id 1\nSELECT 1\n*** WE ROLL BACK TRANSACTION (1)\n", 0, NULL, NULL, NULL },
		{ "*** (9999999) TRANSACTION:\nMySQL thread id 1,\n*** (0) TRANSACTION:\n*** (x\n*** WE ROLL BACK TRANSACTION (", 0, NULL, NULL, NULL },
		{ "", 0, NULL, NULL, NULL },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct innodb_deadlock d;
		bool good = innodb_deadlock_read(str_of(rows[i].report), &a, &d);

		cr_expect_eq(good, rows[i].holder != NULL, "row %zu", i);
		if (!good || !rows[i].holder)
			continue;
		cr_expect_eq(d.waiter, rows[i].waiter, "row %zu", i);
		cr_expect(str_eq(d.holder, str_of(rows[i].holder)), "row %zu: %.*s", i, STR_ARG(d.holder));
		cr_expect(str_eq(d.query, str_of(rows[i].query)), "row %zu: %.*s", i, STR_ARG(d.query));
		cr_expect(str_eq(d.object, str_of(rows[i].object)), "row %zu: %.*s", i, STR_ARG(d.object));
	}
	arena_release(&a);
}

/* Deadlocks as text: "time waiter holder query | detail\n". */
static bool take_event(void *self, void *handle, const struct event *e, struct err *err)
{
	struct buf *out = self;
	char time[TIME_TEXT_BYTES];

	(void)handle;
	(void)err;
	if (e->kind == EV_DEADLOCK)
		buf_addf(out, "%s %lld %.*s %.*s | %.*s\n", time_format(e->time_ns, 0, time), (long long)e->pid, STR_ARG(e->holder),
			 STR_ARG(e->query), STR_ARG(e->detail));
	return true;
}

static enum sink_answer begin_file(void *self, const struct source_file *f, void **handle, struct err *err)
{
	(void)self; (void)f; (void)handle; (void)err;
	return SINK_TAKE;
}

static bool end_file(void *self, void *handle, const struct source_file *f, const struct file_totals *t, struct err *err)
{
	(void)self; (void)handle; (void)f; (void)err;
	cr_expect_eq(t->rejected, 1, "%llu rejected", (unsigned long long)t->rejected); /* the rule above the monitor's head */
	return true;
}

Test(innodb, each_deadlock_is_one_event, .init = make_folder, .fini = remove_folder)
{
	static const char head[] = "2024-05-01T10:00:07.%03dZ 12 [Note] [MY-012469] [InnoDB] ";
	struct ingest_report report;
	struct err err = ERR_INIT;
	struct buf log, out;
	struct arena a;
	char path[256];

	arena_init(&a);
	buf_init(&log, 1 << 20);
	buf_init(&out, 1 << 16);
	buf_addz(&log, "=====================================\n");
	/* The monitor tells of the same one three times. */
	for (int i = 0; i < 3; i++)
		buf_addf(&log, "2024-05-01 09:00:%02d 0x7f2c INNODB MONITOR OUTPUT\n=====\n------------------------\nLATEST DETECTED DEADLOCK\n"
			       "------------------------\n2024-05-01 08:59:59 0x7f2c\n*** (1) TRANSACTION:\nMySQL thread id 3, query id 4\n"
			       "UPDATE x SET y = 1\n*** (2) TRANSACTION:\nMySQL thread id 5, query id 6\n*** WE ROLL BACK TRANSACTION (2)\n"
			       "------------\nTRANSACTIONS\n------------\nTrx id counter %d\n", 20 * i, i);
	/* In records of their own. */
	for (int i = 0; i < 2; i++) {
		buf_addf(&log, "2024-05-01T10:00:0%d.000Z 12 [Note] [MY-012468] [InnoDB] Transactions deadlock detected, dumping detailed "
			       "information.\n", 6 + i);
		buf_addf(&log, head, 1 + i);
		buf_addf(&log, "\n*** (1) TRANSACTION:\n\nTRANSACTION 7, ACTIVE 2 sec\nMySQL thread id 21, query id 1 localhost root\nSELECT %d\n", i);
		buf_addf(&log, head, 10 + i);
		buf_addz(&log, "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n" LOCK("`s`.`t`", "PRIMARY", " waiting"));
		buf_addf(&log, head, 20 + i);
		buf_addz(&log, "\n*** (2) TRANSACTION:\n\nTRANSACTION 8, ACTIVE 2 sec\nMySQL thread id 22, query id 2\nSELECT 9\n");
		buf_addf(&log, head, 30 + i);
		buf_addz(&log, "*** WE ROLL BACK TRANSACTION (1)\n");
	}
	buf_addz(&log, "2024-05-01T11:00:00.000Z 0 [Note] [MY-010311] [Server] a line\n");
	write_file("mysqld.log", buf_str(&log));
	path_in_folder("mysqld.log", path);
	struct str paths[] = { str_of(path) };
	const struct event_sink sink = { .self = &out, .file_begin = begin_file, .event = take_event, .file_end = end_file };
	const struct ingest_options options = { .paths = paths, .n_paths = 1, .jobs = 1 };

	cr_assert(ingest_run(&options, &sink, &a, &report, &err), "%s", err.text);
	cr_expect(str_eq(buf_str(&out), STR("2024-05-01T08:59:59Z 5 3  | , held by 3\n"
					    "2024-05-01T10:00:07Z 21 22 SELECT 0 | lock_mode X on `s`.`t` index PRIMARY, held by 22\n"
					    "2024-05-01T10:00:07Z 21 22 SELECT 1 | lock_mode X on `s`.`t` index PRIMARY, held by 22\n")),
		  "%.*s", STR_ARG(buf_str(&out)));
	buf_release(&log);
	buf_release(&out);
	arena_release(&a);
}
