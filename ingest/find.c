#include "ingest/find.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/timestamp.h"

enum { MAX_DEPTH = 200, MAX_FILES = 1000000 };

struct entry {
	struct str path;
	struct str display;
	size_t depth;
};

/* A file on its way into the list. */
struct candidate {
	struct found_file file;
	bool by_link; /* reached through a symbolic link */
};

struct walk {
	struct arena *arena;    /* of the result */
	struct arena scratch;
	struct found *out;
	size_t argument;
	VEC(struct candidate) files;
	VEC(struct entry) todo;     /* directories to be read, the next one last */
	VEC(struct entry) by_link;  /* directories behind symbolic links: after all real ones */
	struct map entered;         /* directories: hash of (dev, ino) */
};

static void note(struct walk *w, const char *what, struct str path)
{
	*vec_push(w->arena, &w->out->notes) = arena_printf(w->arena, "%.*s: %s.", STR_ARG(path), what);
}

static void note_failed(struct walk *w, const char *what, struct str path, int number)
{
	char text[128];
	*vec_push(w->arena, &w->out->notes) = arena_printf(w->arena, "%.*s: %s: %s.", STR_ARG(path), what,
	                                                   strerror_r(number, text, sizeof text));
	w->out->n_failed++;
}

/* Names of files may hold anything but '/' and NUL; what is shown must not obey or break a line. */
static struct str displayable(struct arena *a, struct str s)
{
	struct str copy = arena_str(a, s);
	char *p = arena_alloc(a, s.len + 1, 1);
	for (size_t i = 0; i < s.len; i++)
		p[i] = (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f ? '?' : copy.ptr[i];
	return str_make(p, s.len);
}

/* What version control and editors leave behind: no logs, and nobody misses them. */
static bool is_junk(struct str name, bool directory)
{
	static const char *const directories[] = { ".git", ".svn", ".hg", ".bzr", "CVS" };
	static const char *const files[] = { "*~",        ".*.sw[a-p]", "#*#",      ".#*",
		                             ".DS_Store", "._*",        "Thumbs.db" };
	if (directory) {
		for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
			if (str_eq(name, str_of(directories[i])))
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (str_glob(str_of(files[i]), name))
			return true;
	return false;
}

static uint64_t identity(const struct stat *st)
{
	return hash64_mix((uint64_t)st->st_dev, (uint64_t)st->st_ino);
}

static int64_t modified_ns(const struct stat *st)
{
	int64_t ns;
	if (__builtin_mul_overflow((int64_t)st->st_mtim.tv_sec, NS_PER_S, &ns))
		return TIME_NONE;
	return ns + st->st_mtim.tv_nsec;
}

static void add_file(struct walk *w, struct str path, struct str display, const struct stat *st, bool by_link)
{
	if (access(path.ptr, R_OK) != 0) {
		note_failed(w, "cannot be read", path, errno);
		return;
	}
	if (w->files.n == MAX_FILES) {
		note(w, "left out, more than a million files", path);
		return;
	}
	bool regular = S_ISREG(st->st_mode);
	*vec_push(&w->scratch, &w->files) = (struct candidate){
		.file = { .path = arena_str(w->arena, path),
		          .display = displayable(w->arena, display),
		          .argument = w->argument,
		          .size_bytes = regular ? (uint64_t)st->st_size : 0,
		          .mtime_ns = regular ? modified_ns(st) : TIME_NONE,
		          .dev = (uint64_t)st->st_dev,
		          .ino = (uint64_t)st->st_ino,
		          .once = !regular },
		.by_link = by_link,
	};
}

static const char *kind_words(mode_t mode)
{
	if (S_ISFIFO(mode))
		return "left out, a pipe";
	if (S_ISSOCK(mode))
		return "left out, a socket";
	return "left out, a device";
}

/* One name in a directory. */
static void visit(struct walk *w, const struct entry *dir, struct str name)
{
	struct str path = arena_printf(&w->scratch, "%.*s/%.*s", STR_ARG(dir->path), STR_ARG(name));
	struct str display = dir->display.len ? arena_printf(&w->scratch, "%.*s/%.*s", STR_ARG(dir->display),
	                                                     STR_ARG(name))
	                                      : name;
	struct stat st;
	if (lstat(path.ptr, &st) != 0) {
		note_failed(w, "cannot be read", path, errno);
		return;
	}
	bool link = S_ISLNK(st.st_mode);
	if (is_junk(name, S_ISDIR(st.st_mode)))
		return;
	if (link && stat(path.ptr, &st) != 0) {
		if (errno == ENOENT || errno == ELOOP)
			note(w, "left out, a symbolic link that leads nowhere", path);
		else
			note_failed(w, "cannot be read", path, errno);
		return;
	}
	if (S_ISREG(st.st_mode)) {
		add_file(w, path, display, &st, link);
	} else if (!S_ISDIR(st.st_mode)) {
		note(w, kind_words(st.st_mode), path);
	} else if (dir->depth == MAX_DEPTH) {
		note(w, "left out, directories nested too deep", path);
	} else {
		struct entry e = { path, display, dir->depth + 1 };
		if (link)
			*vec_push(&w->scratch, &w->by_link) = e;
		else
			*vec_push(&w->scratch, &w->todo) = e;
	}
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void read_directory(struct walk *w, const struct entry *dir)
{
	struct stat st;
	bool is_new;
	DIR *d = opendir(dir->path.ptr);
	if (!d || fstat(dirfd(d), &st) != 0) {
		note_failed(w, "cannot be read", dir->path, errno);
		if (d)
			closedir(d);
		return;
	}
	map_put(&w->entered, identity(&st), &is_new);
	VEC(struct str) names = { 0 };
	struct dirent *e;
	errno = 0;
	while (is_new && (e = readdir(d)) != NULL) {
		struct str name = str_of(e->d_name);
		if (!str_eq(name, STR(".")) && !str_eq(name, STR("..")))
			*vec_push(&w->scratch, &names) = arena_str(&w->scratch, name);
		errno = 0;
	}
	if (errno)
		note_failed(w, "could not be read to its end", dir->path, errno);
	closedir(d);
	if (names.n)
		qsort(names.at, names.n, sizeof *names.at, by_name);
	size_t from = w->todo.n;
	for (size_t i = 0; i < names.n; i++)
		visit(w, dir, names.at[i]);
	/* The stack gives the last directory first: turn those of this one round. */
	for (size_t to = w->todo.n; to > from + 1; from++) {
		struct entry first = w->todo.at[from];
		w->todo.at[from] = w->todo.at[--to];
		w->todo.at[to] = first;
	}
}

static void walk_directory(struct walk *w, struct str path)
{
	*vec_push(&w->scratch, &w->todo) = (struct entry){ path, STR_NONE, 0 };
	size_t links_done = 0;
	while (w->todo.n || links_done < w->by_link.n) {
		struct entry next = w->todo.n ? w->todo.at[--w->todo.n] : w->by_link.at[links_done++];
		read_directory(w, &next);
	}
	w->by_link.n = 0;
}

static struct str without_slashes(struct str path)
{
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

static struct str base_name(struct str path)
{
	ptrdiff_t slash = str_rchr(path, '/');
	return slash >= 0 && path.len > 1 ? str_from(path, (size_t)slash + 1) : path;
}

static void visit_argument(struct walk *w, struct str argument)
{
	if (str_eq(argument, STR("-"))) {
		*vec_push(&w->scratch, &w->files) = (struct candidate){
			.file = { .path = arena_str(w->arena, argument),
			          .display = arena_str(w->arena, argument),
			          .argument = w->argument,
			          .mtime_ns = TIME_NONE,
			          .once = true },
		};
		return;
	}
	struct str path = arena_str(&w->scratch, without_slashes(argument));
	struct stat st;
	if (stat(path.ptr, &st) != 0)
		note_failed(w, "cannot be read", argument, errno);
	else if (S_ISDIR(st.st_mode))
		walk_directory(w, path);
	else if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		add_file(w, path, base_name(path), &st, false);
	else
		note(w, kind_words(st.st_mode), argument);
}

static int by_argument_and_display(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->file.argument != y->file.argument)
		return x->file.argument < y->file.argument ? -1 : 1;
	int c = str_cmp(x->file.display, y->file.display);
	return c ? c : str_cmp(x->file.path, y->file.path);
}

/* Of the names of one file the first real one stays, before links, and is where the file is in the order. */
static void take_distinct(struct walk *w)
{
	struct map seen;
	map_init(&seen);
	for (int links = 0; links < 2; links++)
		for (size_t i = 0; i < w->files.n; i++) {
			struct candidate *c = &w->files.at[i];
			if (c->by_link != (links == 1) || !c->file.ino)
				continue;
			struct stat st = { .st_dev = c->file.dev, .st_ino = c->file.ino };
			bool is_new;
			map_put(&seen, identity(&st), &is_new);
			if (!is_new)
				c->file.path = STR_NONE;
		}
	map_release(&seen);
	for (size_t i = 0; i < w->files.n; i++)
		if (w->files.at[i].file.path.len)
			*vec_push(w->arena, &w->out->files) = w->files.at[i].file;
}

/*
 * Two arguments may hold files of the same relative name (two servers' folders): then all of that name
 * are shown with their argument in front.
 */
static void make_displays_distinct(struct walk *w, const struct str *arguments)
{
	struct found_file *files = w->out->files.at;
	size_t n = w->out->files.n;
	for (int round = 0; round < 2; round++) {
		struct map count;
		map_init(&count);
		for (size_t i = 0; i < n; i++)
			++*map_put(&count, hash64(files[i].display), NULL);
		for (size_t i = 0; i < n; i++) {
			struct found_file *f = &files[i];
			if (*map_get(&count, hash64(f->display)) < 2)
				continue;
			struct str argument = without_slashes(arguments[f->argument]);
			if (round == 1)
				/* Still the same, as after unprintable bytes were replaced. */
				f->display = arena_printf(w->arena, "%.*s (%zu)", STR_ARG(f->display), i + 1);
			else if (str_eq(base_name(argument), f->display))
				f->display = displayable(w->arena, argument);
			else
				f->display = displayable(w->arena, arena_printf(&w->scratch, "%.*s/%.*s",
				                                                STR_ARG(argument),
				                                                STR_ARG(f->display)));
		}
		map_release(&count);
	}
}

void find_files(const struct str *paths, size_t n, struct arena *a, struct found *out)
{
	struct walk w = { .arena = a, .out = out };
	*out = (struct found){ 0 };
	arena_init(&w.scratch);
	map_init(&w.entered);
	for (w.argument = 0; w.argument < n; w.argument++)
		visit_argument(&w, paths[w.argument]);
	if (w.files.n)
		qsort(w.files.at, w.files.n, sizeof *w.files.at, by_argument_and_display);
	take_distinct(&w);
	make_displays_distinct(&w, paths);
	map_release(&w.entered);
	arena_release(&w.scratch);
}
