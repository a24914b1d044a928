#include "tests/unit/log_folder.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <utime.h>
#include <zlib.h>

char folder[64];

void make_folder(void)
{
	strcpy(folder, "/tmp/inquest-engine-XXXXXX");
	cr_assert(mkdtemp(folder));
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void remove_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void path_in_folder(const char *name, char out[256])
{
	char *slash;

	snprintf(out, 256, "%s/%s", folder, name);
	for (slash = out + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(out, 0700);
		*slash = '/';
	}
}

void write_file(const char *name, struct str text)
{
	char path[256];
	FILE *f;

	path_in_folder(name, path);
	f = fopen(path, "wb");
	cr_assert(f && (text.len == 0 || fwrite(text.ptr, 1, text.len, f) == text.len));
	fclose(f);
}

/* In members of `member` bytes each. */
void write_gz(const char *name, struct str text, size_t member)
{
	char path[256];

	path_in_folder(name, path);
	remove(path);
	for (size_t at = 0; at < text.len; at += member) {
		struct str part = str_head(str_from(text, at), member);
		gzFile f = gzopen(path, "ab");

		cr_assert(f && gzwrite(f, part.ptr, (unsigned)part.len) == (int)part.len);
		gzclose(f);
	}
}

void set_mtime(const char *name, int64_t seconds)
{
	struct utimbuf times = { (time_t)seconds, (time_t)seconds };
	char path[256];

	path_in_folder(name, path);
	cr_assert(utime(path, &times) == 0);
}

/* n access lines from minute `from` on. */
void add_access(struct buf *b, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		buf_addf(b,

			 "10.0.0.%u - - [29/Jan/2026:17:%02u:%02u -0500] \"GET /products/%u?page=2 "
			 "HTTP/1.1\" %d %u \"-\" "
			 "\"curl/8.0\"\n",
			 i % 250, i / 60 % 60, i % 60, i, i % 9 ? 200 : 502, 100 + i);
}

void add_json(struct buf *b, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		buf_addf(b,
			 "{\"time\":\"2026-01-29T22:%02u:%02uZ\",\"level\":\"%s\",\"msg\":\"order %u took %u "
			 "ms\"}\n",
			 i / 60 % 60, i % 60, i % 10 ? "info" : "error", i, i * 7 % 100);
}

void write_archive(void)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	add_access(&b, 0, 900);
	write_gz("nginx/access.log.2.gz", buf_str(&b), 20000);
	buf_clear(&b);
	add_access(&b, 900, 1500);
	write_gz("nginx/access.log.1.gz", buf_str(&b), 1 << 20);
	buf_clear(&b);
	add_access(&b, 2400, 30);
	write_file("nginx/access.log", buf_str(&b));
	buf_clear(&b);
	add_json(&b, 0, 2000);
	buf_addz(&b, "not json at all\n");
	write_file("payments/app.log", buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 40; i++)
		buf_addf(&b, "Jan 29 22:%02d:00 web-1 cron[%d]: job %d started\n", i, 100 + i, i);
	write_file("var/log/messages", buf_str(&b));
	set_mtime("var/log/messages", 1932000000); /* years later: copied */
	buf_clear(&b);
	for (int i = 0; i < 200; i++)
		buf_addc(&b, (char)(i * 37));
	write_file("picture.png", buf_str(&b));
	write_file("empty.log", STR_NONE);
	buf_release(&b);
}

struct ingest_report ingest(struct recorder *r, const char *const *names, size_t n, unsigned jobs,
				   struct ingest_options options)
{
	struct ingest_report report;
	struct event_sink sink = recorder_sink(r);
	struct err err = ERR_INIT;
	struct str paths[8];

	for (size_t i = 0; i < n; i++)
		paths[i] = arena_printf(&r->arena, "%s/%s", folder, names[i]);
	options.paths = paths;
	options.n_paths = n;
	options.jobs = jobs;
	cr_assert(ingest_run(&options, &sink, &r->run, &report, &err), "%s", err.text);
	cr_expect(r->counts_ok, "counts do not add up");
	cr_expect(report.lines == report.events + report.continuation + report.rejected);
	return report;
}

struct ingest_report ingest_all(struct recorder *r, unsigned jobs)
{
	static const char *const all[] = { "." };

	return ingest(r, all, 1, jobs, (struct ingest_options){ 0 });
}
