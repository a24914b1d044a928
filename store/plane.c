#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_c_literalCompressionMode */
#include "store/plane.h"

/* The loops over whole planes are what packing a block costs: let them use vector instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include <zstd.h>

#include "core/err.h"

enum {
	ZSTD_LEVEL = 1,
	TOO_SHORT = 24,       /* bytes: below, a frame's head costs more than it saves */
	SAMPLED_MIN = 512,    /* bytes: below, a sample would be nearly all */
	SAMPLE = 2048,        /* bytes in the middle, for their frequencies */
	REPEATS_SAMPLE = 768, /* of these, to be held against those before */
	SHARE_MAX = 3,
	SLACK = 8,            /* bytes of room behind a plane: what is spread comes by twos */
};

enum plane_form { PLANE_RAW, PLANE_SAME, PLANE_ZSTD, PLANE_SPARSE };

void plane_coder_init(struct plane_coder *c)
{
	*c = (struct plane_coder){ 0 };
	buf_init(&c->in, SIZE_MAX / 4);
	buf_init(&c->out, SIZE_MAX / 4);
}

void plane_coder_release(struct plane_coder *c)
{
	ZSTD_freeCCtx(c->search);
	ZSTD_freeCCtx(c->plain);
	ZSTD_freeDCtx(c->unpack);
	buf_release(&c->in);
	buf_release(&c->out);
	*c = (struct plane_coder){ 0 };
}

static unsigned char *room_for(struct buf *b, size_t n)
{
	buf_clear(b);
	unsigned char *room = n < SIZE_MAX / 8 ? (unsigned char *)buf_reserve(b, n) : NULL;
	if (!room)
		out_of_memory(n);
	return room;
}

/* ---- packing ---------------------------------------------------------------------------------- */

static ZSTD_CCtx *make_packer(bool search)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	if (!c)
		out_of_memory(0);
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
	/* Short matches cost as much as what they stand for; a smaller table of them stays in the nearest cache. */
	ZSTD_CCtx_setParameter(c, ZSTD_c_minMatch, 7);
	ZSTD_CCtx_setParameter(c, ZSTD_c_hashLog, search ? 13 : ZSTD_HASHLOG_MIN);
	if (!search) {
		/* So long a step that there is no search; zstd would then also leave the bytes uncoded, unless told. */
		ZSTD_CCtx_setParameter(c, ZSTD_c_targetLength, ZSTD_TARGETLENGTH_MAX);
		ZSTD_CCtx_setParameter(c, ZSTD_c_literalCompressionMode, ZSTD_lcm_huffman);
	}
	return c;
}

static void put_raw(struct buf *out, unsigned share, const unsigned char *p, size_t n)
{
	buf_addc(out, (char)(PLANE_RAW | share << 4));
	buf_add(out, str_make((const char *)p, n));
}

/* Bytes as zstd, or raw where that is not shorter. */
static void put_zstd(struct plane_coder *c, struct buf *out, bool search, unsigned share, const unsigned char *p, size_t n)
{
	/* Room for the form, the length (written into the room in front) and the frame. */
	enum { HEAD = 11 };
	size_t raw_at = out->len, bound = ZSTD_compressBound(n);
	ZSTD_CCtx **packer = search ? &c->search : &c->plain;
	if (n < TOO_SHORT || !buf_reserve(out, HEAD + bound)) {
		put_raw(out, share, p, n);
		return;
	}
	if (!*packer)
		*packer = make_packer(search);
	size_t packed = ZSTD_compress2(*packer, out->ptr + raw_at + HEAD, bound, p, n);
	if (ZSTD_isError(packed) || packed + 3 >= n) {
		put_raw(out, share, p, n);
		return;
	}
	buf_addc(out, (char)(PLANE_ZSTD | share << 4));
	buf_add_varint(out, packed);
	memmove(out->ptr + out->len, out->ptr + raw_at + HEAD, packed);
	out->len += packed;
}

/* Two bytes of w bits each in one; returns how many there are then. */
static size_t halve(const unsigned char *restrict in, size_t n, unsigned w, unsigned char *restrict out)
{
	for (size_t i = 0; i < n / 2; i++)
		out[i] = (unsigned char)(in[2 * i] | in[2 * i + 1] << w);
	if (n % 2)
		out[n / 2] = in[n - 1];
	return n / 2 + n % 2;
}

/*
 * 2^share bytes in one; returns where they are, and how many in *n. The room has space for two of n / 2 + 1 bytes; the bytes may
 * stand nowhere in it.
 */
static const unsigned char *fold(const unsigned char *p, size_t *n, unsigned share, unsigned char *room)
{
	unsigned char *to = room, *other = room + *n / 2 + 1;
	for (unsigned w = 8U >> share; w < 8; w *= 2) {
		*n = halve(p, *n, w, to);
		p = to;
		to = other;
		other = (unsigned char *)(uintptr_t)p;
	}
	return p;
}

static void put_sparse(struct plane_coder *c, struct buf *out, const unsigned char *p, size_t n)
{
	unsigned char *others = room_for(&c->in, 3 * n + SLACK), *flags = others + n + 1;
	size_t n_others = 0, n_bits = n;
	for (size_t i = 0; i < n; i++) {
		others[n_others] = p[i];
		flags[i] = p[i] != 0;
		n_others += flags[i];
	}
	const unsigned char *bits = fold(flags, &n_bits, SHARE_MAX, flags + n);
	buf_addc(out, (char)PLANE_SPARSE);
	buf_add_varint(out, n_others);
	put_zstd(c, out, true, 0, bits, n_bits);
	put_zstd(c, out, false, 0, others, n_others);
}

/* Do many of the bytes stand in front of the same ones as others before? */
static bool repeats(const unsigned char *p, size_t n)
{
	enum { BITS = 9 };
	uint16_t seen[1 << BITS] = { 0 };
	size_t hits = 0;
	for (size_t i = 0; i + 8 <= n; i++) {
		uint64_t now, then;
		memcpy(&now, p + i, 8);
		uint16_t *at = &seen[now * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BITS)];
		memcpy(&then, p + *at, 8); /* of nothing seen: the first */
		hits += now == then && i > 0;
		*at = (uint16_t)i;
	}
	return hits * 32 > n;
}

enum look { LOOKS_SPARSE, LOOKS_LIKE_NOISE, LOOKS_REPEATED, LOOKS_PLAIN };

static enum look look_at(const unsigned char *p, size_t n)
{
	if (n < SAMPLED_MIN)
		return LOOKS_REPEATED;
	size_t m = n < SAMPLE ? n : SAMPLE, few = n < REPEATS_SAMPLE ? n : REPEATS_SAMPLE;
	const unsigned char *sample = p + (n - m) / 2;
	uint32_t counts[256] = { 0 };
	for (size_t i = 0; i < m; i++)
		counts[sample[i]]++;
	if (counts[0] * 4 >= m * 3)
		return LOOKS_SPARSE;
	if (repeats(sample, few))
		return LOOKS_REPEATED;
	/* How often two are the same: once in 256 where they are drawn evenly. Up to once in 223, 7.8 bits, no code is worth its while. */
	uint64_t same = 0;
	for (unsigned i = 0; i < 256; i++)
		same += (uint64_t)counts[i] * (counts[i] - 1);
	return same * 223 < (uint64_t)m * (m - 1) ? LOOKS_LIKE_NOISE : LOOKS_PLAIN;
}

static bool all_same(const unsigned char *p, size_t n)
{
	return memcmp(p, p + 1, n - 1) == 0;
}

/* Of how many bytes of the plane one can hold the bits: the logarithm. */
static unsigned share_of(const unsigned char *p, size_t n)
{
	unsigned char any = 0;
	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any < 2 ? 3 : any < 4 ? 2 : any < 16 ? 1 : 0;
}

void plane_put(struct plane_coder *c, struct buf *out, const unsigned char *p, size_t n)
{
	if (n > 1 && all_same(p, n)) {
		buf_addc(out, (char)PLANE_SAME);
		buf_addc(out, (char)p[0]);
		return;
	}
	unsigned share = share_of(p, n);
	if (share) {
		p = fold(p, &n, share, room_for(&c->in, n + SLACK));
		put_zstd(c, out, true, share, p, n);
		return;
	}
	switch (look_at(p, n)) {
	case LOOKS_SPARSE:
		put_sparse(c, out, p, n);
		break;
	case LOOKS_LIKE_NOISE:
		put_raw(out, 0, p, n);
		break;
	case LOOKS_REPEATED:
		put_zstd(c, out, true, 0, p, n);
		break;
	case LOOKS_PLAIN:
		put_zstd(c, out, false, 0, p, n);
		break;
	}
}

void plane_put_text(struct plane_coder *c, struct buf *out, struct str text)
{
	buf_add_varint(out, text.len);
	put_zstd(c, out, true, 0, (const unsigned char *)text.ptr, text.len);
}

/* ---- unpacking -------------------------------------------------------------------------------- */

/* The head of a plane; *n becomes how many bytes are packed. */
static bool get_head(struct str *in, size_t *n, enum plane_form *form, unsigned *share)
{
	if (in->len == 0)
		return false;
	unsigned head = (unsigned char)in->ptr[0];
	*in = str_from(*in, 1);
	*share = head >> 4;
	if ((head & 15) > PLANE_SPARSE || *share > SHARE_MAX)
		return false;
	*form = (enum plane_form)(head & 15);
	if (*share && *form != PLANE_RAW && *form != PLANE_ZSTD)
		return false;
	*n = (*n >> *share) + ((*n & ((1U << *share) - 1)) != 0);
	return true;
}

/* The bytes of a form, as many as there must be; in the room, or where they stand in *in. */
static const unsigned char *get_bytes(struct plane_coder *c, struct str *in, enum plane_form form, size_t n, unsigned char *room)
{
	const char *at = in->ptr;
	uint64_t packed;
	switch (form) {
	case PLANE_RAW:
		if (in->len < n)
			return NULL;
		*in = str_from(*in, n);
		return (const unsigned char *)at;
	case PLANE_SAME:
		if (in->len < 1)
			return NULL;
		memset(room, at[0], n);
		*in = str_from(*in, 1);
		return room;
	case PLANE_ZSTD:
		if (!varint_next(in, &packed) || packed > in->len)
			return NULL;
		if (!c->unpack && !(c->unpack = ZSTD_createDCtx()))
			out_of_memory(n);
		if (ZSTD_decompressDCtx(c->unpack, room, n, in->ptr, (size_t)packed) != n)
			return NULL;
		*in = str_from(*in, (size_t)packed);
		return room;
	case PLANE_SPARSE:
	default:
		return NULL;
	}
}

/* Each byte as two of w bits; one too many when their number is odd. */
static void spread(const unsigned char *restrict in, size_t n, unsigned w, unsigned char *restrict out)
{
	unsigned char mask = (unsigned char)((1U << w) - 1);
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = in[i] & mask;
		out[2 * i + 1] = (unsigned char)(in[i] >> w);
	}
}

/* n bytes, of which 2^share were in one each; the room has space for two of them and their slack. */
static const unsigned char *unfold(const unsigned char *p, size_t n, unsigned share, unsigned char *room)
{
	unsigned char *to = room, *other = room + n + SLACK;
	for (unsigned w = 4; share > 0; w /= 2) {
		share--;
		spread(p, (n >> (share + 1)) + ((n & ((2U << share) - 1)) != 0), w, to);
		p = to;
		to = other;
		other = (unsigned char *)(uintptr_t)p;
	}
	return p;
}

/* Planes inside of a sparse one: neither sparse nor shared. */
static const unsigned char *get_inner(struct plane_coder *c, struct str *in, size_t n, unsigned char *room)
{
	enum plane_form form;
	unsigned share;
	return get_head(in, &n, &form, &share) && share == 0 ? get_bytes(c, in, form, n, room) : NULL;
}

static const unsigned char *get_sparse(struct plane_coder *c, struct str *in, size_t n)
{
	uint64_t n_others;
	if (!varint_next(in, &n_others) || n_others > n)
		return NULL;
	size_t n_bits = n / 8 + (n % 8 != 0), set = 0;
	unsigned char *out = room_for(&c->out, 3 * (n + SLACK)), *others_room = out + n + SLACK;
	const unsigned char *bits = get_inner(c, in, n_bits, others_room + n + SLACK);
	const unsigned char *others = bits ? get_inner(c, in, (size_t)n_others, others_room) : NULL;
	for (size_t i = 0; others && i < n_bits; i++)
		set += (unsigned)__builtin_popcount(bits[i]);
	if (!others || set != n_others || (n % 8 && bits[n_bits - 1] >> n % 8))
		return NULL;
	memset(out, 0, n);
	for (size_t i = 0, at = 0; i < n_bits; i++)
		for (unsigned left = bits[i]; left; left &= left - 1)
			out[8 * i + (unsigned)__builtin_ctz(left)] = others[at++];
	return out;
}

const unsigned char *plane_get(struct plane_coder *c, struct str *in, size_t n)
{
	enum plane_form form;
	unsigned share;
	size_t packed = n;
	if (!get_head(in, &packed, &form, &share))
		return NULL;
	if (form == PLANE_SPARSE)
		return get_sparse(c, in, n);
	if (share == 0)
		return get_bytes(c, in, form, n, form == PLANE_RAW ? NULL : room_for(&c->out, n));
	unsigned char *room = room_for(&c->out, 3 * (n + SLACK));
	const unsigned char *p = get_bytes(c, in, form, packed, room + 2 * (n + SLACK));
	return p ? unfold(p, n, share, room) : NULL;
}

bool plane_get_text(struct plane_coder *c, struct str *in, size_t max, struct arena *a, struct str *out)
{
	uint64_t len;
	if (!varint_next(in, &len) || len > max)
		return false;
	const unsigned char *bytes = plane_get(c, in, (size_t)len);
	if (!bytes)
		return false;
	*out = arena_str(a, str_make((const char *)bytes, (size_t)len));
	return true;
}

static bool skip_bytes(struct str *in, enum plane_form form, size_t n)
{
	uint64_t bytes = form == PLANE_SAME ? 1 : n;
	if ((form == PLANE_ZSTD && !varint_next(in, &bytes)) || bytes > in->len)
		return false;
	*in = str_from(*in, (size_t)bytes);
	return true;
}

bool plane_skip(struct str *in, size_t n)
{
	enum plane_form form;
	unsigned share;
	uint64_t n_others;
	size_t n_bits = n / 8 + (n % 8 != 0);
	if (!get_head(in, &n, &form, &share))
		return false;
	if (form != PLANE_SPARSE)
		return skip_bytes(in, form, n);
	if (!varint_next(in, &n_others) || n_others > n || !get_head(in, &n_bits, &form, &share) || share || form == PLANE_SPARSE ||
	    !skip_bytes(in, form, n_bits))
		return false;
	n = (size_t)n_others;
	return get_head(in, &n, &form, &share) && !share && form != PLANE_SPARSE && skip_bytes(in, form, n);
}
