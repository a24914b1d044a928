/*
 * settle_zones: which zone a log means that states none. Evidence, the strongest first:
 * 1. Its lines shifted by the right offset follow those of a log that states its zone within seconds
 *    (store/zone_signal.h), preferably of the same service, then of the same host.
 * 2. Its span, shifted, must lie within what the other logs cover.
 * 3. Among offsets that fit equally: what the same log, the same service, the same host states; then UTC;
 *    then what any log states; then the best fit, and the smallest offset.
 * 4. Front servers and system logs write their host's clock, and hosts of one fleet are set up alike: where
 *    all of them that are sure agree, the others follow, as long as it fits their span.
 * Without any log that states a zone, UTC is assumed.
 */
#include "store/settle.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/cells.h"
#include "store/store_impl.h"
#include "store/zone_signal.h"

enum {
	QUARTER_S = 900,
	OFFSET_MIN_S = -12 * 3600,
	OFFSET_MAX_S = 14 * 3600,
	CANDIDATES_MAX = 128,
	PARTNERS_MAX = 12,
	TALLIES_LOOSE = 1 << 14,
	TOGETHER_MIN = 5, /* buckets of shared activity: one coincidence is none */
};
/* A correlation decides from here on, in standard errors, and when the runner-up is this far behind. */
static const double z_min = 5.0, z_margin = 3.0;
/* Offsets whose overlap is this close to the best fit equally, as long as lines can tell them apart. */
static const double overlap_tolerance = 0.3;
/*
 * What nothing but the span tells is held to this: where an offset puts all of a log beside the others, one that lets it stick out
 * by a quarter of an hour more does not fit. A log that covers more than the others at any offset is not judged so.
 */
static const double sticks_out_s = 900;

/* Offsets in use that are no whole hours, in quarters. */
static const int8_t odd_quarters[] = { -38, -14, 14, 18, 22, 23, 26, 35, 38, 42, 51, 55 };

enum relation { RELATED_NOT, RELATED_BY_HOST, RELATED_BY_SERVICE, RELATED_SAME };

/* A log, with what is known about its zone. */
struct zone_log {
	uint64_t source;
	struct str logical, service, host;
	bool host_clock;                 /* its lines have its host's clock: front servers, what syslog writes */
	bool unknown;                    /* has extents that state none: those have the tallies */
	size_t packed;                   /* tallies when they were last put in order */
	struct zone_signal signal;       /* of the extents without a zone if there are any, else of all */
};

/* An offset some log states. */
struct stated { size_t log; int32_t offset_s; uint64_t events; };

struct zones {
	struct arena *arena;
	struct extent_list extents;
	VEC(struct zone_log) logs;       /* in the order of logical paths */
	VEC(struct stated) stated;
	struct map log_of;               /* source → index + 1 into logs */
	struct map weight_of;            /* series → what its counts mean + 1 */
	int32_t candidates[CANDIDATES_MAX];
	size_t n_candidates;
};

/* What was decided for a log. */
struct verdict {
	int32_t offset_s;
	struct str words;
	bool by_lines;                   /* correlation with another log decided */
};

static bool load_logs(struct zones *z, struct db *db, int64_t since_ns, struct err *err)
{
	if (!extents_load(db, z->arena, &z->extents, err))
		return false;
	extents_limit(&z->extents, since_ns, TIME_NONE);
	for (size_t i = 0; i < z->extents.n; i++) {
		const struct extent_row *x = &z->extents.at[i];
		bool is_new;
		uint64_t *at = map_put(&z->log_of, x->source ? x->source : 1, &is_new);
		if (is_new) {
			*vec_push(z->arena, &z->logs) = (struct zone_log){ .source = x->source,
									  .logical = x->logical,
									  .service = x->service,
									  .host = x->host };
			*at = z->logs.n;
		}
		struct zone_log *log = &z->logs.at[*at - 1];
		/* What syslog writes down has its host's clock, whatever it tells of. */
		log->host_clock = x->role == ROLE_ACCESS || x->role == ROLE_SERVER || x->role == ROLE_SYSTEM || str_eq(x->format, STR("syslog"));
		log->unknown = log->unknown || (!x->zone_known && x->first_ns != TIME_NONE);
	}
	return true;
}

static struct zone_log *log_of(const struct zones *z, const struct extent_row *x)
{
	return &z->logs.at[*map_get(&z->log_of, x->source ? x->source : 1) - 1];
}

static bool load_stated(struct zones *z, struct db *db, struct err *err)
{
	sqlite3_stmt *st = db_prepare(
		db, "SELECT extent, offset_s, events FROM zone_offset ORDER BY extent, offset_s", err);
	bool row, good = st != NULL;
	while (good && (good = db_step(db, st, &row, err)) && row) {
		const uint64_t *at = map_get(&z->extents.by_id, db_u64(st, 0));
		int64_t offset = sqlite3_column_int64(st, 1);
		if (!at || !z->extents.at[*at - 1].zone_known || offset % QUARTER_S ||
		    offset < OFFSET_MIN_S || offset > OFFSET_MAX_S)
			continue;
		size_t log = (size_t)(log_of(z, &z->extents.at[*at - 1]) - z->logs.at), i = 0;
		while (i < z->stated.n &&
		       (z->stated.at[i].log != log || z->stated.at[i].offset_s != (int32_t)offset))
			i++;
		if (i == z->stated.n)
			*vec_push(z->arena, &z->stated) = (struct stated){ log, (int32_t)offset, 0 };
		z->stated.at[i].events += db_u64(st, 2);
	}
	sqlite3_finalize(st);
	return good;
}

static int by_weight(const void *a, const void *b)
{
	const struct stated *x = a, *y = b;
	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	if (x->log != y->log)
		return x->log < y->log ? -1 : 1;
	return (x->offset_s > y->offset_s) - (x->offset_s < y->offset_s);
}

static void add_candidate(struct zones *z, int32_t offset_s)
{
	for (size_t i = 0; i < z->n_candidates; i++)
		if (z->candidates[i] == offset_s)
			return;
	if (z->n_candidates < CANDIDATES_MAX)
		z->candidates[z->n_candidates++] = offset_s;
}

static void list_candidates(struct zones *z)
{
	for (int32_t h = 0; h <= 14; h++) {
		add_candidate(z, h * 3600);
		if (-h * 3600 >= OFFSET_MIN_S)
			add_candidate(z, -h * 3600);
	}
	for (size_t i = 0; i < sizeof odd_quarters; i++)
		add_candidate(z, odd_quarters[i] * QUARTER_S);
	for (size_t i = 0; i < z->stated.n; i++)
		add_candidate(z, z->stated.at[i].offset_s);
}

/* What counts of a series mean: 1 activity, 2 activity and trouble, 0 neither. */
static bool load_weights(struct zones *z, struct db *db, struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT id, kind, code FROM series", err);
	bool row, good = st != NULL;
	while (good && (good = db_step(db, st, &row, err)) && row) {
		int kind = sqlite3_column_int(st, 1), code = sqlite3_column_int(st, 2);
		bool bad = (kind == SERIES_HTTP && code >= 400) || (kind == SERIES_LINE && code >= SEV_WARN);
		if (db_u64(st, 0) && (kind == SERIES_HTTP || kind == SERIES_LINE))
			*map_put(&z->weight_of, db_u64(st, 0), NULL) = bad ? 2 : 1;
	}
	sqlite3_finalize(st);
	return good;
}

static void tally(struct zones *z, struct zone_log *log, const struct cells_part *part)
{
	const struct cell *cell = part->cells;
	for (size_t i = 0; i < part->n_series; i++) {
		const uint64_t *weight = map_get(&z->weight_of, part->ids[i]);
		for (uint32_t k = 0; k < part->lengths[i]; k++, cell++)
			if (weight)
				*vec_push(z->arena, &log->signal.tallies) = (struct zone_tally){ cell->bucket,
					{ cell->count, *weight == 2 ? cell->count : cell->failed } };
	}
	/* Many series share few buckets: joined now and then, they take the room of the log's span and not of all its cells. */
	if (log->signal.tallies.n > 2 * log->packed + TALLIES_LOOSE) {
		signal_finish(&log->signal);
		log->packed = log->signal.tallies.n;
	}
}

static bool load_tallies(struct zones *z, struct db *db, struct err *err)
{
	struct column_coder coder;
	struct arena scratch;
	column_coder_init(&coder);
	arena_init(&scratch);
	sqlite3_stmt *st = db_prepare(db, "SELECT id, kind, cells FROM agg WHERE kind IN (?1, ?2)", err);
	bool row, good = st != NULL;
	if (good) {
		sqlite3_bind_int(st, 1, SERIES_HTTP);
		sqlite3_bind_int(st, 2, SERIES_LINE);
	}
	while (good && (good = db_step(db, st, &row, err)) && row) {
		struct cells_part part;
		const struct extent_row *x = extent_of_fact(&z->extents, sqlite3_column_int64(st, 0));
		/* Of a log with both kinds of files, only those without a zone are to be placed. */
		if (!x || log_of(z, x)->unknown == x->zone_known)
			continue;
		arena_reset(&scratch);
		if (!cells_decode_counts(db_blob(st, 2), (enum series_kind)sqlite3_column_int(st, 1), &coder,
					 &scratch, &part))
			good = db_damaged(db, "cells do not match their checksum", err);
		else
			tally(z, log_of(z, x), &part);
	}
	sqlite3_finalize(st);
	column_coder_release(&coder);
	arena_release(&scratch);
	for (size_t i = 0; i < z->logs.n; i++)
		signal_finish(&z->logs.at[i].signal);
	return good;
}

static struct str folder(struct str path)
{
	ptrdiff_t slash = str_rchr(path, '/');
	return slash < 0 ? STR_NONE : str_head(path, (size_t)slash);
}

static enum relation relation(const struct zone_log *a, const struct zone_log *b)
{
	if (a == b)
		return RELATED_SAME;
	struct str fa = folder(a->logical), fb = folder(b->logical);
	if ((a->service.len && str_eq(a->service, b->service)) || (fa.len && str_eq(fa, fb)))
		return RELATED_BY_SERVICE;
	return a->host.len && str_eq(a->host, b->host) ? RELATED_BY_HOST : RELATED_NOT;
}

/* Buckets to be added to a log that writes so many seconds east of UTC. */
static int32_t shift_of(int32_t offset_s)
{
	return -offset_s / BUCKET_S;
}

/* Share of the log's span that, shifted, others cover: their spans joined. */
static double overlap(const struct zones *z, const struct zone_log *log, int32_t offset_s)
{
	int64_t from = (int64_t)log->signal.from + shift_of(offset_s),
		to = (int64_t)log->signal.to + shift_of(offset_s);
	int64_t covered = 0, at = from;
	/* Spans are few: sweep from the left, always taking the span that begins first beyond `at`. */
	while (at < to) {
		int64_t end = at, begin = to;
		for (size_t i = 0; i < z->logs.n; i++) {
			const struct zone_signal *s = &z->logs.at[i].signal;
			if (z->logs.at[i].unknown || s->tallies.n == 0)
				continue;
			if (s->from <= at && s->to > end)
				end = s->to;
			if (s->from > at && s->from < begin)
				begin = s->from;
		}
		end = end < to ? end : to;
		covered += end - at;
		at = end > at ? end : begin;
	}
	return to > from ? (double)covered / (double)(to - from) : 0;
}

static int by_relation(const void *a, const void *b, void *self)
{
	const struct zone_log *x = *(struct zone_log *const *)a, *y = *(struct zone_log *const *)b,
			      *log = self;
	int d = (int)relation(log, y) - (int)relation(log, x);
	if (d)
		return d;
	if (x->signal.tallies.n != y->signal.tallies.n)
		return x->signal.tallies.n > y->signal.tallies.n ? -1 : 1;
	return str_cmp(x->logical, y->logical);
}

/* Does one measure of the partner decide between the candidates? Then *margin says by how much. */
static bool correlate(struct zones *z, struct zone_log *log, struct zone_log *partner, enum zone_measure m,
                      const bool *fits, int32_t *offset_s, double *margin)
{
	double best = 0, second = 0;
	signal_roughen(&log->signal, m, z->arena);
	signal_roughen(&partner->signal, m, z->arena);
	for (size_t i = 0; i < z->n_candidates; i++) {
		if (!fits[i])
			continue;
		double match = signal_match(&log->signal, shift_of(z->candidates[i]), &partner->signal, m);
		if (match > best) {
			second = best;
			best = match;
			*offset_s = z->candidates[i];
		} else if (match > second) {
			second = match;
		}
	}
	*margin = best - second;
	return best >= z_min && *margin >= z_margin &&
	       signal_together(&log->signal, shift_of(*offset_s), &partner->signal, m) >= TOGETHER_MIN;
}

/* The partner of the closest relation that decides; among several the clearest. */
static bool decide_by_lines(struct zones *z, struct zone_log *log, const bool *fits, struct verdict *v)
{
	struct zone_log **partners = arena_new_n(z->arena, struct zone_log *, z->logs.n);
	size_t n = 0;
	for (size_t i = 0; i < z->logs.n; i++)
		if (!z->logs.at[i].unknown && z->logs.at[i].signal.tallies.n)
			partners[n++] = &z->logs.at[i];
	qsort_r(partners, n, sizeof *partners, by_relation, log);
	const struct zone_log *from = NULL;
	double clearest = 0;
	for (size_t i = 0; i < n && i < PARTNERS_MAX; i++) {
		if (from && relation(log, partners[i]) != relation(log, from))
			break;
		for (unsigned m = 0; m < MEASURE_COUNT; m++) {
			int32_t offset = 0;
			double margin = 0;
			if (!correlate(z, log, partners[i], (enum zone_measure)m, fits, &offset, &margin) ||
			    margin <= clearest)
				continue;
			clearest = margin;
			from = partners[i];
			v->offset_s = offset;
		}
	}
	if (from)
		v->words = arena_printf(z->arena, "from %.*s", STR_ARG(from->logical));
	return from != NULL;
}

static bool fits_offset(const struct zones *z, const bool *fits, int32_t offset_s)
{
	for (size_t i = 0; i < z->n_candidates; i++)
		if (z->candidates[i] == offset_s)
			return fits[i];
	return false;
}

/* The offset that a log at least this closely related states, when it fits. */
static bool decide_by_relation(struct zones *z, const struct zone_log *log, const bool *fits,
			       enum relation least, struct verdict *v)
{
	for (int r = RELATED_SAME; r >= (int)least; r--) {
		for (size_t i = 0; i < z->stated.n; i++) {
			const struct zone_log *other = &z->logs.at[z->stated.at[i].log];
			if ((int)relation(log, other) != r || !fits_offset(z, fits, z->stated.at[i].offset_s))
				continue;
			v->offset_s = z->stated.at[i].offset_s;
			v->words = arena_printf(z->arena, "from %.*s", STR_ARG(other->logical));
			return true;
		}
	}
	return false;
}

/* Which candidates' overlap is next to the best; *n how many. */
static void find_fits(struct zones *z, const struct zone_log *log, double *shares, bool *fits, size_t *n)
{
	double best = 0;
	*n = 0;
	for (size_t i = 0; i < z->n_candidates; i++) {
		shares[i] = overlap(z, log, z->candidates[i]);
		best = shares[i] > best ? shares[i] : best;
	}
	for (size_t i = 0; i < z->n_candidates; i++) {
		fits[i] = shares[i] >= best - overlap_tolerance;
		*n += fits[i];
	}
}

/* Of those that fit, which fit to the quarter of an hour; *n how many. */
static void narrow_fits(const struct zones *z, const struct zone_log *log, const double *shares, bool *fits, size_t *n)
{
	double span_s = (double)(log->signal.to - log->signal.from) * BUCKET_S, best = 0;
	for (size_t i = 0; i < z->n_candidates; i++)
		best = shares[i] > best ? shares[i] : best;
	if ((1 - best) * span_s > sticks_out_s)
		return;
	*n = 0;
	for (size_t i = 0; i < z->n_candidates; i++) {
		fits[i] = fits[i] && (best - shares[i]) * span_s <= sticks_out_s;
		*n += fits[i];
	}
}

static void decide(struct zones *z, struct zone_log *log, struct verdict *v)
{
	double shares[CANDIDATES_MAX];
	bool fits[CANDIDATES_MAX];
	size_t n, best = 0;
	find_fits(z, log, shares, fits, &n);
	*v = (struct verdict){ .offset_s = 0 };
	v->by_lines = decide_by_lines(z, log, fits, v);
	narrow_fits(z, log, shares, fits, &n);
	if (v->by_lines || decide_by_relation(z, log, fits, RELATED_BY_HOST, v))
		return;
	if (fits_offset(z, fits, 0)) {
		v->words = n == 1 ? STR("from its span") : STR_NONE;
		return;
	}
	if (decide_by_relation(z, log, fits, RELATED_NOT, v))
		return;
	for (size_t i = 1; i < z->n_candidates; i++) {
		double d = shares[i] - shares[best];
		int32_t a = abs(z->candidates[i]), b = abs(z->candidates[best]);
		if (d > 0 || (d >= 0 && (a < b || (a == b && z->candidates[i] < z->candidates[best]))))
			best = i;
	}
	v->offset_s = z->candidates[best];
	v->words = STR("from its span");
}

/*
 * The offset of the fleet's own clocks: what all front servers and system logs agree on that state it or
 * whose lines decided it. False when none does, or they disagree.
 */
static bool fleet_offset(const struct zones *z, const struct verdict *verdicts, int32_t *offset_s,
			 struct str *from)
{
	bool found = false;
	for (size_t i = 0; i < z->logs.n; i++) {
		if (!z->logs.at[i].host_clock || !verdicts[i].by_lines)
			continue;
		if (found && verdicts[i].offset_s != *offset_s)
			return false;
		*offset_s = verdicts[i].offset_s;
		*from = z->logs.at[i].logical;
		found = true;
	}
	for (size_t i = 0; i < z->stated.n; i++) {
		if (!z->logs.at[z->stated.at[i].log].host_clock)
			continue;
		if (found && z->stated.at[i].offset_s != *offset_s)
			return false;
		*offset_s = z->stated.at[i].offset_s;
		*from = z->logs.at[z->stated.at[i].log].logical;
		found = true;
	}
	return found;
}

/* Hosts of one fleet are set up alike: what runs on their clocks follows the ones that are sure. */
static void follow_fleet(struct zones *z, struct verdict *verdicts)
{
	int32_t offset;
	struct str from;
	if (!fleet_offset(z, verdicts, &offset, &from))
		return;
	for (size_t i = 0; i < z->logs.n; i++) {
		double shares[CANDIDATES_MAX];
		bool fits[CANDIDATES_MAX];
		size_t n;
		struct zone_log *log = &z->logs.at[i];
		if (!log->unknown || !log->host_clock || verdicts[i].by_lines)
			continue;
		find_fits(z, log, shares, fits, &n);
		narrow_fits(z, log, shares, fits, &n);
		if (!fits_offset(z, fits, offset))
			continue;
		verdicts[i].offset_s = offset;
		verdicts[i].words = arena_printf(z->arena, "from %.*s", STR_ARG(from));
	}
}

static bool store_verdict(struct db *db, const struct zone_log *log, const struct verdict *v, struct arena *a,
                          struct err *err)
{
	sqlite3_stmt *st = db_prepare(db, "UPDATE source SET shift_ns = ?2, zone = ?3 WHERE id = ?1", err);
	if (!st)
		return false;
	int minutes = abs(v->offset_s) / 60;
	struct str words = STR_NONE;
	if (v->words.len)
		words = arena_printf(a, "inferred %c%02d:%02d %.*s", v->offset_s < 0 ? '-' : '+',
				     minutes / 60, minutes % 60, STR_ARG(v->words));
	else if (log->unknown)
		words = STR("assumed UTC");
	db_bind_u64(st, 1, log->source);
	sqlite3_bind_int64(st, 2, -v->offset_s * NS_PER_S);
	db_bind_text(st, 3, words);
	bool good = db_run(db, st, err);
	sqlite3_finalize(st);
	return good;
}

bool settle_zones(struct store_writer *w, int64_t since_ns, struct arena *a, struct err *err)
{
	struct zones z = { .arena = a };
	map_init(&z.log_of);
	map_init(&z.weight_of);
	bool good = load_logs(&z, &w->db, since_ns, err), any_unknown = false, any_known = false;
	for (size_t i = 0; good && i < z.logs.n; i++)
		any_unknown = any_unknown || z.logs.at[i].unknown;
	if (good && any_unknown) {
		good = load_stated(&z, &w->db, err) && load_weights(&z, &w->db, err) &&
		       load_tallies(&z, &w->db, err);
		if (z.stated.n > 1)
			qsort(z.stated.at, z.stated.n, sizeof *z.stated.at, by_weight);
		list_candidates(&z);
	}
	for (size_t i = 0; good && any_unknown && i < z.logs.n; i++)
		any_known = any_known || (!z.logs.at[i].unknown && z.logs.at[i].signal.tallies.n);
	struct verdict *verdicts = arena_new_n(a, struct verdict, z.logs.n + 1);
	for (size_t i = 0; good && i < z.logs.n; i++)
		if (z.logs.at[i].unknown && (any_known || z.stated.n))
			decide(&z, &z.logs.at[i], &verdicts[i]);
	if (good && (any_known || z.stated.n))
		follow_fleet(&z, verdicts);
	for (size_t i = 0; good && i < z.logs.n; i++)
		good = store_verdict(&w->db, &z.logs.at[i], &verdicts[i], a, err);
	extents_release(&z.extents);
	map_release(&z.log_of);
	map_release(&z.weight_of);
	return good;
}
