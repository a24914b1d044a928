/* Raw deflate data: our inflater, whichever it is built with, against zlib. */
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "ingest/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_OUT_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char wanted[MAX_OUT_BYTES], got[MAX_OUT_BYTES];
	z_stream z = {
		.next_in = data, .avail_in = (uInt)size, .next_out = wanted, .avail_out = MAX_OUT_BYTES
	};
	if (size > 1 << 16 || inflateInit2(&z, -15) != Z_OK)
		return 0;
	int rc = inflate(&z, Z_SYNC_FLUSH);
	size_t wanted_bytes = MAX_OUT_BYTES - z.avail_out, wanted_left = z.avail_in;
	inflateEnd(&z);

	struct arena a;
	arena_init(&a);
	struct inflater *f = inflater_open(&a);
	/* Bytes in front, which may be given back; fed in pieces. */
	unsigned char *copy = arena_alloc(&a, size + 8, 1);
	if (size)
		memcpy(copy + 8, data, size);
	unsigned char *in = copy + 8, *out = got;
	size_t left = size, room = MAX_OUT_BYTES, piece = size % 97 + 1;
	enum inflate_status status = INFLATE_MORE;
	while (status == INFLATE_MORE && room) {
		size_t n = piece < left ? piece : left, before = n + room, given = n;
		status = inflater_run(f, &in, &n, &out, &room);
		left -= given - n;
		if (status == INFLATE_MORE && n + room == before && given == left)
			break;
		if (status == INFLATE_MORE && n == given)
			piece += 64; /* no progress: it wants more */
	}
	size_t got_bytes = MAX_OUT_BYTES - room;
	/* A whole stream is the same to the byte, with the same bytes left behind it. */
	if (rc == Z_STREAM_END && wanted_bytes < MAX_OUT_BYTES) {
		if (status != INFLATE_END || got_bytes != wanted_bytes ||
		    memcmp(got, wanted, got_bytes) != 0 || left != wanted_left)
			abort();
	}
	if (status == INFLATE_END && rc != Z_STREAM_END && wanted_bytes < MAX_OUT_BYTES)
		abort();
	/* Of a broken one there is the same beginning. */
	size_t common = got_bytes < wanted_bytes ? got_bytes : wanted_bytes;
	if (memcmp(got, wanted, common) != 0)
		abort();
	inflater_close(f);
	arena_release(&a);
	return 0;
}
