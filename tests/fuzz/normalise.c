/* Masks, routes, fingerprints and groups of any text stay within their bounds, and twice gives the same. */
#include "core/buf.h"
#include "core/err.h"
#include "core/hash.h"
#include "core/template_group.h"
#include "ingest/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct buf *b, size_t bound, uint64_t *first)
{
	uint64_t now = hash64(buf_str(b));

	if (b->len > bound || (*first && *first != now))
		BUG("a normaliser is out of bounds or of two minds");
	*first = now;
	buf_clear(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size }, rest;
	struct template_entry entries[64];
	size_t n = 0;
	uint64_t mask = 0, route = 0, query = 0;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, 1 << 16);
	for (int i = 0; i < 2; i++) {
		template_mask(s, &b);
		check(&b, 1000, &mask);
		route_normalise(STR("GET"), s, &b);
		check(&b, 200, &route);
		query_fingerprint(s, &b);
		check(&b, 2000, &query);
	}
	rest = s;
	while (rest.len > 0 && n < 64) {
		struct str line = str_cut(rest, '\n', &rest);

		entries[n] = (struct template_entry){ .id = hash64_seed(line, n), .text = line, .count = 1 };
		n++;
	}
	template_group(entries, n, &a);
	for (size_t i = 0; i < n; i++)
		if (entries[i].group == 0 || entries[i].group > entries[i].id)
			BUG("a group is not called after its smallest member");
	buf_release(&b);
	arena_release(&a);
	return 0;
}
