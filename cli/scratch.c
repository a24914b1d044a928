/*
 * The scratch folder of cli/output.h. A thread waits for the signals that end a program,
 * removes the folder and lets the signal do its work: a handler could neither remove
 * files safely nor know the folder without a global.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/output.h"

struct scratch {
	struct str folder; /* NUL-terminated */
	sigset_t signals;  /* those that are waited for */
	sigset_t before;   /* the mask to go back to */
	pthread_t watcher;
};

static void remove_folder(const struct scratch *s)
{
	DIR *dir = opendir(s->folder.ptr);

	if (!dir)
		return;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		unlinkat(dirfd(dir), entry->d_name, 0); /* "." and ".." refuse */
	closedir(dir);
	rmdir(s->folder.ptr);
}

static void *watch_signals(void *self)
{
	struct scratch *s = self;
	sigset_t one;
	int caught;

	if (sigwait(&s->signals, &caught) != 0)
		return NULL;
	remove_folder(s);
	sigemptyset(&one);
	sigaddset(&one, caught);
	signal(caught, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	raise(caught);
	return NULL;
}

struct scratch *scratch_open(struct str parent, struct arena *a, struct err *err)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
	struct scratch *s = arena_new(a, struct scratch);
	const char *temporary = getenv("TMPDIR");

	if (parent.len == 0)
		parent = temporary && temporary[0] ? str_of(temporary) : STR("/tmp");
	s->folder = path_join(a, parent, STR(".inquest-XXXXXX"));
	char *name = arena_alloc(a, s->folder.len + 1, 1);

	memcpy(name, s->folder.ptr, s->folder.len);
	if (!mkdtemp(name)) {
		err_set_errno(err, "cannot make a temporary folder in %.*s", STR_ARG(parent));
		return NULL;
	}
	s->folder.ptr = name;
	sigemptyset(&s->signals);
	for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
		struct sigaction action;

		/* What was ignored at the start (nohup) stays ignored. */
		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&s->signals, ending[i]);
	}
	/* A closed pipe is for the writing thread alone: it stays pending, the write fails, and we go in order. */
	sigset_t blocked = s->signals;

	sigaddset(&blocked, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &blocked, &s->before);
	if (pthread_create(&s->watcher, NULL, watch_signals, s) != 0) {
		pthread_sigmask(SIG_SETMASK, &s->before, NULL);
		rmdir(name);
		err_set(err, "cannot start a thread");
		return NULL;
	}
	return s;
}

struct str scratch_folder(const struct scratch *s)
{
	return s->folder;
}

void scratch_close(struct scratch *s)
{
	if (!s)
		return;
	pthread_cancel(s->watcher); /* sigwait is a cancellation point */
	pthread_join(s->watcher, NULL);
	remove_folder(s);
	pthread_sigmask(SIG_SETMASK, &s->before, NULL);
}
