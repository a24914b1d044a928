/*
 * browser: a headless Chromium spoken to through a pair of pipes (--remote-debugging-pipe: JSON messages of the Chrome
 * DevTools Protocol, each ended by a NUL), so that the test of the page needs nothing but the browser. Everything that
 * a page does which it should not (errors, requests, dialogs) is kept as a complaint.
 */
#ifndef TESTS_BROWSER_BROWSER_H
#define TESTS_BROWSER_BROWSER_H

#include <sys/types.h>

#include "core/arena.h"
#include "core/buf.h"

struct browser {
	struct arena arena;
	pid_t pid;
	int to, from;        /* pipes */
	struct buf in;       /* what came and was not read yet */
	unsigned long id;    /* of the last message sent */
	struct str session;  /* the page's */
	bool loaded;         /* the page came to its end */
	VEC(struct str) complaints;
};

/* Starts it with a profile in an empty folder. False with a word on standard error. */
bool browser_start(struct browser *b, const char *program, const char *folder);
void browser_stop(struct browser *b);
/* Sends a message with parameters (JSON, formatted) and returns the result (JSON); empty when it failed. */
struct str browser_call(struct browser *b, const char *method, const char *parameters, ...)
	__attribute__((format(printf, 3, 4)));
/* Opens a file and waits until it is loaded and its scripts ran. */
bool browser_open(struct browser *b, const char *path);
/* The value of an expression, as text. */
struct str browser_value(struct browser *b, const char *expression);
/* A mouse event at a place of the window: "mouseMoved", "mousePressed", "mouseReleased". */
void browser_mouse(struct browser *b, const char *type, double x, double y, int clicks);
void browser_key(struct browser *b, const char *key);

#endif
