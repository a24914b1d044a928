/* manual: the manual page and shell completion, printed from the commands' tables. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "core/buf.h"

/* inquest(1) in man(7) markup. */
void manual_page(struct buf *out);
/* A script for bash: commands, their options, and files. */
void manual_bash_completion(struct buf *out);

#endif
