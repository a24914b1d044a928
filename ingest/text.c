#include "ingest/text.h"

#include "ingest/jsonshape.h"
#include "ingest/payload.h"

enum {
	CHAIN_BLOCK_BYTES = 64 * 1024,
	CHAIN_BLOCKS_MAX = 1 << 16, /* 4 GiB of text */
};

struct text_chain {
	struct arena arena;         /* its own: texts are read by different threads */
	struct hash64_run block;    /* begun */
	VEC(uint64_t) at;           /* hash of all blocks up to this one */
};

/* Bytes of an input, or of a text in memory. */
struct source {
	struct input *in;   /* NULL: head */
	struct str head;    /* what is left of it */
	const struct text_progress *progress;
	struct text_chain *chain;
};

/* One pass over a text. */
struct pass {
	struct contexts contexts;
	struct lines lines;
	struct records records;
	struct source source;
};

void text_worker_init(struct text_worker *w)
{
	arena_init(&w->scratch);
	arena_init(&w->file);
	arena_init(&w->kept);
	normalisers_init(&w->norm, &w->kept);
}

void text_worker_release(struct text_worker *w)
{
	normalisers_release(&w->norm);
	arena_release(&w->scratch);
	arena_release(&w->file);
	arena_release(&w->kept);
}

struct text_chain *text_chain_new(struct arena *a)
{
	struct text_chain *c = arena_new(a, struct text_chain);

	arena_init(&c->arena);
	hash64_begin(&c->block);
	return c;
}

void text_chain_release(struct text_chain *c)
{
	arena_release(&c->arena);
}

static void chain_block(struct text_chain *c)
{
	uint64_t before = c->at.n > 0 ? c->at.at[c->at.n - 1] : 1;

	*vec_push(&c->arena, &c->at) = hash64_mix(before, hash64_end(&c->block));
	hash64_begin(&c->block);
}

static void chain_add(struct text_chain *c, struct str s)
{
	while (s.len > 0 && c->at.n < CHAIN_BLOCKS_MAX) {
		size_t room = CHAIN_BLOCK_BYTES - (size_t)c->block.length;

		hash64_add(&c->block, str_head(s, room));
		s = str_from(s, room);
		if (c->block.length == CHAIN_BLOCK_BYTES)
			chain_block(c);
	}
}

bool text_begins_like(struct input *in, const struct text_chain *chain, uint64_t bytes, bool *more)
{
	struct arena scratch;
	struct text_chain *own;
	char chunk[16384];
	uint64_t done = 0;
	bool same = true;
	size_t n = 1;

	arena_init(&scratch);
	own = text_chain_new(&scratch);
	while (done < bytes && n > 0) {
		n = input_read(in, chunk,
			       bytes - done < sizeof chunk ? (size_t)(bytes - done) : sizeof chunk);
		chain_add(own, str_make(chunk, n));
		done += n;
	}
	*more = input_read(in, chunk, 1) == 1;
	for (size_t i = 0; i < own->at.n && i < chain->at.n; i++)
		same = same && own->at.at[i] == chain->at.at[i];
	text_chain_release(own);
	arena_release(&scratch);
	return same;
}

static size_t read_source(void *self, char *out, size_t cap)
{
	struct source *s = self;
	size_t n;

	if (!s->in) {
		n = s->head.len < cap ? s->head.len : cap;
		memcpy(out, s->head.ptr, n);
		s->head = str_from(s->head, n);
		return n;
	}
	n = input_read(s->in, out, cap);
	if (s->chain)
		chain_add(s->chain, str_make(out, n));
	if (s->progress)
		s->progress->consumed(s->progress->self, input_consumed_bytes(s->in));
	return n;
}

/* The lines of a header: up to the first that is not passed over. */
static void read_header(struct pass *p, const struct format *f, struct str head)
{
	struct decode_ctx *ctx = contexts_of(&p->contexts, f);

	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_from(head, 3);
	while (str_chr(head, '\n') >= 0) {
		struct str line = str_cut(head, '\n', &head);

		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (f->classify(line, STR_NONE, ctx) != LINE_SKIP)
			return;
	}
}

/*
 * Passes over what an earlier run has read, counting its lines. The rest of a line that was cut in two is
 * dropped with it.
 */
static void resume(struct pass *p, const struct format *f, uint64_t offset)
{
	char chunk[16384];
	uint64_t done = 0, lines = 0;
	char last = '\n';

	while (done < offset) {
		uint64_t want = offset - done < sizeof chunk ? offset - done : sizeof chunk;
		size_t n = read_source(&p->source, chunk, (size_t)want);

		if (n == 0)
			break;
		if (done == 0 && f && f->headed)
			read_header(p, f, str_make(chunk, n));
		for (size_t i = 0; i < n; i++)
			lines += chunk[i] == '\n';
		last = chunk[n - 1];
		done += n;
	}
	while (last != '\n' && read_source(&p->source, &last, 1) == 1) {
		done++;
		lines += last == '\n';
	}
	lines_resume(&p->lines, done, lines);
}

static void pass_begin(struct pass *p, struct text_worker *w, const struct text_plan *plan,
		       struct source source)
{
	arena_reset(&w->file);
	arena_reset(&w->scratch);
	*p = (struct pass){ .source = source };
	contexts_init(&p->contexts, &w->file, &w->scratch, plan->path, plan->own);
	p->contexts.collected_ns = plan->collected_ns;
	lines_init(&p->lines, read_source, &p->source, (size_t)plan->max_line_bytes);
	if (plan->resume_offset > 0)
		resume(p, plan->format, plan->resume_offset);
	p->records = (struct records){
		.lines = &p->lines,
		.contexts = &p->contexts,
		.format = plan->format,
		.others = plan->others,
		.n_others = plan->n_others,
		.kept = &w->file,
	};
}

/* A failure stays with the sink, which says so with the next event. */
static void take_point(void *self, const struct input_point *point)
{
	struct emitter *out = self;
	struct err err = ERR_INIT;

	(void)out->sink->point(out->sink->self, out->handle, point, &err);
}

/* A reader of events. */
struct reader {
	struct pass pass;
	struct emitter *out;
	struct payloads *payloads; /* NULL until the first payload */
	bool carrier;              /* the file's format is an envelope: every record goes through payloads */
	const struct format *named; /* whose id this is */
	struct str id;
};

static struct str id_of(struct reader *rd, const struct format *f)
{
	if (rd->named != f) {
		rd->named = f;
		rd->id = str_of(f->id);
	}
	return rd->id;
}

/* Hands over what has been decoded of a record. */
static enum record_fate emit_record(struct reader *rd, const struct record *r, struct event *e)
{
	e->line = r->line;
	e->offset = r->offset;
	e->lines = r->lines;
	e->raw = r->text;
	e->format = id_of(rd, r->format);
	return emit_event(rd->out, r->format, e) ? RECORD_EVENT : RECORD_STOP;
}

static enum record_fate read_plain(void *self, const struct record *r)
{
	struct event e;

	event_clear(&e);
	return r->format->plain(r->text, r->ctx, &e) ? emit_record(self, r, &e) : RECORD_REJECTED;
}

static enum record_fate read_record(void *self, const struct record *r)
{
	struct reader *rd = self;
	struct event e;

	event_clear(&e);
	if (rd->carrier && r->format == rd->pass.records.format)
		return payloads_record(rd->payloads, r);
	if (!format_decode(r->format, r->text, r->ctx, &e))
		return json_shape_wraps(r->text) ? RECORD_JOINED : RECORD_REJECTED;
	/* A stray line that only the last resort takes must at least have a time. */
	if (r->format->role == ROLE_TEXT && r->format != rd->pass.records.format && !e.has_time)
		return RECORD_REJECTED;
	if (e.payload.len > 0 && !rd->payloads)
		rd->payloads = payloads_new(rd->pass.contexts.file, &rd->pass.contexts, rd->out);
	if (e.payload.len > 0)
		return payloads_record(rd->payloads, r); /* decodes again, into memory that lasts */
	return emit_record(rd, r, &e);
}

static void add_note(struct file_totals *t, struct arena *a, struct str note)
{
	struct { struct str *at; size_t n, cap; } notes = { t->notes, t->n_notes, t->n_notes };

	*vec_push(a, &notes) = arena_str(a, note);
	t->notes = notes.at;
	t->n_notes = notes.n;
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void finish_totals(const struct reader *rd, struct input *in, struct arena *a, struct file_totals *t)
{
	const struct records *r = &rd->pass.records;
	struct input_end end = in ? input_end(in) : (struct input_end){ .bytes = rd->pass.lines.next_offset };

	t->lines = r->n_lines;
	t->events = r->n_events;
	t->continuation = r->n_continuation;
	t->rejected = r->n_rejected;
	t->bytes = end.bytes;
	t->end_offset = end.bytes;
	t->truncated = end.truncated;
	t->damaged = end.damaged;
	for (size_t i = 0; i < end.n_notes; i++)
		add_note(t, a, end.notes[i]);
	if (rd->pass.lines.cut_lines > 0)
		add_note(t, a,
			 arena_printf(a, "%llu %s longer than the limit %s cut",
				      (unsigned long long)rd->pass.lines.cut_lines,
				      plural(rd->pass.lines.cut_lines, "line", "lines"),
				      plural(rd->pass.lines.cut_lines, "was", "were")));
	if (r->n_cut_records > 0)
		add_note(t, a,
			 arena_printf(a, "%llu %s more than %d lines or 1 MiB long %s cut",
				      (unsigned long long)r->n_cut_records,
				      plural(r->n_cut_records, "record", "records"), RECORD_MAX_LINES,
				      plural(r->n_cut_records, "was", "were")));
	t->samples = arena_new_n(a, struct str, r->samples.n);
	for (size_t i = 0; i < r->samples.n; i++)
		t->samples[t->n_samples++] = arena_str(a, r->samples.at[i]);
}

bool text_read(struct text_worker *w, const struct text_plan *plan, struct input *in, struct str head,
	       struct emitter *out, const struct text_progress *progress, struct arena *a,
	       struct file_totals *totals)
{
	struct reader rd = { .out = out };
	uint64_t late = 0;
	bool good;

	out->totals = totals;
	out->norm = &w->norm;
	totals->first_ns = totals->last_ns = TIME_NONE;
	out->last_ns = out->dated_first_ns = out->dated_last_ns = TIME_NONE;
	out->last_dated = false;
	pass_begin(&rd.pass, w, plan, (struct source){ in, head, progress, plan->chain });
	if (in && out->sink->point)
		input_on_point(in, take_point, out);
	rd.pass.records.record = read_record;
	rd.pass.records.self = &rd;
	rd.pass.records.plain = read_plain;
	rd.carrier = plan->format->role == ROLE_CARRIER || plan->format->role == ROLE_SYSTEM;
	if (rd.carrier)
		rd.payloads = payloads_new(&w->file, &rd.pass.contexts, out);
	good = records_run(&rd.pass.records);
	if (rd.payloads) {
		good = good && payloads_end(rd.payloads, &late);
		payloads_release(rd.payloads);
	}
	rd.pass.records.n_events += late;
	rd.pass.records.n_continuation -= late;
	finish_totals(&rd, in, a, totals);
	lines_release(&rd.pass.lines);
	return good;
}

static enum record_fate walk_record(void *self, const struct record *r)
{
	struct clock_walk *walk = self;
	struct event e = EVENT_INIT;

	if (!format_decode(r->format, r->text, r->ctx, &e))
		return RECORD_REJECTED;
	if (e.has_time)
		clock_walk_add(walk, &e.time);
	return RECORD_EVENT;
}

void text_walk(struct text_worker *w, const struct text_plan *plan, struct input *in, struct str head,
	       struct clock_walk *walk)
{
	struct pass p;

	clock_walk_init(walk);
	pass_begin(&p, w, plan, (struct source){ in, head, NULL, NULL });
	p.records.record = walk_record;
	p.records.self = walk;
	records_run(&p.records);
	lines_release(&p.lines);
}
