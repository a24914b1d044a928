/*
 * generate: the archive the benchmarks read. About MEGABYTES of text, packed by gzip -6 into DIR: four files
 * of access lines (half of the text), two of PostgreSQL's, two of an application's JSON lines, one slow query
 * log of MySQL. A day at a thousand megabytes, less time with less text, drawn from a fixed seed: the same bytes
 * everywhere.
 *
 *	generate DIR MEGABYTES
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum {
	DAY_S = 86400,
	DAY_MEGABYTES = 1000,
	DAY_BEGINS_S = 1769644800, /* 2026-01-29T00:00:00Z */
	ROUTES = 160,
	STATEMENTS = 120,
	MESSAGES = 60,
	CLIENTS = 40000,
};

struct random { uint64_t state; };

/* xorshift64* */
static uint64_t next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * UINT64_C(2685821657736338717);
}

static unsigned below(struct random *r, unsigned n)
{
	return (unsigned)((next(r) >> 33) % n);
}

/* Small numbers far more often than large ones, as with everything people use. */
static unsigned skewed(struct random *r, unsigned n)
{
	unsigned a = below(r, n), b = below(r, n), c = below(r, n);
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* One file: lines of the day from `from` to `to` (parts of it), until it has its share of bytes. */
struct file {
	gzFile out;
	struct random random;
	uint64_t bytes, wanted;
	double from_s, to_s;
};

static void put(struct file *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct file *f, const char *fmt, ...)
{
	char text[4096];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);

	va_end(args);
	if (n < 0 || n >= (int)sizeof text || gzwrite(f->out, text, (unsigned)n) != n) {
		fprintf(stderr, "generate: cannot write\n");
		exit(1);
	}
	f->bytes += (uint64_t)n;
}

/* Milliseconds since the day began. */
static uint64_t now_ms(const struct file *f)
{
	double done = (double)f->bytes / (double)f->wanted;

	return (uint64_t)((f->from_s + (f->to_s - f->from_s) * (done < 1 ? done : 1)) * 999.9);
}

static const char *const nouns[] = {
	"products", "orders", "users", "carts", "invoices", "reviews", "coupons", "stock", "payments", "shipments",
	"sessions", "addresses", "categories", "prices", "images", "vendors",
};
enum { NOUNS = sizeof nouns / sizeof nouns[0] };

static void route(struct random *r, unsigned which, char *out, size_t cap)
{
	const char *noun = nouns[which % NOUNS];
	unsigned id = below(r, 5000);

	switch (which / NOUNS) {
	case 0: snprintf(out, cap, "/api/v1/%s/%u", noun, id); break;
	case 1: snprintf(out, cap, "/api/v1/%s", noun); break;
	case 2: snprintf(out, cap, "/%s/%u", noun, id); break;
	case 3: snprintf(out, cap, "/%s?page=%u&sort=price", noun, 1 + below(r, 40)); break;
	case 4: snprintf(out, cap, "/search?q=%s+%u&page=%u", noun, id, 1 + below(r, 5)); break;
	case 5: snprintf(out, cap, "/static/js/%s.%08x.js", noun, which * 2654435761u); break;
	case 6: snprintf(out, cap, "/static/img/%s/%u.webp", noun, id); break;
	case 7: snprintf(out, cap, "/api/v2/%s/%u/history", noun, id); break;
	case 8: snprintf(out, cap, "/admin/%s/%u/edit", noun, id); break;
	default: snprintf(out, cap, "/%s/new", noun); break;
	}
}

static int status(struct random *r)
{
	unsigned n = below(r, 1000);

	return n < 900 ? 200 : n < 940 ? 304 : n < 970 ? 404 : n < 990 ? 301 : n < 997 ? 500 : 503;
}

static const char *const methods[] = { "GET", "GET", "GET", "GET", "GET", "GET", "POST", "PUT" };
static const char *const agents[] = {
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"python-requests/2.32.3",
	"curl/8.5.0",
};

static unsigned client_of(struct random *r)
{
	return skewed(r, CLIENTS) * 2654435761u;
}

static void access_line(struct file *f)
{
	struct random *r = &f->random;
	unsigned s = (unsigned)(now_ms(f) / 1000), client = client_of(r);
	char path[128];

	route(r, skewed(r, ROUTES), path, sizeof path);
	put(f,
	    "%u.%u.%u.%u - - [29/Jan/2026:%02u:%02u:%02u +0000] \"%s %s HTTP/1.1\" %d %u \"https://shop.example/%s/%u\" "
	    "\"%s\" %.3f\n",
	    11 + (client >> 24) % 180, client >> 16 & 255, client >> 8 & 255, client & 255, s / 3600, s / 60 % 60,
	    s % 60, methods[below(r, 8)], path, status(r), 200 + skewed(r, 60000), nouns[below(r, NOUNS)],
	    below(r, 5000), agents[client % 8], 0.001 * (1 + skewed(r, 900)));
}

static void statement(struct random *r, unsigned which, char *out, size_t cap)
{
	const char *a = nouns[which % NOUNS], *b = nouns[(which * 7 + 3) % NOUNS];
	unsigned id = below(r, 100000);

	switch (which / NOUNS) {
	case 0: snprintf(out, cap, "SELECT id, name, price FROM %s WHERE id = %u", a, id); break;
	case 1:
		snprintf(out, cap, "SELECT o.id, o.total FROM %s o JOIN %s i ON i.order_id = o.id WHERE o.user_id = %u"
				   " ORDER BY o.created_at DESC LIMIT 20", a, b, id);
		break;
	case 2: snprintf(out, cap, "UPDATE %s SET quantity = quantity - %u WHERE id = %u", a, 1 + id % 5, id); break;
	case 3:
		snprintf(out, cap, "INSERT INTO %s (user_id, sku, note) VALUES (%u, 'SKU-%05u', 'left at the door')", a,
			 id, id % 30000);
		break;
	case 4: snprintf(out, cap, "SELECT count(*) FROM %s WHERE status IN (%u, %u, %u)", a, id % 3, id % 5, id % 7); break;
	case 5: snprintf(out, cap, "DELETE FROM %s WHERE expires_at < '2026-01-%02u 00:00:00'", a, 1 + id % 28); break;
	case 6:
		snprintf(out, cap, "SELECT *\n\tFROM %s\n\tWHERE category = 'cat-%u'\n\t  AND price BETWEEN %u AND %u", a,
			 id % 90, id % 50, 50 + id % 400);
		break;
	default: snprintf(out, cap, "SELECT 1 FROM %s WHERE token = '%016" PRIx64 "'", a, next(r)); break;
	}
}

/* "2026-01-29 10:24:03.206 UTC [1835] shop@shop " */
static void postgres_head(struct file *f, uint64_t ms, unsigned pid)
{
	put(f, "2026-01-29 %02u:%02u:%02u.%03u UTC [%u] shop@shop ", (unsigned)(ms / 3600000),
	    (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000), pid);
}

static void postgres_line(struct file *f)
{
	struct random *r = &f->random;
	uint64_t ms = now_ms(f);
	unsigned pid = 1000 + below(r, 200), what = below(r, 1000);
	char sql[512];

	statement(r, skewed(r, STATEMENTS), sql, sizeof sql);
	postgres_head(f, ms, pid);
	if (what < 850) {
		put(f, "LOG:  duration: %.3f ms  %s: %s\n", 0.001 * (40 + skewed(r, 90000)),
		    what < 500 ? "execute <unnamed>" : "statement", sql);
	} else if (what < 900) {
		put(f, "LOG:  connection received: host=10.0.%u.%u port=%u\n", below(r, 4), below(r, 250),
		    30000 + below(r, 30000));
		postgres_head(f, ms, pid);
		put(f, "LOG:  connection authorized: user=shop database=shop application_name=api\n");
	} else if (what < 950) {
		put(f, "LOG:  disconnection: session time: 0:%02u:%02u.%03u user=shop database=shop host=10.0.%u.%u port=%u\n",
		    below(r, 60), below(r, 60), below(r, 1000), below(r, 4), below(r, 250), 30000 + below(r, 30000));
	} else if (what < 985) {
		put(f, "ERROR:  duplicate key value violates unique constraint \"%s_pkey\"\n", nouns[below(r, NOUNS)]);
		postgres_head(f, ms, pid);
		put(f, "DETAIL:  Key (id)=(%u) already exists.\n", below(r, 100000));
		postgres_head(f, ms, pid);
		put(f, "STATEMENT:  %s\n", sql);
	} else if (what < 995) {
		put(f, "LOG:  process %u still waiting for ShareLock on transaction %u after 1000.%03u ms\n", pid,
		    8000000 + below(r, 900000), below(r, 1000));
	} else {
		put(f, "LOG:  checkpoint complete: wrote %u buffers (%u.%u%%); 0 WAL file(s) added, 0 removed, %u recycled; "
		       "write=%u.%03u s, sync=0.%03u s, total=%u.%03u s; sync files=%u, longest=0.%03u s, average=0.001 s; "
		       "distance=%u kB, estimate=%u kB\n",
		    below(r, 16384), below(r, 99), below(r, 10), below(r, 30), below(r, 270), below(r, 1000), below(r, 1000),
		    below(r, 270), below(r, 1000), below(r, 300), below(r, 1000), below(r, 500000), below(r, 500000));
	}
}

static const char *const verbs[] = {
	"cache miss for", "retrying", "published event for", "validated", "loaded", "skipped", "queued", "refreshed",
};
enum { VERBS = sizeof verbs / sizeof verbs[0] };

static void json_line(struct file *f)
{
	struct random *r = &f->random;
	unsigned what = below(r, 1000), client = client_of(r), which = skewed(r, MESSAGES);
	uint64_t ms = (uint64_t)DAY_BEGINS_S * 1000 + now_ms(f);
	char path[128];

	route(r, skewed(r, ROUTES), path, sizeof path);
	if (what < 650) {
		put(f,
		    "{\"level\":30,\"time\":%" PRIu64 ",\"pid\":17,\"hostname\":\"api-%u\",\"name\":\"api\",\"reqId\":\"%016" PRIx64
		    "\",\"req\":{\"method\":\"%s\",\"url\":\"%s\",\"remoteAddress\":\"%u.%u.%u.%u\"},\"res\":{\"statusCode\":%d},"
		    "\"responseTime\":%u,\"msg\":\"request completed\"}\n",
		    ms, 1 + below(r, 3), next(r), methods[below(r, 8)], path, 11 + (client >> 24) % 180, client >> 16 & 255,
		    client >> 8 & 255, client & 255, status(r), 1 + skewed(r, 900));
	} else if (what < 980) {
		put(f,
		    "{\"level\":%u,\"time\":%" PRIu64 ",\"pid\":17,\"hostname\":\"api-%u\",\"name\":\"api\",\"reqId\":\"%016" PRIx64
		    "\",\"userId\":%u,\"msg\":\"%s %s %u in %u ms\"}\n",
		    what < 950 ? 30u : 40u, ms, 1 + below(r, 3), next(r), skewed(r, CLIENTS), verbs[which % VERBS],
		    nouns[which % NOUNS], below(r, 100000), below(r, 300));
	} else {
		put(f,
		    "{\"level\":50,\"time\":%" PRIu64 ",\"pid\":17,\"hostname\":\"api-%u\",\"name\":\"api\",\"reqId\":\"%016" PRIx64
		    "\",\"err\":{\"type\":\"Error\",\"message\":\"connect ETIMEDOUT 10.0.0.%u:5432\",\"stack\":\"Error: connect "
		    "ETIMEDOUT 10.0.0.%u:5432\\n    at TCPConnectWrap.afterConnect (node:net:1595:16)\\n    at Pool.query "
		    "(/app/lib/pool.js:%u:11)\",\"code\":\"ETIMEDOUT\"},\"msg\":\"could not load %s\"}\n",
		    ms, 1 + below(r, 3), next(r), below(r, 4), below(r, 4), 20 + which, nouns[which % NOUNS]);
	}
}

static void mysql_record(struct file *f)
{
	struct random *r = &f->random;
	uint64_t ms = now_ms(f);
	char sql[512];

	statement(r, skewed(r, STATEMENTS), sql, sizeof sql);
	put(f,
	    "# Time: 2026-01-29T%02u:%02u:%02u.%06uZ\n# User@Host: shop[shop] @  [10.0.%u.%u]  Id: %5u\n"
	    "# Query_time: %u.%06u  Lock_time: 0.%06u Rows_sent: %u  Rows_examined: %u\nSET timestamp=%" PRIu64 ";\n%s;\n",
	    (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60),
	    (unsigned)(ms % 1000) * 1000 + below(r, 1000), below(r, 4), below(r, 250), below(r, 90000),
	    skewed(r, 12), below(r, 1000000), below(r, 2000), skewed(r, 1000), skewed(r, 1000000),
	    DAY_BEGINS_S + ms / 1000, sql);
}

/* The files of one log, in rotations of equal size: the oldest has the highest number. */
struct log {
	const char *path;
	void (*line)(struct file *f);
	unsigned files, percent; /* of the text */
};

static const struct log logs[] = {
	{ "web/access.log", access_line, 4, 50 },
	{ "db/postgresql.log", postgres_line, 2, 20 },
	{ "app/api.log", json_line, 2, 20 },
	{ "mysql/slow.log", mysql_record, 1, 10 },
};

static void write_file(const struct log *log, unsigned part, const char *dir, uint64_t all_bytes)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.%u.gz", dir, log->path, log->files - part);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	mkdir(path, 0777);
	*slash = '/';
	double span_s = DAY_S * (double)all_bytes / (DAY_MEGABYTES * 1e6);

	span_s = span_s < DAY_S ? span_s : DAY_S;
	struct file f = {
		.out = gzopen(path, "wb6"),
		.random = { UINT64_C(20260129) * 1000003 + (uint64_t)(log - logs) * 64 + part },
		.wanted = all_bytes * log->percent / 100 / log->files,
		.from_s = span_s * part / log->files,
		.to_s = span_s * (part + 1) / log->files,
	};

	if (!f.out) {
		fprintf(stderr, "generate: cannot write %s\n", path);
		exit(1);
	}
	while (f.bytes < f.wanted)
		log->line(&f);
	if (gzclose(f.out) != Z_OK) {
		fprintf(stderr, "generate: cannot write %s\n", path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	unsigned long megabytes = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (megabytes == 0) {
		fprintf(stderr, "usage: generate DIR MEGABYTES\n");
		return 2;
	}
	mkdir(argv[1], 0777);
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
		for (unsigned part = 0; part < logs[i].files; part++)
			write_file(&logs[i], part, argv[1], (uint64_t)megabytes * 1000000);
	return 0;
}
