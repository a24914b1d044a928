#include "core/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Messages quote paths and log text: a terminal must not obey what they contain. */
static void clean(char *text)
{
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

__attribute__((format(printf, 3, 0)))
static void vset(struct err *err, int status, const char *fmt, va_list ap)
{
	err->set = true;
	err->status = status;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	clean(err->text);
}

bool err_set(struct err *err, const char *fmt, ...)
{
	if (err->set)
		return false;
	va_list ap;
	va_start(ap, fmt);
	vset(err, EXIT_SYSTEM, fmt, ap);
	va_end(ap);
	return false;
}

bool err_set_status(struct err *err, int status, const char *fmt, ...)
{
	if (err->set)
		return false;
	va_list ap;
	va_start(ap, fmt);
	vset(err, status, fmt, ap);
	va_end(ap);
	return false;
}

bool err_set_errno(struct err *err, const char *fmt, ...)
{
	int number = errno;
	if (err->set)
		return false;
	va_list ap;
	va_start(ap, fmt);
	vset(err, EXIT_SYSTEM, fmt, ap);
	va_end(ap);
	char buffer[128];
	size_t len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s", strerror_r(number, buffer, sizeof buffer));
	return false;
}

noreturn void bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "inquest: bug at %s:%d: %s\n", file, line, what);
	abort();
}

noreturn void out_of_memory(size_t bytes)
{
	fprintf(stderr, "inquest: out of memory (%zu bytes wanted)\n", bytes);
	/* From any thread, with the others running: no exit handlers. */
	_exit(EXIT_SYSTEM);
}
