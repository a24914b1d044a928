#include "pack.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

static void le32(struct buf *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buf_addc(out, (char)(unsigned char)(v >> 8 * i));
}

void pack_gzip(struct buf *out, struct str text, int level, uint32_t mtime_s, const char *name)
{
	z_stream z = { 0 };
	cr_assert_eq(deflateInit2(&z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_add(out, name ? STR("\x1f\x8b\x08\x08") : STR("\x1f\x8b\x08\x00"));
	le32(out, mtime_s);
	buf_add(out, STR("\x00\x03"));
	if (name)
		buf_add(out, str_make(name, strlen(name) + 1));
	size_t room = deflateBound(&z, text.len);
	z.next_out = (Bytef *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	z.next_in = (Bytef *)(uintptr_t)text.ptr;
	z.avail_in = (uInt)text.len;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
	le32(out, (uint32_t)crc32_z(0, (const Bytef *)text.ptr, text.len));
	le32(out, (uint32_t)text.len);
}

void pack_tar(struct buf *out, const char *name, struct str text, char type)
{
	char block[512] = { 0 };
	size_t n = strlen(name);
	memcpy(block, name, n < 100 ? n : 100);
	memcpy(block + 100, "0000644\0" "0000000\0" "0000000\0", 24);
	snprintf(block + 124, 12, "%011lo", (unsigned long)text.len);
	snprintf(block + 136, 12, "%011lo", 1769724302ul);
	memset(block + 148, ' ', 8);
	block[156] = type;
	if (type == '2')
		memcpy(block + 157, "/etc/passwd", 11);
	memcpy(block + 257, "ustar\0" "00", 8);
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof block; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	buf_add(out, str_make(block, sizeof block));
	buf_add(out, text);
	memset(block, 0, sizeof block);
	buf_add(out, str_make(block, (512 - text.len % 512) % 512));
}

void pack_tar_end(struct buf *out)
{
	static const char zeros[1024];
	buf_add(out, str_make(zeros, sizeof zeros));
}

struct input *pack_open(struct str bytes, const struct input_limits *limits)
{
	char path[] = "/tmp/inquest-pack.XXXXXX";
	struct err err = ERR_INIT;
	struct input *in;
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		cr_assert_gt(n, 0);
		bytes = str_from(bytes, (size_t)n);
	}
	close(fd);
	cr_assert(input_open(path, STR("x"), limits, &in, &err), "%s", err.text);
	unlink(path);
	return in;
}

void pack_read(struct input *in, size_t step, struct buf *out)
{
	char piece[1 << 16];
	size_t n;
	while ((n = input_read(in, piece, step < sizeof piece ? step : sizeof piece)) > 0)
		buf_add(out, str_make(piece, n));
}

static void add_end(struct input *in, struct buf *out)
{
	struct input_end end = input_end(in);
	buf_addf(out, "%s%s", end.truncated ? "T" : "", end.damaged ? "D" : "");
	for (size_t i = 0; i < end.n_notes; i++)
		buf_addf(out, "(%.*s)", STR_ARG(end.notes[i]));
	buf_addc(out, ';');
}

void pack_all(struct str bytes, struct buf *out)
{
	struct input *in = pack_open(bytes, NULL);
	struct input_stream s;
	while (input_next(in, &s)) {
		buf_addf(out, "%.*s[%.*s]", STR_ARG(s.path), STR_ARG(s.packing));
		pack_read(in, 1000, out);
		add_end(in, out);
	}
	add_end(in, out);
	input_close(in);
}
