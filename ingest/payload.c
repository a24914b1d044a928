#include "ingest/payload.h"

#include "ingest/detect.h"
#include "ingest/stack.h"
#include "ingest/text_head.h"

enum {
	STREAMS_MAX = 256,            /* per file; further ones share the last */
	SLOTS = 32,                   /* records held at once */
	RECORD_MAX_BYTES = 1 << 20,   /* of a joined record */
	MISSES_MAX = 32,              /* payloads in no known format, after which ever fewer are tried */
};

struct slot {
	struct arena arena;      /* of the envelope's decoder, and the payload's */
	struct buf raw;          /* the envelopes' lines */
	struct buf text;         /* the payload, of all envelopes */
	struct event outer;      /* borrows from raw and arena */
	struct stream *stream;   /* that holds it; NULL: free */
	const struct format *format; /* of the payload; NULL none */
	const struct format *envelope;
	uint64_t line, offset;
	uint32_t lines;
	uint64_t age;            /* smaller is older */
};

/* The payloads of one program on one host. */
struct stream {
	uint64_t key;
	const struct format *format; /* of its payloads as far as known; NULL none */
	uint64_t misses;         /* payloads in a row that were in no known format */
	struct slot *open;       /* record that may go on */
	struct slot *partial;    /* payload that goes on in the next envelope */
	void *text_state;        /* what the last resort's format knows of its lines; NULL nothing yet */
};

struct payloads {
	struct contexts *contexts;
	struct emitter *out;
	const struct format *text_format; /* the last resort's */
	struct map index;        /* key → index into streams */
	struct stream streams[STREAMS_MAX];
	size_t n_streams;
	struct slot slots[SLOTS];
	struct slot *plain;      /* held record without inner format; at most one, so that order is kept */
	uint64_t clock;
	uint64_t late;           /* events of payloads whose last part never came */
};

struct payloads *payloads_new(struct arena *file, struct contexts *contexts, struct emitter *out)
{
	struct payloads *p = arena_new(file, struct payloads);

	p->contexts = contexts;
	p->out = out;
	map_init(&p->index);
	for (size_t i = 0; i < SLOTS; i++) {
		arena_init(&p->slots[i].arena);
		buf_init(&p->slots[i].raw, RECORD_MAX_BYTES * 2);
		buf_init(&p->slots[i].text, RECORD_MAX_BYTES);
	}
	for (size_t i = 0; format_registry[i]; i++)
		if (format_registry[i]->role == ROLE_TEXT)
			p->text_format = format_registry[i];
	return p;
}

void payloads_release(struct payloads *p)
{
	for (size_t i = 0; i < SLOTS; i++) {
		arena_release(&p->slots[i].arena);
		buf_release(&p->slots[i].raw);
		buf_release(&p->slots[i].text);
	}
	map_release(&p->index);
}

static bool is_complete(const struct timestamp *t)
{
	return t->has_date && t->has_year && t->has_zone;
}

void payload_merge(struct event *inner, const struct event *outer)
{
	if (outer->has_time &&
	    (!inner->has_time || (!is_complete(&inner->time) && is_complete(&outer->time)) ||
	     !inner->time.has_date || (!inner->time.has_year && outer->time.has_year))) {
		inner->time = outer->time;
		inner->has_time = true;
	}
	if (outer->host.len > 0)
		inner->host = outer->host;
	if (inner->service.len == 0)
		inner->service = outer->service;
	if (inner->logger.len == 0)
		inner->logger = outer->logger;
	if (inner->pid < 0)
		inner->pid = outer->pid;
	if (inner->severity == SEV_NONE)
		inner->severity = outer->severity;
	if (inner->message.len == 0 && inner->kind == EV_LINE)
		inner->message = outer->message;
}

static struct stream *stream_of(struct payloads *p, const struct event *e)
{
	uint64_t key = hash64_mix(hash64(e->host), hash64_mix(hash64(e->service), hash64(e->logger)));
	uint64_t *slot = map_get(&p->index, key);

	if (slot)
		return &p->streams[*slot];
	if (p->n_streams == STREAMS_MAX)
		return &p->streams[STREAMS_MAX - 1];
	*map_put(&p->index, key, NULL) = p->n_streams;
	p->streams[p->n_streams].key = key;
	return &p->streams[p->n_streams++];
}

static void release(struct payloads *p, struct slot *s)
{
	if (p->plain == s)
		p->plain = NULL;
	if (s->stream && s->stream->open == s)
		s->stream->open = NULL;
	if (s->stream && s->stream->partial == s)
		s->stream->partial = NULL;
	s->stream = NULL;
}

/*
 * The envelope's event with a payload that no format knows: its text is the message, further lines the
 * detail.
 */
static void plain_event(const struct slot *s, struct event *e)
{
	struct str rest, first = str_cut(buf_str(&s->text), '\n', &rest);

	*e = s->outer;
	if (e->message.len == 0 || rest.len > 0)
		e->message = first;
	if (rest.len > 0)
		e->detail = rest;
}

/* Text with a head of its own, or with a trace below. */
static bool text_of_program(struct str text)
{
	struct text_head h;
	struct str rest, first = str_cut(text, '\n', &rest);

	return (text_head_parse(first, &h) && h.severity != SEV_NONE) || (rest.len > 0 && stack_is(rest));
}

/* Emits a held record and frees its slot. */
static bool finish(struct payloads *p, struct slot *s)
{
	const struct format *f = s->format;
	struct event e = EVENT_INIT;
	bool decoded = false, good;

	/* What a runtime carries is the program's whole output; in a system's log, text with a level or a
	 * trace is read, too. */
	if (!f && (s->envelope->role == ROLE_CARRIER || text_of_program(buf_str(&s->text))))
		f = p->text_format;
	if (f) {
		struct decode_ctx *ctx = contexts_of(p->contexts, f);
		struct arena *scratch = ctx->scratch;

		ctx->scratch = &s->arena;
		decoded = format_decode(f, buf_str(&s->text), ctx, &e);
		ctx->scratch = scratch;
	}
	if (decoded) {
		payload_merge(&e, &s->outer);
		e.format = str_of(f->id);
	} else {
		plain_event(s, &e);
		f = s->envelope;
		e.format = str_of(f->id);
	}
	e.payload = STR_NONE;
	e.line = s->line;
	e.offset = s->offset;
	e.lines = s->lines;
	e.raw = buf_str(&s->raw);
	p->late += s->stream->partial == s;
	good = emit_event(p->out, f, &e);
	release(p, s);
	return good;
}

/* A free slot; the oldest record is given out for it if need be. NULL when the sink failed. */
static struct slot *acquire(struct payloads *p)
{
	struct slot *best = &p->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &p->slots[i];

		if (!s->stream) {
			best = s;
			break;
		}
		if (s->age < best->age)
			best = s;
	}
	if (best->stream && !finish(p, best))
		return NULL;
	arena_reset(&best->arena);
	buf_clear(&best->raw);
	buf_clear(&best->text);
	best->format = NULL;
	best->age = ++p->clock;
	return best;
}

/* Adds an envelope to a record that is held. */
static void join(struct slot *into, const struct slot *s, struct str text, bool new_line)
{
	buf_addc(&into->raw, '\n');
	buf_add(&into->raw, buf_str(&s->raw));
	if (new_line)
		buf_addc(&into->text, '\n');
	buf_add(&into->text, text);
	into->lines += s->lines;
}

/* The payload's format: the stream's, or another one that knows it. NULL when none does. */
static const struct format *format_of(struct payloads *p, struct stream *st, struct str text,
				      struct arena *scratch)
{
	struct str rest, first = str_cut(text, '\n', &rest);
	const struct format *f;

	if (st->format &&
	    st->format->classify(first, STR_NONE, contexts_of(p->contexts, st->format)) == LINE_START)
		return st->format;
	st->misses++;
	if (st->misses > MISSES_MAX && (st->misses & (st->misses - 1)) != 0)
		return NULL;
	f = detect_payload(text, p->contexts->path, p->contexts->own, scratch);
	if (f) {
		st->misses = 0;
		st->format = f;
	}
	return f;
}

/* The context to classify a stream's payloads with: what text looks like is a stream's own matter. */
static struct decode_ctx context_in(struct payloads *p, struct stream *st, const struct format *f)
{
	struct decode_ctx ctx = *contexts_of(p->contexts, f);

	if (f == p->text_format && !st->text_state)
		st->text_state = arena_alloc(p->contexts->file, f->state_bytes, _Alignof(max_align_t));
	if (f == p->text_format)
		ctx.state = st->text_state;
	return ctx;
}

/* Does the payload go on with the record its stream holds? */
static bool goes_on(struct payloads *p, struct stream *st, struct str text)
{
	const struct format *f = st->open ? st->open->format ? st->open->format : p->text_format : NULL;
	struct str rest, first = str_cut(text, '\n', &rest);

	if (!f)
		return false;
	struct decode_ctx ctx = context_in(p, st, f);
	return f->classify(first, buf_str(&st->open->text), &ctx) == LINE_CONTINUES;
}

/*
 * Formats that learn what their lines look like must see first lines, too, not only what may go on. In a system's log a
 * message is whole: only the record that is open can say that lines without a time of their own belong to it, not an
 * earlier one.
 */
static void see_start(struct payloads *p, struct stream *st, const struct slot *s, const struct format *f, struct str text)
{
	struct str rest;

	if (f->state_bytes == 0)
		return;
	struct decode_ctx ctx = context_in(p, st, f);
	if (f == p->text_format && s->envelope->role == ROLE_SYSTEM)
		memset(ctx.state, 0, f->state_bytes);
	f->classify(str_cut(text, '\n', &rest), STR_NONE, &ctx);
}

/* A payload is complete: `s` holds it. */
static enum record_fate take(struct payloads *p, struct stream *st, struct slot *s)
{
	struct str text = buf_str(&s->text), rest;
	const struct format *f = NULL;

	/* A container runtime keeps the line's end. */
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
		text.len--;
	s->text.len = text.len;
	if (goes_on(p, st, text)) {
		join(st->open, s, text, true);
		release(p, s);
		return RECORD_JOINED;
	}
	if (st->format && st->format->classify(str_cut(text, '\n', &rest), STR_NONE,
					       contexts_of(p->contexts, st->format)) == LINE_SKIP) {
		release(p, s);
		return RECORD_JOINED;
	}
	if (text.len > 0)
		f = format_of(p, st, text, p->contexts->scratch);
	if (st->open && !finish(p, st->open))
		return RECORD_STOP;
	see_start(p, st, s, f ? f : p->text_format, text);
	s->format = f;
	s->stream = st;
	st->open = s;
	if (!f)
		p->plain = s;
	return RECORD_EVENT;
}

static void fill(struct payloads *p, struct slot *s, const struct record *r, const struct event *e)
{
	s->outer = *e;
	/* A program that writes to the machine's log is a service, whatever its lines look like. */
	if (e->service.len == 0 && r->format->role == ROLE_SYSTEM && !p->out->service_forced)
		s->outer.service = program_name(e->logger);
	s->envelope = r->format;
	s->line = r->line;
	s->offset = r->offset;
	s->lines = r->lines;
}

enum record_fate payloads_record(struct payloads *p, const struct record *r)
{
	struct event e = EVENT_INIT;
	struct slot *s = acquire(p);
	struct arena *scratch = r->ctx->scratch;
	struct stream *st;
	bool decoded;

	if (!s)
		return RECORD_STOP;
	buf_add(&s->raw, r->text);
	r->ctx->scratch = &s->arena;
	/* from a copy that stays where it is: s->raw moves when further envelopes join it */
	decoded = format_decode(r->format, arena_str(&s->arena, r->text), r->ctx, &e);
	r->ctx->scratch = scratch;
	if (!decoded)
		return RECORD_REJECTED;
	st = stream_of(p, &e);
	if (p->plain && (p->plain->stream != st || e.payload.len == 0) && !finish(p, p->plain))
		return RECORD_STOP;
	if (e.payload.len == 0 && !st->partial) {
		e.line = r->line;
		e.offset = r->offset;
		e.lines = r->lines;
		e.raw = buf_str(&s->raw);
		e.format = str_of(r->format->id);
		return emit_event(p->out, r->format, &e) ? RECORD_EVENT : RECORD_STOP;
	}
	if (st->partial) {
		struct slot *whole = st->partial;

		s->lines = r->lines;
		join(whole, s, e.payload, false);
		if (e.payload_partial && !whole->text.full)
			return RECORD_JOINED;
		st->partial = NULL;
		return take(p, st, whole); /* the event is counted with the last envelope */
	}
	fill(p, s, r, &e);
	buf_add(&s->text, e.payload);
	if (!e.payload_partial)
		return take(p, st, s);
	s->stream = st;
	st->partial = s;
	return RECORD_JOINED;
}

bool payloads_end(struct payloads *p, uint64_t *late)
{
	for (;;) {
		struct slot *oldest = NULL;

		for (size_t i = 0; i < SLOTS; i++)
			if (p->slots[i].stream && (!oldest || p->slots[i].age < oldest->age))
				oldest = &p->slots[i];
		*late = p->late;
		if (!oldest)
			return true;
		if (!finish(p, oldest))
			return false;
	}
}
