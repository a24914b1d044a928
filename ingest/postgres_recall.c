#include "ingest/postgres_recall.h"

#include "core/ascii.h"
#include "core/digits.h"
#include "core/hash.h"
#include "ingest/scan.h"

enum { BLOCK_BYTES = 16 };

static inline struct str *field_of(struct event *e, size_t i)
{
	static const uint16_t at[PREFIX_MEMO_FIELDS] = {
		offsetof(struct event, user),   offsetof(struct event, db),       offsetof(struct event, logger),
		offsetof(struct event, client), offsetof(struct event, sqlstate),
	};

	return (struct str *)(void *)((char *)e + at[i]);
}

/* Where a value of *e stands in the text; false when it does not. */
static bool part_of(struct str text, struct str value, struct prefix_memo_part *out)
{
	*out = (struct prefix_memo_part){ 0 };
	if (value.len == 0)
		return true;
	if (value.ptr < text.ptr || value.ptr + value.len > text.ptr + text.len)
		return false;
	*out = (struct prefix_memo_part){ (uint8_t)(value.ptr - text.ptr), (uint8_t)value.len, 0 };
	return true;
}

static inline struct str part_text(const char *text, struct prefix_memo_part part)
{
	return part.len ? str_make(text + part.at, part.len) : STR_NONE;
}

/* Could the value of a digit matter, and not just that it is one? Such are times, and numbers that are too large. */
static bool by_value(struct str text)
{
	size_t run = 0, digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		/* "2026-01-" */
		if (digits >= 4 && text.len - i > 3 && (c == '-' || c == '/' || c == '.') && text.ptr[i + 3] == c)
			return true;
		digits = is_digit(c) ? digits + 1 : 0;
		run = is_digit(c) || c == '.' ? run + 1 : 0;
		if (run >= 14)
			return true;
	}
	return false;
}

/* Sixteen bytes, another for each but 0 for every digit. */
struct block {
#ifdef __SSE2__
	__m128i bytes;
#else
	uint64_t words[2];
#endif
};

#ifdef __SSE2__
static inline struct block block_at(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (struct block){ _mm_andnot_si128(scan_digits_of(v), _mm_xor_si128(v, _mm_set1_epi8('0'))) };
}

static inline void block_words(struct block b, uint64_t words[2])
{
	_mm_storeu_si128((__m128i *)(void *)words, b.bytes);
}

/* Are the first n (1..16) bytes those of the words? */
static inline bool block_is(struct block b, const uint64_t words[2], size_t n)
{
	__m128i same = _mm_cmpeq_epi8(b.bytes, _mm_loadu_si128((const __m128i *)(const void *)words));

	return (~(unsigned)_mm_movemask_epi8(same) & scan_mask(n)) == 0;
}
#else
/* Of eight bytes. */
static inline uint64_t without_digits(uint64_t bytes)
{
	return (bytes ^ UINT64_C(0x3030303030303030)) & ((digits_others(bytes) >> 7) * 255);
}

static inline struct block block_at(const char *p)
{
	return (struct block){ { without_digits(digits_load(p, 8)), without_digits(digits_load(p + 8, 8)) } };
}

static inline void block_words(struct block b, uint64_t words[2])
{
	memcpy(words, b.words, sizeof b.words);
}

static inline bool block_is(struct block b, const uint64_t words[2], size_t n)
{
	uint64_t low = b.words[0] ^ words[0], high = b.words[1] ^ words[1];

	if (n < 8)
		return low << (64 - 8 * n) == 0;
	return low == 0 && (n == 8 || high << (128 - 8 * n) == 0);
}
#endif

static inline uint64_t block_key(const uint64_t words[2], uint64_t key)
{
	return hash64_fold(words[0] ^ key, words[1] ^ UINT64_C(0x9e3779b97f4a7c15));
}

/* The shape of a text of at most PREFIX_MEMO_BYTES, and a hash of it. */
static uint64_t shape_of(struct str text, uint64_t shape[static PREFIX_MEMO_BYTES / 8])
{
	char copy[PREFIX_MEMO_BYTES];
	uint64_t key = text.len;

	memset(copy, '0', sizeof copy); /* a digit, and so 0 */
	memcpy(copy, text.ptr, text.len);
	for (size_t i = 0; i < PREFIX_MEMO_BYTES; i += BLOCK_BYTES) {
		block_words(block_at(copy + i), shape + i / 8);
		key = block_key(shape + i / 8, key);
	}
	return key;
}

/* Where the slots of texts that begin with this block are remembered. */
static inline size_t recent_of(struct block first)
{
	uint64_t words[2];

	block_words(first, words);
	return block_key(words, 0) % PREFIX_MEMO_RECENT;
}

/* Can a label behind the text be nothing but the first of its line, with nothing of the text in it? */
static bool is_before_label(struct str text)
{
	unsigned char last = (unsigned char)text.ptr[text.len - 1];

	return !is_alnum((char)last) && last < 0x80 && str_find(text, STR(":  ")) < 0;
}

static void remember(struct prefix_memo_slot *slot, const uint64_t *shape, struct str text, struct event *e,
		     const struct prefix_words *words)
{
	bool good = !by_value(text) && part_of(text, words->pid, &slot->pid);

	slot->n_fields = 0;
	for (size_t i = 0; i < PREFIX_MEMO_FIELDS; i++) {
		struct prefix_memo_part *part = &slot->fields[slot->n_fields];

		good = part_of(text, *field_of(e, i), part) && good;
		part->field = (uint8_t)i;
		slot->n_fields = (uint8_t)(slot->n_fields + (part->len > 0));
	}
	for (size_t i = 0; i < words->n; i++)
		good = part_of(text, words->at[i], &slot->words[i]) && good;
	slot->n_words = (uint8_t)words->n;
	slot->pid_hex = words->pid_hex;
	slot->len = good ? (uint8_t)text.len : 0;
	slot->before_label = good && is_before_label(text);
	memcpy(slot->shape, shape, sizeof slot->shape);
}

/* What is remembered of a text with this shape, for *e as it is without a prefix. */
static inline void take(const struct prefix_memo_slot *slot, const char *text, struct event *e, struct prefix_words *words)
{
	for (size_t i = 0; i < slot->n_fields; i++)
		*field_of(e, slot->fields[i].field) = part_text(text, slot->fields[i]);
	words->pid = part_text(text, slot->pid);
	words->pid_hex = slot->pid_hex;
	if (words->pid.len == 0)
		e->pid = -1;
	else if (slot->pid_hex)
		e->pid = postgres_prefix_hex(words->pid);
	else if (words->pid.len <= 8)
		e->pid = digits_value(digits_load(words->pid.ptr, words->pid.len), (unsigned)words->pid.len);
	else
		str_to_i64(words->pid, &e->pid);
	words->n = slot->n_words;
	for (size_t i = 0; i < words->n; i++)
		words->at[i] = part_text(text, slot->words[i]);
}

/* A time at the start of a prefix, which nearly always looks like the last one. */
static bool take_first_time(struct timestamp_last *last, struct str *s, struct event *e)
{
	struct str before = *s;

	if (timestamp_recall(last, s, &e->time)) {
		e->has_time = true;
		return true;
	}
	if (!is_digit(s->ptr[0]) || !postgres_prefix_time(s, e))
		return false;
	timestamp_remember(last, before, before.len - s->len, &e->time);
	return true;
}

void postgres_prefix_recall(struct prefix_memo *memo, struct str line, size_t prefix_len, struct event *e,
			    struct prefix_words *words)
{
	struct str text = str_head(line, prefix_len);
	struct prefix_memo_slot *slot;
	uint64_t shape[PREFIX_MEMO_BYTES / 8];
	size_t i, behind_time;

	/* Behind the time nothing of a prefix is read in the light of what stood before. */
	if (!memo || text.len == 0 || !take_first_time(&memo->time, &text, e) || text.len == 0 ||
	    text.len > PREFIX_MEMO_BYTES) {
		postgres_prefix_read(text, e, words);
		return;
	}
	i = shape_of(text, shape) % PREFIX_MEMO_SLOTS;
	slot = &memo->slots[i];
	if (slot->len == text.len && memcmp(slot->shape, shape, sizeof shape) == 0) {
		take(slot, text.ptr, e, words);
	} else {
		postgres_prefix_read(text, e, words);
		remember(slot, shape, text, e, words);
	}
	behind_time = line.len - (size_t)(text.ptr - line.ptr);
	if (slot->before_label && behind_time >= BLOCK_BYTES)
		memo->recent[recent_of(block_at(text.ptr))] = (uint8_t)(i + 1);
}

/* Does the text, which has as many whole blocks, begin with the slot's? `block` is its first. */
static inline bool begins_with(const char *text, struct block block, const struct prefix_memo_slot *slot)
{
	size_t i = 0;

	for (; slot->len - i > BLOCK_BYTES; block = block_at(text + i)) {
		if (!block_is(block, slot->shape + i / 8, BLOCK_BYTES))
			return false;
		i += BLOCK_BYTES;
	}
	return block_is(block, slot->shape + i / 8, slot->len - i);
}

bool postgres_prefix_find(const struct prefix_memo *memo, struct str line, struct prefix_known *out)
{
	struct str text = line;
	const struct prefix_memo_slot *slot;
	struct block block;
	size_t i;

	if (!timestamp_recall(&memo->time, &text, &out->time) || text.len < BLOCK_BYTES)
		return false;
	block = block_at(text.ptr);
	i = memo->recent[recent_of(block)];
	if (i == 0)
		return false;
	slot = &memo->slots[i - 1];
	if (!slot->before_label || text.len < (size_t)slot->len + BLOCK_BYTES || !begins_with(text.ptr, block, slot))
		return false;
	out->slot = slot;
	out->text = text.ptr;
	out->len = line.len - text.len + slot->len;
	return true;
}

void postgres_prefix_take(const struct prefix_known *known, struct event *e, struct prefix_words *words)
{
	e->time = known->time;
	e->has_time = true;
	take(known->slot, known->text, e, words);
}
