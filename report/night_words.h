/* night_words: what the pages of digests share: phrases, a page's head and end, a figure of the day. Private to report/night*.c. */
#ifndef REPORT_NIGHT_WORDS_H
#define REPORT_NIGHT_WORDS_H

#include "report/night.h"

/* "2 incidents, 1 source fell silent", "nothing to look at". */
struct str night_verdict(struct arena *a, const struct night *n);
/* The style sheet's class of a night: "bad", "silent", "calm". */
const char *night_class(const struct night *n);
/* "Requests"; `name` as in struct night_figure. */
const char *night_figure_words(struct str name);
/* A value of that figure: "212,004", "0.03 %", "212 ms"; "–" for NAN. */
struct str night_figure_value(const struct words *w, struct str name, double v);
/* "12 ms", "1.3 s"; "–" for NAN. */
struct str night_ms(const struct words *w, double ms);
/* A count that may be a median: "1,204", "3.5"; "–" for NAN. */
struct str night_count(const struct words *w, double v);
/* "deployment catalog 2.1 of catalog", or that the logs do not say. */
struct str night_cause(const struct words *w, const struct night_incident *in);
/* "Edge" or "Edge on edge-1" */
struct str night_source_name(struct arena *a, const struct night_source *s);

/* Everything up to <main>, and behind it. */
void night_head(struct buf *out, struct str title);
void night_foot(struct buf *out, const char *version);
/* <td class="num"> */
void night_number(struct buf *out, struct str text);

#endif
