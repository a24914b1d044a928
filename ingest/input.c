#include "ingest/input.h"

#include "core/hash.h"
#include "ingest/layer.h"

enum {
	MAX_LAYERS = 6,           /* of packing around one text, without archives */
	MAX_ARCHIVES = 3,         /* inside each other */
	DEFAULT_RATIO = 1100,     /* deflate's own limit is 1032 */
	SKIP_BYTES = 64 << 10,
};
#define DEFAULT_FILE_BYTES (UINT64_C(1) << 40)

/* An archive that is being read. */
struct open_archive {
	struct archive_reader *reader;
	struct str path;            /* of the archive, to go before its members' names */
	struct str packing;         /* up to and with the archive */
	struct arena_mark mark;     /* what belongs to the archive itself lies below */
};

struct input {
	struct unpacking shared;
	struct arena arena;
	struct layer *file;         /* until the first input_next() */
	struct str display;
	int64_t file_mtime_ns;
	struct open_archive archives[MAX_ARCHIVES];
	size_t n_archives;
	struct layer *top;          /* of the current stream; NULL when there is none */
	bool plain;                 /* it is the file itself */
	bool only_gzip;             /* it is the file unpacked by gzip, and no more */
	uint64_t read_bytes;        /* of the current stream */
	bool over_limit;
};

/* A stream on its way up through its layers. */
struct climb {
	struct layer *top;
	struct str path;
	struct str packing;
	const struct layer *gunzip; /* the first gzip met; NULL none */
	enum packing archive;       /* the archive it turned out to be; PACKED_NOT when it is a text */
};

bool input_open(const char *path, struct str display, const struct input_limits *limits, struct input **out,
                struct err *err)
{
	struct arena a;
	arena_init(&a);
	struct input *in = arena_new(&a, struct input);
	in->arena = a;
	in->shared.arena = &in->arena;
	in->shared.max_ratio = DEFAULT_RATIO;
	in->shared.max_file_bytes = DEFAULT_FILE_BYTES;
	if (limits && limits->max_ratio)
		in->shared.max_ratio = limits->max_ratio;
	if (limits && limits->max_file_bytes)
		in->shared.max_file_bytes = limits->max_file_bytes;
	if (!file_layer_open(&in->shared, path, &in->file, err)) {
		a = in->arena;
		arena_release(&a);
		return false;
	}
	uint64_t size;
	if (!file_layer_size(in->file, &size, &in->file_mtime_ns))
		in->file_mtime_ns = TIME_NONE;
	in->display = arena_str(&in->arena, display);
	*out = in;
	return true;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	layer_close(in->top);
	while (in->n_archives)
		archive_reader_close(in->archives[--in->n_archives].reader);
	layer_close(in->file);
	struct arena a = in->arena; /* the input itself is in there */
	arena_release(&a);
}

static struct str with_packing(struct arena *a, struct str packing, enum packing p)
{
	return arena_printf(a, "%.*s%s%s", STR_ARG(packing), packing.len ? " " : "", packing_name(p));
}

/* Puts layers on top until there is a text or an archive. */
static void climb(struct input *in, struct climb *c)
{
	for (int layers = 0;; layers++) {
		enum packing p = packing_of(layer_peek(c->top, MAGIC_BYTES));
		c->archive = PACKED_NOT;
		if (p == PACKED_NOT)
			return;
		if (layers == MAX_LAYERS) {
			in->shared.damaged = true;
			unpacking_note(&in->shared, "packed more than %d times over: read as it is",
			               MAX_LAYERS);
			return;
		}
		bool archive = p >= PACKED_TAR;
		if (archive && in->n_archives == MAX_ARCHIVES) {
			in->shared.damaged = true;
			unpacking_note(&in->shared, "archives more than %d deep in each other: read as it is",
			               MAX_ARCHIVES);
			return;
		}
		c->packing = with_packing(&in->arena, c->packing, p);
		if (archive) {
			c->archive = p;
			return;
		}
		if (p == PACKED_GZIP) {
			c->top = gunzip_layer_open(c->top);
			if (!c->gunzip)
				c->gunzip = c->top;
		} else if (p == PACKED_UTF16_LE || p == PACKED_UTF16_BE) {
			c->top = utf16_layer_open(c->top, p == PACKED_UTF16_BE);
		} else {
			c->top = filter_layer_open(c->top, p);
		}
	}
}

/* The next stream of bytes there is, before any look inside. False when there is none. */
static bool next_bottom(struct input *in, struct climb *c, int64_t *mtime_ns)
{
	*c = (struct climb){ 0 };
	if (in->file) {
		c->top = in->file;
		c->path = in->display;
		in->file = NULL;
		*mtime_ns = in->file_mtime_ns;
		return true;
	}
	while (in->n_archives) {
		struct open_archive *a = &in->archives[in->n_archives - 1];
		struct archive_member m;
		if (archive_reader_next(a->reader, &m)) {
			c->top = m.layer;
			c->path = arena_printf(&in->arena, "%.*s/%.*s", STR_ARG(a->path), STR_ARG(m.name));
			c->packing = a->packing;
			*mtime_ns = m.mtime_ns;
			return true;
		}
		archive_reader_close(a->reader);
		in->n_archives--;
	}
	return false;
}

static void enter_archive(struct input *in, const struct climb *c)
{
	struct open_archive *a = &in->archives[in->n_archives++];
	a->path = c->path;
	a->packing = c->packing;
	a->reader = archive_reader_open(c->top, c->archive);
	a->mark = arena_mark(&in->arena);
}

static void forget_stream(struct input *in)
{
	layer_close(in->top);
	in->top = NULL;
	/* Notes lie above the marks. */
	in->shared.notes.at = NULL;
	in->shared.notes.n = in->shared.notes.cap = 0;
	in->shared.truncated = in->shared.damaged = false;
	in->read_bytes = 0;
	in->over_limit = false;
	if (in->n_archives)
		arena_rewind(&in->arena, in->archives[in->n_archives - 1].mark);
}

uint64_t input_content_id(struct str head)
{
	return head.len ? hash64(str_head(head, INPUT_HEAD_BYTES)) : 0;
}

bool input_next(struct input *in, struct input_stream *out)
{
	struct climb c;
	int64_t mtime_ns;
	forget_stream(in);
	if (in->shared.exploded) {
		in->shared.damaged = true;
		unpacking_note(&in->shared, "it unpacks to absurd sizes: what else is in it was left out");
		return false;
	}
	for (;;) {
		if (!next_bottom(in, &c, &mtime_ns))
			return false;
		climb(in, &c);
		if (c.archive == PACKED_NOT)
			break;
		enter_archive(in, &c);
	}
	in->top = c.top;
	in->plain = c.packing.len == 0;
	in->only_gzip = c.gunzip && c.gunzip == c.top && str_eq(c.packing, STR("gzip"));
	struct str head = layer_peek(c.top, INPUT_HEAD_BYTES);
	*out = (struct input_stream){
		.path = c.path,
		.packing = c.packing,
		.member = in->n_archives > 0,
		.mtime_ns = mtime_ns,
		.gzip_mtime_ns = c.gunzip ? gunzip_mtime_ns(c.gunzip) : TIME_NONE,
		.gzip_name = c.gunzip ? gunzip_name(c.gunzip) : STR_NONE,
		.head = head,
		.content_id = input_content_id(head),
		.binary = binary_kind(head),
	};
	return true;
}

bool input_find(struct input *in, struct str path, struct input_stream *out)
{
	while (input_next(in, out))
		if (str_eq(out->path, path))
			return true;
	return false;
}

bool input_is_packed(const struct input *in)
{
	return !in->plain;
}

void input_on_point(struct input *in, input_take_point *take, void *self)
{
	if (in->top && in->only_gzip)
		gunzip_on_point(in->top, take, self);
}

bool input_open_at(const char *path, const struct input_point *point, struct input **out, struct err *err)
{
	struct input *in;
	if (!input_open(path, STR_NONE, NULL, &in, err))
		return false;
	if (!file_layer_seek(in->file, point->packed_offset - (point->bits > 0))) {
		input_close(in);
		return err_set(err, "%s: cannot be read from its middle", path);
	}
	in->top = gunzip_layer_resume(in->file, point);
	in->file = NULL;
	*out = in;
	return true;
}

size_t input_read(struct input *in, char *out, size_t cap)
{
	uint64_t room = in->shared.max_file_bytes - in->read_bytes;
	if (!in->top || cap == 0)
		return 0;
	if (room == 0) {
		char more;
		if (!in->over_limit && layer_read(in->top, &more, 1)) {
			in->over_limit = true;
			in->shared.damaged = true;
			unpacking_note(&in->shared, "longer than %llu bytes: the rest was left out",
			               (unsigned long long)in->shared.max_file_bytes);
		}
		return 0;
	}
	size_t n = layer_read(in->top, out, cap < room ? cap : (size_t)room);
	in->read_bytes += n;
	return n;
}

uint64_t input_skip(struct input *in, uint64_t n)
{
	uint64_t size, done = 0;
	int64_t ignored;
	if (in->top && in->plain && file_layer_size(in->top, &size, &ignored) && size > in->read_bytes) {
		uint64_t left = size - in->read_bytes;
		uint64_t to = in->read_bytes + (n < left ? n : left);
		if (to <= in->shared.max_file_bytes && file_layer_seek(in->top, to)) {
			done = to - in->read_bytes;
			in->read_bytes = to;
		}
	}
	char bytes[SKIP_BYTES];
	while (done < n) {
		uint64_t left = n - done;
		size_t got = input_read(in, bytes, left < sizeof bytes ? (size_t)left : sizeof bytes);
		if (!got)
			break;
		done += got;
	}
	return done;
}

struct input_end input_end(const struct input *in)
{
	return (struct input_end){
		.truncated = in->shared.truncated,
		.damaged = in->shared.damaged,
		.bytes = in->read_bytes,
		.notes = in->shared.notes.at,
		.n_notes = in->shared.notes.n,
	};
}

uint64_t input_consumed_bytes(const struct input *in)
{
	return in->shared.packed_bytes;
}
