#include "tests/unit/fixture_help.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/buf.h"

const char fixture_stack[] =
	"case small title=\"a small stack\"\n"
	"window from=2024-01-10T22:30:00Z length=2h network=10.9\n"
	"service web hosts=2 version=1.0.0 workers=32 heartbeat=60s\n"
	"  - log pino-iso app/web.log\n"
	"service items hosts=2 version=2.0.0 workers=32\n"
	"  - log logfmt app/items.log rotate=30m keep=delayed\n"
	"  - pool db max=6 timeout=2s\n"
	"database db dbname=app max_connections=40 cores=4 statement_timeout=10s log_min_duration=100\n"
	"  - log stderr db/postgresql-%Y-%m-%d_%H%M%S.log rotate=1h\n"
	"edge nginx service=web timeout=20s\n"
	"  - access timed nginx/access.log\n"
	"  - error error nginx/error.log\n"
	"statement get \"SELECT * FROM items WHERE id = $1\" table=items cost=2\n"
	"route items get \"GET /items/{id:1..500}\"\n"
	"  - work 2\n"
	"  - query get\n"
	"route web item \"GET /items/{id:1..500}\"\n"
	"  - work 3\n"
	"  - call items get timeout=3s\n"
	"route web page \"GET /page/{page:1..20}\"\n"
	"  - work 4\n"
	"route edge robots \"GET /robots.txt\" status=403 error=\"access forbidden by rule\"\n"
	"agents browsers\n"
	"  - \"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/118.0\"\n"
	"traffic people rate=2 users=300\n"
	"  - item weight=3\n"
	"  - page weight=1\n"
	"  - robots weight=0.1\n"
	"changelog text deploy/deploy.log rotate=never\n";

const char *fixture_make(struct arena *a, const char *more, uint64_t seed)
{
	struct err err = ERR_INIT;
	struct generated g;
	const char *base = getenv("TMPDIR");
	struct str dir = arena_printf(a, "%s/inquest-fixture.XXXXXX", base ? base : "/tmp");
	char *path = arena_alloc(a, dir.len + 1, 1);
	memcpy(path, dir.ptr, dir.len);
	cr_assert_not_null(mkdtemp(path));
	struct str text = arena_printf(a, "%s%s", fixture_stack, more);
	cr_assert(generate_text(STR("small"), text, seed, 1, false, path, &g, &err), "%s", err.text);
	return path;
}

static void walk(const char *dir, void (*each)(const char *path, bool folder, void *arg), void *arg)
{
	DIR *d = opendir(dir);
	cr_assert_not_null(d, "%s", dir);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[1024];
		struct stat st;
		if (str_eq(str_of(e->d_name), STR(".")) || str_eq(str_of(e->d_name), STR("..")))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		cr_assert_eq(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode))
			walk(path, each, arg);
		each(path, S_ISDIR(st.st_mode), arg);
	}
	closedir(d);
}

static void remove_one(const char *path, bool folder, void *arg)
{
	(void)arg;
	if (folder)
		rmdir(path);
	else
		unlink(path);
}

void fixture_remove(const char *dir)
{
	walk(dir, remove_one, NULL);
	rmdir(dir);
}

struct reading {
	struct arena *arena;
	size_t skip; /* bytes of the folder's own path */
	struct fixture_files files;
};

static void read_one(const char *path, bool folder, void *arg)
{
	struct reading *r = arg;
	struct stat st;
	if (folder)
		return;
	struct buf b;
	buf_init(&b, 1 << 28);
	gzFile f = gzopen(path, "rb"); /* reads plain files as they are */
	cr_assert_not_null(f, "%s", path);
	char chunk[1 << 14];
	for (int n; (n = gzread(f, chunk, sizeof chunk)) > 0;)
		buf_add(&b, (struct str){ chunk, (size_t)n });
	bool direct = gzdirect(f);
	cr_assert_eq(gzclose(f), Z_OK, "%s", path);
	cr_assert_eq(stat(path, &st), 0);
	*vec_push(r->arena, &r->files) = (struct fixture_file){
		.path = arena_str(r->arena, str_from(str_of(path), r->skip)),
		.bytes = arena_str(r->arena, buf_str(&b)),
		.mtime_s = st.st_mtime,
		.gzip = !direct,
	};
	buf_release(&b);
}

static int by_path(const void *a, const void *b)
{
	const struct fixture_file *x = a, *y = b;
	return str_cmp(x->path, y->path);
}

struct fixture_files fixture_read(struct arena *a, const char *dir)
{
	struct reading r = { .arena = a, .skip = strlen(dir) + 1 };
	walk(dir, read_one, &r);
	if (r.files.n)
		qsort(r.files.at, r.files.n, sizeof *r.files.at, by_path);
	return r.files;
}

struct str fixture_text(struct arena *a, const struct fixture_files *files, const char *glob)
{
	struct buf b;
	buf_init(&b, 1 << 28);
	/* access.log.2.gz, access.log.1, access.log: longer tails are older; stamped names are in order */
	for (size_t i = files->n; i-- > 0;)
		if (str_glob(str_of(glob), files->at[i].path) && str_chr(files->at[i].path, '_') < 0)
			buf_add(&b, files->at[i].bytes);
	for (size_t i = 0; i < files->n; i++)
		if (str_glob(str_of(glob), files->at[i].path) && str_chr(files->at[i].path, '_') >= 0)
			buf_add(&b, files->at[i].bytes);
	struct str out = arena_str(a, buf_str(&b));
	buf_release(&b);
	return out;
}

bool fixture_line(struct str *text, struct str *line)
{
	if (!text->len)
		return false;
	struct str rest = STR_NONE;
	*line = str_cut(*text, '\n', &rest);
	*text = rest;
	return true;
}
