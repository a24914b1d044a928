/*
 * terminal: what standard output can show. Colour only on a terminal unless asked for,
 * never by itself with NO_COLOR (no-color.org) or TERM=dumb; the width is the
 * terminal's, else COLUMNS, else 80.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

/* The words of --color in their order. */
enum color_wish { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct terminal {
	bool is_terminal; /* the descriptor is one */
	bool color;       /* escape sequences are welcome */
	unsigned width;   /* columns */
};

struct terminal terminal_of(int fd, enum color_wish wish);

#endif
