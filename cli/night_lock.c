#include "cli/night_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/timestamp.h"

enum { HOLDER_BYTES = 400 };

static bool busy(int fd, struct str path, struct err *err)
{
	char holder[HOLDER_BYTES] = "";
	ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
	struct str said = str_trim(str_make(holder, n > 0 ? (size_t)n : 0));

	return err_set_status(err, EXIT_BUSY, "another run holds the lock %.*s: %.*s", STR_ARG(path), STR_ARG(said.len ? said : STR("it does not say who")));
}

bool night_lock(struct str path, struct arena *a, int *fd, struct err *err)
{
	char host[256] = "", time[TIME_TEXT_BYTES];
	struct timespec now;

	*fd = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (*fd < 0)
		return err_set_errno(err, "cannot open the lock %.*s", STR_ARG(path));
	if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		bool held = errno == EWOULDBLOCK;
		bool good = held ? busy(*fd, path, err) : err_set_errno(err, "cannot take the lock %.*s", STR_ARG(path));
		close(*fd);
		*fd = -1;
		return good;
	}
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	clock_gettime(CLOCK_REALTIME, &now);
	struct str holder = arena_printf(a, "process %ld on %s since %s\n", (long)getpid(), host, time_format((int64_t)now.tv_sec * NS_PER_S, 0, time));
	if (ftruncate(*fd, 0) != 0 || pwrite(*fd, holder.ptr, holder.len, 0) != (ssize_t)holder.len) {
		err_set_errno(err, "cannot write the lock %.*s", STR_ARG(path));
		night_unlock(*fd);
		*fd = -1;
		return false;
	}
	return true;
}

void night_unlock(int fd)
{
	/* The file stays: to remove it would let a third run in between. */
	if (fd >= 0)
		close(fd);
}
