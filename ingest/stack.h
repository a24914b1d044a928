/*
 * stack: traces that follow a message, of Java, Python, Node, Go, Ruby, PHP and .NET. Which lines
 * belong to one, and what was thrown at the bottom: for Java the innermost "Caused by", for Python the
 * last line of the last traceback, elsewhere the first line.
 */
#ifndef INGEST_STACK_H
#define INGEST_STACK_H

#include "core/str.h"

/*
 * The line can only be a further line of a trace: indented, "Caused by:", "... 12 more", "at f(",
 * "Traceback", ...
 */
bool stack_line_is(struct str line);
/* The text, one line or several, holds a trace. */
bool stack_is(struct str text);
/* The line that says what was thrown at the root; trimmed, never empty when text is not. */
struct str stack_root(struct str text);

#endif
