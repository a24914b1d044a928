#include "cli/passages.h"

#include <stdlib.h>

#include "cli/evidence.h"

enum {
	LINES = 3,                 /* on each side */
	QUOTED_MAX = 400,          /* as many as a page quotes */
	LINE_BYTES = 4096,         /* a line is cut there, as a kept one is */
	AROUND_BYTES = 16 << 10,   /* of text, before the line and from it on */
	PASSAGES_BYTES = 512 << 10, /* of all in one case file */
	NEAR_BYTES = 8 << 20,      /* so far a source is read on rather than opened again */
	ARCHIVE_RATIO = 8,         /* what an archive of members may unpack to, for the bound on what is read */
};
/* Packed text that is read in all. */
#define READ_MAX_BYTES (UINT64_C(512) << 20)

static const char too_much[] = "it stands too far inside of what is packed";
static const char no_room[] = "no more of them fit into a report";
static const char streamed[] = "it came through standard input or a pipe";

/* A quoted line on its way. */
struct wish {
	const struct ref *ref;
	const struct found_file *file;  /* NULL: none leads to it */
	size_t place;                   /* among the quoted ones */
	struct passage *passage;        /* NULL: not read */
	const char *reason;             /* why not */
};

struct reading {
	struct store *store;
	const struct found *files;
	struct arena *arena;
	uint64_t left;   /* bytes of packed text that may still be read */
	size_t room;     /* bytes that further passages may have */
	struct input *in; /* stands at `at` in the text of `source`; the text from `begin` to `at` is in `window` */
	struct str source;
	struct buf window;
	uint64_t begin, at;
	bool packed;
};

/* ---- what is cut out ---- */

static size_t count_lines(struct str record)
{
	size_t n = 1;

	for (size_t i = 0; i + 1 < record.len; i++)
		n += record.ptr[i] == '\n';
	return n;
}

/* Where a private key begins in `before` and does not end there, the lines until its end are no lines to be shown. */
static void leave_key(struct str before, struct str **lines, size_t *n)
{
	const struct str begin = STR("-----BEGIN "), end = STR("-----END ");
	struct str rest = before;
	ptrdiff_t at;
	bool open = false;

	while ((at = str_find(rest, open ? end : begin)) >= 0) {
		rest = str_from(rest, (size_t)at + end.len);
		open = !open;
	}
	while (open && *n > 0) {
		open = str_find(**lines, end) < 0;
		++*lines;
		--*n;
	}
}

static struct str join(struct arena *a, const struct str *lines, size_t n)
{
	struct str all = STR_NONE;
	struct buf b;

	buf_init(&b, (LINE_BYTES + 1) * LINES);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(&b, '\n');
		buf_add(&b, str_head(lines[i], LINE_BYTES));
	}
	if (b.len > 0)
		all = arena_str(a, buf_str(&b));
	buf_release(&b);
	return all;
}

/* `text`: what the lines are slices of. */
static void keep(struct reading *r, struct wish *w, struct surroundings *e, struct str text)
{
	size_t more = count_lines(w->ref->text) - 1;

	if (e->n_before > LINES) {
		e->before += e->n_before - LINES;
		e->n_before = LINES;
	}
	e->after += more < e->n_after ? more : e->n_after;
	e->n_after -= more < e->n_after ? more : e->n_after;
	e->n_after = e->n_after < LINES ? e->n_after : LINES;
	if (e->n_before)
		leave_key(str_head(text, (size_t)(e->before[0].ptr - text.ptr)), &e->before, &e->n_before);
	if (e->n_after)
		leave_key(str_head(text, (size_t)(e->after[0].ptr - text.ptr)), &e->after, &e->n_after);
	struct passage p = { w->ref->source, w->ref->line, join(r->arena, e->before, e->n_before), join(r->arena, e->after, e->n_after) };

	w->reason = p.before.len + p.after.len > r->room ? no_room : NULL;
	if (w->reason)
		return;
	r->room -= p.before.len + p.after.len;
	w->passage = arena_new(r->arena, struct passage);
	*w->passage = p;
}

/* ---- reading ---- */

static void stop(struct reading *r)
{
	input_close(r->in);
	r->in = NULL;
	buf_clear(&r->window);
}

/* Spends what reading on up to `to` costs; false when there is not as much left. */
static bool afford(struct reading *r, uint64_t to)
{
	uint64_t cost = r->packed && to > r->at ? to - r->at : 0;

	if (cost > r->left)
		return false;
	r->left -= cost;
	return true;
}

/* Brings the text from `from` to `to` into the window, as far as there is any. False when that is too much. */
static bool read_to(struct reading *r, uint64_t from, uint64_t to)
{
	if (!afford(r, to))
		return false;
	if (from >= r->at) {
		buf_clear(&r->window);
		r->at += input_skip(r->in, from - r->at);
		r->begin = r->at;
	} else if (from > r->begin) {
		size_t drop = (size_t)(from - r->begin);

		memmove(r->window.ptr, r->window.ptr + drop, r->window.len - drop);
		r->window.len -= drop;
		r->begin = from;
	}
	while (r->at < to) {
		size_t want = (size_t)(to - r->at);
		char *room = buf_reserve(&r->window, want);
		size_t got = room ? input_read(r->in, room, want) : 0;

		if (got == 0)
			break;
		r->window.len += got;
		r->at += got;
	}
	return true;
}

static uint64_t begin_of(const struct wish *w)
{
	return w->ref->offset > AROUND_BYTES ? w->ref->offset - AROUND_BYTES : 0;
}

/* The line out of the open source. */
static void take(struct reading *r, struct wish *w)
{
	uint64_t from = begin_of(w);
	size_t context = LINES + count_lines(w->ref->text) - 1;
	struct arena scratch;
	struct surroundings e = { 0 };

	if (!read_to(r, from, w->ref->offset + AROUND_BYTES)) {
		w->reason = too_much;
		return;
	}
	arena_init(&scratch);
	struct str text = buf_str(&r->window);
	size_t at = (size_t)(w->ref->offset - from);

	w->reason = evidence_changed;
	if (r->begin == from && evidence_cut(text, at, w->ref, context, from > 0, &scratch, &e))
		keep(r, w, &e, text);
	arena_release(&scratch);
}

/* Stands at or before `from` in a source that is a file of its own. False when the store cannot be read. */
static bool stand(struct reading *r, struct wish *w, struct err *err)
{
	uint64_t from = begin_of(w);

	if (r->in && str_eq(r->source, w->ref->source) && from >= r->begin && from < r->at + NEAR_BYTES)
		return true;
	stop(r);
	r->in = evidence_open(r->store, r->files, w->ref->source, from, r->arena, &r->at, &w->reason, err);
	r->source = w->ref->source;
	r->begin = r->at;
	r->packed = r->in && input_is_packed(r->in);
	return !err->set;
}

/* Sources inside of an archive: one way through it, whatever order they have there. */
static bool read_archive(struct reading *r, struct wish *w, size_t n, struct err *err)
{
	const struct found_file *file = w[0].file;
	struct store_place place;
	struct input_stream stream;
	struct err none = ERR_INIT;
	size_t left = n;

	for (size_t i = 0; i < n; i++)
		w[i].reason = file->size_bytes > r->left / ARCHIVE_RATIO ? too_much : evidence_gone;
	if (file->size_bytes > r->left / ARCHIVE_RATIO)
		return true;
	r->left -= file->size_bytes * ARCHIVE_RATIO;
	stop(r);
	if (!input_open(file->path.ptr, file->display, NULL, &r->in, &none)) {
		for (size_t i = 0; i < n; i++)
			w[i].reason = evidence_unreadable;
		return true;
	}
	while (left > 0 && input_next(r->in, &stream)) {
		r->begin = r->at = 0;
		r->packed = false; /* paid for as a whole */
		buf_clear(&r->window);
		for (size_t i = 0; i < n; i++) {
			if (w[i].reason != evidence_gone || !str_eq(w[i].ref->source, stream.path))
				continue;
			left--;
			if (!store_find_place(r->store, stream.path, 0, r->arena, &place, err))
				return false;
			if (evidence_is_text_of(&place, &stream))
				take(r, &w[i]);
			else
				w[i].reason = evidence_changed;
		}
	}
	return true;
}

static bool read_file(struct reading *r, struct wish *w, size_t n, struct err *err)
{
	for (size_t i = 0; i < n && w[0].file && w[0].file->once; i++)
		w[i].reason = streamed;
	if (!w[0].file || w[0].file->once)
		return true;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(w[i].ref->source, w[0].file->display))
			return read_archive(r, w, n, err);
	for (size_t i = 0; i < n; i++) {
		if (!stand(r, &w[i], err))
			return false;
		if (r->in)
			take(r, &w[i]);
	}
	return true;
}

/* ---- the order ---- */

/* By file, then source, then place in the text. */
static int compare_wishes(const void *va, const void *vb)
{
	const struct wish *a = va, *b = vb;
	int by_source = str_cmp(a->ref->source, b->ref->source);

	if (a->file != b->file)
		return !a->file ? 1 : !b->file ? -1 : str_cmp(a->file->display, b->file->display);
	if (by_source != 0)
		return by_source;
	return a->ref->offset < b->ref->offset ? -1 : a->ref->offset > b->ref->offset;
}

static int compare_places(const void *va, const void *vb)
{
	const struct wish *a = va, *b = vb;

	return a->place < b->place ? -1 : a->place > b->place;
}

static bool read_all(struct reading *r, struct wish *w, size_t n, struct err *err)
{
	bool good = true;

	qsort(w, n, sizeof *w, compare_wishes);
	for (size_t i = 0, end; good && i < n; i = end) {
		for (end = i + 1; end < n && w[end].file == w[i].file;)
			end++;
		good = read_file(r, w + i, end - i, err);
	}
	stop(r);
	qsort(w, n, sizeof *w, compare_places);
	return good;
}

/* ---- what comes of it ---- */

static struct passage *passage_of(const struct casefile *c, const struct ref *ref)
{
	for (size_t i = 0; c && i < c->n_passages; i++)
		if (c->passages[i].line == ref->line && str_eq(c->passages[i].source, ref->source))
			return &c->passages[i];
	return NULL;
}

static struct str note(const struct wish *w, size_t n, size_t missing, bool at_hand, struct arena *a)
{
	const struct wish *first = NULL;

	if (missing == 0)
		return STR_NONE;
	if (!at_hand)
		return STR("The lines around them stay in the archive, which was not at hand.");
	for (size_t i = 0; i < n && !first; i++)
		first = w[i].passage ? NULL : &w[i];
	return arena_printf(a, "The lines around %zu of the %zu lines quoted could not be read back from the archive: %s (%.*s).", missing, n,
			    first->reason, STR_ARG(first->ref->source));
}

bool passages_read(struct store *s, const struct str *paths, size_t n_paths, const struct casefile *earlier, struct arena *a,
		   struct casefile *c, struct err *err)
{
	struct found files = { 0 };
	struct reading r = { .store = s, .files = &files, .arena = a, .left = READ_MAX_BYTES, .room = PASSAGES_BYTES };
	size_t n, missing = 0;
	const struct ref **quoted = casefile_quoted(c, a, QUOTED_MAX, &n);
	struct wish *w = arena_new_n(a, struct wish, n);

	if (n > 0 && n_paths > 0)
		find_files(paths, n_paths, a, &files);
	for (size_t i = 0; i < n; i++)
		w[i] = (struct wish){ quoted[i], evidence_file(&files, quoted[i]->source), i, NULL, evidence_gone };
	buf_init(&r.window, 4 * AROUND_BYTES);
	bool good = read_all(&r, w, n, err);

	buf_release(&r.window);
	c->passages = arena_new_n(a, struct passage, n);
	c->n_passages = 0;
	for (size_t i = 0; i < n; i++) {
		struct passage *p = w[i].passage ? w[i].passage : passage_of(earlier, w[i].ref);

		if (p)
			c->passages[c->n_passages++] = *p;
		missing += !p;
		w[i].passage = p;
	}
	c->passages_note = note(w, n, missing, n_paths > 0, a);
	return good;
}
