/*
 * roster: the names one file brings, until they are written: id and text, each once, within a
 * bound of bytes. What does not fit is not known, and the caller counts it as "(other)".
 */
#ifndef STORE_ROSTER_H
#define STORE_ROSTER_H

#include "core/hash.h"

enum {
	ROSTER_BYTES_MAX = 3 << 20, /* of texts */
	ROSTER_NAMES_MAX = 1 << 15,
	NAME_BYTES_MAX = 4096,      /* longer texts are cut; their id stays that of the whole */
};

struct roster_name { uint64_t id; struct str text; };

struct roster {
	struct map index;   /* id → 1 */
	struct arena arena; /* of texts and of `names` */
	VEC(struct roster_name) names;
	size_t bytes;       /* of texts */
};

void roster_init(struct roster *r);
void roster_release(struct roster *r);
void roster_clear(struct roster *r);
/* Makes the name known; false when there is no room left for it. Id 0 and the empty text need none. */
bool roster_add(struct roster *r, uint64_t id, struct str text);

#endif
