#include "cli/texts.h"

#include "cli/evidence.h"
#include "core/hash.h"

enum {
	CHUNK_BYTES = 64 << 10,
	WINDOW_BYTES = 1 << 20,   /* of a source: lines a little out of order are still in it */
	LINE_MAX_BYTES = 64 << 10,
	OPEN_MAX = 48,            /* sources read at the same time; the one not used for longest is closed */
	REOPEN_MAX = 64,          /* a source that jumps about is given up */
};

/* A source that is being read: `window` holds its text from `begin` on. */
struct text {
	struct str source;
	struct input *in;
	struct buf window;
	uint64_t begin;
	uint64_t used;            /* tick of the last use */
	unsigned opened;          /* how often */
	bool failed;
};

struct texts {
	struct store *store;
	struct arena *arena;
	struct found files;
	VEC(struct text) sources;
	struct map at;            /* hash of the path → index + 1 */
	size_t n_open;
	uint64_t tick;
};

struct texts *texts_open(struct store *s, struct str archive, struct arena *a)
{
	struct texts *t = arena_new(a, struct texts);

	t->store = s;
	t->arena = a;
	map_init(&t->at);
	find_files(&archive, 1, a, &t->files);
	return t;
}

static void close_one(struct texts *t, struct text *x)
{
	if (!x->in)
		return;
	input_close(x->in);
	x->in = NULL;
	buf_release(&x->window);
	t->n_open--;
}

void texts_close(struct texts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->sources.n; i++)
		close_one(t, &t->sources.at[i]);
	map_release(&t->at);
}

static void make_room(struct texts *t)
{
	struct text *oldest = NULL;

	for (size_t i = 0; i < t->sources.n; i++)
		if (t->sources.at[i].in && (!oldest || t->sources.at[i].used < oldest->used))
			oldest = &t->sources.at[i];
	if (oldest)
		close_one(t, oldest);
}

/* Stands the source at `offset`. */
static bool open_source(struct texts *t, struct text *x, uint64_t offset, struct err *err)
{
	const char *reason;
	uint64_t at = 0;

	close_one(t, x);
	if (t->n_open == OPEN_MAX)
		make_room(t);
	x->in = x->opened++ < REOPEN_MAX ? evidence_open(t->store, &t->files, x->source, offset, t->arena, &at, &reason, err) : NULL;
	if (x->in && input_skip(x->in, offset - at) != offset - at) {
		input_close(x->in);
		x->in = NULL;
	}
	x->failed = !x->in;
	if (!x->in)
		return !err->set;
	t->n_open++;
	buf_init(&x->window, WINDOW_BYTES + CHUNK_BYTES);
	x->begin = offset;
	return true;
}

/* Reads on until the window holds the line at `offset`, or the text ends. */
static void read_on(struct text *x, uint64_t offset)
{
	for (;;) {
		struct str have = offset >= x->begin + x->window.len ? STR_NONE : str_from(buf_str(&x->window), (size_t)(offset - x->begin));

		if (have.len >= LINE_MAX_BYTES || str_chr(have, '\n') >= 0)
			return;
		if (x->window.len + CHUNK_BYTES > WINDOW_BYTES) {
			size_t drop = x->window.len / 2;

			if (x->begin + drop > offset)
				return;
			memmove(x->window.ptr, x->window.ptr + drop, x->window.len - drop);
			x->window.len -= drop;
			x->begin += drop;
		}
		char *room = buf_reserve(&x->window, CHUNK_BYTES);
		size_t n = room ? input_read(x->in, room, CHUNK_BYTES) : 0;
		if (n == 0)
			return;
		x->window.len += n;
	}
}

static struct text *text_of(struct texts *t, struct str source)
{
	uint64_t *at = map_put(&t->at, hash64(source), NULL);

	if (*at == 0) {
		*vec_push(t->arena, &t->sources) = (struct text){ .source = arena_str(t->arena, source) };
		*at = t->sources.n;
	}
	return &t->sources.at[*at - 1];
}

bool texts_line(struct texts *t, struct str source, uint64_t offset, struct str *out, struct err *err)
{
	struct text *x = text_of(t, source);
	struct str rest;

	*out = STR_NONE;
	x->used = ++t->tick;
	/* Behind the window by far, a place to start from is nearer than reading on. */
	bool here = x->in && offset >= x->begin && offset < x->begin + x->window.len + (8 << 20);
	if (!here && !x->failed && !open_source(t, x, offset, err))
		return false;
	if (x->failed)
		return true;
	read_on(x, offset);
	if (offset >= x->begin + x->window.len)
		return true;
	*out = str_head(str_cut(str_from(buf_str(&x->window), (size_t)(offset - x->begin)), '\n', &rest), LINE_MAX_BYTES);
	if (str_ends(*out, STR("\r")))
		out->len--;
	return true;
}
