/*
 * text_head: the head of a line of plain text, in whatever order its writer put time, level,
 * process, thread and logger: log4j, logback, Spring, JUL, Python, Go, glog, Ruby, PHP, Tomcat, etcd, ...
 * No list of layouts: a reader of tokens that knows what a time, a level, a bracketed
 * name and a separator look like, and stops where the message begins.
 */
#ifndef INGEST_TEXT_HEAD_H
#define INGEST_TEXT_HEAD_H

#include "core/timestamp.h"
#include "core/vocab.h"

struct text_head {
	struct timestamp time;
	bool has_time;
	struct str zone;       /* "Europe/Berlin", "India Standard Time" behind a time in brackets: not in `time` yet */
	bool indented;         /* blanks stood in front */
	enum severity severity; /* SEV_NONE when no level was there */
	struct str logger;     /* component, class or module; else the thread */
	int64_t pid;           /* -1 none */
	struct str message;    /* the rest, trimmed on the left */
};

/* True when a time or a level was there; *h is filled in any case (message = the line when nothing was). */
bool text_head_parse(struct str line, struct text_head *h);
/*
 * For a line whose head has no time: a whole date and time further in, as in "bucket [29/Jan/2026:17:35:00
 * +0000] ..." or "Started GET "/" for 10.0.0.7 at 2026-01-29 17:35:00 +0000". *h is what text_head_parse()
 * said, time and level are added to it. False, *h untouched, when there is none.
 */
bool text_head_inside(struct str line, struct text_head *h);
/* Only: does a time stand at the head? The cheaper half. */
bool text_head_timed(struct str line);

#endif
