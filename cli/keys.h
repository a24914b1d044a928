/*
 * keys: single keys from the terminal while something is printed. The terminal is put back as it was on every way out: at
 * the end, after an error, when a signal ends or stops the program, and when nobody reads the output any more.
 */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include "core/arena.h"

struct keys;

enum { KEY_NONE = 0, KEY_END = -1 };

/* NULL when standard input and output are not both a terminal. Call before any other thread is started. */
struct keys *keys_open(struct arena *a);
/* The key that was pressed within `timeout_ms` (-1: as long as it takes), KEY_NONE, or KEY_END when there will be none. */
int keys_wait(struct keys *k, int timeout_ms);
/* NULL is fine. */
void keys_close(struct keys *k);

#endif
