/*
 * fault_io: a library to be preloaded, in which the n-th call of one kind fails, as it does on a full disk or a dying one.
 *
 *   FAULT_CALL   open, read, write, sync, truncate, remove or list (of directories)
 *   FAULT_AT     which call of that kind fails, from 1
 *   FAULT_ERROR  EIO, ENOSPC, EACCES, EMFILE; SHORT: a read or write of half of what was wanted, which is no error;
 *                KILL: the program is killed instead
 *   FAULT_ONCE   set: later calls succeed again; else a full disk stays full
 *   FAULT_PATH   only files whose path contains this; none: all that the program opens, and standard output
 *   FAULT_COUNT  a file to which the number of such calls is written when the program ends
 *
 * Files are told by what open() was called with; duplicates of descriptors are not followed.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 1024, SHORT = -1, KILL = -2 };

static atomic_long calls;
static atomic_bool watched[FILES_MAX];

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int error_number(void)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = { { "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EACCES", EACCES }, { "EMFILE", EMFILE }, { "SHORT", SHORT },
		     { "KILL", KILL } };

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(setting("FAULT_ERROR"), errors[i].name) == 0)
			return errors[i].number;
	return EIO;
}

static bool is_watched_path(const char *path)
{
	return strstr(path, setting("FAULT_PATH")) != NULL;
}

static bool is_watched(int fd)
{
	if (fd >= 0 && fd < 3)
		return setting("FAULT_PATH")[0] == '\0' && fd == STDOUT_FILENO;
	return fd >= 0 && fd < FILES_MAX && atomic_load(&watched[fd]);
}

/* Counts a call; does it fail? *number: as what. */
static bool fails(const char *kind, int *number)
{
	if (strcmp(setting("FAULT_CALL"), kind) != 0)
		return false;
	long at = atol(setting("FAULT_AT")), n = atomic_fetch_add(&calls, 1) + 1;

	*number = error_number();
	bool hit = at > 0 && (n == at || (n > at && !getenv("FAULT_ONCE")));

	if (hit && *number == KILL)
		kill(getpid(), SIGKILL);
	return hit;
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = setting("FAULT_COUNT");
	char text[32];

	if (!*path)
		return;
	int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
	int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	int fd = real(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t (*put)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	if (fd >= 0 && put(fd, text, (size_t)n) == n)
		close(fd);
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static int open_real(const char *name, const char *path, int flags, mode_t mode)
{
	int number, fd;

	if (is_watched_path(path) && fails("open", &number) && number != SHORT) {
		errno = number;
		return -1;
	}
	fd = REAL(name, int (*)(const char *, int, ...))(path, flags, mode);
	if (fd >= 0 && fd < FILES_MAX)
		atomic_store(&watched[fd], is_watched_path(path));
	return fd;
}

#define OPEN(name)                                                                    \
	int name(const char *path, int flags, ...)                                    \
	{                                                                             \
		va_list ap;                                                           \
		va_start(ap, flags);                                                  \
		mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                                           \
		return open_real(#name, path, flags, mode);                           \
	}
OPEN(open)
OPEN(open64)

/* How much of n bytes is to be moved; -1 with errno when the call fails. */
static ssize_t allowed(const char *kind, int fd, size_t n)
{
	int number;

	if (!is_watched(fd) || !fails(kind, &number))
		return (ssize_t)n;
	if (number == SHORT)
		return n > 1 ? (ssize_t)(n / 2) : (ssize_t)n;
	errno = number;
	return -1;
}

ssize_t read(int fd, void *to, size_t n)
{
	ssize_t part = allowed("read", fd, n);

	return part < 0 ? -1 : REAL("read", ssize_t (*)(int, void *, size_t))(fd, to, (size_t)part);
}

ssize_t write(int fd, const void *from, size_t n)
{
	ssize_t part = allowed("write", fd, n);

	return part < 0 ? -1 : REAL("write", ssize_t (*)(int, const void *, size_t))(fd, from, (size_t)part);
}

#define PREAD(name, offset)                                                                                       \
	ssize_t name(int fd, void *to, size_t n, offset at)                                                       \
	{                                                                                                         \
		ssize_t part = allowed("read", fd, n);                                                            \
		return part < 0 ? -1 : REAL(#name, ssize_t(*)(int, void *, size_t, offset))(fd, to, (size_t)part, at); \
	}
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define PWRITE(name, offset)                                                                                    \
	ssize_t name(int fd, const void *from, size_t n, offset at)                                             \
	{                                                                                                       \
		ssize_t part = allowed("write", fd, n);                                                         \
		return part < 0 ? -1 : REAL(#name, ssize_t(*)(int, const void *, size_t, offset))(fd, from, (size_t)part, at); \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static bool refused(const char *kind, bool is_ours)
{
	int number;

	if (!is_ours || !fails(kind, &number) || number == SHORT)
		return false;
	errno = number;
	return true;
}

int fsync(int fd)
{
	return refused("sync", is_watched(fd)) ? -1 : REAL("fsync", int (*)(int))(fd);
}

int fdatasync(int fd)
{
	return refused("sync", is_watched(fd)) ? -1 : REAL("fdatasync", int (*)(int))(fd);
}

int ftruncate(int fd, off_t n)
{
	return refused("truncate", is_watched(fd)) ? -1 : REAL("ftruncate", int (*)(int, off_t))(fd, n);
}

int ftruncate64(int fd, off64_t n)
{
	return refused("truncate", is_watched(fd)) ? -1 : REAL("ftruncate64", int (*)(int, off64_t))(fd, n);
}

int unlink(const char *path)
{
	return refused("remove", is_watched_path(path)) ? -1 : REAL("unlink", int (*)(const char *))(path);
}

int rename(const char *from, const char *to)
{
	return refused("remove", is_watched_path(to)) ? -1 : REAL("rename", int (*)(const char *, const char *))(from, to);
}

DIR *opendir(const char *path)
{
	return refused("list", is_watched_path(path)) ? NULL : REAL("opendir", DIR * (*)(const char *))(path);
}

struct dirent *readdir(DIR *d)
{
	return refused("list", true) ? NULL : REAL("readdir", struct dirent * (*)(DIR *))(d);
}

struct dirent64 *readdir64(DIR *d)
{
	return refused("list", true) ? NULL : REAL("readdir64", struct dirent64 * (*)(DIR *))(d);
}
