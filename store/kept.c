#include "store/kept.h"

enum {
	LAYOUT = 1,
	FIRST_LINES = 3,
	PACE_FAILED = 1, PACE_SLOW = 2, PACE_CLIENT_ERROR = 10, /* in units of the interval */
	SLOW_FACTOR = 4,            /* slower than the mean so far by this */
	SLOW_AFTER = 30,            /* requests a mean needs */
	SLOW_US = 250000,           /* and nobody calls less than this slow */
	SPENT_SLOTS = 512,
	KEYS_MAX = 1 << 16,         /* keys whose last line is remembered; hostile logs have no end of them */
	THINNINGS_MAX = 12,         /* 30 s · 2^12 is more than a day */
};
#define SAMPLE_INTERVAL_NS (30 * NS_PER_S)

void kept_init(struct kept *k)
{
	*k = (struct kept){ 0 };
	buf_init(&k->firm, 2 * KEPT_BATCH_BYTES);
	buf_init(&k->sample, KEPT_SAMPLE_BYTES + KEPT_BATCH_BYTES);
	map_init(&k->firsts);
	map_init(&k->last);
	arena_init(&k->arena);
	k->spent = arena_new_n(&k->arena, uint64_t, SPENT_SLOTS);
}

void kept_release(struct kept *k)
{
	buf_release(&k->firm);
	buf_release(&k->sample);
	map_release(&k->firsts);
	map_release(&k->last);
	arena_release(&k->arena);
}

void kept_begin(struct kept *k)
{
	buf_clear(&k->firm);
	buf_clear(&k->sample);
	map_clear(&k->firsts);
	map_clear(&k->last);
	memset(k->spent, 0, SPENT_SLOTS * sizeof *k->spent);
	k->n_firm = k->rows.n = k->n_lifecycle = k->n_firsts = 0;
	k->interval_ns = SAMPLE_INTERVAL_NS;
}

static void put_record(struct buf *out, const struct kept_record *r)
{
	buf_add_svarint(out, r->time_ns);
	buf_add_varint(out, r->line);
	buf_add_varint(out, r->offset);
	buf_addc(out, (char)r->severity);
	buf_addc(out, (char)r->kind);
	raw64_put(out, r->service);
	raw64_put(out, r->host);
	raw64_put(out, r->template_id);
	raw64_put(out, r->route_id);
	raw64_put(out, r->fingerprint_id);
	buf_add_svarint(out, r->status);
	buf_add_svarint(out, r->pid);
	buf_add_varint(out, r->duration_us + 1); /* none becomes 0 */
	buf_add_counted(out, str_head(r->upstream, KEPT_FIELD_BYTES));
	buf_add_counted(out, str_head(r->client, KEPT_FIELD_BYTES));
	buf_add_counted(out, str_head(r->user, KEPT_FIELD_BYTES));
	buf_add_counted(out, str_head(r->request_id, KEPT_FIELD_BYTES));
	buf_add_counted(out, str_head(r->version, KEPT_FIELD_BYTES));
	buf_add_counted(out, str_head(r->text, KEPT_TEXT_BYTES));
}

static bool get_byte(struct str *in, uint8_t *out)
{
	if (in->len == 0)
		return false;
	*out = (uint8_t)in->ptr[0];
	*in = str_from(*in, 1);
	return true;
}

bool kept_next(struct str *rows, struct kept_record *r)
{
	struct str in = *rows;
	if (!svarint_next(&in, &r->time_ns) || !varint_next(&in, &r->line) || !varint_next(&in, &r->offset) ||
	    !get_byte(&in, &r->severity) || !get_byte(&in, &r->kind) || !raw64_get(&in, &r->service) ||
	    !raw64_get(&in, &r->host) || !raw64_get(&in, &r->template_id) || !raw64_get(&in, &r->route_id) ||
	    !raw64_get(&in, &r->fingerprint_id) || !svarint_next(&in, &r->status) ||
	    !svarint_next(&in, &r->pid) || !varint_next(&in, &r->duration_us) ||
	    !counted_next(&in, &r->upstream) || !counted_next(&in, &r->client) || !counted_next(&in, &r->user) ||
	    !counted_next(&in, &r->request_id) || !counted_next(&in, &r->version) || !counted_next(&in, &r->text))
		return false;
	r->duration_us--;
	*rows = in;
	return r->severity < SEVERITY_COUNT && r->kind < EVENT_KIND_COUNT;
}

static bool is_lifecycle(enum event_kind kind)
{
	return kind == EV_CHANGE || kind == EV_START || kind == EV_STOP || kind == EV_CRASH ||
	       kind == EV_RELOAD || kind == EV_STATE;
}

/* Events that come in numbers while all is well, and say nothing by themselves. */
static bool is_routine(enum event_kind kind)
{
	return kind == EV_LINE || kind == EV_HTTP || kind == EV_QUERY || kind == EV_CONN_OPEN ||
	       kind == EV_CONN_CLOSE || kind == EV_CHECKPOINT || kind == EV_STATS || kind == EV_VACUUM;
}

static bool is_slow(const struct event *e, const struct agg_answer *a)
{
	const struct agg_timed *s = a->main;
	if (!s || a->duration_us == NO_DURATION || a->duration_us < SLOW_US || s->n < SLOW_AFTER ||
	    (e->kind != EV_HTTP && e->kind != EV_QUERY))
		return false;
	return a->duration_us / SLOW_FACTOR >= s->sum_us / s->n;
}

/* How often a line like this is wanted, in intervals; 0: it is not notable. */
static unsigned pace_of(const struct event *e, const struct agg_answer *a)
{
	if (e->severity >= SEV_WARN || e->status >= 500 || !is_routine(e->kind))
		return PACE_FAILED;
	if (e->status >= 400)
		return PACE_CLIENT_ERROR;
	return is_slow(e, a) ? PACE_SLOW : 0;
}

/*
 * What a notable line is a sample of. A template says nothing of how a request ended: those go by route and
 * status.
 */
static uint64_t sample_key(const struct event *e, const struct agg_answer *a, unsigned pace)
{
	const uint64_t *names = a->shape->names;
	uint64_t key = e->kind == EV_HTTP      ? hash64_mix(names[SHAPE_ROUTE], (uint64_t)(int64_t)e->status)
	             : names[SHAPE_TEMPLATE]   ? names[SHAPE_TEMPLATE]
	                                       : hash64_mix((uint64_t)e->kind, names[SHAPE_FINGERPRINT]);
	return pace == PACE_SLOW ? hash64_mix(key, PACE_SLOW) : key;
}

/* One of the first three under this key? */
static bool is_first(struct kept *k, uint64_t key)
{
	if (k->n_firsts >= KEPT_FIRSTS_MAX || k->spent[key % SPENT_SLOTS] == key)
		return false;
	uint64_t *n = map_put(&k->firsts, key, NULL);
	if (*n >= FIRST_LINES) {
		k->spent[key % SPENT_SLOTS] = key;
		return false;
	}
	++*n;
	k->n_firsts++;
	return true;
}

static bool is_due(struct map *last, uint64_t key, int64_t time_ns, int64_t interval_ns)
{
	bool is_new;
	if (last->n >= KEYS_MAX)
		map_clear(last);
	uint64_t *at = map_put(last, key, &is_new);
	if (!is_new) {
		uint64_t now = (uint64_t)time_ns;
		uint64_t since = time_ns >= (int64_t)*at ? now - *at : *at - now;
		if (since < (uint64_t)interval_ns)
			return false;
	}
	*at = (uint64_t)time_ns;
	return true;
}

/*
 * Keeps of the sample what the doubled interval allows; of what is left, `every` second one goes where that
 * is not enough.
 */
static void thin(struct kept *k, bool every)
{
	size_t n = 0, bytes = 0;
	k->interval_ns *= 2;
	map_clear(&k->last);
	for (size_t i = 0; i < k->rows.n; i++) {
		struct kept_row row = k->rows.at[i];
		if ((every && i % 2) || !is_due(&k->last, row.key, row.time_ns, k->interval_ns * row.pace))
			continue;
		memmove(k->sample.ptr + bytes, k->sample.ptr + row.at, row.len);
		row.at = (uint32_t)bytes;
		bytes += row.len;
		k->rows.at[n++] = row;
	}
	k->rows.n = n;
	k->sample.len = bytes;
}

static bool is_crowded(const struct kept *k, unsigned quarters)
{
	return k->rows.n > KEPT_SAMPLE_MAX / 4 * quarters || k->sample.len > KEPT_SAMPLE_BYTES / 4 * quarters;
}

static void record_of(const struct event *e, const struct agg_answer *a, struct kept_record *r)
{
	*r = (struct kept_record){
		.time_ns = e->time_ns,
		.line = e->line,
		.offset = e->offset,
		.severity = (uint8_t)e->severity,
		.kind = (uint8_t)e->kind,
		.service = a->shape->names[SHAPE_SERVICE],
		.host = a->shape->names[SHAPE_HOST],
		.template_id = a->shape->names[SHAPE_TEMPLATE],
		.route_id = a->shape->names[SHAPE_ROUTE],
		.fingerprint_id = a->shape->names[SHAPE_FINGERPRINT],
		.status = e->status,
		.pid = e->pid,
		.duration_us = a->duration_us,
		.upstream = e->upstream,
		.client = e->client,
		.user = e->user,
		.request_id = e->request_id,
		.version = e->version,
		.text = e->raw,
	};
}

/* Keeps a line that may be one of the first, or is notable. */
static __attribute__((noinline)) void weigh(struct kept *k, const struct event *e, const struct agg_answer *a, unsigned pace)
{
	uint64_t template_id = a->shape->names[SHAPE_TEMPLATE], fingerprint_id = a->shape->names[SHAPE_FINGERPRINT];
	uint64_t key = pace ? sample_key(e, a, pace) : 0;
	bool firm = is_lifecycle(e->kind) && k->n_lifecycle < KEPT_LIFECYCLE_MAX;
	if (firm)
		k->n_lifecycle++;
	else
		/* Statements may all have one template: what tells them apart is their fingerprint. */
		firm = (template_id && is_first(k, template_id)) || (key && is_first(k, key)) ||
		       (fingerprint_id && is_first(k, hash64_mix(fingerprint_id, EV_QUERY)));
	/* Once there are enough, there always are. */
	a->memo->spent = !firm && !is_lifecycle(e->kind);
	struct kept_record r;
	if (firm) {
		record_of(e, a, &r);
		put_record(&k->firm, &r);
		k->n_firm++;
	}
	if (!key || (!firm && !is_due(&k->last, key, e->time_ns, k->interval_ns * (int64_t)pace)))
		return;
	if (firm) {
		/* It stands for its interval. */
		*map_put(&k->last, key, NULL) = (uint64_t)e->time_ns;
		return;
	}
	record_of(e, a, &r);
	size_t at = k->sample.len;
	put_record(&k->sample, &r);
	*vec_push(&k->arena, &k->rows) = (struct kept_row){ key, e->time_ns, (uint32_t)at,
		(uint32_t)(k->sample.len - at), (uint8_t)pace };
	if (!is_crowded(k, 4))
		return;
	for (unsigned i = 0; i < THINNINGS_MAX && is_crowded(k, 3); i++)
		thin(k, false);
	while (is_crowded(k, 3))
		thin(k, true);
}

void kept_add(struct kept *k, const struct event *e, const struct agg_answer *a)
{
	unsigned pace = pace_of(e, a);
	if (pace || !a->memo->spent)
		weigh(k, e, a, pace);
}

size_t kept_take(struct kept *k, bool sample, struct column_coder *c, struct buf *out)
{
	struct buf *rows = sample ? &k->sample : &k->firm;
	size_t n = sample ? k->rows.n : k->n_firm;
	size_t start = blob_begin(out, LAYOUT);
	plane_put_text(&c->planes, out, buf_str(rows));
	blob_seal(out, start, KEPT_SEED);
	buf_clear(rows);
	if (sample)
		k->rows.n = 0;
	else
		k->n_firm = 0;
	return n;
}

bool kept_open(struct str blob, struct column_coder *c, struct arena *a, struct str *rows)
{
	return blob_open(&blob, KEPT_SEED, LAYOUT) && plane_get_text(&c->planes, &blob, KEPT_BLOB_ROWS_BYTES, a, rows) && blob.len == 0;
}
