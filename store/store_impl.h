/* store_impl: what the readers share: the connection, the names, and the list of finished extents. */
#ifndef STORE_STORE_IMPL_H
#define STORE_STORE_IMPL_H

#include "store/column.h"
#include "store/db.h"
#include "store/reader.h"

struct store {
	struct arena arena;        /* of this struct and of the names */
	struct db db;
	struct column_coder coder;
	int64_t from_ns, to_ns;    /* store_limit(): reads leave out what lies outside; TIME_NONE no limit */
	bool names_loaded;
	struct map names;          /* id → index into texts */
	VEC(struct str) texts;
};

/* A finished extent, as its readers need it. */
struct extent_row {
	int64_t id;
	uint64_t source;
	struct str logical, path, format, service, host;
	uint8_t role;
	bool zone_known;
	int64_t shift_ns;          /* to be added to its times: 0 when it knows its zone */
	struct str zone;           /* how it got its zone, in words */
	uint64_t lines, events, continuation, rejected;
	int64_t first_ns, last_ns; /* shifted; TIME_NONE */
};

struct extent_list {
	struct extent_row *at; /* ordered by logical, path, end, content: the order of store_load_quality */
	size_t n;
	struct map by_id;      /* extent → index + 1; release with extents_release */
};

/* Reads them from any connection; strings in the arena. Release also after a failure. */
NODISCARD bool extents_load(struct db *db, struct arena *a, struct extent_list *out, struct err *err);
void extents_release(struct extent_list *l);
/* Leaves those that reach into [from_ns, to_ns); TIME_NONE for no limit. */
void extents_limit(struct extent_list *l, int64_t from_ns, int64_t to_ns);
/* The same for a reader: without those that lie outside of its limits. */
NODISCARD bool store_extents(struct store *s, struct arena *a, struct extent_list *out, struct err *err);
/* Is an instant within a reader's limits? */
bool store_has(const struct store *s, int64_t ns);
/* The finished extent that a row of facts with this id belongs to, or NULL. */
const struct extent_row *extent_of_fact(const struct extent_list *l, int64_t fact_id);
/* A stored time as an instant. */
int64_t shifted(int64_t time_ns, int64_t shift_ns);

/* Loads all names, once. */
NODISCARD bool names_ready(struct store *s, struct err *err);
/* The text of a name in an arena of the caller's. */
struct str name_copy(struct store *s, uint64_t id, struct arena *a);
/* A text column, copied. */
struct str column_copy(sqlite3_stmt *st, int column, struct arena *a);

#endif
