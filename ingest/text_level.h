/*
 * text_level: the level word in the head of a line of plain text: which words count as a level where.
 * "INFO" in capitals does anywhere; "info" needs a bracket or a mark behind it, and a single letter
 * needs even more, because both are words of messages, too.
 */
#ifndef INGEST_TEXT_LEVEL_H
#define INGEST_TEXT_LEVEL_H

#include "core/vocab.h"

struct text_level {
	enum severity severity;
	/* some notations name it beside the level: "WARNING:root:", "production.ERROR:"; else empty */
	struct str logger;
};

/*
 * A level at the start of *s, which moves behind it: "INFO", "[warn ]", "<Error>", "error:", "|WARN|",
 * "WARNING:root:", "E |", "production.ERROR:", "PHP Fatal error:", "INFO/Main", "%FTD-2-109011:".
 * timed: a time stood in front; far: other words stood between, so that only words count that are
 * hardly anything but levels.
 */
bool text_level_take(struct str *s, bool timed, bool far, struct text_level *out);
/*
 * A level that stands further right than a head reaches, but is marked beyond doubt: "[DBG]", "<INFO>",
 * "FATAL:".
 */
enum severity text_level_search(struct str s);

#endif
