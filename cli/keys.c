/*
 * A thread waits for the signals that end or stop the program, puts the terminal back and lets the signal do its work: a
 * handler could not know the terminal without a global.
 */
#include "cli/keys.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct keys {
	struct termios before, raw;
	sigset_t signals; /* those that are waited for */
	sigset_t mask;    /* to go back to */
	pthread_t watcher;
};

static void *watch_signals(void *self)
{
	struct keys *k = self;

	for (;;) {
		sigset_t one;
		int caught;

		if (sigwait(&k->signals, &caught) != 0)
			return NULL;
		tcsetattr(STDIN_FILENO, TCSANOW, &k->before);
		if (caught == SIGTSTP) {
			raise(SIGSTOP); /* stops all threads; goes on here */
			tcsetattr(STDIN_FILENO, TCSANOW, &k->raw);
			continue;
		}
		sigemptyset(&one);
		sigaddset(&one, caught);
		signal(caught, SIG_DFL);
		pthread_sigmask(SIG_UNBLOCK, &one, NULL);
		raise(caught);
		return NULL;
	}
}

struct keys *keys_open(struct arena *a)
{
	static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	struct keys *k = arena_new(a, struct keys);
	sigset_t blocked;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &k->before) != 0)
		return NULL;
	sigemptyset(&k->signals);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		sigaddset(&k->signals, watched[i]);
	blocked = k->signals;
	sigaddset(&blocked, SIGPIPE); /* a failed write is noticed, and ends the program in order */
	pthread_sigmask(SIG_BLOCK, &blocked, &k->mask);
	if (pthread_create(&k->watcher, NULL, watch_signals, k) != 0) {
		pthread_sigmask(SIG_SETMASK, &k->mask, NULL);
		return NULL;
	}
	k->raw = k->before;
	k->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* signals by key stay */
	k->raw.c_cc[VMIN] = 1;
	k->raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &k->raw);
	return k;
}

int keys_wait(struct keys *k, int timeout_ms)
{
	struct pollfd one = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char c;

	(void)k;
	if (poll(&one, 1, timeout_ms) <= 0)
		return KEY_NONE;
	ssize_t n = read(STDIN_FILENO, &c, 1);
	return n == 1 ? c : n < 0 && errno == EINTR ? KEY_NONE : KEY_END;
}

void keys_close(struct keys *k)
{
	if (!k)
		return;
	pthread_cancel(k->watcher);
	pthread_join(k->watcher, NULL);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &k->before);
	pthread_sigmask(SIG_SETMASK, &k->mask, NULL);
}
