/* Hashes, maps, names. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"

/* The values are in stores: they must never change. */
Test(hash, is_fixed_for_all_time)
{
	char text[200];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	static const struct {
		size_t len;
		uint64_t hash;
	} rows[] = {
		{ 0, UINT64_C(0x1983569b9a15a22c) },
		{ 1, UINT64_C(0xbfcaef5519402658) },
		{ 2, UINT64_C(0xf3c7d75dc04e7b65) },
		{ 3, UINT64_C(0x4dc601f97a716097) },
		{ 4, UINT64_C(0xd5f239556f99a079) },
		{ 7, UINT64_C(0xeec14ac0df134cd0) },
		{ 8, UINT64_C(0x70482e31f731ddba) },
		{ 9, UINT64_C(0xf44e444422caf5a3) },
		{ 15, UINT64_C(0xa47ccaaf09dd768b) },
		{ 16, UINT64_C(0xd11c74e4f719cc05) },
		{ 17, UINT64_C(0x32d3adedfb7cff4d) },
		{ 32, UINT64_C(0x504d8a0cd9bd6629) },
		{ 33, UINT64_C(0x9f84cd566d382513) },
		{ 48, UINT64_C(0x701aaf40cca73d71) },
		{ 49, UINT64_C(0x5a0d4ce3c3235516) },
		{ 64, UINT64_C(0x2c905efe512ae0fc) },
		{ 97, UINT64_C(0x60af2acfaf15e65b) },
		{ 200, UINT64_C(0x61a4f181b5c2bb46) },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(hash64(str_make(text, rows[i].len)), rows[i].hash, "%zu bytes: %016lx",
		             rows[i].len, (unsigned long)hash64(str_make(text, rows[i].len)));
	cr_expect_eq(hash64_seed(STR("a"), 1), UINT64_C(0x89e9c3af43ccb1f2), "%016lx",
	             (unsigned long)hash64_seed(STR("a"), 1));
	cr_expect_eq(hash64_mix(1, 2), UINT64_C(0xe6ae63ecac483b3e), "%016lx",
	             (unsigned long)hash64_mix(1, 2));
}

Test(hash, of_beginnings_in_one_pass)
{
	char text[400];
	size_t lengths[400];
	uint64_t ids[400];
	for (size_t step = 1; step < 60; step++) {
		size_t n = 0;
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (char)(i * 37 + step);
		for (size_t at = step; at <= sizeof text; at += step)
			lengths[n++] = at;
		hash64_beginnings(str_make(text, sizeof text), lengths, n, ids);
		for (size_t i = 0; i < n; i++)
			cr_expect_eq(ids[i], hash64(str_make(text, lengths[i])), "%zu bytes", lengths[i]);
	}
}

Test(hash, of_pieces)
{
	char text[700];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 41 + 7);
	for (size_t len = 0; len <= sizeof text; len += 7) {
		for (size_t piece = 1; piece < 120; piece++) {
			struct hash64_run run;
			hash64_begin(&run);
			/* Of sizes that change, and now and then none. */
			for (size_t at = 0, k = 0; at < len; k++) {
				size_t n = (piece + k * 11) % (piece + 1);
				n = n < len - at ? n : len - at;
				hash64_add(&run, str_make(text + at, n));
				at += n;
			}
			cr_expect_eq(hash64_end(&run), hash64(str_make(text, len)), "%zu bytes, pieces of %zu", len, piece);
		}
	}
}

Test(hash, tells_texts_apart)
{
	/* Every length, every byte changed, every bit of a byte: all different. */
	struct map seen;
	char text[130] = { 0 };
	size_t n = 0;
	map_init(&seen);
	for (size_t len = 0; len <= sizeof text; len++) {
		map_put(&seen, hash64(str_make(text, len)), NULL);
		n++;
		for (size_t at = 0; at < len; at++)
			for (int bit = 0; bit < 8; bit++) {
				text[at] = (char)(1 << bit);
				map_put(&seen, hash64(str_make(text, len)), NULL);
				n++;
				text[at] = 0;
			}
	}
	cr_expect_eq(seen.n, n);
	cr_expect_neq(hash64_mix(1, 2), hash64_mix(2, 1));
	cr_expect_neq(hash64(STR_NONE), 0u);
	map_release(&seen);
}

/* Flipping one bit of the input flips about half of the output's. */
Test(hash, spreads_changes)
{
	static const size_t lengths[] = { 3, 8, 15, 16, 33, 100 };
	for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
		char text[100] = "a route, a template, a statement with some text in it to be hashed, and a "
		                 "little more";
		uint64_t before = hash64(str_make(text, lengths[l]));
		unsigned flips = 0;
		for (size_t bit = 0; bit < lengths[l] * 8; bit++) {
			text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
			flips += (unsigned)__builtin_popcountll(before ^ hash64(str_make(text, lengths[l])));
			text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		}
		double mean = flips / (double)(lengths[l] * 8);
		cr_expect(mean > 30 && mean < 34, "%zu bytes: %.1f of 64 bits", lengths[l], mean);
	}
}

Test(hash, map_grows_and_finds)
{
	struct map m;
	bool is_new;
	map_init(&m);
	cr_expect_null(map_get(&m, 7));
	for (uint64_t k = 1; k <= 100000; k++) {
		*map_put(&m, k << 20, &is_new) = k;
		cr_assert(is_new);
	}
	cr_expect_eq(m.n, 100000u);
	for (uint64_t k = 1; k <= 100000; k++) {
		uint64_t *v = map_get(&m, k << 20);
		cr_assert_not_null(v);
		cr_assert_eq(*v, k);
	}
	cr_expect_null(map_get(&m, 3));
	cr_expect_null(map_get(&m, 0));
	++*map_put(&m, 1 << 20, &is_new);
	cr_expect_not(is_new);
	cr_expect_eq(*map_get(&m, 1 << 20), 2u);
	map_clear(&m);
	cr_expect_eq(m.n, 0u);
	cr_expect_null(map_get(&m, 1 << 20));
	cr_expect_eq(*map_put(&m, 1 << 20, &is_new), 0u);
	map_release(&m);
}

Test(hash, names_remember_texts)
{
	struct names t;
	char text[16];
	names_init(&t);
	cr_expect_eq(names_add(&t, STR_NONE), 0u);
	cr_expect_eq(names_text(&t, 0).len, 0u);
	for (int i = 0; i < 5000; i++) {
		int n = snprintf(text, sizeof text, "name %d", i % 2500);
		uint64_t id = names_add(&t, str_make(text, (size_t)n));
		cr_assert_eq(id, hash64(str_make(text, (size_t)n)));
	}
	cr_expect_eq(t.n, 2500u);
	cr_expect(str_eq(names_text(&t, hash64(STR("name 17"))), STR("name 17")));
	cr_expect_eq(names_text(&t, 12345).len, 0u);
	cr_expect(str_eq(t.texts[3], STR("name 3")));
	cr_expect_eq(t.ids[3], hash64(STR("name 3")));
	names_release(&t);
}
