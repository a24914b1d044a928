/* What holds for every format of the registry: its samples are its own, decode to what they say, and nothing
 * crashes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "core/buf.h"
#include "ingest/detect.h"

enum { STATE_ALIGN = 16, RECORD_BYTES = 1 << 20 };

/* A format with what the reader would give it. */
struct bench {
	const struct format *format;
	struct arena scratch, file;
	struct buf record;
	struct decode_ctx ctx;
};

static void bench_init(struct bench *b, const struct format *f)
{
	b->format = f;
	arena_init(&b->scratch);
	arena_init(&b->file);
	buf_init(&b->record, RECORD_BYTES);
	b->ctx = (struct decode_ctx){ .scratch = &b->scratch, .file = &b->file, .path = STR_NONE, .format = f };
	if (f->state_bytes)
		b->ctx.state = arena_alloc(&b->file, f->state_bytes, STATE_ALIGN);
}

static void bench_release(struct bench *b)
{
	buf_release(&b->record);
	arena_release(&b->file);
	arena_release(&b->scratch);
}

struct coverage {
	size_t lines, starts, alien;
};

/*
 * Splits the text into lines and joins them as the reader does. Records are decoded in their order, because
 * decoders learn from them; the last one stays in b->record.
 */
static struct coverage feed(struct bench *b, struct str text)
{
	struct coverage c = { 0, 0, 0 };

	while (text.len) {
		struct str line = str_cut(text, '\n', &text);

		c.lines++;
		switch (b->format->classify(line, buf_str(&b->record), &b->ctx)) {
		case LINE_START:
			if (c.starts++) {
				struct event before = EVENT_INIT;

				b->format->decode(buf_str(&b->record), &b->ctx, &before);
				arena_reset(&b->scratch);
			}
			buf_clear(&b->record);
			buf_add(&b->record, line);
			break;
		case LINE_CONTINUES:
			buf_addc(&b->record, '\n');
			buf_add(&b->record, line);
			break;
		case LINE_ALIEN: c.alien++; break;
		case LINE_SKIP: break;
		}
	}
	return c;
}

/* One "key=value" or "key='value'" of an expectation; false at its end. \' and \\ are escapes inside quotes.
 */
static bool next_expectation(struct str *s, struct arena *a, struct str *key, struct str *value)
{
	char *text;
	size_t n = 0, i;

	*s = str_trim(*s);
	if (s->len == 0)
		return false;
	*key = str_cut(*s, '=', s);
	if (s->len == 0 || s->ptr[0] != '\'') {
		*value = s->len && s->ptr[0] == ' ' ? STR_NONE : str_word(s);
		return true;
	}
	text = arena_alloc(a, s->len + 1, 1);
	for (i = 1; i < s->len && s->ptr[i] != '\''; i++) {
		if (s->ptr[i] == '\\' && i + 1 < s->len)
			i++;
		text[n++] = s->ptr[i];
	}
	*value = str_make(text, n);
	*s = str_from(*s, i + 1);
	return true;
}

static struct str number(struct arena *a, double v)
{
	return isnan(v) ? STR_NONE : arena_printf(a, "%.10g", v);
}

static struct str count(struct arena *a, int64_t v)
{
	return v < 0 ? STR_NONE : arena_printf(a, "%lld", (long long)v);
}

/* An event's field by the name that samples use; false when there is no such name. */
static bool field_of(const struct event *e, struct str key, struct arena *a, struct str *out)
{
	static const struct change no_change = { .kind = CHANGE_OPERATION };
	const struct change *c = e->change ? e->change : &no_change;
	char time[TIME_TEXT_BYTES];
	const struct {
		const char *name;
		struct str value;
	} texts[] = {
		{ "message", e->message },
		{ "error", e->error },
		{ "detail", e->detail },
		{ "service", e->service },
		{ "host", e->host },
		{ "logger", e->logger },
		{ "version", e->version },
		{ "method", e->method },
		{ "path", e->path },
		{ "client", e->client },
		{ "user", e->user },
		{ "agent", e->agent },
		{ "referrer", e->referrer },
		{ "upstream", e->upstream },
		{ "request_id", e->request_id },
		{ "db", e->db },
		{ "query", e->query },
		{ "sqlstate", e->sqlstate },
		{ "payload", e->payload },
		{ "severity", str_of(severity_name(e->severity)) },
		{ "kind", str_of(event_kind_name(e->kind)) },
		{ "partial", e->payload_partial ? STR("true") : STR("false") },
		{ "pid", count(a, e->pid) },
		{ "status", count(a, e->status) },
		{ "bytes", count(a, e->bytes) },
		{ "rows", count(a, e->rows) },
		{ "duration_ms", number(a, e->duration_ms) },
		{ "upstream_ms", number(a, e->upstream_ms) },
		{ "lock_ms", number(a, e->lock_ms) },
		{ "time", e->has_time ? arena_str(a, str_of(time_format(e->time.ns, e->time.digits, time)))
				      : STR_NONE },
		{ "zone", e->has_time && e->time.has_zone ? STR("yes") : STR("no") },
		{ "change.kind", e->change ? str_of(change_kind_name(c->kind)) : STR_NONE },
		{ "change.service", c->service },
		{ "change.version", c->version },
		{ "change.previous", c->previous },
		{ "change.actor", c->actor },
		{ "change.key", c->key },
		{ "change.old", c->old_value },
		{ "change.new", c->new_value },
		{ "change.status", c->status },
		{ "change.id", c->id },
		{ "change.text", c->text },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (str_eq(key, str_of(texts[i].name))) {
			*out = texts[i].value;
			return true;
		}
	}
	return false;
}

static void check_sample(const struct format *f, const struct format_sample *s)
{
	struct event e = EVENT_INIT;
	struct str rest = str_of(s->expect), key, value, got;
	struct bench b;
	struct coverage c;
	struct arena a;

	arena_init(&a);
	bench_init(&b, f);
	c = feed(&b, str_of(s->text));
	cr_expect(c.alien == 0 && c.starts > 0, "%s does not claim its sample: %s", f->id, s->text);
	if (c.starts > 0 && !f->decode(buf_str(&b.record), &b.ctx, &e)) {
		cr_expect_fail("%s rejects its sample: %s", f->id, s->text);
	} else if (c.starts > 0) {
		while (next_expectation(&rest, &a, &key, &value)) {
			if (!field_of(&e, key, &a, &got))
				cr_expect_fail("%s: a sample expects '%.*s', which is no field", f->id,
					       STR_ARG(key));
			else
				cr_expect(str_eq(got, value), "%s: %s\n  %.*s is '%.*s'\n  wanted '%.*s'",
					  f->id, s->text, STR_ARG(key), STR_ARG(got), STR_ARG(value));
		}
	}
	bench_release(&b);
	arena_release(&a);
}

Test(formats, samples_decode_to_what_they_say)
{
	for (size_t i = 0; format_registry[i]; i++)
		for (const struct format_sample *s = format_registry[i]->samples; s->text; s++)
			check_sample(format_registry[i], s);
}

Test(formats, describe_themselves)
{
	for (size_t i = 0; format_registry[i]; i++) {
		const struct format *f = format_registry[i];

		cr_expect(f->id && f->title && f->samples && f->classify && f->decode, "%s lacks a part",
			  f->id ? f->id : "a format");
		cr_expect(f->samples && f->samples[0].text && f->samples[1].text,
			  "%s has less than two samples", f->id);
		for (size_t j = 0; j < i; j++)
			cr_expect(strcmp(f->id, format_registry[j]->id) != 0, "two formats are called %s",
				  f->id);
	}
}

/* As a file of its own each sample is told by the detector, against all other formats. */
Test(formats, claim_their_own_samples_above_all_others)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; format_registry[i]; i++) {
		for (const struct format_sample *s = format_registry[i]->samples; s->text; s++) {
			struct detection d;

			detect_format(str_of(s->text), true, STR_NONE, NULL, NULL, &a, &d);
			cr_expect(d.format == format_registry[i], "%s takes a sample of %s: %s",
				  d.format ? d.format->id : "no format", format_registry[i]->id, s->text);
			arena_reset(&a);
		}
	}
	arena_release(&a);
}

Test(formats, take_an_empty_line_for_no_record)
{
	for (size_t i = 0; format_registry[i]; i++) {
		struct bench b;

		bench_init(&b, format_registry[i]);
		cr_expect(format_registry[i]->classify(STR_NONE, STR_NONE, &b.ctx) != LINE_START,
			  "%s begins a record with an empty line", format_registry[i]->id);
		bench_release(&b);
	}
}

/* What the decoder of a whole record and the short way of a line make of the same text. */
static void expect_same_event(const struct format *f, struct str text, const struct event *a, const struct event *b)
{
	const struct str texts[][2] = {
		{ a->message, b->message },   { a->error, b->error },	  { a->detail, b->detail },	{ a->service, b->service },
		{ a->host, b->host },	      { a->logger, b->logger },	  { a->version, b->version },	{ a->method, b->method },
		{ a->path, b->path },	      { a->client, b->client },	  { a->user, b->user },		{ a->agent, b->agent },
		{ a->referrer, b->referrer }, { a->upstream, b->upstream }, { a->request_id, b->request_id }, { a->db, b->db },
		{ a->query, b->query },	      { a->sqlstate, b->sqlstate }, { a->holder, b->holder },	{ a->payload, b->payload },
	};
	const double numbers[][2] = { { a->duration_ms, b->duration_ms }, { a->upstream_ms, b->upstream_ms }, { a->lock_ms, b->lock_ms } };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect(str_eq(texts[i][0], texts[i][1]), "%s, text %zu of %.*s: '%.*s', not '%.*s'", f->id, i, STR_ARG(text),
			  STR_ARG(texts[i][0]), STR_ARG(texts[i][1]));
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		cr_expect(memcmp(&numbers[i][0], &numbers[i][1], sizeof numbers[i][0]) == 0, "%s, number %zu of %.*s", f->id, i, STR_ARG(text));
	cr_expect(a->has_time == b->has_time && (!a->has_time || (a->time.ns == b->time.ns && a->time.offset_s == b->time.offset_s)),
		  "%s, time of %.*s", f->id, STR_ARG(text));
	cr_expect(a->kind == b->kind && a->severity == b->severity && a->status == b->status && a->bytes == b->bytes && a->pid == b->pid &&
			  a->rows == b->rows && a->examined == b->examined && !a->change == !b->change,
		  "%s, kind or counts of %.*s", f->id, STR_ARG(text));
}

/* Does the short way take nothing but what the long one takes, and as that does? */
static void check_plain(const struct format *f, struct str text)
{
	struct bench b, other;

	if (!f->plain)
		return;
	bench_init(&b, f);
	bench_init(&other, f);
	/* Once more when its like has been seen. */
	for (int round = 0; round < 2; round++) {
		struct event short_way = EVENT_INIT, long_way = EVENT_INIT, seen = EVENT_INIT;
		bool taken = f->plain(text, &b.ctx, &short_way), decoded = f->decode(text, &other.ctx, &long_way);

		if (taken) {
			cr_expect(decoded && f->classify(text, STR_NONE, &other.ctx) == LINE_START,
				  "%s takes by the short way alone: %.*s", f->id, STR_ARG(text));
			expect_same_event(f, text, &short_way, &long_way);
		} else {
			f->decode(text, &b.ctx, &seen);
		}
	}
	bench_release(&other);
	bench_release(&b);
}

/* Are the lines that belong to a record those that are taken for its further ones? */
static void check_whole(const struct format *f, struct str text)
{
	struct further_lines further = { 0 };
	struct str rest, line = str_cut(text, '\n', &rest);
	struct bench b;

	bench_init(&b, f);
	if (f->whole && f->classify(line, STR_NONE, &b.ctx) == LINE_START && f->whole(line, rest, &further)) {
		const char *end = rest.ptr + further.bytes;
		enum line_class next;

		cr_assert(further.n == 0 || (further.bytes < rest.len && further.bytes <= FURTHER_BYTES_MAX), "%s, beyond %.*s", f->id, STR_ARG(text));
		buf_add(&b.record, line);
		for (uint32_t i = 0; i < further.n; i++) {
			line = str_cut(rest, '\n', &rest);
			cr_expect(f->classify(line, buf_str(&b.record), &b.ctx) == LINE_CONTINUES, "%s, line %u of %.*s", f->id, i, STR_ARG(text));
			buf_addc(&b.record, '\n');
			buf_add(&b.record, line);
		}
		cr_expect(further.n == 0 || line.ptr + line.len == end, "%s, %.*s", f->id, STR_ARG(text));
		line = str_cut(rest, '\n', &rest);
		next = f->classify(line, buf_str(&b.record), &b.ctx);
		cr_expect(next != LINE_CONTINUES, "%s goes on behind %.*s", f->id, STR_ARG(text));
	}
	bench_release(&b);
}

/* Classify and decode bytes that may be anything; what comes out must be of this world. */
static void survive(const struct format *f, struct str text)
{
	struct event e = EVENT_INIT;
	struct bench b;
	/* A copy of its own, so that a sanitizer sees a read past the end. */
	struct arena a;

	arena_init(&a);
	bench_init(&b, f);
	text = arena_str(&a, text);
	check_plain(f, text);
	check_whole(f, text);
	check_whole(f, arena_printf(&a, "%.*s\n%.*s", STR_ARG(text), STR_ARG(text)));
	feed(&b, text);
	if (f->decode(buf_str(&b.record), &b.ctx, &e)) {
		cr_expect(e.kind < EVENT_KIND_COUNT && e.severity < SEVERITY_COUNT, "%s made up a kind",
			  f->id);
		cr_expect(!(e.duration_ms < 0) && !(e.lock_ms < 0), "%s made a negative duration", f->id);
	}
	e = (struct event)EVENT_INIT;
	f->decode(text, &b.ctx, &e); /* also as one record, whatever classify thought of it */
	bench_release(&b);
	arena_release(&a);
}

Test(formats, survive_cut_samples)
{
	for (size_t i = 0; format_registry[i]; i++) {
		for (const struct format_sample *s = format_registry[i]->samples; s->text; s++) {
			struct str text = str_of(s->text);

			for (size_t n = 0; n < text.len; n++) {
				survive(format_registry[i], str_head(text, n));
				survive(format_registry[i], str_from(text, n));
			}
		}
	}
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

Test(formats, survive_damaged_samples)
{
	static const char marks[] = "\"'[]{}()<>:=,;|\\ \t\n-0";
	uint64_t random = 1;
	struct buf damaged;

	buf_init(&damaged, RECORD_BYTES);
	for (size_t i = 0; format_registry[i]; i++) {
		for (const struct format_sample *s = format_registry[i]->samples; s->text; s++) {
			for (size_t round = 0; round < 200; round++) {
				buf_clear(&damaged);
				buf_addz(&damaged, s->text);
				for (size_t hits = 1 + next_random(&random) % 4; hits; hits--) {
					char *at = damaged.ptr + next_random(&random) % damaged.len;

					*at = round % 2 ? marks[next_random(&random) % (sizeof marks - 1)]
							: (char)next_random(&random);
				}
				survive(format_registry[i], buf_str(&damaged));
			}
		}
	}
	buf_release(&damaged);
}

Test(formats, a_panic_is_no_part_of_the_record_above_it)
{
	static const struct { const char *record, *line; enum line_class is; } rows[] = {
		{ "", "2026/01/29 17:43:00 listening on :8080", LINE_START },
		{ "2026/01/29 17:43:00 listening on :8080", "panic: runtime error: index out of range", LINE_START },
		{ "panic: runtime error: index out of range", "goroutine 1 [running]:", LINE_CONTINUES },
		{ "panic: runtime error: index out of range", "panic: while printing", LINE_CONTINUES },
		{ "2026/01/29 17:43:00 http: a handler failed", "no panic: it goes on", LINE_CONTINUES },
	};
	struct bench b;

	bench_init(&b, format_by_id(STR("generic_text")));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq((int)b.format->classify(str_of(rows[i].line), str_of(rows[i].record), &b.ctx), (int)rows[i].is,
			     "%s", rows[i].line);
	bench_release(&b);
}
