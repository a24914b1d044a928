#include "analyze/replay.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/symptoms.h"

/* Events are read and sorted a slice of time at a time, so that memory does not grow with the window. */
enum { SLICE_FEW = 20000, SLICE_MANY = 200000, SLICE_ROWS_MAX = 4000000, SQL_MAX = 16 << 10 };

static const int64_t slice_least_ns = 10 * NS_PER_S, slice_first_ns = 60 * NS_PER_S, slice_most_ns = 6 * 3600 * NS_PER_S;

struct replay {
	struct arena arena, slice; /* of this struct and what is loaded once; of one slice */
	struct store *store;
	struct replay_filter f;
	const struct incident *in;
	struct quality_source *sources; size_t n_sources;
	struct kept_line *kept; size_t n_kept;
	struct map kept_at;        /* hash of source and line → index + 1 */
	struct map first_bucket;   /* template → bucket of its first line, plus one */
	struct map wanted;         /* id of a name → 1 wanted, 2 not: what the text filter said */
	int64_t at_ns, length_ns;  /* begin and length of the next slice */
	VEC(struct scan_row) rows;
	size_t next;
	struct map chosen;         /* with a condition: hash of source and line of the events of the slice that it is true of */
	bool overflow;
};

static uint64_t place_of(struct str source, uint64_t line)
{
	return hash64_mix(hash64(source), line + 1);
}

/* ---- filters ---- */

static enum severity severity_of(const struct scan_row *row)
{
	enum severity s = (enum severity)row->severity, by_status = SEV_NONE;

	if (row->kind == EV_HTTP && status_failed(row->status))
		by_status = SEV_ERROR;
	else if (row->kind == EV_HTTP && status_refused(row->status))
		by_status = SEV_WARN;
	return by_status > s ? by_status : s;
}

static bool says(const struct replay *r, uint64_t name)
{
	struct str text = name ? store_name(r->store, name) : STR_NONE;

	return text.len > 0 && (str_find_nocase(text, r->f.text) >= 0 || str_glob(r->f.text, text));
}

static bool text_fits(struct replay *r, const struct scan_row *row)
{
	uint64_t key = hash64_mix(hash64_mix(row->template_id + 1, row->route_id + 1), row->fingerprint_id + 1);
	uint64_t *known = map_put(&r->wanted, key, NULL);

	if (*known == 0)
		*known = says(r, row->template_id) || says(r, row->route_id) || says(r, row->fingerprint_id) ? 1 : 2;
	return *known == 1;
}

static struct str service_of(const struct replay *r, const struct scan_row *row)
{
	return row->service ? store_name(r->store, row->service) : row->source < r->n_sources ? r->sources[row->source].service : STR_NONE;
}

static bool take(void *self, const struct scan_row *row)
{
	struct replay *r = self;

	if (row->time_ns == TIME_NONE || severity_of(row) < r->f.severity || row->source >= r->n_sources)
		return true;
	if (r->f.service.len && !str_glob(r->f.service, service_of(r, row)))
		return true;
	if (r->f.text.len && !text_fits(r, row))
		return true;
	if (r->f.where.len && !map_get(&r->chosen, place_of(r->sources[row->source].path, row->line)))
		return true;
	if (r->rows.n == SLICE_ROWS_MAX) {
		r->overflow = true;
		return false;
	}
	*vec_push(&r->slice, &r->rows) = *row;
	return true;
}

/* The events of a slice that the condition is true of. A condition that closes its bracket is refused by the parser. */
static bool choose(struct replay *r, int64_t from_ns, int64_t to_ns, struct err *err)
{
	char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
	struct query *q;
	bool any;

	map_clear(&r->chosen);
	/* The line end keeps a comment in the condition from swallowing the bracket. */
	struct str sql = arena_printf(&r->slice, "SELECT source, line FROM events WHERE time >= '%s' AND time < '%s' AND (%.*s\n)", time_format(from_ns, 9, from),
	                              time_format(to_ns, 9, to), STR_ARG(r->f.where));
	if (!query_open(r->store, sql, &q, err))
		return false;
	bool good;
	while ((good = query_next(q, &any, err)) && any) {
		struct query_value source = query_value(q, 0), line = query_value(q, 1);

		*map_put(&r->chosen, place_of(source.text, (uint64_t)line.integer), NULL) = 1;
	}
	query_close(q);
	return good;
}

/* ---- slices ---- */

static int by_time(const void *a, const void *b)
{
	const struct scan_row *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* The next slice that has any events in it; its length follows from how many the last one had. */
static bool read_slice(struct replay *r, struct err *err)
{
	while (r->next == r->rows.n && r->at_ns < r->f.to_ns) {
		int64_t to = r->f.to_ns - r->at_ns > r->length_ns ? r->at_ns + r->length_ns : r->f.to_ns;

		arena_reset(&r->slice);
		r->rows.at = NULL;
		r->rows.n = r->rows.cap = r->next = 0;
		r->overflow = false;
		if (r->f.where.len && !choose(r, r->at_ns, to, err))
			return false;
		if (!store_scan(r->store, r->at_ns, to, SCAN_PLACE, take, r, err))
			return false;
		if (r->overflow && r->length_ns > slice_least_ns) {
			r->length_ns /= 8;
			r->rows.n = 0;
			continue;
		}
		if (r->overflow)
			return err_set(err, "more than %d events in ten seconds", SLICE_ROWS_MAX);
		if (r->rows.n > 1)
			qsort(r->rows.at, r->rows.n, sizeof *r->rows.at, by_time);
		if (r->rows.n < SLICE_FEW && r->length_ns < slice_most_ns)
			r->length_ns *= 2;
		else if (r->rows.n > SLICE_MANY && r->length_ns > slice_least_ns)
			r->length_ns /= 2;
		r->at_ns = to;
	}
	return true;
}

/* ---- what is loaded once ---- */

/* When a template was first seen: those that the incident brought are new in it. */
static bool load_firsts(struct replay *r, struct err *err)
{
	struct arena scratch;
	struct series *series;
	size_t n;

	arena_init(&scratch);
	bool good = store_load_series(r->store, &scratch, &series, &n, err);
	for (size_t i = 0; good && i < n; i++) {
		if (series[i].kind != SERIES_LINE || series[i].n_cells == 0)
			continue;
		uint64_t first = (uint64_t)(uint32_t)series_cell(&series[i], 0).bucket + 1, *known = map_put(&r->first_bucket, series[i].key ? series[i].key : 1, NULL);

		if (*known == 0 || first < *known)
			*known = first;
	}
	arena_release(&scratch);
	return good;
}

bool replay_open(struct store *s, const struct replay_filter *f, const struct incident *in, struct replay **out, struct err *err)
{
	struct arena arena;

	arena_init(&arena);
	struct replay *r = arena_new(&arena, struct replay);
	r->arena = arena;
	r->store = s;
	r->f = *f;
	r->in = in;
	r->at_ns = f->from_ns;
	r->length_ns = slice_first_ns;
	arena_init(&r->slice);
	map_init(&r->kept_at);
	map_init(&r->first_bucket);
	map_init(&r->wanted);
	map_init(&r->chosen);
	*out = r;
	bool good = f->where.len < SQL_MAX || err_set_status(err, EXIT_USAGE, "the condition is too long");
	good = good && store_load_quality(s, &r->arena, &r->sources, &r->n_sources, err) && store_load_kept(s, &r->arena, &r->kept, &r->n_kept, err);
	for (size_t i = 0; good && i < r->n_kept; i++)
		*map_put(&r->kept_at, place_of(r->kept[i].ref.source, r->kept[i].ref.line), NULL) = i + 1;
	if (good && (!in || load_firsts(r, err)))
		return true;
	replay_close(r);
	*out = NULL;
	return false;
}

void replay_close(struct replay *r)
{
	if (!r)
		return;
	map_release(&r->kept_at);
	map_release(&r->first_bucket);
	map_release(&r->wanted);
	map_release(&r->chosen);
	arena_release(&r->slice);
	struct arena arena = r->arena;
	arena_release(&arena);
}

/* ---- events ---- */

static bool in_bad_time(const struct incident *in, int64_t ns)
{
	for (size_t i = 0; in && i < in->n_degraded; i++)
		if (ns >= in->degraded[i].from_ns && ns < in->degraded[i].to_ns)
			return true;
	return false;
}

static bool is_new(const struct replay *r, const struct scan_row *row)
{
	const uint64_t *first = r->in && row->template_id && row->kind != EV_HTTP ? map_get(&r->first_bucket, row->template_id) : NULL;
	int64_t first_ns = first ? (int64_t)(int32_t)(uint32_t)(*first - 1) * BUCKET_S * NS_PER_S : 0;

	return first && first_ns >= r->in->onset_from_ns - BUCKET_S * NS_PER_S && (r->in->recovered_ns == TIME_NONE || first_ns <= r->in->recovered_ns);
}

bool replay_next(struct replay *r, struct replay_event *out, bool *any, struct err *err)
{
	if (r->next == r->rows.n && !read_slice(r, err))
		return false;
	*any = r->next < r->rows.n;
	if (!*any)
		return true;
	const struct scan_row *row = &r->rows.at[r->next++];
	const struct quality_source *q = &r->sources[row->source];
	const uint64_t *kept = map_get(&r->kept_at, place_of(q->path, row->line));

	*out = (struct replay_event){
		.time_ns = row->time_ns,
		.source = q->path,
		.service = service_of(r, row),
		.host = row->host ? store_name(r->store, row->host) : q->host,
		.line = row->line,
		.offset = row->offset,
		.severity = severity_of(row),
		.kind = (enum event_kind)row->kind,
		.status = row->status,
		.duration_ms = row->duration_us == UINT32_MAX ? (double)NAN : row->duration_us / 1e3,
		.route = row->route_id ? store_name(r->store, row->route_id) : STR_NONE,
		.template = row->template_id ? store_name(r->store, row->template_id) : STR_NONE,
		.statement = row->fingerprint_id ? store_name(r->store, row->fingerprint_id) : STR_NONE,
		.text = kept ? r->kept[*kept - 1].ref.text : STR_NONE,
		.degraded = in_bad_time(r->in, row->time_ns),
	};
	out->mark = out->severity >= SEV_ERROR ? REPLAY_BAD : is_new(r, row) ? REPLAY_NEW : REPLAY_PLAIN;
	out->key = hash64_mix(hash64_mix(hash64(out->service), hash64_mix(row->template_id + 1, row->route_id + 1)),
			      hash64_mix(row->fingerprint_id + 1, (uint64_t)(row->status + 2) * 16 + row->severity));
	return true;
}
