/* From paths to files. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/timestamp.h"
#include "ingest/find.h"

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");
	cr_assert_not_null(f, "%s", path);
	fputs(text, f);
	fclose(f);
}

/* "display display ..." and, behind a bar, the notes. */
static void found_text(const char *const *paths, size_t n, struct buf *out)
{
	struct arena a;
	struct found f;
	struct str args[8];
	arena_init(&a);
	for (size_t i = 0; i < n; i++)
		args[i] = str_of(paths[i]);
	find_files(args, n, &a, &f);
	for (size_t i = 0; i < f.files.n; i++)
		buf_addf(out, "%.*s ", STR_ARG(f.files.at[i].display));
	buf_addc(out, '|');
	for (size_t i = 0; i < f.notes.n; i++)
		buf_addf(out, "%.*s ", STR_ARG(f.notes.at[i]));
	arena_release(&a);
}

#define CHECK(wanted, ...)                                                                          \
	do {                                                                                        \
		const char *const paths[] = { __VA_ARGS__ };                                        \
		struct buf b;                                                                       \
		buf_init(&b, 1 << 16);                                                              \
		found_text(paths, sizeof paths / sizeof paths[0], &b);                              \
		cr_expect(str_eq(buf_str(&b), STR(wanted)), "%s: %.*s", paths[0], STR_ARG(buf_str(&b))); \
		buf_release(&b);                                                                    \
	} while (0)

static char dir[] = "/tmp/inquest-find.XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(chdir(dir), 0);
}

static void leave(void)
{
	char command[64];
	cr_assert_eq(chdir("/"), 0);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	cr_expect_eq(system(command), 0);
}

TestSuite(find, .init = enter, .fini = leave);

Test(find, walks_in_bytewise_order)
{
	mkdir("logs", 0755);
	mkdir("logs/app", 0755);
	mkdir("logs/.hidden", 0755);
	mkdir("logs/.git", 0755);
	put("logs/app.log", "x");
	put("logs/app/web.log", "x");
	put("logs/app/Web.log", "x");
	put("logs/b.log", "x");
	put("logs/.hidden/c.log", "x");
	put("logs/.git/config", "x");
	put("logs/b.log~", "x");
	put("logs/.b.log.swp", "x");
	CHECK(".hidden/c.log app.log app/Web.log app/web.log b.log |", "logs");
	CHECK(".hidden/c.log app.log app/Web.log app/web.log b.log |", "logs/");
	CHECK("b.log |", "logs/b.log");
	CHECK("logs/.hidden/c.log logs/app.log logs/app/Web.log logs/app/web.log logs/b.log |", ".");
	CHECK("- b.log |", "-", "logs/b.log");
}

Test(find, a_file_counts_once)
{
	mkdir("a", 0755);
	mkdir("b", 0755);
	put("a/x.log", "x");
	cr_assert_eq(link("a/x.log", "a/y.log"), 0);
	cr_assert_eq(symlink("x.log", "a/current"), 0);
	cr_assert_eq(symlink("../a", "a/loop"), 0);
	cr_assert_eq(symlink("../a", "b/other"), 0);
	cr_assert_eq(symlink("nowhere", "a/dangling"), 0);
	CHECK("x.log |a/dangling: left out, a symbolic link that leads nowhere. ", "a");
	CHECK("x.log |a/dangling: left out, a symbolic link that leads nowhere. ", "a", "a/x.log", "a");
	CHECK("other/x.log |b/other/dangling: left out, a symbolic link that leads nowhere. ", "b");
}

Test(find, names_stay_distinct)
{
	mkdir("host1", 0755);
	mkdir("host2", 0755);
	put("host1/web.log", "x");
	put("host2/web.log", "x");
	put("host2/db.log", "x");
	put("host2/d\n.log", "x");
	put("host2/d\t.log", "x");
	CHECK("host1/web.log host2/d?.log (2) host2/d?.log (3) db.log host2/web.log |", "host1", "host2/");
	CHECK("host1/web.log host2/web.log |", "host1/web.log", "host2/web.log");
}

Test(find, says_what_it_leaves_out)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "d/socket" };
	mkdir("d", 0755);
	put("d/x.log", "x");
	cr_assert_eq(mkfifo("d/pipe", 0644), 0);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(bind(s, (struct sockaddr *)&address, sizeof address), 0);
	close(s);
	CHECK("x.log |d/pipe: left out, a pipe. d/socket: left out, a socket. "
	      "missing: cannot be read: No such file or directory. ", "d", "missing");
	CHECK("pipe |", "d/pipe");
	if (geteuid() != 0) {
		chmod("d/x.log", 0);
		CHECK("|d/x.log: cannot be read: Permission denied. ", "d/x.log");
	}
}

Test(find, tells_size_and_time)
{
	struct arena a;
	struct found f;
	struct str path = STR("x.log");
	struct timespec times[2] = { { 1769724302, 5 }, { 1769724302, 5 } };
	arena_init(&a);
	put("x.log", "twelve bytes");
	utimensat(AT_FDCWD, "x.log", times, 0);
	find_files(&path, 1, &a, &f);
	cr_assert_eq(f.files.n, 1u);
	cr_expect_eq(f.files.at[0].size_bytes, 12u);
	cr_expect_eq(f.files.at[0].mtime_ns, 1769724302 * NS_PER_S + 5);
	cr_expect(f.files.at[0].ino != 0);
	cr_expect_str_eq(f.files.at[0].path.ptr, "x.log");
	arena_release(&a);
}

Test(find, depth_is_bounded)
{
	char path[4000] = "deep";
	size_t n = 4;
	mkdir(path, 0755);
	for (int i = 0; i < 250; i++) {
		n += (size_t)snprintf(path + n, sizeof path - n, "/d");
		mkdir(path, 0755);
	}
	snprintf(path + n, sizeof path - n, "/x.log");
	put(path, "x");
	struct arena a;
	struct found f;
	struct str arg = STR("deep");
	arena_init(&a);
	find_files(&arg, 1, &a, &f);
	cr_expect_eq(f.files.n, 0u);
	cr_assert_eq(f.notes.n, 1u);
	cr_expect(str_find(f.notes.at[0], STR("nested too deep")) > 0);
	arena_release(&a);
}
