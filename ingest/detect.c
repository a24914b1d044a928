#include "ingest/detect.h"

#include <stdlib.h>

#include "ingest/jsonarray.h"

enum {
	FIRST_LINES = 20,          /* looked at by all formats */
	MORE_LINES = 80,           /* by all, when none of them explains the first well */
	WELL_PERCENT = 80,
	BITS = 64,
	WORDS = (DETECT_LINES + BITS - 1) / BITS,
	RECORD_MAX_LINES = 2000,
	SPECIFICITY_OWN_LINES = 50, /* see ingest/format.h */
};

/* One format's way through the lines. */
struct trial {
	struct candidate c;
	struct decode_ctx ctx;
	uint64_t starts[WORDS];    /* lines that began a decoded record */
	uint64_t continues[WORDS]; /* further lines of decoded records */
	size_t open;               /* first line of the open record, SIZE_MAX none */
	size_t open_end;           /* one past its last line */
	size_t walked;             /* lines looked at */
};

struct text {
	struct str *lines;
	size_t n;
	uint16_t claims[DETECT_LINES]; /* formats that decode a record that begins here */
};

static void set_bit(uint64_t *bits, size_t i)
{
	bits[i / BITS] |= UINT64_C(1) << (i % BITS);
}

static bool get_bit(const uint64_t *bits, size_t i)
{
	return bits[i / BITS] >> (i % BITS) & 1;
}

/* The objects of an array as lines, side by side; half an object only when there is no other. */
static void split_array(struct text *t, struct str head, char *copy)
{
	size_t len = 0;
	uint64_t line_ends = 0;

	head = str_from(head, json_array_wrapper(head));
	while (t->n < DETECT_LINES) {
		struct json_object_scan o = { 0 };
		bool closed;

		head = str_from(head, json_array_gap(head, &line_ends));
		if (head.len == 0 || head.ptr[0] != '{')
			return;
		size_t n = json_object_scan(&o, head, &closed);

		if (!closed && t->n > 0)
			return;
		memcpy(copy + len, head.ptr, n);
		t->lines[t->n++] = str_make(copy + len, n);
		copy[len + n] = '\n';
		len += n + 1;
		head = str_from(head, n);
	}
}

/* Cuts the head into lines, side by side and without "\r", so that records are slices of it. */
static void split_lines(struct text *t, struct str head, bool whole, struct arena *a)
{
	char *copy = arena_alloc(a, head.len + DETECT_LINES + 2, 1); /* objects of an array may stand close together */
	size_t len = 0, from = 0;

	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_from(head, 3);
	t->lines = arena_new_n(a, struct str, DETECT_LINES);
	if (json_array_begins(head)) {
		split_array(t, head, copy);
		return;
	}
	for (size_t i = 0; i < head.len && t->n < DETECT_LINES; i++) {
		if (head.ptr[i] != '\n') {
			copy[len++] = head.ptr[i];
			continue;
		}
		t->lines[t->n++] = str_make(copy + from, len - from - (len > from && copy[len - 1] == '\r'));
		if (len > from && copy[len - 1] == '\r')
			len--;
		copy[len++] = '\n';
		from = len;
	}
	/* The last line is complete only at the end of the text; but half a line is better than nothing. */
	if (t->n < DETECT_LINES && len > from && (whole || t->n == 0))
		t->lines[t->n++] = str_make(copy + from, len - from - (copy[len - 1] == '\r'));
}

static struct str record_of(const struct text *t, const struct trial *r)
{
	const struct str *last = &t->lines[r->open_end - 1];

	if (r->open == SIZE_MAX)
		return STR_NONE;
	return str_make(t->lines[r->open].ptr, (size_t)(last->ptr + last->len - t->lines[r->open].ptr));
}

static void note_time(struct candidate *c, const struct timestamp *t)
{
	c->timed++;
	c->zoned += t->has_zone;
	c->dated += t->has_date;
	c->with_year += t->has_date && t->has_year;
	if (!t->has_date || !t->has_year)
		return;
	if (c->first_ns == TIME_NONE || t->ns < c->first_ns)
		c->first_ns = t->ns;
	if (c->last_ns == TIME_NONE || t->ns > c->last_ns)
		c->last_ns = t->ns;
	int64_t exchanged_ns = t->order == DAY_MONTH_OPEN ? timestamp_exchanged(t->ns) : t->ns;
	if (c->exchanged_first_ns == TIME_NONE || exchanged_ns < c->exchanged_first_ns)
		c->exchanged_first_ns = exchanged_ns;
	if (c->exchanged_last_ns == TIME_NONE || exchanged_ns > c->exchanged_last_ns)
		c->exchanged_last_ns = exchanged_ns;
	c->order[t->order]++;
}

/* Which of the two numbers of its dates is the day, and the span that follows. */
static void decide_order(struct candidate *c)
{
	if (c->order[DAY_MONTH_OPEN] == 0 || c->order[DAY_MONTH_MONTH] > 0)
		return;
	c->day_first = c->order[DAY_MONTH_DAY] > 0 ||
		       c->exchanged_last_ns - c->exchanged_first_ns < (c->last_ns - c->first_ns) / 4;
	if (!c->day_first)
		return;
	c->first_ns = c->exchanged_first_ns;
	c->last_ns = c->exchanged_last_ns;
}

static void note_unmatched(struct trial *r, const struct text *t, size_t i, const char *why)
{
	if (r->c.n_unmatched < DETECT_SAMPLES)
		r->c.unmatched[r->c.n_unmatched++] = (struct unmatched){ i + 1, t->lines[i], why };
}

static void close_record(struct trial *r, struct text *t)
{
	struct event e = EVENT_INIT;
	size_t lines = r->open_end - r->open;

	if (r->open == SIZE_MAX)
		return;
	if (r->c.format->decode(record_of(t, r), &r->ctx, &e)) {
		r->c.starts++;
		set_bit(r->starts, r->open);
		for (size_t i = r->open + 1; i < r->open_end; i++)
			set_bit(r->continues, i);
		r->c.continues += (uint32_t)(lines - 1);
		r->c.graded += e.severity != SEV_NONE;
		if (e.has_time)
			note_time(&r->c, &e.time);
	} else {
		r->c.undecoded += (uint32_t)lines;
		note_unmatched(r, t, r->open, "begins a record that cannot be decoded");
	}
	arena_reset(r->ctx.scratch);
	r->open = SIZE_MAX;
}

static void walk(struct trial *r, struct text *t, size_t from, size_t to)
{
	r->walked = to > from ? to : r->walked;
	for (size_t i = from; i < to; i++) {
		struct str line = t->lines[i], record = r->open == SIZE_MAX ? STR_NONE : record_of(t, r);

		switch (r->c.format->classify(line, record, &r->ctx)) {
		case LINE_START:
			close_record(r, t);
			r->open = i;
			r->open_end = i + 1;
			break;
		case LINE_CONTINUES:
			if (r->open != SIZE_MAX && r->open_end == i) {
				r->open_end = i + 1;
				break;
			}
			r->c.aliens++;
			note_unmatched(r, t, i, "continues a record, but none is open");
			break;
		case LINE_SKIP:
			r->c.skips++;
			if (r->open_end == i)
				close_record(r, t);
			break;
		case LINE_ALIEN:
			close_record(r, t);
			r->c.aliens++;
			note_unmatched(r, t, i, "is not of this format");
			break;
		}
	}
}

static void trial_init(struct trial *r, const struct format *f, struct str path, struct arena *scratch,
		       struct arena *a)
{
	*r = (struct trial){ .open = SIZE_MAX };
	r->c = (struct candidate){ .format = f, .first_ns = TIME_NONE, .last_ns = TIME_NONE,
				  .exchanged_first_ns = TIME_NONE, .exchanged_last_ns = TIME_NONE };
	r->ctx = (struct decode_ctx){ .scratch = scratch, .file = a, .path = path, .format = f };
	if (f->state_bytes > 0)
		r->ctx.state = arena_alloc(a, f->state_bytes, _Alignof(max_align_t));
}

static void set_coverage(struct trial *r, const struct text *t)
{
	double explained = 0;

	for (size_t i = 0; i < t->n; i++) {
		r->c.unclaimed += get_bit(r->starts, i) && t->claims[i] == 0;
		if (get_bit(r->starts, i))
			explained += 1;
		else if (get_bit(r->continues, i))
			explained += t->claims[i] > 0 ? 0.25 : 1;
	}
	explained += r->c.skips;
	r->c.coverage = t->n > 0 ? explained / (double)t->n : 0;
}

static int compare_candidates(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->coverage != b->coverage)
		return a->coverage > b->coverage ? -1 : 1;
	if (a->format->specificity != b->format->specificity)
		return a->format->specificity > b->format->specificity ? -1 : 1;
	return strcmp(a->format->id, b->format->id);
}

static const struct candidate *last_resort(const struct detection *d)
{
	for (size_t i = 0; i < d->n_candidates; i++)
		if (d->candidates[i].format->role == ROLE_TEXT)
			return &d->candidates[i];
	return NULL;
}

/*
 * Lines that begin with a time are records of a log, whatever else is in it. A format that leaves many of
 * them
 * unexplained has found something in a log, such as a printed JSON document, and not the log's format.
 */
static bool is_inclusion(const struct candidate *c, const struct candidate *text)
{
	return text && c->coverage * 100 < 100 - DETECT_NEAR_PERCENT && text->coverage > c->coverage &&
	       text->timed > 4 * c->starts && text->unclaimed > 4 * c->starts;
}

/* Of those that explain nearly as much as the best, the most specific. */
static const struct candidate *choose(const struct detection *d)
{
	const struct candidate *best = NULL, *envelope = NULL, *text = last_resort(d);
	double top = -1;

	for (size_t i = 0; i < d->n_candidates; i++) {
		const struct candidate *c = &d->candidates[i];

		if (c->format->role == ROLE_TEXT || c->coverage * 100 < DETECT_COVERAGE_PERCENT ||
		    is_inclusion(c, text))
			continue;
		if (top < 0)
			top = c->coverage;
		if (c->coverage * 100 < top * 100 - DETECT_NEAR_PERCENT)
			break;
		if (!best || c->format->specificity > best->format->specificity)
			best = c;
		if (!envelope && (c->format->role == ROLE_SYSTEM || c->format->role == ROLE_CARRIER))
			envelope = c;
	}
	if (best && best->format->role == ROLE_CHANGE && envelope)
		best = envelope; /* words that tell of changes are looked for in payloads, too */
	return best ? best : text;
}

static void add_other(struct detection *d, const struct format *f)
{
	if (!f || f == d->format || d->n_others == DETECT_OTHERS)
		return;
	for (size_t i = 0; i < d->n_others; i++)
		if (d->others[i] == f)
			return;
	d->others[d->n_others++] = f;
}

/* Other formats seen among the lines, the surest first, then those a stray line is most likely in. */
static void list_others(struct detection *d)
{
	static const char *const usual[] = { "json_lines", "logfmt" };

	for (size_t i = 0; i < d->n_candidates; i++) {
		const struct format *f = d->candidates[i].format;

		if (f->role != ROLE_TEXT && d->n_others + 3 < DETECT_OTHERS)
			add_other(d, f);
	}
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		add_other(d, format_by_id(str_of(usual[i])));
	for (size_t i = 0; format_registry[i]; i++)
		if (format_registry[i]->role == ROLE_TEXT)
			add_other(d, format_registry[i]);
}

/*
 * Lets every format look at the first lines, and only those that began a record in them at the rest: most
 * formats are none of a text's, and some are slow to say so. Returns how many trials are left.
 */
static size_t run_trials(struct trial *trials, size_t n, struct text *t)
{
	size_t first = t->n < FIRST_LINES ? t->n : FIRST_LINES, more = t->n < MORE_LINES ? t->n : MORE_LINES;
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		size_t lines;

		walk(&trials[i], t, 0, first);
		lines = trials[i].c.starts + trials[i].c.continues + trials[i].c.skips +
			(trials[i].open != SIZE_MAX);
		if (trials[i].c.format->role != ROLE_TEXT && lines * 100 >= first * WELL_PERCENT)
			more = first;
	}
	for (size_t i = 0; i < n; i++) {
		struct trial *r = &trials[i];

		if (r->c.starts == 0 && r->open == SIZE_MAX)
			walk(r, t, first, more);
		if (r->c.starts == 0 && r->open == SIZE_MAX)
			continue;
		walk(r, t, r->walked, t->n);
		close_record(r, t);
		if (r->c.starts == 0)
			continue;
		for (size_t k = 0; r->c.format->role != ROLE_TEXT && k < t->n; k++)
			t->claims[k] = (uint16_t)(t->claims[k] + get_bit(r->starts, k));
		trials[left++] = *r;
	}
	return left;
}

void detect_format(struct str head, bool whole, struct str path, const struct format *const *own,
		   const struct format *forced, struct arena *a,
		   struct detection *out)
{
	struct text t = { 0 };
	struct trial *trials;
	struct arena scratch;
	size_t n = 0;

	*out = (struct detection){ .forced = forced != NULL, .format = forced };
	arena_init(&scratch);
	split_lines(&t, head, whole, a);
	out->n_lines = t.n;
	while (format_at(own, n))
		n++;
	trials = arena_new_n(a, struct trial, n);
	for (size_t i = 0; i < n; i++)
		trial_init(&trials[i], format_at(own, i), path, &scratch, a);
	n = run_trials(trials, n, &t);
	out->candidates = arena_new_n(a, struct candidate, n);
	for (size_t i = 0; i < n; i++) {
		set_coverage(&trials[i], &t);
		decide_order(&trials[i].c);
		out->candidates[out->n_candidates++] = trials[i].c;
	}
	qsort(out->candidates, n, sizeof *out->candidates, compare_candidates);
	if (!forced) {
		out->best = choose(out);
		out->format = out->best ? out->best->format : NULL;
	}
	for (size_t i = 0; forced && i < n; i++)
		if (out->candidates[i].format == forced)
			out->best = &out->candidates[i];
	list_others(out);
	arena_release(&scratch);
}

const struct format *detect_payload(struct str payload, struct str path, const struct format *const *own,
				    struct arena *scratch)
{
	const struct format *best = NULL, *f;
	struct str rest, first = str_cut(payload, '\n', &rest);

	for (size_t i = 0; (f = format_at(own, i)); i++) {
		struct trial r;
		struct event e = EVENT_INIT;
		struct arena_mark mark = arena_mark(scratch);

		if (f->role == ROLE_CARRIER || f->role == ROLE_TEXT ||
		    (best && best->specificity >= f->specificity))
			continue;
		trial_init(&r, f, path, scratch, scratch);
		if (f->classify(first, STR_NONE, &r.ctx) == LINE_START && f->decode(payload, &r.ctx, &e))
			best = f;
		arena_rewind(scratch, mark);
	}
	return best;
}
