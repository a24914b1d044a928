#include "store/merge.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "store/block.h"
#include "store/cells.h"
#include "store/checkpoint.h"
#include "store/db_rows.h"
#include "store/kept.h"
#include "store/merge_plan.h"
#include "store/schema.h"
#include "store/writer_impl.h"

/* ---- which files ------------------------------------------------------------------------------ */

static uint64_t file_id(struct str path)
{
	struct stat st;

	return stat(path.ptr, &st) == 0 ? hash64_mix((uint64_t)st.st_dev, (uint64_t)st.st_ino) : 0;
}

static bool check_distinct(struct str target, const struct str *parts, size_t n, struct err *err)
{
	struct map seen;
	bool good = true;
	uint64_t id = file_id(target);

	map_init(&seen);
	if (id)
		*map_put(&seen, id, NULL) = 1;
	for (size_t i = 0; good && i < n; i++) {
		bool is_new = true;
		uint64_t *at = (id = file_id(parts[i])) ? map_put(&seen, id, &is_new) : NULL;

		if (is_new && at)
			*at = 2;
		else if (!is_new && *at == 1)
			good = err_set_status(err, EXIT_USAGE, "%s is the store to join into; a store cannot be part of itself",
					      parts[i].ptr);
		else if (!is_new)
			good = err_set_status(err, EXIT_USAGE, "%s is given twice", parts[i].ptr);
	}
	map_release(&seen);
	return good;
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* How a table's rows are copied: `from` reads them from the part, `insert` writes them. */
struct copier {
	sqlite3_stmt *from, *insert;
	uint64_t seed; /* of the checksum that its blobs are sealed with; 0 none */
	bool facts;    /* the first column is extent << 24 | number, else, of tables with rows of extents, the extent */
};

enum { COPIERS_MAX = 16 };

/* A part while it is copied, and one copier for each table with rows of extents. */
struct copying {
	struct db part;
	struct db *to;
	struct copier tables[COPIERS_MAX];
	size_t n_tables;
};

static uint64_t seed_of(const char *table)
{
	static const struct { const char *table; uint64_t seed; } seeds[] = {
		{ "agg", CELLS_SEED }, { "block", BLOCK_SEED }, { "dict", DICT_SEED }, { "kept", KEPT_SEED }, { "checkpoint", CHECKPOINT_SEED },
		{ "db_event", DB_ROWS_SEED },
	};

	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
		if (str_eq(str_of(table), str_of(seeds[i].table)))
			return seeds[i].seed;
	return 0;
}

/* A statement that inserts whole rows: as many columns as the target's table has, and the part's must have. */
static sqlite3_stmt *prepare_insert(struct copying *c, const char *verb, const char *table, sqlite3_stmt *from,
				    struct err *err)
{
	char sql[512];
	int n = sqlite3_column_count(from), at;

	snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
	sqlite3_stmt *probe = db_prepare(c->to, sql, err);

	if (!probe)
		return NULL;
	bool same = sqlite3_column_count(probe) == n;

	sqlite3_finalize(probe);
	if (!same) {
		db_damaged(&c->part, "a table has other columns than it must have", err);
		return NULL;
	}
	at = snprintf(sql, sizeof sql, "%s INTO %s VALUES(?", verb, table);
	for (int i = 1; i < n && at < (int)sizeof sql - 4; i++)
		at += snprintf(sql + at, sizeof sql - (size_t)at, ",?");
	snprintf(sql + at, sizeof sql - (size_t)at, ")");
	return db_prepare(c->to, sql, err);
}

static bool copier_open(struct copying *c, struct copier *out, const char *select, const char *verb, const char *table,
			struct err *err)
{
	*out = (struct copier){ .seed = seed_of(table) };
	out->from = db_prepare(&c->part, select, err);
	out->insert = out->from ? prepare_insert(c, verb, table, out->from, err) : NULL;
	return out->insert != NULL;
}

static void copier_close(struct copier *k)
{
	sqlite3_finalize(k->from);
	sqlite3_finalize(k->insert);
}

/* Blobs are copied as they are, so they must be sound. */
static bool bind_column(struct copying *c, const struct copier *k, int i, struct err *err)
{
	if (k->seed && sqlite3_column_type(k->from, i) == SQLITE_BLOB && !blob_is_sound(db_blob(k->from, i), k->seed))
		return db_damaged(&c->part, "a blob does not match its checksum", err);
	sqlite3_bind_value(k->insert, i + 1, sqlite3_column_value(k->from, i));
	return true;
}

/* Copies all rows that `from` gives; `extent` is the new number of the one they belong to, 0 when they are nobody's. */
static bool copy_rows(struct copying *c, const struct copier *k, int64_t extent, struct err *err)
{
	bool row, good;

	while ((good = db_step(&c->part, k->from, &row, err)) && row) {
		for (int i = extent ? 1 : 0; good && i < sqlite3_column_count(k->from); i++)
			good = bind_column(c, k, i, err);
		if (extent && k->facts)
			sqlite3_bind_int64(k->insert, 1, extent << EXTENT_SHIFT |
					   (sqlite3_column_int64(k->from, 0) & (EXTENT_PARTS_MAX - 1)));
		else if (extent)
			sqlite3_bind_int64(k->insert, 1, extent);
		if (!good || !(good = db_run(c->to, k->insert, err)))
			break;
	}
	sqlite3_reset(k->from);
	sqlite3_clear_bindings(k->insert); /* values of the other connection */
	return good;
}

/* ---- an extent -------------------------------------------------------------------------------- */

static bool open_tables(struct copying *c, struct err *err)
{
	char select[128];
	bool good = copier_open(c, &c->tables[0], "SELECT * FROM extent WHERE id = ?1 AND content = ?2 AND state = 1",
				"INSERT", "extent", err);

	c->n_tables = 1;
	for (int facts = 1; facts >= 0; facts--) {
		for (const char *const *table = facts ? schema_fact_tables : schema_extent_tables; good && *table; table++) {
			if (c->n_tables == COPIERS_MAX)
				BUG("there are more tables than expected");
			snprintf(select, sizeof select, facts ? "SELECT * FROM %s WHERE id BETWEEN ?1 AND ?2 ORDER BY id"
							      : "SELECT * FROM %s WHERE extent = ?1", *table);
			struct copier *k = &c->tables[c->n_tables++];

			good = copier_open(c, k, select, "INSERT", *table, err);
			k->facts = facts;
		}
	}
	return good;
}

/* The row of the extent itself gets the next number. */
static bool copy_extent_row(struct copying *c, const struct merge_extent *x, int64_t *id, struct err *err)
{
	const struct copier *k = &c->tables[0];
	bool row;

	sqlite3_bind_int64(k->from, 1, x->id);
	db_bind_u64(k->from, 2, x->content);
	bool good = db_step(&c->part, k->from, &row, err);

	if (good && !row)
		good = err_set(err, "%s: it changed while it was read", c->part.path.ptr);
	for (int i = 1; good && i < sqlite3_column_count(k->from); i++)
		sqlite3_bind_value(k->insert, i + 1, sqlite3_column_value(k->from, i));
	sqlite3_bind_null(k->insert, 1); /* the largest so far and one */
	good = good && db_run(c->to, k->insert, err);
	*id = sqlite3_last_insert_rowid(c->to->handle);
	sqlite3_reset(k->from);
	sqlite3_clear_bindings(k->insert);
	if (good && (*id <= 0 || *id >= EXTENTS_MAX))
		return err_set(err, "%s: this many files do not fit into one store", c->to->path.ptr);
	return good;
}

static bool copy_extent(struct copying *c, const struct merge_extent *x, struct err *err)
{
	int64_t id;
	bool good = copy_extent_row(c, x, &id, err);

	for (size_t i = 1; good && i < c->n_tables; i++) {
		struct copier *k = &c->tables[i];

		sqlite3_bind_int64(k->from, 1, k->facts ? x->id << EXTENT_SHIFT : x->id);
		if (k->facts)
			sqlite3_bind_int64(k->from, 2, ((x->id + 1) << EXTENT_SHIFT) - 1);
		good = copy_rows(c, k, id, err);
	}
	return good;
}

/*
 * What extents refer to by its hash. Of an extent that is not taken over something may stay behind that nothing
 * refers to: its text is in the store, so that is little, and readers never meet it.
 */
static bool copy_named(struct copying *c, struct store_writer *w, struct err *err)
{
	static const char *const whole[] = { "name", "series" };
	static const struct { const char *select; enum writer_statement insert; } joined[] = {
		{ "SELECT id, severity, format FROM template", SQL_TEMPLATE },
		{ "SELECT id, logical FROM source", SQL_SOURCE },
	};
	bool good = true;

	for (size_t i = 0; good && i < sizeof whole / sizeof *whole; i++) {
		char select[64];
		struct copier k;

		snprintf(select, sizeof select, "SELECT * FROM %s", whole[i]);
		good = copier_open(c, &k, select, "INSERT OR IGNORE", whole[i], err) && copy_rows(c, &k, 0, err);
		copier_close(&k);
	}
	for (size_t i = 0; good && i < sizeof joined / sizeof *joined; i++) {
		struct copier k = { .from = db_prepare(&c->part, joined[i].select, err),
				    .insert = w->statements[joined[i].insert] };

		good = k.from && copy_rows(c, &k, 0, err);
		sqlite3_finalize(k.from);
	}
	return good;
}

/* ---- parts ------------------------------------------------------------------------------------ */

static bool load_part(struct str path, size_t part, struct arena *a, struct merge_plan *p, struct err *err)
{
	struct db db;

	if (!db_open_read(&db, path, err))
		return false;
	bool good = merge_load(&db, part, a, p, err);

	db_close(&db);
	return good;
}

static size_t count_taken(const struct merge_plan *p, size_t part)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->at[i].taken && p->at[i].store == part;
	return n;
}

/* Opened again: as many parts as there are may not be held open. The read transaction keeps it as it is. */
static bool copy_part(struct store_writer *w, struct str path, size_t part, const struct merge_plan *p,
		      struct merge_outcome *out, struct err *err)
{
	struct copying c = { .to = &w->db };
	size_t n = count_taken(p, part);

	if (n == 0)
		return true;
	if (!db_open_read(&c.part, path, err))
		return false;
	bool good = db_exec(&c.part, "BEGIN", err) && copy_named(&c, w, err) && open_tables(&c, err);

	for (size_t i = 0; good && i < p->n; i++) {
		const struct merge_extent *x = &p->at[i];

		if (x->store != part || !x->taken)
			continue;
		good = copy_extent(&c, x, err);
		out->lines += x->lines;
		out->events += x->events;
	}
	out->extents += n;
	out->parts++;
	for (size_t i = 0; i < c.n_tables; i++)
		copier_close(&c.tables[i]);
	db_close(&c.part);
	return good;
}

/* Of the target, what another store knows better. */
static bool drop_replaced(struct store_writer *w, const struct merge_plan *p, struct merge_outcome *out, struct err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->at[i].taken)
			continue;
		if (p->at[i].store > 0) {
			out->extents_known++;
			continue;
		}
		out->extents_replaced++;
		if (!writer_delete_extent(w, p->at[i].id, err))
			return false;
	}
	return true;
}

/* Is there anything in the parts that the target lacks? */
static bool brings_anything(const struct merge_plan *p, const struct shard_list *had)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].taken && p->at[i].store > 0)
			return true;
	for (size_t i = 0; i < p->new_shards.n; i++) {
		bool known = false;

		for (size_t k = 0; k < had->n; k++)
			known = known || (had->at[k].listing == p->new_shards.at[i].listing &&
					  had->at[k].of == p->new_shards.at[i].of &&
					  had->at[k].number == p->new_shards.at[i].number);
		if (!known)
			return true;
	}
	return false;
}

/* The writer is locked, a transaction is open. */
static bool join(struct store_writer *w, const struct str *parts, size_t n, const struct merge_plan *p,
		 struct merge_outcome *out, struct err *err)
{
	if (!drop_replaced(w, p, out, err))
		return false;
	for (size_t k = 1; k <= n; k++)
		if (!copy_part(w, parts[k - 1], k, p, out, err))
			return false;
	for (size_t i = 0; i < p->new_shards.n; i++)
		if (!shards_put(&w->db, &p->new_shards.at[i], err))
			return false;
	return true;
}

static bool merge_into(struct store_writer *w, const struct str *parts, size_t n, struct arena *a, struct merge_plan *p,
		       struct merge_outcome *out, struct err *err)
{
	struct shard_list had = { 0 };

	writer_lock(w);
	bool good = writer_ready(w, err) && merge_load(&w->db, 0, a, p, err) && shards_load(&w->db, a, &had, err) &&
		    merge_decide(p, err);
	bool any = good && brings_anything(p, &had);

	good = good && (any || drop_replaced(w, p, out, err)); /* counts what is known; there is nothing to drop */
	good = good && (!any || join(w, parts, n, p, out, err));
	good = writer_unlock(w, good, err);
	return good && (!any || store_writer_settle(w, err)); /* commits */
}

bool store_merge(struct str path, const struct str *parts, size_t n, struct arena *a, struct merge_outcome *out,
		 struct err *err)
{
	struct store_writer *w;
	struct merge_plan plan = { 0 };
	struct stat st;
	bool fresh = stat(path.ptr, &st) != 0;

	*out = (struct merge_outcome){ 0 };
	if (!check_distinct(path, parts, n, err))
		return false;
	for (size_t k = 1; k <= n; k++)
		if (!load_part(parts[k - 1], k, a, &plan, err))
			return false;
	if (!store_writer_open(path.ptr, &w, err))
		return false;
	bool good = merge_into(w, parts, n, a, &plan, out, err);

	good = store_writer_close(w, err) && good;
	if (!good && fresh)
		unlink(path.ptr);
	if (!good)
		return false;
	struct str *missing;
	size_t n_missing;

	shards_missing(&plan.shards, path, a, &missing, &n_missing);
	for (size_t i = 0; i < n_missing; i++)
		*vec_push(a, &plan.remarks) = missing[i];
	out->incomplete = n_missing > 0;
	out->remarks = plan.remarks.at;
	out->n_remarks = plan.remarks.n;
	return true;
}
