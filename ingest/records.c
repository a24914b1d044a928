#include "ingest/records.h"

static void reject(struct records *r, uint64_t number, struct str line, uint64_t n)
{
	r->n_rejected += n;
	if (r->samples.n < REJECTED_SAMPLES)
		*vec_push(r->kept, &r->samples) =
			arena_printf(r->kept, "%llu: %.*s", (unsigned long long)number,
				     STR_ARG(str_head(line, SAMPLE_MAX_BYTES)));
}

static struct decode_ctx *ctx_of(struct records *r, const struct format *f)
{
	return f == r->format ? r->ctx : contexts_of(r->contexts, f);
}

/* Hands the open record over. False to stop. */
static bool close_record(struct records *r)
{
	struct lines *l = r->lines;
	struct str rest;

	if (!r->open)
		return true;
	const struct record record = {
		.text = l->record,
		.format = r->open,
		.ctx = ctx_of(r, r->open),
		.line = l->record_number,
		.offset = l->record_offset,
		.lines = l->record_lines,
	};
	enum record_fate fate = r->record(r->self, &record);

	r->open = NULL;
	r->n_cut_records += r->open_cut;
	switch (fate) {
	case RECORD_EVENT:
		r->n_events++;
		r->n_continuation += r->open_lines - 1;
		break;
	case RECORD_JOINED:
		r->n_continuation += r->open_lines;
		break;
	case RECORD_REJECTED:
		reject(r, record.line, str_cut(record.text, '\n', &rest), r->open_lines);
		break;
	case RECORD_STOP:
		return false;
	}
	arena_reset(r->contexts->scratch);
	return true;
}

static void begin(struct records *r, const struct format *f)
{
	lines_begin(r->lines);
	r->open = f;
	r->open_lines = 1;
	r->open_cut = false;
}

static void extend(struct records *r)
{
	r->open_lines++;
	if (r->open_lines > RECORD_MAX_LINES || !lines_extend(r->lines))
		r->open_cut = true;
}

/* Another format that knows the line for the first of a record; NULL none. */
static const struct format *second_chance(struct records *r, struct str line)
{
	for (size_t i = 0; i < r->n_others; i++)
		if (r->others[i]->classify(line, STR_NONE, contexts_of(r->contexts, r->others[i])) ==
		    LINE_START)
			return r->others[i];
	return NULL;
}

/*
 * What the current line is, to the file's format and, if that does not want it, to that of the open
 * record.
 */
static enum line_class classify(struct records *r)
{
	struct str line = r->lines->text;
	struct str record = r->open == r->format ? r->lines->record : STR_NONE;
	enum line_class c = r->format->classify(line, record, r->ctx);

	if (c == LINE_START || !r->open)
		return c == LINE_CONTINUES ? LINE_ALIEN : c;
	if (r->open != r->format) {
		enum line_class other =
			r->open->classify(line, r->lines->record, ctx_of(r, r->open));

		return other == LINE_CONTINUES || c == LINE_CONTINUES ? other : c;
	}
	return c;
}

/* How far does the record go that begins with the current line? False: that is not known yet. */
static bool find_whole(const struct records *r, struct further_lines *further)
{
	const struct lines *l = r->lines;
	struct str behind = lines_behind(l);

	if (!r->format->whole(l->text, behind, further))
		return false;
	return further->n == 0 || (l->text.ptr + l->text.len + 1 == behind.ptr && further->bytes <= l->max_line_bytes);
}

/* The record that begins with the current line, in the short way. RECORD_REJECTED: nothing has happened, it may be none. */
static enum record_fate read_plain(struct records *r)
{
	struct lines *l = r->lines;
	struct further_lines further = { 0 };

	if (r->format->whole && !find_whole(r, &further))
		return RECORD_REJECTED;
	const struct record record = {
		.text = str_make(l->text.ptr, l->text.len + (further.n > 0 ? further.bytes + 1 : 0)),
		.format = r->format,
		.ctx = r->ctx,
		.line = l->number,
		.offset = l->offset,
		.lines = 1 + further.n,
	};
	enum record_fate fate = r->plain(r->self, &record);

	if (fate != RECORD_EVENT)
		return fate;
	r->n_events++;
	if (further.n > 0) {
		lines_pass(l, further.n, further.bytes);
		r->n_lines += further.n;
		r->n_continuation += further.n;
	}
	if (r->contexts->scratch->used_bytes > 0)
		arena_reset(r->contexts->scratch);
	return fate;
}

/* The current line is the first of a record. `tried`: the short way has been. */
static bool start(struct records *r, bool tried)
{
	if (!close_record(r))
		return false;
	if (!tried && r->format->whole) {
		enum record_fate fate = read_plain(r);

		if (fate != RECORD_REJECTED) {
			lines_end(r->lines);
			return fate == RECORD_EVENT;
		}
	}
	begin(r, r->format);
	if (!r->format->plain || r->format->whole)
		return true;
	/* A line is a record. */
	if (!close_record(r))
		return false;
	lines_end(r->lines);
	return true;
}

bool records_run(struct records *r)
{
	const struct format *f;
	bool plain = r->plain && r->format->plain;

	r->ctx = contexts_of(r->contexts, r->format);
	while (lines_next(r->lines)) {
		bool tried = !plain || !r->open;

		r->n_lines++;
		if (plain && !r->open) {
			enum record_fate fate = read_plain(r);

			if (fate == RECORD_STOP)
				return false;
			if (fate == RECORD_EVENT)
				continue;
		}
		switch (classify(r)) {
		case LINE_START:
			if (!start(r, tried))
				return false;
			break;
		case LINE_CONTINUES:
			extend(r);
			break;
		case LINE_SKIP:
			r->n_continuation++;
			break;
		case LINE_ALIEN:
			if (!close_record(r))
				return false;
			f = second_chance(r, r->lines->text);
			if (f) {
				begin(r, f);
				break;
			}
			lines_end(r->lines);
			reject(r, r->lines->number, r->lines->text, 1);
			break;
		}
	}
	return close_record(r);
}
