/*
 * postmortem: DIR/postmortem.md, which inquest begins and people go on with. A second run must not lose what
 * they wrote. Whether they wrote anything is told from the store, without a mark in the file: what the last
 * analysis in it would render is either what stands there, or somebody has been at it.
 */
#ifndef CLI_POSTMORTEM_H
#define CLI_POSTMORTEM_H

#include "cli/command.h"
#include "core/casefile.h"
#include "report/renderer.h"

struct postmortem {
	struct str path;
	struct str draft; /* what stands there; empty: nothing, or nothing but ours */
	struct err unread; /* something stands there that cannot be read: it must not be replaced */
};

/* Looks at the file before the store is written to or replaced. */
struct postmortem postmortem_look(struct invocation *in, struct str folder, struct str store);
/*
 * Writes it; a draft that people worked on gets its sections brought up to date and keeps the rest. One that has
 * no sections of ours is left alone. Both are told on standard error.
 */
NODISCARD bool postmortem_write(struct invocation *in, const struct postmortem *p, const struct casefile *c,
				struct err *err);

/*
 * Puts a template into the options: one of the program's by name, else a file. `name` is noted in what is rendered, so
 * that an update finds it again. EXIT_USAGE when it is neither, or has mistakes.
 */
NODISCARD bool postmortem_template(struct invocation *in, struct str name, struct render_options *o, struct err *err);

#endif
