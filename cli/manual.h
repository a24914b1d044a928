/*
 * manual: the manual pages, printed from the commands' tables in mdoc(7) markup. tools/manual puts the prose of docs/man/
 * into them; a command without any has a whole page all the same.
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/command.h"

/* inquest(1): what the program is, its commands, the options all of them take. */
void manual_overview(struct buf *out);
/* inquest-COMMAND(1). */
void manual_command(const struct command *c, struct buf *out);

#endif
