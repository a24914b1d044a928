/*
 * err: an operational error (a file, a database, a system call), as a whole printable
 * message. Functions that can fail so return false and set it; the first error wins,
 * so calls can be chained and checked once. Bad log data is never an err: it is counted.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

enum { ERR_TEXT_BYTES = 512 };

struct err {
	bool set;                  /* an error was recorded */
	int status;                /* the exit status it asks for: EXIT_* of core/exits.h, 0 = EXIT_SYSTEM */
	char text[ERR_TEXT_BYTES]; /* message, NUL-terminated, control bytes replaced */
};

#define ERR_INIT { 0 }
#define NODISCARD __attribute__((warn_unused_result))

/* Exit statuses of the program, as users see them. */
enum exit_status {
	EXIT_DONE = 0,      /* done */
	EXIT_INCIDENT = 1,  /* done, an incident was found (with --exit-status) */
	EXIT_USAGE = 2,     /* wrong command line */
	EXIT_NO_INPUT = 3,  /* nothing usable to read */
	EXIT_SYSTEM = 4,    /* system or store failure, out of memory */
	EXIT_DAMAGED = 5,   /* done, part of the input was damaged or not understood (with --strict) */
	EXIT_BUSY = 6,      /* not done: another run holds the lock */
};

/* Record an error unless one is recorded already; always returns false, so `return err_set(...)`. */
bool err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same with an exit status other than EXIT_SYSTEM. */
bool err_set_status(struct err *err, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "<fmt>: <strerror(errno)>" */
bool err_set_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A broken invariant of ours, never of the input: prints file and line, aborts. */
noreturn void bug_at(const char *file, int line, const char *what);
#define BUG(what) bug_at(__FILE__, __LINE__, (what))
/* Says so and ends the program with EXIT_SYSTEM: the one failure nobody checks for. */
noreturn void out_of_memory(size_t bytes);

#endif
