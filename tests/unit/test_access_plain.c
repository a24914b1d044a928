/*
 * Access lines by the short way: whatever access_plain_read takes, the format's own classify and decode take as well, and they
 * find the same in it. Lines are drawn from samples, with pieces left out, put in and exchanged.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/digits.h"
#include "core/hash.h"
#include "ingest/access.h"
#include "ingest/access_plain.h"
#include "ingest/format.h"
#include "ingest/words.h"
#include "tests/unit/draw.h"

enum { ROUNDS = 120000, LINE_MAX_BYTES = 4096 };

/* Of all that an access line can set. */
static uint64_t digest(const struct event *e)
{
	const struct str texts[] = { e->message, e->method,   e->path,     e->client,  e->user,
				     e->agent,	 e->referrer, e->upstream, e->request_id, e->error, e->detail, e->service };
	uint64_t numbers[] = { (uint64_t)e->time.ns, (uint64_t)e->time.offset_s, e->time.has_zone, e->time.has_year,
			       e->time.has_date, e->has_time, e->time.digits, (uint64_t)e->status, (uint64_t)e->bytes, e->kind,
			       e->severity, 0, 0 };
	uint64_t h = 1;

	memcpy(&numbers[11], &e->duration_ms, sizeof e->duration_ms);
	memcpy(&numbers[12], &e->upstream_ms, sizeof e->upstream_ms);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		h = hash64_mix(hash64_mix(h, (uint64_t)(uintptr_t)texts[i].ptr), texts[i].len);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		h = hash64_mix(h, numbers[i]);
	return h;
}

/* Puts something into the line or takes something out. */
static void damage(struct buf *line)
{
	static const struct str pieces[] = {
		{ "\"", 1 },	{ "\\", 1 },	{ "\\\"", 2 },	{ " ", 1 },   { "[", 1 },     { "]", 1 },    { "-", 1 },
		{ " - ", 3 },	{ "\"-\"", 3 }, { "0", 1 },	{ "9", 1 },   { "12345678", 8 }, { "/", 1 }, { ".", 1 },
		{ "1.5", 3 },	{ " \"", 2 },	{ "\" 200 ", 6 }, { "\t", 1 }, { ",", 1 },    { "\0", 1 },   { "\n", 1 },
		{ "\xc3\xa9", 2 }, { "rt=0.5", 6 }, { " 0.25", 5 }, { "[29/Jan/2026:17:35:00 -0500]", 28 },
		{ "POST /x HTTP/2.0", 16 }, { "60", 2 }, { "HTTP/1.0", 8 }, { " 502 7 ", 7 },
	};
	char rest[LINE_MAX_BYTES];
	size_t at = below((unsigned)line->len + 1), n = line->len - at, skip = below(3) ? below(4) : below(40);

	memcpy(rest, line->ptr + at, n);
	line->len = at;
	if (below(3))
		buf_add(line, pieces[below(sizeof pieces / sizeof pieces[0])]);
	if (skip < n)
		buf_add(line, str_make(rest + skip, n - skip));
}

Test(access_plain, finds_what_the_format_finds)
{
	static const char *const lines[] = {
		("69.1.226.204 - - [29/Jan/2026:03:35:58 +0000] \"GET /payments/675 HTTP/1.1\" 200 1035 \"https://shop.example/3931\" "
		 "\"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0\" 0.530"),
		"2001:db8::17 - alice [29/Jan/2026:03:35:59 +0000] \"POST /login?next=/ HTTP/2.0\" 302 - \"-\" \"curl/8.5\"",
		"10.0.0.1 - - [29/Jan/2026:03:36:00 +0000] \"DELETE /api/v1/users/17 HTTP/1.1\" 404 1234567",
		"web-1.example - 'bob' [29/Jan/2026:03:36:07 +0000] \"-\" 408 0 \"-\" \"-\" rt=0.015 uct=\"0.000\" urt=\"0.012\"",
		"10.0.0.2 - - [29/Jan/2026:23:59:60 -0330] \"GET / HTTP/1.0\" 200 12 \"-\" \"check\" 48211",
	};
	const struct format *f = format_by_id(STR("nginx_access"));
	struct access_state plain_state = { 0 }, format_state = { 0 };
	struct decode_ctx ctx = { .state = &format_state, .format = f };
	size_t plain = 0, other = 0;
	struct buf line;

	cr_assert(f && f->plain && f->state_bytes == sizeof format_state);
	buf_init(&line, LINE_MAX_BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		struct event short_way = EVENT_INIT, long_way = EVENT_INIT;

		buf_clear(&line);
		buf_addz(&line, lines[below(sizeof lines / sizeof lines[0])]);
		for (unsigned hits = below(4); hits > 0 && line.len > 0; hits--)
			damage(&line);
		/* In memory of its own, where a sanitizer sees a read past the end. */
		char *copy = malloc(line.len + 1);

		memcpy(copy, line.ptr, line.len);
		struct str text = str_make(copy, line.len);
		struct access_state before = plain_state;

		if (access_plain_read(text, &plain_state, &short_way)) {
			cr_assert(f->classify(text, STR_NONE, &ctx) == LINE_START, "no line to the format: %.*s", STR_ARG(text));
			format_state.tail = before.tail;
			cr_assert(f->decode(text, &ctx, &long_way), "rejected by the format: %.*s", STR_ARG(text));
			cr_assert(digest(&short_way) == digest(&long_way), "read otherwise: %.*s", STR_ARG(text));
			cr_assert(plain_state.tail.tail_is_us == format_state.tail.tail_is_us);
			plain++;
		} else {
			cr_assert(digest(&short_way) == digest(&long_way), "not taken, but changed: %.*s", STR_ARG(text));
			other++;
		}
		plain_state.tail.tail_is_us = below(2);
		free(copy);
	}
	cr_assert(plain > ROUNDS / 3 && other > ROUNDS / 5, "%zu by the short way, %zu not", plain, other);
	buf_release(&line);
}

Test(access_plain, takes_usual_lines)
{
	static const struct str lines[] = {
		WORD("69.1.226.204 - - [29/Jan/2026:03:35:58 +0000] \"GET /payments/675 HTTP/1.1\" 200 1035 \"-\" \"curl/8.5\""),
		WORD("69.1.226.204 - bob [29/Jan/2026:03:35:59 +0000] \"PATCH /payments/675 HTTP/1.1\" 200 1035"),
	};
	struct access_state s = { 0 };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct event e = EVENT_INIT;

		cr_assert(access_plain_read(lines[i], &s, &e));
		cr_assert(e.status == 200 && e.bytes == 1035 && str_eq(e.path, STR("/payments/675")));
		cr_assert(e.time.ns % (60 * NS_PER_S) == (int64_t)(58 + i) * NS_PER_S && e.time.has_zone);
	}
}

Test(access_plain, plain_seconds)
{
	static const struct {
		struct str text;
		double ms; /* < 0: none */
	} rows[] = {
		{ WORD("0.530"), 530 },	  { WORD("0.5"), 500 },	   { WORD("12.25"), 12250 }, { WORD("0.000001"), 1e-3 }, { WORD("123.4567"), 123456.7 },
		{ WORD("1"), -1 },	  { WORD("1."), -1 },	   { WORD(".5"), -1 },	    { WORD("1.2.3"), -1 },      { WORD("1.2x"), -1 },
		{ WORD("-"), -1 },	  { WORD(""), -1 },	   { WORD("0.0000001"), -1 }, { WORD("1.5 "), -1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double ms = -1;

		cr_assert(seconds_plain_ms(rows[i].text, &ms) == (rows[i].ms >= 0), "%.*s", STR_ARG(rows[i].text));
		cr_assert(fabs(ms - rows[i].ms) < 1e-9, "%.*s is %.10g", STR_ARG(rows[i].text), ms);
	}
}

Test(digits, eight_at_a_time)
{
	for (int i = 0; i < 20000; i++) {
		char text[9];
		unsigned n = 0, expected = 0, digits = 0;

		while (n < 8) {
			text[n] = below(6) ? (char)('0' + below(10)) : (char)below(256);
			n++;
		}
		text[8] = '\0';
		while (digits < 8 && text[digits] >= '0' && text[digits] <= '9')
			expected = expected * 10 + (unsigned)(text[digits++] - '0');
		cr_assert(digits_count(digits_load(text, 8)) == digits, "%s", text);
		if (digits > 0) {
			cr_assert(digits_value(digits_load(text, 8), digits) == expected, "%s", text);
			cr_assert(digits_value(digits_load(text, digits), digits) == expected, "%s", text);
		}
		for (unsigned k = 0; k < 8; k++)
			cr_assert(digits_load(text, k) == (digits_load(text, 8) & ((UINT64_C(1) << (8 * k)) - 1)));
	}
}
