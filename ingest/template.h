/*
 * template: the constant part of a message. A line is masked (numbers, ids, addresses,
 * paths, quoted values become <*>) by one set of rules for all systems; the masked text's hash is the
 * template's id, so ids do not depend on the order of lines. Similar masked texts are
 * joined into groups afterwards, over the sorted set (template_group), so groups do not
 * depend on it either. A bounded cache gives texts a longer life, so that callers may keep them.
 */
#ifndef INGEST_TEMPLATE_H
#define INGEST_TEMPLATE_H

#include "core/arena.h"
#include "core/event.h"
#include "core/hash.h"

struct template_cache; /* one per worker */
struct template_cache *template_cache_new(struct arena *a);
void template_cache_release(struct template_cache *c);
/*
 * Masks `message` (and `error`, joined by ": " when both are there and differ). *text lives until the
 * next call at least. 0: nothing to mask. The message's hash may be 0: not known.
 */
uint64_t template_of(struct template_cache *c, struct text_key message, struct str error, struct str *text);
/* The masking alone, into out (cut at its bound). */
struct buf;
void template_mask(struct str message, struct buf *out);

/*
 * Route of a request: "/products/1173?page=2" → "/products/:id"; method in front when there is one.
 * Bounded length.
 */
void route_normalise(struct str method, struct str path, struct buf *out);
/*
 * Statement → fingerprint: literals, IN- and VALUES-lists, comments, case of keywords and white space
 * normalised.
 */
void query_fingerprint(struct str sql, struct buf *out);

#endif
