/*
 * fault_memory: a library to be preloaded, in which memory runs out: from call FAULT_AT (from 1) of malloc, calloc and
 * realloc on, with FAULT_ONCE only that one. FAULT_COUNT as in fault_io.c. Only for glibc, whose own allocator stays
 * reachable by other names, and not for sanitizers, which have one of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static atomic_long calls;
static long at; /* 0 until main() is near: the loader's own calls are not counted */
static bool once, ready;

__attribute__((constructor)) static void start(void)
{
	const char *value = getenv("FAULT_AT");

	at = value ? atol(value) : 0;
	once = getenv("FAULT_ONCE") != NULL;
	ready = true;
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = getenv("FAULT_COUNT");
	char text[32];

	if (!path)
		return;
	int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0 && write(fd, text, (size_t)n) == n)
		close(fd);
}

static bool fails(void)
{
	if (!ready)
		return false;
	long n = atomic_fetch_add(&calls, 1) + 1;

	if (at == 0 || n < at || (once && n > at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
