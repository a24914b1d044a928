#include "core/closest.h"

enum { CLOSEST_MAX_BYTES = 40 };

/* Optimal string alignment distance: insert, delete, replace, swap of neighbours. */
static unsigned edit_distance(struct str a, struct str b)
{
	unsigned rows[3][CLOSEST_MAX_BYTES + 1] = { { 0 } };
	unsigned *before = rows[0], *above = rows[1], *here = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		here[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (here[j - 1] + 1 < best)
				best = here[j - 1] + 1;
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			here[j] = best;
		}
		unsigned *reuse = before;

		before = above;
		above = here;
		here = reuse;
	}
	return above[b.len];
}

const char *closest_word(struct str word, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	unsigned best_distance = 0;

	if (word.len > CLOSEST_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct str candidate = str_of(candidates[i]);

		if (candidate.len > CLOSEST_MAX_BYTES)
			continue;
		unsigned distance = edit_distance(word, candidate);
		size_t longer = candidate.len > word.len ? candidate.len : word.len;
		/* More than a third of the letters wrong is no typing error any more; a mere beginning is. */
		bool near = distance * 3 <= longer || (word.len >= 3 && str_starts(candidate, word));

		if (near && (!best || distance < best_distance)) {
			best = candidates[i];
			best_distance = distance;
		}
	}
	return best;
}
