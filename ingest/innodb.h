/*
 * innodb: deadlocks as InnoDB reports them, in its monitor's output ("LATEST DETECTED DEADLOCK") and, with
 * innodb_print_all_deadlocks, in the error log: who waited for what, who held it, who was rolled back.
 * https://dev.mysql.com/doc/refman/8.0/en/innodb-deadlock-example.html
 */
#ifndef INGEST_INNODB_H
#define INGEST_INNODB_H

#include "core/arena.h"

/* One deadlock. Slices point into the report or into the arena it was read with. */
struct innodb_deadlock {
	int64_t waiter;     /* thread that was rolled back, else the first one */
	struct str holder;  /* the other threads: "12" or "12, 14" */
	struct str query;   /* the waiter's statement */
	struct str object;  /* what it waited for: "lock_mode X on `shop`.`cart` index PRIMARY"; empty when not said */
};

/* Reads the part of a report from "*** (1) TRANSACTION:" on; false when it does not name two threads. */
bool innodb_deadlock_read(struct str report, struct arena *a, struct innodb_deadlock *out);

#endif
