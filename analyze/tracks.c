#include "analyze/tracks.h"

#include <math.h>
#include <stdlib.h>


/* What one reading goes through. */
struct reading {
	struct tracks *t;
	struct store *store;
	const struct nightly_request *r;
	struct map groups;           /* template → group */
	struct map fronts;           /* services whose requests are the users' */
	struct map timed;            /* services whose durations are */
	bool fronts_known;
	size_t room;                 /* days that a track has room for */
};

static uint64_t text_key(struct str s)
{
	return s.len ? hash64(s) : 1;
}

static struct track *track_of(struct reading *g, struct track_list *l, uint64_t key, const struct series *s, bool timed)
{
	bool is_new;
	uint64_t *at = map_put(&l->by_key, key, &is_new);
	struct arena *a = g->t->arena;

	if (!is_new)
		return &l->list.at[*at];
	*at = l->list.n;
	struct track *t = vec_push(a, &l->list);
	*t = (struct track){ .service = s->service, .host = s->host, .text = s->key_text, .end_ns = TIME_NONE, .last_ns = TIME_NONE };
	t->counts = arena_new_n(a, double, g->room);
	if (timed) {
		t->ms = arena_new_n(a, double, g->room);
		t->now = arena_new_n(a, uint32_t, HIST_BUCKETS);
		t->hist[0] = arena_new_n(a, double, HIST_BUCKETS);
		t->hist[1] = arena_new_n(a, double, HIST_BUCKETS);
	}
	return t;
}

static double total(const struct series *s)
{
	double n = 0;

	for (size_t i = 0; i < s->n_cells; i++)
		n += series_cell(s, i).count;
	return n;
}

static int64_t cell_ns(struct cell c)
{
	return (int64_t)c.bucket * BUCKET_S * NS_PER_S;
}

static int64_t cell_end_ns(const struct series *s, struct cell c, int64_t to_ns)
{
	int32_t width = s->kind == SERIES_HTTP ? DAY_HTTP_WIDTH : DAY_OTHER_WIDTH;
	int64_t end = (int64_t)(c.bucket / width * width + width) * BUCKET_S * NS_PER_S;

	return end < to_ns ? end : to_ns;
}

static uint32_t add_u32(uint32_t a, uint32_t b)
{
	uint32_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT32_MAX : sum;
}

static void add_hist(const struct series *s, uint32_t hist[static HIST_BUCKETS])
{
	size_t n;
	const struct hist_entry *all = series_hist(s, &n);

	for (size_t i = 0; i < n; i++)
		hist[all[i].bucket] = add_u32(hist[all[i].bucket], all[i].count);
}

/* ---- the parts of a day ---- */

static void follow_source(struct reading *g, const struct series *s, size_t at, const struct night_day *day)
{
	uint64_t key = hash64_mix(hash64_mix(text_key(s->service), text_key(s->host)), (uint64_t)s->role + 1);
	struct track *t = track_of(g, &g->t->sources, key, s, false);
	bool today = at + 1 == g->room;
	/* The same time of day as that at which today's events end. */
	int64_t quiet_ns = today ? INT64_MAX : day->from_ns + (t->end_ns == TIME_NONE ? 0 : t->end_ns - g->r->today.from_ns);

	t->text = STR_NONE;
	t->role = s->role;
	if (!t->lull) {
		t->lull = arena_new_n(g->t->arena, double, g->room);
		t->ends_ns = arena_new_n(g->t->arena, int64_t, g->room);
	}
	for (size_t i = 0; i < s->n_cells; i++) {
		const struct cell c = series_cell(s, i);
		int64_t end = cell_end_ns(s, c, day->to_ns);
		t->counts[at] += c.count;
		if (cell_ns(c) >= quiet_ns)
			t->lull[at] += c.count;
		if (today && (t->end_ns == TIME_NONE || end > t->end_ns))
			t->end_ns = end;
		if (t->last_ns == TIME_NONE || end > t->last_ns)
			t->last_ns = end;
		if (end - day->from_ns > t->ends_ns[at])
			t->ends_ns[at] = end - day->from_ns;
	}
}

static void follow_line(struct reading *g, const struct series *s, size_t at)
{
	const uint64_t *group = map_get(&g->groups, s->key ? s->key : 1);
	struct track *t = track_of(g, &g->t->lines, hash64_mix(group && *group ? *group : s->key, text_key(s->service)), s, false);

	t->counts[at] += total(s);
	if ((enum severity)s->code > t->severity)
		t->severity = (enum severity)s->code;
	if (s->code >= SEV_ERROR)
		g->t->days[at].error_lines += total(s);
}

static void follow_query(struct reading *g, const struct series *s, size_t at)
{
	struct track *t = track_of(g, &g->t->queries, hash64_mix(s->key ? s->key : 1, text_key(s->service)), s, true);

	t->counts[at] += total(s);
	add_hist(s, t->now);
	for (size_t i = 0; at + 1 == g->room && i < s->n_cells; i++)
		t->sum_ms += (double)cell_times(s, i).sum_ms;
}

/* The day's statements are all read: their histograms become medians. */
static void settle_queries(struct reading *g, size_t at)
{
	for (size_t i = 0; i < g->t->queries.list.n; i++) {
		struct track *t = &g->t->queries.list.at[i];
		double *hist = t->hist[at + 1 == g->room];
		bool any = false;

		for (size_t b = 0; b < HIST_BUCKETS; b++) {
			hist[b] += t->now[b];
			any = any || t->now[b];
		}
		t->ms[at] = any ? hist_quantile_ms(t->now, 0.5) : NAN;
		memset(t->now, 0, HIST_BUCKETS * sizeof *t->now);
	}
}

static void add_hour(struct reading *g, const struct series *s)
{
	for (size_t i = 0; i < s->n_cells; i++) {
		const struct cell c = series_cell(s, i);
		int64_t since = cell_ns(c) - g->r->today.from_ns;
		size_t h = (size_t)(since / (3600 * NS_PER_S));

		if (since < 0 || h >= g->t->n_hours)
			continue;
		if (s->kind == SERIES_LINE) {
			g->t->hours[h].error_lines += s->code >= SEV_ERROR ? c.count : 0;
			continue;
		}
		g->t->hours[h].requests += c.count;
		g->t->hours[h].failed += c.failed;
	}
}

static void follow_requests(struct reading *g, const struct series *s, size_t at)
{
	struct day_total *d = &g->t->days[at];

	if (map_get(&g->timed, text_key(s->service)))
		add_hist(s, d->hist);
	if (!map_get(&g->fronts, text_key(s->service)))
		return;
	for (size_t i = 0; i < s->n_cells; i++) {
		d->requests += series_cell(s, i).count;
		d->failed += series_cell(s, i).failed;
	}
	if (at + 1 == g->room)
		add_hour(g, s);
}

/*
 * Whose requests are the users': the servers in front where any log is one of theirs, else the service with most requests. Whose
 * durations: theirs, or, where they log none, those of the service behind them that serves most.
 */
static void find_fronts(struct reading *g, const struct series *series, size_t n)
{
	struct map requests;
	struct { uint64_t key; double n; } most = { 0, 0 }, most_timed = { 0, 0 };
	bool access = false, timed = false;

	map_init(&requests);
	for (size_t i = 0; i < n; i++)
		access = access || (series[i].kind == SERIES_HTTP && series[i].role == ROLE_ACCESS);
	for (size_t i = 0; i < n; i++) {
		const struct series *s = &series[i];
		uint64_t key = text_key(s->service), with = 0;
		if (s->kind != SERIES_HTTP)
			continue;
		for (size_t c = 0; c < s->n_cells; c++)
			with += cell_times(s, c).timed;
		uint64_t *all = map_put(&requests, key, NULL);
		*all += (uint64_t)total(s);
		if ((double)*all > most.n) {
			most.key = key;
			most.n = (double)*all;
		}
		if (with && (double)*all > most_timed.n) {
			most_timed.key = key;
			most_timed.n = (double)*all;
		}
		if (access && s->role == ROLE_ACCESS) {
			map_put(&g->fronts, key, NULL);
			if (with) {
				map_put(&g->timed, key, NULL);
				timed = true;
			}
		}
	}
	if (!access && most.key)
		map_put(&g->fronts, most.key, NULL);
	if (!timed && most_timed.key)
		map_put(&g->timed, most_timed.key, NULL);
	g->fronts_known = most.key != 0;
	map_release(&requests);
}

static void follow(struct reading *g, const struct series *series, size_t n, size_t at, const struct night_day *day)
{
	struct day_total *d = &g->t->days[at];

	d->from_ns = day->from_ns;
	g->t->numbers[at] = day->day;
	if (!g->fronts_known)
		find_fronts(g, series, n);
	for (size_t i = 0; i < n; i++) {
		const struct series *s = &series[i];
		/* The other kinds count what they are about: a request, a statement and the line that tells of it are one event. */
		if (s->kind == SERIES_TOTAL) {
			d->events += total(s);
			follow_source(g, s, at, day);
		}
		if (s->kind == SERIES_HTTP)
			follow_requests(g, s, at);
		if (s->kind == SERIES_LINE) {
			follow_line(g, s, at);
			if (at + 1 == g->room)
				add_hour(g, s);
		}
		if (s->kind == SERIES_QUERY)
			follow_query(g, s, at);
	}
	settle_queries(g, at);
	d->p50_ms = d->p95_ms = NAN;
	for (size_t b = 0; b < HIST_BUCKETS; b++)
		if (d->hist[b]) {
			d->p50_ms = hist_quantile_ms(d->hist, 0.5);
			d->p95_ms = hist_quantile_ms(d->hist, 0.95);
			break;
		}
}

/* The 95th percentile by hour: its histograms are too many to be kept beside those of the day. */
static void hours_p95(struct reading *g, const struct series *series, size_t n)
{
	for (size_t h = 0; h < g->t->n_hours; h++) {
		uint32_t hist[HIST_BUCKETS] = { 0 };
		int64_t from = g->r->today.from_ns + (int64_t)h * 3600 * NS_PER_S;

		for (size_t i = 0; i < n; i++) {
			const struct series *s = &series[i];
			if (s->kind != SERIES_HTTP || !map_get(&g->timed, text_key(s->service)))
				continue;
			for (size_t c = 0; c < s->n_cells; c++) {
				int64_t at = cell_ns(series_cell(s, c));
				if (at < from || at >= from + 3600 * NS_PER_S)
					continue;
				size_t entries;
				const struct hist_entry *e = cell_hist(s, c, &entries);
				for (size_t k = 0; k < entries; k++)
					hist[e[k].bucket] += e[k].count;
			}
		}
		double p95 = hist_quantile_ms(hist, 0.95);
		g->t->hours[h].p95_ms = p95 > 0 ? p95 : NAN;
	}
}

/* Today first: what is known of it (when a source ends) is asked of the others. Then those that have any data, in their order. */
static bool read_days(struct reading *g, struct err *err)
{
	struct arena a;
	struct series *series;
	size_t n;

	arena_init(&a);
	bool good = store_load_day(g->store, g->r->today.day, DAY_KINDS, &a, &series, &n, err);
	if (good) {
		follow(g, series, n, g->room - 1, &g->r->today);
		hours_p95(g, series, n);
		for (size_t i = 0; i < g->t->sources.list.n; i++)
			if (g->t->last_ns == TIME_NONE || g->t->sources.list.at[i].end_ns > g->t->last_ns)
				g->t->last_ns = g->t->sources.list.at[i].end_ns;
	}
	for (size_t i = 0; good && i < g->r->n_earlier; i++) {
		arena_reset(&a);
		good = store_load_day(g->store, g->r->earlier[i].day, DAY_KINDS, &a, &series, &n, err);
		if (good && n)
			follow(g, series, n, g->t->n_days++, &g->r->earlier[i]);
	}
	arena_release(&a);
	return good;
}

/* Today moves behind the last earlier day that is known. */
static void close_gap(struct track_list *l, size_t known, size_t room)
{
	for (size_t i = 0; i < l->list.n; i++) {
		struct track *t = &l->list.at[i];
		t->counts[known] = t->counts[room - 1];
		if (t->ms)
			t->ms[known] = t->ms[room - 1];
		/* A statement that came later in the reading has no median of the days before. */
		for (size_t d = 0; t->ms && d <= known; d++)
			if (t->counts[d] <= 0)
				t->ms[d] = NAN;
	}
}

static bool load_groups(struct reading *g, struct store *s, struct err *err)
{
	struct arena a;
	struct store_template *templates;
	size_t n;

	arena_init(&a);
	bool good = store_load_templates(s, &a, &templates, &n, err);
	for (size_t i = 0; good && i < n; i++)
		*map_put(&g->groups, templates[i].id ? templates[i].id : 1, NULL) = templates[i].group;
	arena_release(&a);
	return good;
}

bool tracks_gather(struct tracks *t, struct store *s, const struct nightly_request *r, struct arena *a, struct err *err)
{
	struct reading g = { .t = t, .store = s, .r = r, .room = r->n_earlier + 1 };

	*t = (struct tracks){ .arena = a, .last_ns = TIME_NONE };
	t->days = arena_new_n(a, struct day_total, g.room);
	t->numbers = arena_new_n(a, int32_t, g.room);
	t->n_hours = (size_t)((r->today.to_ns - r->today.from_ns + 3600 * NS_PER_S - 1) / (3600 * NS_PER_S));
	t->hours = arena_new_n(a, struct night_hour, t->n_hours);
	map_init(&t->sources.by_key);
	map_init(&t->lines.by_key);
	map_init(&t->queries.by_key);
	map_init(&g.groups);
	map_init(&g.fronts);
	map_init(&g.timed);
	bool good = load_groups(&g, s, err) && read_days(&g, err);
	t->days[t->n_days] = t->days[g.room - 1];
	t->numbers[t->n_days] = t->numbers[g.room - 1];
	close_gap(&t->sources, t->n_days, g.room);
	close_gap(&t->lines, t->n_days, g.room);
	close_gap(&t->queries, t->n_days, g.room);
	map_release(&g.groups);
	map_release(&g.fronts);
	map_release(&g.timed);
	return good;
}

void tracks_release(struct tracks *t)
{
	map_release(&t->sources.by_key);
	map_release(&t->lines.by_key);
	map_release(&t->queries.by_key);
}
