/*
 * contrast: what is different in the bad window against the good one, over every field that events have, without knowing
 * what to look for: values of categories among failing, slow and all requests; ranges of durations and sizes; lines that
 * are new, gone, more or fewer; words that failing lines share.
 *
 * Every value is a count among the counts of its field, in the bad steps and in the quiet ones, and is tested by
 * significance.h. Its variance comes from blocks of the quiet time: what comes and goes anyway must differ by more. False
 * discoveries are controlled over all values of an incident; what differs significantly but hardly (in a large archive
 * everything does) is left out.
 */
#ifndef ANALYZE_CONTRAST_H
#define ANALYZE_CONTRAST_H

#include "analyze/outbreak.h"
#include "core/casefile.h"

/* What a contrast is of: whose shares are compared. X(id, words) */
#define CONTRAST_GROUPS(X)                                  \
	X(OF_FAILED, "failed requests")                     \
	X(OF_SLOW, "slow requests")                         \
	X(OF_REQUESTS, "requests")                          \
	X(OF_STATEMENTS, "statements")                      \
	X(OF_OPENED, "opened connections")                  \
	X(OF_REFUSED, "refused connections")                \
	X(OF_AUTH, "failed authentications")                \
	X(OF_LOCKS, "lock waits")                           \
	X(OF_UPSTREAM, "failures of upstreams")             \
	X(OF_LINES, "lines")                                \
	X(OF_FAILING_LINES, "failing lines")
#define CONTRAST_ENUM(id, words) id,
enum contrast_group { CONTRAST_GROUPS(CONTRAST_ENUM) CONTRAST_GROUP_COUNT };

enum { CONTRAST_BLOCKS = 16 };

/* Counts in the bad steps and in blocks of the quiet ones. */
struct sides { double bad, good, blocks[CONTRAST_BLOCKS]; };

/* Which side a step of the grid is on: -1 neither, 0 bad, else 1 + block of the quiet time. */
struct window {
	const struct grid *grid;
	const signed char *side;
	double bad_s, good_s;
	double block_s[CONTRAST_BLOCKS];
};
struct window contrast_window(const struct facts *f, const struct outbreak *o);
/* The side of a cell by its bucket, as in `side`; -1 also when it lies outside of the grid. */
static inline int window_side(const struct window *w, int32_t bucket)
{
	int32_t at = bucket - w->grid->first;
	size_t step = at < 0 ? SIZE_MAX : (size_t)(at / w->grid->width);
	return step < w->grid->n ? w->side[step] : -1;
}

/* One value of one field, before it is known whether it differs. */
struct value {
	enum contrast_group of;
	struct str service, field, text;
	const struct sides *all; /* of the field */
	struct sides n;
	double log10_p;          /* NAN: to be found by the shares */
	const char *kind;        /* "category", "number", "text", "key" */
	struct refs refs;        /* lines, where they are known already */
};
struct value_list { struct value *at; size_t n, cap; };

struct contrasts {
	struct contrast *at; size_t n; /* by log10_p */
};

NODISCARD bool contrasts_find(const struct facts *f, const struct signals *signals, const struct outbreak *o, struct contrasts *out, struct err *err);

/* Parts, one file each: they add the values of their fields. */
void contrast_categories(const struct facts *f, const struct signals *signals, const struct outbreak *o, const struct window *w, struct value_list *out);
NODISCARD bool contrast_numbers(const struct facts *f, const struct outbreak *o, const struct window *w, struct value_list *out, struct err *err);
void contrast_lines(const struct facts *f, const struct outbreak *o, const struct window *w, struct value_list *out);
void contrast_keys(const struct facts *f, const struct outbreak *o, struct value_list *out);

/* Adds the cells of a series to the sides. */
void sides_count(const struct window *w, const struct series *s, bool failed, struct sides *out);
const char *contrast_group_words(enum contrast_group of);

#endif
