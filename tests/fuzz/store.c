/*
 * A damaged or hostile store: whatever its bytes are, every reader refuses it or reads it, and so do the analysis
 * and a query. The first byte chooses what the rest is:
 *   'b', 'd', 'k', 'c', 'C', 'e'
 *                  the inside of a blob (block, dictionary, kept lines, cells of either layout, database events), sealed with
 *                  a checksum that fits
 *   'f'            bytes to be changed in the file: 3 of a place, 1 new byte, again and again
 *   's'            a value to be put into a row: 2 bytes of where and what kind, then the value
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyze/analyze.h"
#include "core/hash.h"
#include "store/block.h"
#include "store/cells.h"
#include "store/db_rows.h"
#include "store/kept.h"
#include "store/query.h"
#include "store/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS = 60, STORE_MAX_BYTES = 1 << 20 };

static char path[128];
static struct str sound; /* the bytes of a store that is whole */

static void must(bool good, const struct err *err)
{
	if (!good) {
		fprintf(stderr, "store: %s\n", err->text);
		abort();
	}
}

static struct event made_event(unsigned file, unsigned i)
{
	struct event e = EVENT_INIT;

	e.line = i + 1;
	e.lines = 1;
	e.offset = i * 100;
	e.raw = STR("a line");
	e.has_time = true;
	e.time_ns = INT64_C(1769720400) * NS_PER_S + (int64_t)i * 7 * NS_PER_S;
	e.client = i % 2 ? STR("203.0.113.7") : STR("2001:db8::1");
	e.duration_ms = i * 3;
	if (file == 0) {
		e.kind = EV_HTTP;
		e.status = i > 40 ? 502 : 200;
		e.method = STR("GET");
		e.path = STR("/cart?utm_source=x");
		e.route = STR("GET /cart");
		e.route_id = hash64(e.route);
		e.agent = STR("curl/8");
	} else {
		e.severity = i > 40 ? SEV_ERROR : SEV_INFO;
		e.message = e.template_text = i % 3 ? STR("timed out after <*>") : STR("ok");
		e.template_id = hash64(e.template_text);
		e.fingerprint = STR("select ?");
		e.fingerprint_id = hash64(e.fingerprint);
		e.kind = i % 5 ? EV_LINE : EV_QUERY;
	}
	return e;
}

static void write_file(struct store_writer *w, unsigned file)
{
	const struct extent_info info = { .path = file ? STR("app.log") : STR("access.log"),
					  .logical = file ? STR("app.log") : STR("access.log"),
					  .service = STR("web"),
					  .format = STR("made"),
					  .role = file ? ROLE_APP : ROLE_ACCESS,
					  .zone_known = file == 0,
					  .content_id = file + 1 };
	const struct change deployed = { .kind = CHANGE_DEPLOYMENT, .service = STR("web"), .version = STR("2"),
					 .text = STR("web 2"), .end_ns = TIME_NONE };
	const struct str note = STR("a note");
	const struct extent_totals totals = { .lines = EVENTS, .events = EVENTS, .notes = &note, .n_notes = 1,
					      .first_ns = made_event(file, 0).time_ns,
					      .last_ns = made_event(file, EVENTS - 1).time_ns };
	struct extent_writer *x;
	struct err err = ERR_INIT;

	must(extent_begin(w, &info, &x, &err), &err);
	for (unsigned i = 0; i < EVENTS; i++) {
		struct event e = made_event(file, i);

		if (file && i == 38) {
			e.kind = EV_CHANGE;
			e.change = &deployed;
		}
		must(extent_add(x, &e, &err), &err);
	}
	must(extent_finish(x, &totals, &err), &err);
}

static void make_sound_store(void)
{
	static char bytes[STORE_MAX_BYTES];
	const char *shm = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct store_writer *w;
	struct err err = ERR_INIT;

	snprintf(path, sizeof path, "%s/inquest-fuzz-%ld.inquest", shm, (long)getpid());
	unlink(path);
	must(store_writer_open(path, &w, &err), &err);
	write_file(w, 0);
	write_file(w, 1);
	must(store_writer_settle(w, &err), &err);
	must(store_writer_close(w, &err), &err);
	FILE *f = fopen(path, "rb");
	if (!f)
		abort();
	sound = str_make(bytes, fread(bytes, 1, sizeof bytes, f));
	fclose(f);
	unlink(path);
}

static bool count_row(void *self, const struct scan_row *row)
{
	*(uint64_t *)self += row->line + 1;
	return true;
}

static void run_query(struct store *s, struct str sql)
{
	struct err err = ERR_INIT;
	struct query *q;
	bool any = true;

	if (!query_open(s, sql, &q, &err))
		return;
	while (query_next(q, &any, &err) && any)
		for (size_t i = 0; i < query_columns(q); i++)
			query_value(q, i);
	query_close(q);
}

/* All there is to read; none of it may do more than fail. */
static void read_store(void)
{
	struct err errs[8] = { ERR_INIT };
	const struct analyze_options options = { .since_ns = TIME_NONE, .until_ns = TIME_NONE };
	struct store *s;
	struct arena a;
	struct series *series;
	struct store_source *sources;
	struct quality_source *quality;
	struct store_template *templates;
	struct store_change *changes;
	struct kept_line *kept;
	struct casefile c = { 0 };
	uint64_t sum = 0;
	size_t n;

	if (!store_open(path, &s, &errs[0]))
		return;
	arena_init(&a);
	bool good = store_load_series(s, &a, &series, &n, &errs[1]);

	good = store_load_sources(s, &a, &sources, &n, &errs[2]) && good;
	good = store_load_quality(s, &a, &quality, &n, &errs[3]) && good;
	good = store_load_templates(s, &a, &templates, &n, &errs[4]) && good;
	good = store_load_changes(s, &a, &changes, &n, &errs[5]) && good;
	good = store_load_kept(s, &a, &kept, &n, &errs[6]) && good;
	good = store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, count_row, &sum, &errs[7]) && good;
	if (good) {
		struct err err = ERR_INIT;

		good = analyze_run(s, &options, &a, &c, &err);
	}
	run_query(s, STR("SELECT * FROM events"));
	run_query(s, STR("SELECT * FROM database_events"));
	run_query(s, STR("SELECT count(*), max(time) FROM events, sources, changes, templates"));
	arena_release(&a);
	store_close(s);
}

static void put_file(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) != 0)
		abort();
}

static void change_bytes(struct str patches)
{
	static char bytes[STORE_MAX_BYTES];

	memcpy(bytes, sound.ptr, sound.len);
	for (; patches.len >= 4; patches = str_from(patches, 4)) {
		const unsigned char *p = (const unsigned char *)patches.ptr;

		bytes[((size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2]) % sound.len] = (char)p[3];
	}
	put_file(bytes, sound.len);
	read_store();
}

/* Seals `inside` as a blob of a layout. */
static struct str sealed(struct buf *b, struct str inside, uint64_t seed, unsigned char layout)
{
	size_t start = blob_begin(b, layout);

	buf_add(b, inside);
	blob_seal(b, start, seed);
	return str_from(buf_str(b), start);
}


static void change_value(struct str s)
{
	static const char *const places[] = {
		"extent SET path", "extent SET format", "extent SET role", "extent SET zone_known", "extent SET source",
		"extent SET events", "extent SET first_ns", "extent SET last_ns", "extent SET id", "extent SET state",
		"source SET logical", "source SET shift_ns", "source SET zone", "source SET id", "name SET text",
		"name SET id", "template SET severity", "template SET format", "template SET grp", "template SET grp_text",
		"template SET id", "series SET kind", "series SET service", "series SET host", "series SET key",
		"series SET code", "series SET role", "series SET id", "agg SET kind", "agg SET cells", "agg SET id",
		"block SET events", "block SET first_ns", "block SET last_ns", "block SET data", "block SET id", "dict SET data", "dict SET id",
		"kept SET lines", "kept SET data", "kept SET id", "change SET time_ns", "change SET end_ns",
		"change SET kind", "change SET service", "change SET version", "change SET text", "change SET line",
		"change SET host", "change SET id", "note SET text", "note SET seq", "zone_offset SET offset_s",
		"zone_offset SET events", "meta SET value",
	};
	unsigned place = (unsigned char)s.ptr[0] % (sizeof places / sizeof places[0]), kind = (unsigned char)s.ptr[1];
	struct str value = str_from(s, 2);
	struct buf blob;
	char sql[128];
	sqlite3 *db;
	sqlite3_stmt *st;

	put_file(sound.ptr, sound.len);
	buf_init(&blob, 1 << 20);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	/* Every row, or one of the first ones. */
	snprintf(sql, sizeof sql, "UPDATE OR IGNORE %s = ?1 WHERE %s", places[place],
		 kind & 0x80 || place >= 50 ? "1" : "rowid % 3 = 1");
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
	switch (kind % 8) {
	case 0:
		sqlite3_bind_null(st, 1);
		break;
	case 1: {
		uint64_t v = 0;

		for (size_t i = 0; i < value.len && i < 8; i++)
			v = v << 8 | (unsigned char)value.ptr[i];
		sqlite3_bind_int64(st, 1, (sqlite3_int64)v);
		break;
	}
	case 2:
		sqlite3_bind_text64(st, 1, value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case 3:
		sqlite3_bind_blob64(st, 1, value.ptr, value.len, SQLITE_STATIC);
		break;
	default:
		value = kind % 8 == 4 ? sealed(&blob, value, BLOCK_SEED, 2) :
			kind % 8 == 5 ? sealed(&blob, value, CELLS_SEED, 2) :
			kind % 8 == 6 ? sealed(&blob, value, KEPT_SEED, 1) : sealed(&blob, value, DICT_SEED, 2);
		sqlite3_bind_blob64(st, 1, value.ptr, value.len, SQLITE_STATIC);
		break;
	}
	sqlite3_step(st);
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_release(&blob);
	read_store();
}

static void decode_blob(char what, struct str inside)
{
	struct column_coder coder;
	struct block block;
	struct dict dict;
	struct cells_part part;
	struct kept_record record;
	struct str rows;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, 2 << 20);
	column_coder_init(&coder);
	if (what == 'b') {
		uint32_t values[] = { 7, 8 };
		uint16_t numbers[2];
		struct shape shape = { .status = -1, .has = SHAPE_DURATION };

		block_init(&block, &a);
		dict_init(&dict);
		dict_add_shape(&dict, &shape);
		shape.has = SHAPE_BYTES;
		dict_add_shape(&dict, &shape);
		dict_numbers(&dict, DICT_CLIENTS, values, 2, 2, numbers);
		if (block_decode(&block, &dict, &coder, sealed(&b, inside, BLOCK_SEED, 2)))
			for (size_t i = 0; i < block.n; i++)
				if (block.shape[i] >= dict.shapes.n)
					BUG("a shape that nobody brought");
		dict_release(&dict);
	} else if (what == 'd') {
		dict_init(&dict);
		dict_read_news(&dict, &coder, sealed(&b, inside, DICT_SEED, 2));
		dict_release(&dict);
	} else if (what == 'c' || what == 'C') {
		struct str bytes = sealed(&b, inside, CELLS_SEED, what == 'c' ? 1 : 2);

		for (int kind = 0; kind < SERIES_KIND_COUNT; kind++)
			if (cells_decode(bytes, (enum series_kind)kind, &coder, &a, &part) &&
			    (part.n_cells > PART_CELLS_MAX || part.n_hist > PART_HIST_MAX))
				BUG("more cells than a part may have");
	} else if (what == 'e') {
		struct db_rows events;
		struct db_event event;

		if (db_rows_open(&events, sealed(&b, inside, DB_ROWS_SEED, 1), &coder, &a))
			while (db_rows_next(&events, &event))
				hash64(event.text);
	} else if (kept_open(sealed(&b, inside, KEPT_SEED, 1), &coder, &a, &rows)) {
		while (kept_next(&rows, &record))
			hash64(record.text);
	}
	column_coder_release(&coder);
	buf_release(&b);
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };

	if (size < 4 || size > 1 << 18)
		return 0;
	if (!sound.len)
		make_sound_store();
	if (data[0] == 'b' || data[0] == 'c' || data[0] == 'C' || data[0] == 'd' || data[0] == 'e' || data[0] == 'k')
		decode_blob((char)data[0], str_from(s, 1));
	else if (data[0] == 'f')
		change_bytes(str_from(s, 1));
	else if (data[0] == 's')
		change_value(str_from(s, 1));
	unlink(path);
	return 0;
}
