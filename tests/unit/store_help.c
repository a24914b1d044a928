#include "tests/unit/store_help.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/timestamp.h"

const char *temp_store(const char *name)
{
	static char paths[8][256];
	static unsigned used;
	const char *dir = getenv("TMPDIR");
	char *path = paths[used++ % 8];
	snprintf(path, sizeof paths[0], "%s/inquest-test-%ld-%s.inquest", dir && *dir ? dir : "/tmp",
		 (long)getpid(), name);
	remove_store(path);
	return path;
}

void remove_store(const char *path)
{
	static const char *const rest[] = { "", "-journal", "-wal", "-shm" };
	char name[300];
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
		snprintf(name, sizeof name, "%s%s", path, rest[i]);
		unlink(name);
	}
}

struct event made_event(uint64_t n, int64_t time_ns)
{
	struct event e = EVENT_INIT;
	e.line = n + 1;
	e.offset = n * 100;
	e.lines = 1;
	e.raw = STR("a line of a log");
	e.has_time = time_ns != TIME_NONE;
	e.time_ns = time_ns;
	e.time.ns = time_ns;
	e.time.has_zone = true;
	e.kind = EV_LINE;
	e.severity = SEV_INFO;
	return e;
}

void set_template(struct event *e, const char *text)
{
	e->template_text = str_of(text);
	e->template_id = hash64(e->template_text);
}

void set_route(struct event *e, const char *route)
{
	e->route = str_of(route);
	e->route_id = hash64(e->route);
}

void set_fingerprint(struct event *e, const char *text)
{
	e->fingerprint = str_of(text);
	e->fingerprint_id = hash64(e->fingerprint);
}

static uint64_t mixed(unsigned seed, size_t k, unsigned salt)
{
	return hash64_mix(hash64_mix(seed + 1, k + 1), salt + 1);
}

struct extent_info made_info(unsigned seed)
{
	static const char *const paths[] = { "nginx/access.log", "nginx/access.log.1", "app/web.log",
					    "db/postgresql.log"};
	static const char *const logical[] = { "nginx/access.log", "nginx/access.log", "app/web.log",
					      "db/postgresql.log"};
	static const char *const services[] = { "nginx", "nginx", "web", "postgresql" };
	static const uint8_t roles[] = { ROLE_ACCESS, ROLE_ACCESS, ROLE_APP, ROLE_DATABASE };
	unsigned i = seed % 4;
	return (struct extent_info){ .path = str_of(paths[i]),
				    .logical = str_of(logical[i]),
				    .service = str_of(services[i]),
				    .host = i == 2 ? STR("web-1") : STR_NONE,
				    .format = STR("made"),
				    .role = roles[i],
				    .zone_known = true,
				    .content_id = 1000 + seed };
}

struct event made_file_event(unsigned seed, size_t k)
{
	static const char *const routes[] = { "GET /", "GET /products/:id", "POST /login", "POST /checkout" };
	static const char *const templates[] = { "connected to <*>", "request failed: <*>",
						"cache miss for <*>", "took <*> ms"};
	static const char *const queries[] = { "select * from orders where id = ?", "update cart set n = ?" };
	static const char *const clients[] = { "203.0.113.7", "203.0.113.8", "198.51.100.2", "2001:db8:1::5",
					      "10.0.0.1"};
	static const char *const agents[] = { "curl/7.88.1",
					     "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/121.0", "-"};
	struct event e = made_event(k, T0 + (int64_t)k * 700 * NS_PER_MS -
					       (int64_t)(mixed(seed, k, 0) % 3000) * NS_PER_MS);
	uint64_t r = mixed(seed, k, 1);
	e.client = str_of(clients[r % 5]);
	e.service = r % 11 == 0 ? STR("auth") : STR_NONE;
	e.status = -1;
	switch (seed % 4) {
	case 0:
	case 1:
		e.kind = EV_HTTP;
		set_route(&e, routes[r >> 8 & 3]);
		e.method = STR("GET");
		e.path = r % 7 == 0 ? STR("/x?utm_campaign=spring&y=1") : STR("/x");
		e.agent = str_of(agents[(r >> 12) % 3]);
		e.referrer = r % 3 ? STR("-") : STR("https://www.example.org/a");
		e.status = (r >> 16) % 20 == 0 ? 503 : (r >> 16) % 9 == 0 ? 404 : 200;
		e.bytes = (int64_t)(r >> 20 & 0xfff);
		e.duration_ms = (double)(r >> 24 & 0x3ff) / 8;
		break;
	case 2:
		set_template(&e, templates[r >> 8 & 3]);
		e.severity = r % 13 == 0 ? SEV_ERROR : SEV_INFO;
		e.version = r % 2 ? STR("4.7.3") : STR("4.7.2");
		e.user = STR("u1");
		e.request_id = STR("req-1");
		break;
	default:
		e.kind = r % 10 == 0 ? EV_LOCK_WAIT : r % 10 == 1 ? EV_CONN_OPEN : EV_QUERY;
		e.message = STR("process 7 still waiting for AccessExclusiveLock on relation 5");
		set_template(&e, templates[r >> 8 & 1]);
		set_fingerprint(&e, queries[r >> 9 & 1]);
		e.duration_ms = (double)(r >> 24 & 0xff);
		e.user = STR("app");
		break;
	}
	return e;
}

struct extent_totals made_totals(size_t n, int64_t first_ns, int64_t last_ns)
{
	static const struct str notes[] = { { "truncated after line 812", 24 } };
	static const struct str samples[] = { { "17: what is this", 16 } };
	return (struct extent_totals){ .lines = n + 1,
				      .events = n,
				      .rejected = 1,
				      .bytes = n * 100,
				      .end_offset = n * 100,
				      .first_ns = first_ns,
				      .last_ns = last_ns,
				      .truncated = true,
				      .notes = notes,
				      .n_notes = 1,
				      .samples = samples,
				      .n_samples = 1 };
}

void write_made_file(struct store_writer *w, unsigned seed, size_t n)
{
	struct err err = ERR_INIT;
	struct extent_writer *x;
	struct extent_info info = made_info(seed);
	int64_t first = INT64_MAX, last = INT64_MIN;
	cr_assert(extent_begin(w, &info, &x, &err), "%s", err.text);
	for (size_t k = 0; k < n; k++) {
		struct event e = made_file_event(seed, k);
		first = e.time_ns < first ? e.time_ns : first;
		last = e.time_ns > last ? e.time_ns : last;
		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	struct extent_totals t = made_totals(n, first, last);
	cr_assert(extent_finish(x, &t, &err), "%s", err.text);
}

static void dump_sql(sqlite3 *db, const char *sql, struct buf *out)
{
	sqlite3_stmt *st;
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK, "%s: %s", sql,
		     sqlite3_errmsg(db));
	buf_addf(out, "-- %s\n", sql);
	while (sqlite3_step(st) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(st); i++)
			buf_addf(out, "%s%s", i ? "|" : "", (const char *)sqlite3_column_text(st, i));
		buf_addc(out, '\n');
	}
	sqlite3_finalize(st);
}

static bool dump_row(void *self, const struct scan_row *r)
{
	buf_addf(self,
		 "%" PRIu32 ":%" PRIu64 " %" PRId64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
		 " %" PRIx64 " %x %x %x %u %u %d %u %u %u %" PRIu64 "\n",
		 r->source, r->line, r->time_ns, r->service, r->host, r->template_id, r->route_id,
		 r->fingerprint_id, r->client, r->user, r->trace, r->duration_us, r->bytes, r->status,
		 r->severity, r->kind, r->role, r->offset);
	return true;
}

static void dump_series(struct store *s, struct arena *a, struct buf *out)
{
	struct series *series;
	size_t n;
	struct err err = ERR_INIT;
	cr_assert(store_load_series(s, a, &series, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++) {
		const struct series *x = &series[i];
		buf_addf(out, "%d %.*s %.*s %d '%.*s' role %d\n", (int)x->kind, STR_ARG(x->service),
			 STR_ARG(x->host), x->code, STR_ARG(x->key_text), x->role);
		for (size_t k = 0; k < x->n_cells; k++) {
			const struct cell c = series_cell(x, k);
			struct cell_times t = cell_times(x, k);
			buf_addf(out, " %d: %u %u %u %.3f %.3f %.3f", c.bucket, c.count, c.failed, t.timed,
				 (double)t.sum_ms, (double)t.max_ms, x->distinct ? (double)x->distinct[k] : 0);
			size_t n_hist;
			const struct hist_entry *hist = cell_hist(x, k, &n_hist);
			for (size_t h = 0; h < n_hist; h++)
				buf_addf(out, " %u=%u", (unsigned)hist[h].bucket, (unsigned)hist[h].count);
			buf_addc(out, '\n');
		}
	}
}

static void dump_lines(struct store *s, struct arena *a, struct buf *out)
{
	struct kept_line *kept;
	struct store_change *changes;
	struct quality_source *quality;
	size_t n;
	struct err err = ERR_INIT;
	cr_assert(store_load_kept(s, a, &kept, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "kept %" PRId64 " %.*s:%" PRIu64 " %.*s %d %d %d '%.*s'\n", kept[i].time_ns,
			 STR_ARG(kept[i].ref.source), kept[i].ref.line, STR_ARG(kept[i].service),
			 (int)kept[i].severity, (int)kept[i].kind, kept[i].status, STR_ARG(kept[i].ref.text));
	cr_assert(store_load_changes(s, a, &changes, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "change %" PRId64 " %s %.*s\n", changes[i].time_ns,
			 change_kind_name(changes[i].kind), STR_ARG(changes[i].text));
	cr_assert(store_load_quality(s, a, &quality, &n, &err), "%s", err.text);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%.*s %.*s %" PRId64 "..%" PRId64 " %zu notes\n", STR_ARG(quality[i].path),
			 STR_ARG(quality[i].zone), quality[i].first_ns, quality[i].last_ns,
			 quality[i].n_notes);
}

void dump_store(const char *path, struct buf *out)
{
	static const char *const tables[] = {
		"SELECT * FROM meta ORDER BY key",
		"SELECT id, text FROM name ORDER BY id",
		"SELECT * FROM source ORDER BY logical",
		"SELECT path, source, content, format, service, host, role, zone_known, state, lines, "
		"events, continuation,"
		" rejected, bytes, end_offset, first_ns, last_ns, truncated, damaged FROM extent ORDER BY "
		"path, content",
		"SELECT x.path, x.content, n.sample, n.seq, n.text FROM note n JOIN extent x ON x.id = "
		"n.extent"
		" ORDER BY x.path, x.content, n.sample, n.seq",
		"SELECT x.path, x.content, z.offset_s, z.events FROM zone_offset z JOIN extent x ON x.id = "
		"z.extent"
		" ORDER BY x.path, x.content, z.offset_s",
		"SELECT * FROM template ORDER BY id",
		"SELECT * FROM series ORDER BY id",
		"SELECT x.path, x.content, b.id & 0xffffff, b.events, b.first_ns, b.last_ns FROM block b"
		" JOIN extent x ON x.id = b.id >> 24 ORDER BY x.path, x.content, b.id",
		"SELECT x.path, x.content, g.id & 0xffffff, g.kind FROM agg g"
		" JOIN extent x ON x.id = g.id >> 24 ORDER BY x.path, x.content, g.id",
		"SELECT count(*) FROM block WHERE id >> 24 NOT IN (SELECT id FROM extent)",
	};
	sqlite3 *db;
	struct store *s;
	struct arena a;
	struct err err = ERR_INIT;
	arena_init(&a);
	cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		dump_sql(db, tables[i], out);
	dump_sql(db, "PRAGMA integrity_check", out);
	sqlite3_close(db);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	dump_series(s, &a, out);
	dump_lines(s, &a, out);
	cr_assert(store_scan(s, TIME_NONE, INT64_MAX, SCAN_ALL, dump_row, out, &err), "%s", err.text);
	store_close(s);
	arena_release(&a);
}
