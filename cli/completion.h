/*
 * completion: scripts for shells, printed from the commands' tables: commands, options, the values of enumerations, and
 * files where a value is one. What a value is follows from the name of the argument in the table ("FILE", "STORE",
 * "auto|always|never"), so that a new option is completed without a word about it.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/command.h"

/* How a value is completed. */
enum completion {
	COMPLETE_NOTHING, /* a number, a time, a text of one's own */
	COMPLETE_FILE,
	COMPLETE_FOLDER,
	COMPLETE_WORDS, /* one of `words` */
	COMPLETE_WORD_OR_FILE,
};

/* For a row that takes a value; its words, separated by blanks, are added to `words`. */
enum completion completion_of(const struct option_row *row, struct buf *words);

void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);

#endif
