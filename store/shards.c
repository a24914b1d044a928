#include "store/shards.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/writer_impl.h"

enum { OF_MAX = 100000, NUMBERS_SHOWN = 20 };

static bool parse_key(struct str key, struct shard_row *out)
{
	struct str rest, of;
	uint64_t number, all;
	const char *hex = "0123456789abcdef";

	if (!str_starts(key, STR("shard ")) || key.len < 6 + 16 + 1 + 3)
		return false;
	rest = str_from(key, 6);
	for (size_t i = 0; i < 16; i++) {
		const char *digit = memchr(hex, rest.ptr[i], 16);

		if (!digit)
			return false;
		out->listing = out->listing << 4 | (uint64_t)(digit - hex);
	}
	rest = str_from(rest, 17);
	struct str word = str_cut(rest, '/', &of);

	if (!str_to_u64(word, &number) || !str_to_u64(of, &all) || number < 1 || number > all || all > OF_MAX)
		return false;
	out->number = (unsigned)number;
	out->of = (unsigned)all;
	return true;
}

static int by_place(const void *pa, const void *pb)
{
	const struct shard_row *a = pa, *b = pb;

	if (a->listing != b->listing)
		return a->listing < b->listing ? -1 : 1;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

bool shards_load(struct db *db, struct arena *a, struct shard_list *out, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT key, value FROM meta WHERE key LIKE 'shard %' ORDER BY key", err);
	bool row, good = st != NULL;
	size_t from = out->n;

	while (good && (good = db_step(db, st, &row, err)) && row) {
		struct shard_row r = { .done = str_eq(db_text(st, 1), STR("done")) };

		good = parse_key(db_text(st, 0), &r) || db_damaged(db, "a shard makes no sense", err);
		if (good)
			*vec_push(a, out) = r;
	}
	sqlite3_finalize(st);
	if (out->n > from + 1)
		qsort(out->at + from, out->n - from, sizeof *out->at, by_place);
	return good;
}

bool shards_put(struct db *db, const struct shard_row *row, struct err *err)
{
	char key[64];
	sqlite3_stmt *st = db_prepare(db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)", err);

	if (!st)
		return false;
	snprintf(key, sizeof key, "shard %016llx %u/%u", (unsigned long long)row->listing, row->number, row->of);
	db_bind_text(st, 1, str_of(key));
	db_bind_text(st, 2, row->done ? STR("done") : STR("begun"));
	bool good = db_run(db, st, err);

	sqlite3_finalize(st);
	return good;
}

/* Which of rows[0..n), all of one split, are not there: "2, 5 and 3 more"; empty when all are. */
static struct str missing_of(const struct shard_row *rows, size_t n, struct arena *a)
{
	struct str words = STR_NONE;
	unsigned missing = 0, number = 1;

	for (size_t i = 0; i <= n; i++, number++) {
		for (; number < (i < n ? rows[i].number : rows[0].of + 1); number++)
			if (++missing <= NUMBERS_SHOWN)
				words = arena_printf(a, "%.*s%s%u", STR_ARG(words), words.len ? ", " : "", number);
	}
	if (missing > NUMBERS_SHOWN)
		words = arena_printf(a, "%.*s and %u more", STR_ARG(words), missing - NUMBERS_SHOWN);
	return words;
}

void shards_missing(struct shard_list *list, struct str store, struct arena *a, struct str **out, size_t *n)
{
	struct { struct str *at; size_t n, cap; } found = { 0 };
	size_t kept = 0;

	if (list->n > 1)
		qsort(list->at, list->n, sizeof *list->at, by_place);
	for (size_t i = 0; i < list->n; i++)
		if (kept == 0 || by_place(&list->at[kept - 1], &list->at[i]) != 0)
			list->at[kept++] = list->at[i];
	list->n = kept;
	for (size_t i = 0, to; i < list->n; i = to) {
		const struct shard_row *first = &list->at[i];

		for (to = i; to < list->n && list->at[to].listing == first->listing && list->at[to].of == first->of;)
			to++;
		struct str words = missing_of(first, to - i, a);

		if (words.len > 0)
			*vec_push(a, &found) = arena_printf(a, "%.*s: of %u shards of an archive these are missing: %.*s",
							    STR_ARG(store), first->of, STR_ARG(words));
	}
	*out = found.at;
	*n = found.n;
}

bool store_writer_shard(struct store_writer *w, uint64_t listing, unsigned number, unsigned of, bool done,
			struct err *err)
{
	const struct shard_row row = { listing, number, of, done };

	writer_lock(w);
	bool good = writer_ready(w, err) && shards_put(&w->db, &row, err);

	return writer_unlock(w, good, err);
}
