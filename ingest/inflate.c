#include "ingest/inflate.h"

#ifdef HAVE_ISAL

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

struct inflater {
	struct inflate_state state;
};

struct inflater *inflater_open(struct arena *a)
{
	struct inflater *f = arena_new(a, struct inflater);
	isal_inflate_init(&f->state);
	return f;
}

void inflater_close(struct inflater *f)
{
	(void)f; /* all of it is in the arena */
}

void inflater_reset(struct inflater *f)
{
	isal_inflate_reset(&f->state);
}

static uint32_t at_most_32(size_t n)
{
	return n > (UINT32_C(1) << 30) ? UINT32_C(1) << 30 : (uint32_t)n;
}

enum inflate_status inflater_run(struct inflater *f, unsigned char **in, size_t *in_bytes,
                                 unsigned char **out, size_t *out_bytes)
{
	struct inflate_state *s = &f->state;
	s->next_in = *in;
	s->avail_in = at_most_32(*in_bytes);
	s->next_out = *out;
	s->avail_out = at_most_32(*out_bytes);
	int rc = isal_inflate(s);
	bool end = rc == ISAL_DECOMP_OK && s->block_state == ISAL_BLOCK_FINISH;
	if (end && s->read_in_length > 0) {
		/* Whole bytes it had taken in but not used. */
		uint32_t back = (uint32_t)s->read_in_length / 8;
		s->next_in -= back;
		s->avail_in += back;
		s->read_in_length = 0;
	}
	*in_bytes -= (size_t)(s->next_in - *in);
	*out_bytes -= (size_t)(s->next_out - *out);
	*in = s->next_in;
	*out = s->next_out;
	if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT && rc != ISAL_OUT_OVERFLOW)
		return INFLATE_BAD;
	return end ? INFLATE_END : INFLATE_MORE;
}

void inflater_watch_blocks(struct inflater *f, bool watch)
{
	(void)f; /* it stops only where its input ends: who watches gives it little */
	(void)watch;
}

bool inflater_at_block(const struct inflater *f, uint64_t *bits)
{
	const struct inflate_state *s = &f->state;
	if ((s->block_state != ISAL_BLOCK_NEW_HDR && s->block_state != ISAL_BLOCK_HDR) || s->avail_in ||
	    s->tmp_out_valid != s->tmp_out_processed)
		return false;
	/* An incomplete head is put back as it was, and its bytes are kept aside. */
	*bits = (uint64_t)s->tmp_in_size * 8 + (uint64_t)s->read_in_length;
	return true;
}

void inflater_resume(struct inflater *f, unsigned bits, unsigned char byte, struct str window)
{
	uint8_t *dict = (uint8_t *)(uintptr_t)window.ptr; /* only read */
	isal_inflate_reset(&f->state);
	isal_inflate_set_dict(&f->state, dict, (uint32_t)window.len);
	f->state.read_in = bits ? (uint64_t)byte >> (8 - bits) : 0;
	f->state.read_in_length = (int32_t)bits;
}

uint32_t inflate_crc32(uint32_t crc, const unsigned char *bytes, size_t n)
{
	return crc32_gzip_refl(crc, bytes, n);
}

#else

#include <zlib.h>

#include "core/err.h"

struct inflater {
	z_stream z;
	int flush;
};

struct inflater *inflater_open(struct arena *a)
{
	struct inflater *f = arena_new(a, struct inflater);
	if (inflateInit2(&f->z, -15) != Z_OK)
		out_of_memory(sizeof(z_stream));
	return f;
}

void inflater_close(struct inflater *f)
{
	inflateEnd(&f->z);
}

void inflater_reset(struct inflater *f)
{
	inflateReset(&f->z);
}

static uInt at_most_32(size_t n)
{
	return n > (1u << 30) ? 1u << 30 : (uInt)n;
}

enum inflate_status inflater_run(struct inflater *f, unsigned char **in, size_t *in_bytes,
                                 unsigned char **out, size_t *out_bytes)
{
	z_stream *z = &f->z;
	z->next_in = *in;
	z->avail_in = at_most_32(*in_bytes);
	z->next_out = *out;
	z->avail_out = at_most_32(*out_bytes);
	int rc = inflate(z, f->flush);
	*in_bytes -= (size_t)(z->next_in - *in);
	*out_bytes -= (size_t)(z->next_out - *out);
	*in += z->next_in - *in;
	*out = z->next_out;
	if (rc == Z_STREAM_END)
		return INFLATE_END;
	return rc == Z_OK || rc == Z_BUF_ERROR ? INFLATE_MORE : INFLATE_BAD;
}

void inflater_watch_blocks(struct inflater *f, bool watch)
{
	f->flush = watch ? Z_BLOCK : Z_NO_FLUSH;
}

bool inflater_at_block(const struct inflater *f, uint64_t *bits)
{
	/* zlib.h: 128 behind a block, 64 when it was the last, and the unused bits of the last byte. */
	*bits = (uint64_t)(f->z.data_type & 7);
	return (f->z.data_type & (128 | 64)) == 128;
}

void inflater_resume(struct inflater *f, unsigned bits, unsigned char byte, struct str window)
{
	inflateReset(&f->z);
	if (bits)
		inflatePrime(&f->z, (int)bits, byte >> (8 - bits));
	if (window.len)
		inflateSetDictionary(&f->z, (const Bytef *)window.ptr, (uInt)window.len);
}

uint32_t inflate_crc32(uint32_t crc, const unsigned char *bytes, size_t n)
{
	return (uint32_t)crc32_z(crc, bytes, n);
}

#endif
