/*
 * database: what the log of a database says in depth, one file's worth: how often each statement ran and how
 * long (exact sums, unlike the cells with their histograms), and the single events of the server that are rare enough
 * to be kept one by one: lock waits with holder and waiter, deadlocks, checkpoints, temporary files, ...
 *
 * Both are bounded. A statement beyond the bound counts as "(other)", as the aggregator names it; of the events of a
 * kind beyond the bound only the number is known (they are in the blocks all the same).
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "store/aggregate.h"

enum {
	STATEMENT_ROWS_MAX = 1 << 14,
	DB_EVENTS_MAX = 2000, /* of each kind */
	DB_TEXT_BYTES = 400,
};

/* A statement in one database of one service on one host. */
struct statement_row {
	uint64_t fingerprint, service, host, db; /* name ids; 0: the file's, or none */
	uint64_t calls, failed;
	uint64_t timed;                          /* of the calls: with a duration, in: */
	uint64_t sum_us, min_us, max_us;
	int64_t rows, examined;                  /* sums; -1 nothing said */
	uint64_t lock_us;
	int64_t first_ns, last_ns;               /* as stored; TIME_NONE */
};

struct statements {
	struct map index;   /* mix of the four ids → index + 1 into rows */
	struct arena arena;
	VEC(struct statement_row) rows; /* the first is for what no row is left for */
};

void statements_init(struct statements *s);
void statements_release(struct statements *s);
void statements_clear(struct statements *s);
/* Counts an event of kind EV_QUERY; what is none is left alone. Names go into the roster. */
void statements_add(struct statements *s, struct roster *names, const struct event *e, const struct agg_answer *a);

/* An event of a database server; texts in the arena of the list. */
struct db_event {
	enum event_kind kind;
	int64_t time_ns;      /* as stored; TIME_NONE */
	int64_t pid;          /* -1 none; of a lock wait: who waits */
	int64_t us, bytes;    /* how long it took or waited, size; -1 none */
	struct str service, host, db, user;
	struct str object;    /* of a lock: its mode and what it is on */
	struct str holder;    /* who holds it */
	struct str query;     /* fingerprint */
	struct str text;
	uint64_t line, offset;
};

/*
 * PostgreSQL writes the holder of a lock and the statement on lines of their own behind the event, with the same
 * process in front: they are put together here.
 */
struct db_events {
	struct arena arena;
	VEC(struct db_event) rows;
	struct map by_pid;    /* process → index + 1 of its last row */
	uint32_t n[EVENT_KIND_COUNT];
};

void db_events_init(struct db_events *d);
void db_events_release(struct db_events *d);
void db_events_clear(struct db_events *d);
/* Keeps what is such an event, and what belongs to one; `role` is of the file. */
void db_events_add(struct db_events *d, const struct event *e, uint8_t role);

#endif
