/*
 * template_group: which masked texts are one template. Masking (ingest/template.h) is per line and
 * knows no neighbours, so a user's name or a file's stem is left in the text and one statement of a
 * program becomes many texts. Seen together, they betray their variables: texts of the same number
 * of tokens that agree in most places and differ in the same few. This joins them, once, over the
 * whole set.
 *
 * Why not an online tree (Drain): its groups depend on the order in which lines come, ours must not
 * depend on the number of workers or the order of files. The set is sorted first and every decision
 * is made from whole groups, so the result is a function of the set alone.
 */
#ifndef CORE_TEMPLATE_GROUP_H
#define CORE_TEMPLATE_GROUP_H

#include "core/arena.h"

struct template_entry {
	uint64_t id;           /* of the masked text (hash64) */
	struct str text;       /* masked text, tokens separated by blanks */
	uint64_t count;        /* lines it stands for */
	uint64_t group;        /* out: smallest id among the joined entries */
	struct str group_text; /* out: the text with the places that vary as <*>; `text` when alone */
};

/*
 * Sets group and group_text of every entry. The order of entries does not matter and is kept. Ids are
 * distinct.
 */
void template_group(struct template_entry *entries, size_t n, struct arena *a);

#endif
