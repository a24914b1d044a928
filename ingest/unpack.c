/*
 * unpack: what libarchive reads for us, as layers: one filter (zstd, bzip2, xz, ...) at a time, or one
 * archive format at a time. Only what was recognised is enabled, and nothing that would start a program.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "ingest/layer.h"

enum {
	FEED_BYTES = 64 << 10,
	NAME_BYTES = 1024,      /* longer member names lose their beginning */
	MAX_RETRIES = 100,      /* unreadable member headers in a row */
};

/* Bytes for libarchive, from the layer below. */
struct feed {
	struct archive *archive;
	struct layer *below;
	char *bytes;            /* FEED_BYTES */
	bool failed;            /* said so already */
	const char *block;      /* of the current member, what libarchive gave last and was not taken yet */
	size_t block_bytes;
	uint64_t gap_bytes;     /* of a sparse file, to be given as zeros before the block */
	uint64_t member_bytes;  /* of the current member, given so far */
	bool dead;              /* libarchive reads no further after what was wrong with the member */
};

static la_ssize_t feed_read(struct archive *archive, void *self, const void **out)
{
	struct feed *f = self;
	(void)archive;
	*out = f->bytes;
	return (la_ssize_t)layer_read(f->below, f->bytes, FEED_BYTES);
}

static la_int64_t feed_seek(struct archive *archive, void *self, la_int64_t offset, int whence)
{
	struct feed *f = self;
	uint64_t size;
	int64_t ignored;
	(void)archive;
	if (!file_layer_size(f->below, &size, &ignored))
		return ARCHIVE_FATAL;
	if (whence == SEEK_CUR)
		offset += (la_int64_t)(f->below->out_bytes - (f->below->peek_to - f->below->peek_from));
	else if (whence == SEEK_END)
		offset += (la_int64_t)size;
	if (offset < 0 || !file_layer_seek(f->below, (uint64_t)offset))
		return ARCHIVE_FATAL;
	return offset;
}

/* Enables what p needs. False when this libarchive cannot do it by itself. */
static bool enable(struct archive *a, enum packing p)
{
	int rc = ARCHIVE_FATAL;
	switch (p) {
	case PACKED_ZSTD:
		rc = archive_read_support_filter_zstd(a);
		break;
	case PACKED_BZIP2:
		rc = archive_read_support_filter_bzip2(a);
		break;
	case PACKED_XZ:
		rc = archive_read_support_filter_xz(a);
		break;
	case PACKED_LZMA:
		rc = archive_read_support_filter_lzma(a);
		break;
	case PACKED_LZIP:
		rc = archive_read_support_filter_lzip(a);
		break;
	case PACKED_LZ4:
		rc = archive_read_support_filter_lz4(a);
		break;
	case PACKED_COMPRESS:
		rc = archive_read_support_filter_compress(a);
		break;
	case PACKED_TAR:
		return archive_read_support_format_tar(a) == ARCHIVE_OK;
	case PACKED_ZIP:
		return archive_read_support_format_zip(a) == ARCHIVE_OK;
	case PACKED_CPIO:
		return archive_read_support_format_cpio(a) == ARCHIVE_OK;
	case PACKED_7ZIP:
		return archive_read_support_format_7zip(a) == ARCHIVE_OK;
	case PACKED_RAR:
		rc = archive_read_support_format_rar5(a);
		return archive_read_support_format_rar(a) == ARCHIVE_OK || rc == ARCHIVE_OK;
	case PACKED_NOT:
	case PACKED_GZIP:
	case PACKED_UTF16_LE:
	case PACKED_UTF16_BE:
		break;
	}
	/* ARCHIVE_WARN: through an external program, which is not for hostile input. */
	return rc == ARCHIVE_OK && archive_read_support_format_raw(a) == ARCHIVE_OK &&
	       archive_read_support_format_empty(a) == ARCHIVE_OK;
}

/* libarchive's complaint as a note; its words tell whether data is missing or wrong. */
static void complain(struct feed *f, const char *name)
{
	struct unpacking *u = f->below->shared;
	const char *text = archive_error_string(f->archive);
	bool cut = text && str_find_nocase(str_of(text), STR("truncated")) >= 0;
	u->truncated |= cut;
	u->damaged |= !cut;
	if (!f->failed && archive_errno(f->archive) == ENOMEM)
		unpacking_note(u, "the %s data needs more memory than there is to unpack", name);
	else if (!f->failed)
		unpacking_note(u, "the %s data %s: %s", name, cut ? "stops short" : "is damaged",
		               text ? text : "no reason given");
	f->failed = true;
}

/* Opens f->archive over `below`; it stays NULL when that fails. */
static void feed_start(struct feed *f, struct layer *below, enum packing p)
{
	f->below = below;
	struct archive *a = archive_read_new();
	if (!a)
		out_of_memory(sizeof *f);
	f->archive = a;
	if (!enable(a, p)) {
		below->shared->damaged = true;
		unpacking_note(below->shared, "%s is not supported by the libarchive on this system",
		               packing_name(p));
		archive_read_free(a);
		f->archive = NULL;
		return;
	}
	archive_read_set_read_callback(a, feed_read);
	if (file_layer_seek(below, 0))
		archive_read_set_seek_callback(a, feed_seek);
	archive_read_set_callback_data(a, f);
	if (archive_read_open1(a) != ARCHIVE_OK) {
		complain(f, packing_name(p));
		archive_read_free(a);
		f->archive = NULL;
	}
}

/* The next block of the current member; false at its end or where nothing more can be read. */
static bool next_block(struct feed *f, const char *name)
{
	for (int tries = 0; tries < MAX_RETRIES; tries++) {
		const void *block = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		int rc = archive_read_data_block(f->archive, &block, &n, &offset);
		if (rc == ARCHIVE_EOF)
			return false;
		if (rc == ARCHIVE_RETRY)
			continue;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			f->dead = rc == ARCHIVE_FATAL;
			break;
		}
		f->block = block;
		f->block_bytes = n;
		if (offset > 0 && (uint64_t)offset > f->member_bytes)
			f->gap_bytes = (uint64_t)offset - f->member_bytes;
		if (f->block_bytes || f->gap_bytes)
			return true;
	}
	complain(f, name);
	return false;
}

static void feed_open(struct feed *f, struct layer *below, enum packing p)
{
	f->bytes = arena_alloc(below->shared->arena, FEED_BYTES, 1);
	feed_start(f, below, p);
}

/*
 * Block by block, because archive_read_data() forgets what it has copied when damage follows it: everything in
 * front of the damage is to be read.
 */
static size_t feed_data(struct feed *f, char *out, size_t cap, const char *name)
{
	if (f->failed || (!f->block_bytes && !f->gap_bytes && !next_block(f, name)))
		return 0;
	size_t n = f->block_bytes < cap ? f->block_bytes : cap;
	if (f->gap_bytes) {
		n = f->gap_bytes < cap ? (size_t)f->gap_bytes : cap;
		memset(out, 0, n);
		f->gap_bytes -= n;
	} else {
		memcpy(out, f->block, n);
		f->block += n;
		f->block_bytes -= n;
	}
	f->member_bytes += n;
	return n;
}

struct filter_layer {
	struct layer layer;
	struct feed feed;
	enum packing packing;
	bool begun;
};

static size_t filter_read(struct layer *self, char *out, size_t cap)
{
	struct filter_layer *l = (struct filter_layer *)self;
	if (!l->feed.archive)
		return 0;
	if (!l->begun) {
		struct archive_entry *entry;
		int rc = archive_read_next_header(l->feed.archive, &entry);
		l->begun = true;
		if (rc == ARCHIVE_EOF) {
			l->feed.failed = true; /* nothing in it, and nothing wrong with that */
		} else if (archive_filter_count(l->feed.archive) < 2) {
			/* Too little for libarchive to recognise: it would give the packed bytes for the text. */
			l->layer.shared->truncated = true;
			l->feed.failed = true;
			unpacking_note(l->layer.shared, "the %s data stops short", packing_name(l->packing));
		} else if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			complain(&l->feed, packing_name(l->packing));
		}
	}
	return feed_data(&l->feed, out, cap, packing_name(l->packing));
}

static void filter_close(struct layer *self)
{
	struct filter_layer *l = (struct filter_layer *)self;
	if (l->feed.archive)
		archive_read_free(l->feed.archive);
}

struct layer *filter_layer_open(struct layer *below, enum packing p)
{
	struct filter_layer *l = arena_new(below->shared->arena, struct filter_layer);
	l->layer = (struct layer){ .read = filter_read,
		                   .close = filter_close,
		                   .below = below,
		                   .shared = below->shared,
		                   .unpacks = true };
	l->packing = p;
	feed_open(&l->feed, below, p);
	return &l->layer;
}

struct archive_reader {
	struct feed feed;
	enum packing packing;
	uint64_t members;     /* seen so far, for those without a name */
	locale_t utf8;        /* 0 when there is none */
};

struct archive_reader *archive_reader_open(struct layer *below, enum packing p)
{
	struct archive_reader *r = arena_new(below->shared->arena, struct archive_reader);
	r->packing = p;
	/* libarchive converts names to the thread's locale and drops what that cannot write: always UTF-8. */
	r->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	feed_open(&r->feed, below, p);
	return r;
}

void archive_reader_close(struct archive_reader *r)
{
	if (r->feed.archive)
		archive_read_free(r->feed.archive);
	if (r->utf8)
		freelocale(r->utf8);
	layer_close(r->feed.below);
}

/* A member's name as part of a path to be shown: no way up, no root, no empty or control bytes. */
static struct str safe_name(struct arena *a, struct str name, uint64_t number)
{
	if (name.len > NAME_BYTES)
		name = str_from(name, name.len - NAME_BYTES);
	char *out = arena_alloc(a, name.len + 1, 1);
	size_t n = 0;
	while (name.len) {
		struct str part = str_cut(name, '/', &name);
		if (part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			continue;
		if (n)
			out[n++] = '/';
		for (size_t i = 0; i < part.len; i++) {
			char c = part.ptr[i];
			out[n++] = (unsigned char)c < 0x20 || c == 0x7f || c == '\\' ? '_' : c;
		}
	}
	return n ? str_make(out, n) : arena_printf(a, "member-%llu", (unsigned long long)number);
}

struct member_layer {
	struct layer layer;
	struct archive_reader *reader;
};

static size_t member_read(struct layer *self, char *out, size_t cap)
{
	struct archive_reader *r = ((struct member_layer *)self)->reader;
	return feed_data(&r->feed, out, cap, packing_name(r->packing));
}

/*
 * Moves to the next header. False at the end of the archive or where nothing more can be read. Behind a damaged header
 * a tar is searched for the next one, block by block.
 */
static bool next_header(struct archive_reader *r, struct archive_entry **entry)
{
	int stuck = 0;
	la_int64_t at = -1;
	for (;;) {
		int rc = archive_read_next_header(r->feed.archive, entry);
		if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) {
			r->feed.failed = false;
			return true;
		}
		if (rc == ARCHIVE_EOF)
			return false;
		complain(&r->feed, packing_name(r->packing));
		stuck = archive_filter_bytes(r->feed.archive, 0) > at ? 0 : stuck + 1;
		at = archive_filter_bytes(r->feed.archive, 0);
		if (rc != ARCHIVE_RETRY || stuck == MAX_RETRIES)
			return false;
	}
}

/*
 * A zip's members stand by themselves, but libarchive gives the whole of it up after one that does not unpack: it is
 * opened again and the members before are passed over, which costs nothing where the file can be searched.
 */
static bool revive(struct archive_reader *r)
{
	struct layer *below = r->feed.below;
	struct archive_entry *entry;
	if (r->packing != PACKED_ZIP || !file_layer_seek(r->feed.below, 0))
		return false;
	archive_read_free(r->feed.archive);
	r->feed = (struct feed){ .bytes = r->feed.bytes };
	feed_start(&r->feed, below, PACKED_ZIP);
	for (uint64_t i = 0; r->feed.archive && i < r->members; i++)
		if (!next_header(r, &entry))
			return false;
	return r->feed.archive != NULL;
}

static bool next_member(struct archive_reader *r, struct archive_member *out)
{
	struct unpacking *u = r->feed.below->shared;
	struct archive_entry *entry;
	while (next_header(r, &entry)) {
		r->members++;
		/* Links are other names of members; devices and directories hold no text. */
		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
			continue;
		const char *name = archive_entry_pathname(entry);
		if (!name)
			name = archive_entry_pathname_utf8(entry);
		out->name = safe_name(u->arena, str_of(name), r->members);
		if (archive_entry_is_encrypted(entry)) {
			u->damaged = true;
			unpacking_note(u, "%.*s is encrypted and was left out", STR_ARG(out->name));
			continue;
		}
		int64_t seconds = archive_entry_mtime(entry);
		out->mtime_ns = TIME_NONE;
		if (archive_entry_mtime_is_set(entry) && seconds > 0 && seconds < INT64_MAX / NS_PER_S)
			out->mtime_ns = seconds * NS_PER_S;
		struct member_layer *l = arena_new(u->arena, struct member_layer);
		l->layer = (struct layer){ .read = member_read, .shared = u, .unpacks = true };
		l->reader = r;
		out->layer = &l->layer;
		return true;
	}
	return false;
}

bool archive_reader_next(struct archive_reader *r, struct archive_member *out)
{
	if (!r->feed.archive || (r->feed.dead && !revive(r)))
		return false;
	r->feed.failed = false;
	r->feed.block_bytes = 0;
	r->feed.gap_bytes = r->feed.member_bytes = 0;
	if (!r->utf8)
		return next_member(r, out);
	locale_t before = uselocale(r->utf8);
	bool found = next_member(r, out);
	uselocale(before);
	return found;
}
