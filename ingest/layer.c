#include "ingest/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void unpacking_note(struct unpacking *u, const char *fmt, ...)
{
	if (u->notes.n > LAYER_MAX_NOTES)
		return;
	char text[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (u->notes.n == LAYER_MAX_NOTES)
		snprintf(text, sizeof text, "more damage of this kind follows");
	*vec_push(u->arena, &u->notes) = arena_str(u->arena, str_of(text));
}

/*
 * Is it a bomb? One layer may not make too much out of the file, and neither may all together: thousands of members,
 * each within its limit, are one as well. What is packed twice, as a tar in a gzip, counts twice.
 */
static bool check_ratio(struct layer *l)
{
	struct unpacking *u = l->shared;
	if (l->out_bytes > RATIO_SLACK_BYTES && l->out_bytes / u->max_ratio > u->packed_bytes) {
		unpacking_note(u, "unpacks to more than %llu times its size: stopped after %llu bytes",
		               (unsigned long long)u->max_ratio, (unsigned long long)l->out_bytes);
		return false;
	}
	if (u->unpacked_bytes > TOTAL_SLACK_BYTES && u->unpacked_bytes / 2 / u->max_ratio > u->packed_bytes) {
		unpacking_note(u, "all of it unpacks to more than %llu times its size: stopped after %llu bytes",
		               (unsigned long long)u->max_ratio, (unsigned long long)u->unpacked_bytes);
		u->exploded = true;
		return false;
	}
	return true;
}

/* One read() of the layer, and the limits that hold for all that unpack. */
static size_t produce(struct layer *l, char *out, size_t cap)
{
	struct unpacking *u = l->shared;
	if (l->ended || u->exploded)
		return 0;
	size_t n = l->read(l, out, cap);
	l->ended = n == 0;
	l->out_bytes += n;
	if (l->unpacks) {
		u->unpacked_bytes += n;
		if (!check_ratio(l)) {
			l->ended = true;
			u->damaged = true;
		}
	}
	return n;
}

struct str layer_peek(struct layer *l, size_t want)
{
	if (!l->peeked)
		l->peeked = arena_alloc(l->shared->arena, LAYER_PEEK_BYTES + LAYER_MIN_ROOM, 1);
	if (l->peek_from) {
		l->peek_to -= l->peek_from;
		memmove(l->peeked, l->peeked + l->peek_from, l->peek_to);
		l->peek_from = 0;
	}
	while (l->peek_to < want) {
		size_t n = produce(l, l->peeked + l->peek_to, LAYER_PEEK_BYTES + LAYER_MIN_ROOM - l->peek_to);
		if (!n)
			break;
		l->peek_to += n;
	}
	return str_make(l->peeked, l->peek_to < want ? l->peek_to : want);
}

size_t layer_read(struct layer *l, char *out, size_t cap)
{
	if (l->peek_from == l->peek_to && cap >= LAYER_MIN_ROOM)
		return produce(l, out, cap);
	if (l->peek_from == l->peek_to)
		layer_peek(l, LAYER_MIN_ROOM);
	size_t n = l->peek_to - l->peek_from;
	if (n > cap)
		n = cap;
	memcpy(out, l->peeked + l->peek_from, n);
	l->peek_from += n;
	return n;
}

void layer_close(struct layer *l)
{
	while (l) {
		struct layer *below = l->below;
		if (l->close)
			l->close(l);
		l = below;
	}
}

enum { READ_BYTES = 1 << 20 }; /* one system call's worth at most */

struct file_layer {
	struct layer layer;
	int fd;
	bool seekable;
	uint64_t size_bytes;
	int64_t mtime_ns;
};

/* At the end: somebody may have cut the file while it was read, and what came out is not what was there. */
static void check_shrunk(struct file_layer *f)
{
	struct unpacking *u = f->layer.shared;
	struct stat st;
	if (!f->seekable || f->layer.out_bytes >= f->size_bytes || fstat(f->fd, &st) != 0 ||
	    (uint64_t)st.st_size >= f->size_bytes)
		return;
	u->truncated = true;
	unpacking_note(u, "the file was cut from %llu bytes to %llu while it was read",
	               (unsigned long long)f->size_bytes, (unsigned long long)st.st_size);
}

static size_t file_read(struct layer *self, char *out, size_t cap)
{
	struct file_layer *f = (struct file_layer *)self;
	struct unpacking *u = self->shared;
	if (cap > READ_BYTES)
		cap = READ_BYTES;
	for (;;) {
		ssize_t n = read(f->fd, out, cap);
		if (n > 0)
			u->packed_bytes += (uint64_t)n;
		if (n == 0)
			check_shrunk(f);
		if (n >= 0)
			return (size_t)n;
		if (errno == EINTR)
			continue;
		char text[128];
		u->damaged = true;
		unpacking_note(u, "could not be read beyond byte %llu: %s",
		               (unsigned long long)self->out_bytes, strerror_r(errno, text, sizeof text));
		return 0;
	}
}

static void file_close(struct layer *self)
{
	struct file_layer *f = (struct file_layer *)self;
	if (f->fd != STDIN_FILENO)
		close(f->fd);
}

bool file_layer_open(struct unpacking *u, const char *path, struct layer **out, struct err *err)
{
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set_errno(err, "%s", path);
	bool known = fstat(fd, &st) == 0;
	if (known && S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set_status(err, EXIT_NO_INPUT, "%s: is a directory", path);
	}
	struct file_layer *f = arena_new(u->arena, struct file_layer);
	*f = (struct file_layer){ .layer = { .read = file_read, .close = file_close, .shared = u },
		                  .fd = fd,
		                  .mtime_ns = TIME_NONE };
	if (known && S_ISREG(st.st_mode)) {
		f->seekable = lseek(fd, 0, SEEK_CUR) == 0;
		f->size_bytes = (uint64_t)st.st_size;
		if (!__builtin_mul_overflow((int64_t)st.st_mtim.tv_sec, NS_PER_S, &f->mtime_ns))
			f->mtime_ns += st.st_mtim.tv_nsec;
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	*out = &f->layer;
	return true;
}

bool file_layer_seek(struct layer *self, uint64_t offset)
{
	struct file_layer *f = (struct file_layer *)self;
	if (self->read != file_read || !f->seekable || offset > INT64_MAX ||
	    lseek(f->fd, (off_t)offset, SEEK_SET) < 0)
		return false;
	self->peek_from = self->peek_to = 0;
	self->ended = false;
	self->out_bytes = offset;
	return true;
}

bool file_layer_size(const struct layer *self, uint64_t *size_bytes, int64_t *mtime_ns)
{
	const struct file_layer *f = (const struct file_layer *)self;
	if (self->read != file_read || f->mtime_ns == TIME_NONE)
		return false;
	*size_bytes = f->size_bytes;
	*mtime_ns = f->mtime_ns;
	return true;
}
