/*
 * player: prints a replay: lines with their margin, landmarks between them, repeats folded, at the pace that was asked for.
 * Nothing of a log reaches the terminal unescaped.
 */
#ifndef CLI_PLAYER_H
#define CLI_PLAYER_H

#include "analyze/replay.h"
#include "cli/command.h"
#include "report/words.h"

/* Something the analysis knows about a moment: it stands between the lines. */
struct landmark { int64_t time_ns; struct str kind, text; struct refs refs; };

struct texts;

struct player_options {
	const struct zone *zone; /* times are shown in it; NULL = UTC */
	double speed;            /* times as fast as it was; 0: as fast as it goes */
	bool color, json, redact;
	struct texts *texts;     /* where lines are read that the store does not keep; NULL = nowhere */
	bool collapse;           /* fold repeats within ten seconds */
};

struct player;

struct player *player_new(const struct player_options *o, struct arena *a);
void player_release(struct player *p);
/* Before playing; in any order. Strings must outlive the player. */
void player_mark(struct player *p, struct landmark m);
/* A sentence ahead of the stream; nothing with JSON. */
NODISCARD bool player_say(struct player *p, struct str text, struct err *err);
/* To the end, or until a person has had enough. On a terminal, and with a speed, keys are obeyed. */
NODISCARD bool player_play(struct player *p, struct replay *r, struct err *err);
/* Events that were played, and how many of them as they were logged. */
uint64_t player_events(const struct player *p, uint64_t *kept);

#endif
