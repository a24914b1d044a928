/*
 * backtest: how scored cases are told: a table for people, and the same as JSON. The table
 * begins with the lines that scorers of findings.json print elsewhere.
 */
#ifndef CLI_BACKTEST_H
#define CLI_BACKTEST_H

#include "cli/tally.h"
#include "core/buf.h"

void backtest_table(const struct result *results, size_t n, const struct tally *t, struct buf *out);
void backtest_json(const struct result *results, size_t n, const struct tally *t, struct buf *out);

#endif
