#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"
#include "store/aggregate.h"
#include "store/facet.h"
#include "tests/unit/store_help.h"

/* One expectation: series and bucket, with what all its events add up to. */
struct sum {
	uint64_t count, failed, timed;
	double sum_ms, max_ms;
};

struct sums {
	struct map index; /* hash of the series' words and bucket → index into at */
	struct sum *at;
	size_t n;
};

enum { SUMS_MAX = 200000 };

static struct sum *sum_of(struct sums *s, enum series_kind kind, struct str service, struct str host,
			  int code, struct str key, uint8_t role, int64_t bucket)
{
	uint64_t h = hash64_mix(hash64(service) ^ hash64_seed(host, 5), hash64_seed(key, 7));
	h = hash64_mix(h ^ (uint64_t)kind << 32, (uint64_t)(uint32_t)code);
	h = hash64_mix(h ^ role, (uint64_t)bucket);
	bool is_new;
	uint64_t *at = map_put(&s->index, h, &is_new);
	if (is_new) {
		cr_assert_lt(s->n, SUMS_MAX);
		*at = s->n++;
	}
	return &s->at[*at];
}

static void add_to(struct sum *s, const struct event *e, bool timed)
{
	s->count++;
	s->failed += e->status >= 500 || e->severity >= SEV_ERROR;
	if (!timed || isnan(e->duration_ms))
		return;
	s->timed++;
	s->sum_ms += e->duration_ms;
	s->max_ms = fmax(s->max_ms, e->duration_ms);
}

/* The same as the aggregator is to do, without any of its care. */
static void count_event(struct sums *s, const struct extent_info *info, const struct event *e)
{
	struct str service = e->service.len ? e->service : info->service;
	struct str host = e->host.len ? e->host : info->host;
	int64_t second = (int64_t)((e->time_ns - T0) / NS_PER_S) - ((e->time_ns - T0) % NS_PER_S < 0);
	int64_t bucket = (T0 / NS_PER_S + second) / BUCKET_S;
	int64_t minute = bucket - bucket % 6;
#define ADD_AT(kind, code, key, timed, bucket) \
	add_to(sum_of(s, (kind), service, host, (int)(code), (key), info->role, (bucket)), e, (timed))
#define ADD(kind, code, key, timed) ADD_AT(kind, code, key, timed, bucket)
	if (e->kind == EV_HTTP)
		ADD(SERIES_HTTP, e->status, e->route, true);
	else if (e->kind == EV_QUERY)
		ADD(SERIES_QUERY, 0, e->fingerprint, true);
	else if (e->kind != EV_LINE)
		ADD(SERIES_EVENT, e->kind, event_detail(e), true);
	if (e->template_id)
		ADD(SERIES_LINE, e->severity, e->template_text, false);
	if (e->version.len)
		ADD(SERIES_FACET, FACET_VERSION, e->version, false);
	if (facet_agent(e->agent).len)
		ADD(SERIES_FACET, FACET_AGENT, facet_agent(e->agent), false);
	if (facet_referrer(e->referrer).len)
		ADD_AT(SERIES_FACET, FACET_REFERRER, facet_referrer(e->referrer), false, minute);
	if (facet_campaign(e->path).len)
		ADD(SERIES_FACET, FACET_CAMPAIGN, facet_campaign(e->path), false);
	if (e->method.len)
		ADD(SERIES_FACET, FACET_METHOD, e->method, false);
	char room[FACET_TEXT_BYTES];
	if (client_parse(e->client).net)
		ADD_AT(SERIES_FACET, FACET_CLIENT_NET, client_net_text(client_parse(e->client).net, room), false,
		       minute);
	host = STR_NONE;
	if (e->client.len)
		ADD(SERIES_CLIENTS, 0, STR_NONE, false);
#undef ADD
#undef ADD_AT
}

static void check_series(const struct series *series, size_t n, struct sums *want)
{
	size_t cells = 0;
	for (size_t i = 0; i < n; i++) {
		const struct series *s = &series[i];
		for (size_t k = 0; k < s->n_cells; k++, cells++) {
			const struct cell c = series_cell(s, k);
			cr_assert(k == 0 || c.bucket > series_cell(s, k - 1).bucket);
			struct sum *sum = sum_of(want, s->kind, s->service, s->host, s->code, s->key_text,
						 s->role, c.bucket);
			cr_assert_eq(c.count, sum->count, "%.*s %.*s kind %d code %d bucket %d: %u of %u",
				     STR_ARG(s->service), STR_ARG(s->key_text), (int)s->kind, s->code,
				     c.bucket, c.count, (unsigned)sum->count);
			cr_assert_eq(c.failed, sum->failed);
			struct cell_times t = cell_times(s, k);
			cr_assert_eq(t.timed, sum->timed);
			cr_assert_float_eq((double)t.sum_ms, sum->sum_ms, 0.01 + sum->sum_ms * 1e-6);
			cr_assert_float_eq((double)t.max_ms, sum->max_ms, 0.01);
			uint64_t in_hist = 0;
			size_t n_hist;
			const struct hist_entry *hist = cell_hist(s, k, &n_hist);
			for (size_t h = 0; h < n_hist; h++)
				in_hist += hist[h].count;
			cr_assert_eq(in_hist,
				     s->kind == SERIES_HTTP || s->kind == SERIES_QUERY ? t.timed : 0);
			if (s->kind == SERIES_CLIENTS)
				cr_assert(s->distinct[k] > 0.9F && s->distinct[k] < 7.0F, "%f",
					  (double)s->distinct[k]);
		}
	}
	cr_expect_eq(cells, want->n, "every cell is there");
}

static void load(const char *path, struct arena *a, struct series **series, size_t *n)
{
	struct store *s;
	struct err err = ERR_INIT;
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	cr_assert(store_load_series(s, a, series, n, &err), "%s", err.text);
	store_close(s);
}

Test(aggregate, equals_counting_by_hand)
{
	enum { FILES = 4, EVENTS = 30000 };
	const char *path = temp_store("agg");
	struct store_writer *w;
	struct err err = ERR_INIT;
	struct sums want = { 0 };
	struct arena a;
	struct series *series;
	size_t n;
	arena_init(&a);
	map_init(&want.index);
	want.at = arena_new_n(&a, struct sum, SUMS_MAX);
	cr_assert(store_writer_open(path, &w, &err));
	for (unsigned seed = 0; seed < FILES; seed++) {
		struct extent_info info = made_info(seed);
		write_made_file(w, seed, EVENTS);
		for (size_t k = 0; k < EVENTS; k++) {
			struct event e = made_file_event(seed, k);
			count_event(&want, &info, &e);
		}
	}
	cr_assert(store_writer_close(w, &err));
	load(path, &a, &series, &n);
	check_series(series, n, &want);
	map_release(&want.index);
	arena_release(&a);
	remove_store(path);
}

/*
 * 40,000 buckets, each so many after the next, from the newest to the oldest, two events each: far more cells than fit at a time. `told`: how
 * many of them the file says to reach over.
 */
static void check_any_order(int stride, int told, bool wide)
{
	enum { N = 80000 };
	const char *path = temp_store("aggback");
	const int64_t last = 200, first = last - (int64_t)stride * (N / 2 - 1);
	struct store_writer *w;
	struct extent_writer *x;
	struct err err = ERR_INIT;
	struct arena a;
	struct series *series;
	size_t n;
	arena_init(&a);
	cr_assert(store_writer_open(path, &w, &err));
	struct extent_info info = made_info(2);
	cr_assert(extent_begin(w, &info, &x, &err));
	for (int i = 0; i < N; i++) {
		struct event e = made_event((uint64_t)i, (last - (int64_t)stride * (i / 2)) * BUCKET_S * NS_PER_S + i % 2);
		set_template(&e, "<*>");
		cr_assert(extent_add(x, &e, &err));
	}
	struct event none = made_event(N, TIME_NONE);
	set_template(&none, "<*>");
	cr_assert(extent_add(x, &none, &err));
	struct extent_totals t = made_totals(N + 1, (last - told) * BUCKET_S * NS_PER_S, last * BUCKET_S * NS_PER_S);
	cr_assert(extent_finish(x, &t, &err));
	cr_assert(store_writer_close(w, &err));
	load(path, &a, &series, &n);
	cr_assert_eq(n, 1);
	cr_assert_eq(series->n_cells, N / 2, "%zu", series->n_cells);
	cr_expect_eq(series->is_wide, wide, "%d", stride);
	for (size_t k = 0; k < series->n_cells; k++) {
		cr_assert_eq(series_cell(series, k).bucket, first + (int64_t)k * stride);
		cr_assert_eq(series_cell(series, k).count, 2);
	}
	arena_release(&a);
	remove_store(path);
}

Test(aggregate, times_in_any_order_and_before_the_epoch)
{
	check_any_order(1, 40000, false);
	check_any_order(2, 80000, true);
	check_any_order(2, 100, true);
}

/* Counts of a series' kind in all, and under "(other)". */
static void totals_of(const struct series *series, size_t n, enum series_kind kind, int code, uint64_t *all,
                      uint64_t *other, size_t *keys)
{
	*all = *other = 0;
	*keys = 0;
	for (size_t i = 0; i < n; i++) {
		if (series[i].kind != kind || (code >= 0 && series[i].code != code))
			continue;
		++*keys;
		for (size_t k = 0; k < series[i].n_cells; k++) {
			*all += series_cell(&series[i], k).count;
			if (str_eq(series[i].key_text, STR("(other)")))
				*other += series_cell(&series[i], k).count;
		}
	}
}

Test(aggregate, names_without_end_are_bounded)
{
	enum { N = 20000 };
	const char *path = temp_store("aggmany");
	struct store_writer *w;
	struct extent_writer *x;
	struct err err = ERR_INIT;
	struct arena a;
	struct series *series;
	size_t n, keys;
	uint64_t all, other;
	arena_init(&a);
	cr_assert(store_writer_open(path, &w, &err));
	struct extent_info info = made_info(0);
	cr_assert(extent_begin(w, &info, &x, &err));
	for (int i = 0; i < N; i++) {
		struct event e = made_event((uint64_t)i, T0 + i * NS_PER_MS);
		char route[64], client[64], template[64], agent[64], service[64], host[64];
		snprintf(route, sizeof route, "GET /%d", i);
		snprintf(template, sizeof template, "line %d", i);
		snprintf(client, sizeof client, "%d.%d.%d.1", 1 + i / 10000, i / 100 % 100, i % 100);
		snprintf(agent, sizeof agent, "agent%d/1", i);
		snprintf(service, sizeof service, "service-%d", i);
		snprintf(host, sizeof host, "host-%d", i);
		e.kind = EV_HTTP;
		e.status = 200;
		set_route(&e, route);
		set_template(&e, template);
		e.client = str_of(client);
		e.agent = str_of(agent);
		if (i >= N / 2) {
			e.service = str_of(service);
			e.host = str_of(host);
		}
		cr_assert(extent_add(x, &e, &err), "%s", err.text);
	}
	struct extent_totals t = made_totals(N, T0, T0 + N * NS_PER_MS);
	cr_assert(extent_finish(x, &t, &err), "%s", err.text);
	cr_assert(store_writer_close(w, &err));
	load(path, &a, &series, &n);
	cr_expect_lt(n, 40000);
	totals_of(series, n, SERIES_HTTP, -1, &all, &other, &keys);
	cr_expect_eq(all, N, "every request is counted: %lu", (unsigned long)all);
	cr_expect_gt(other, N / 4);
	totals_of(series, n, SERIES_LINE, -1, &all, &other, &keys);
	cr_expect_eq(all, N, "every line is counted: %lu", (unsigned long)all);
	totals_of(series, n, SERIES_FACET, FACET_CLIENT_NET, &all, &other, &keys);
	cr_expect_eq(all, N);
	totals_of(series, n, SERIES_FACET, FACET_AGENT, &all, &other, &keys);
	cr_expect_eq(all, N);
	arena_release(&a);
	remove_store(path);
}

/* Shapes are as many as the names that are counted by themselves; what comes after that shares one. */
Test(aggregate, shapes_are_bounded_like_names)
{
	enum { N = 3 * ROUTES_MAX };
	struct roster roster;
	struct dict dict;
	static struct aggregate g;
	struct agg_answer a;
	char text[32];

	roster_init(&roster);
	dict_init(&dict);
	aggregate_init(&g);
	aggregate_begin(&g, &roster, &dict, STR("nginx"), STR_NONE, ROLE_ACCESS);
	for (int round = 0; round < 2; round++) {
		for (size_t k = 0; k < N; k++) {
			struct event e = made_event(k, T0 + (int64_t)k * NS_PER_MS);

			snprintf(text, sizeof text, "GET /r%zu", k);
			e.kind = EV_HTTP;
			e.status = 200;
			set_route(&e, text);
			aggregate_add(&g, &e, &a);
			cr_assert_eq(a.shape->names[SHAPE_ROUTE], k < ROUTES_MAX ? e.route_id : hash64(STR("(other)")));
			cr_assert_eq(a.shape->status, 200);
			cr_assert_eq(a.memo->main == g.shapes.at[0].main, k == 0);
			if (aggregate_room(&g) == 0)
				aggregate_clear_cells(&g);
		}
		cr_expect_eq(dict.shapes.n, ROUTES_MAX + 1);
		cr_expect_eq(g.shapes.n, dict.shapes.n);
		/* Starting over gives the same. */
		dict_restart_shapes(&dict);
		aggregate_forget_shapes(&g);
	}
	aggregate_release(&g);
	dict_release(&dict);
	roster_release(&roster);
}

Test(aggregate, distinct_clients_join_over_files)
{
	const char *path = temp_store("aggclients");
	struct store_writer *w;
	struct err err = ERR_INIT;
	struct arena a;
	struct series *series;
	size_t n;
	arena_init(&a);
	cr_assert(store_writer_open(path, &w, &err));
	/* Two files of one service with the same 300 clients, in one bucket. */
	for (unsigned file = 0; file < 2; file++) {
		struct extent_writer *x;
		struct extent_info info = made_info(file);
		cr_assert(extent_begin(w, &info, &x, &err));
		for (int i = 0; i < 600; i++) {
			struct event e = made_event((uint64_t)i, T0 + i * NS_PER_MS);
			char client[32];
			snprintf(client, sizeof client, "10.0.%d.%d", i % 300 / 100, i % 100);
			e.client = str_of(client);
			cr_assert(extent_add(x, &e, &err));
		}
		struct extent_totals t = made_totals(600, T0, T0 + 600 * NS_PER_MS);
		cr_assert(extent_finish(x, &t, &err));
	}
	cr_assert(store_writer_close(w, &err));
	load(path, &a, &series, &n);
	bool seen = false;
	for (size_t i = 0; i < n; i++) {
		if (series[i].kind != SERIES_CLIENTS)
			continue;
		seen = true;
		cr_assert_eq(series[i].n_cells, 1);
		cr_expect_eq(series_cell(&series[i], 0).count, 1200);
		cr_expect_float_eq((double)series[i].distinct[0], 300, 60);
	}
	cr_expect(seen);
	arena_release(&a);
	remove_store(path);
}

Test(aggregate, a_full_bucket_of_durations_over_two_files)
{
	enum { N = 1000 };
	const char *path = temp_store("aggfull");
	struct store_writer *w;
	struct err err = ERR_INIT;
	struct arena a;
	struct series *series;
	size_t n, n_hist;
	uint64_t in_hist = 0;
	arena_init(&a);
	cr_assert(store_writer_open(path, &w, &err));
	for (unsigned file = 0; file < 2; file++) {
		struct extent_writer *x;
		struct extent_info info = made_info(0);
		info.content_id = file + 1;
		cr_assert(extent_begin(w, &info, &x, &err));
		for (int i = 0; i < N; i++) {
			struct event e = made_event((uint64_t)i, T0 + i);
			e.kind = EV_HTTP;
			e.status = 200;
			set_route(&e, "/");
			e.duration_ms = i == 0 ? 1000 : 10;
			cr_assert(extent_add(x, &e, &err));
		}
		struct extent_totals t = made_totals(N, T0, T0 + N);
		cr_assert(extent_finish(x, &t, &err));
	}
	cr_assert(store_writer_close(w, &err));
	load(path, &a, &series, &n);
	cr_assert_eq(series[0].kind, SERIES_HTTP);
	cr_assert_eq(series[0].n_cells, 1);
	cr_expect_eq(cell_times(series, 0).timed, 2 * N);
	const struct hist_entry *hist = cell_hist(series, 0, &n_hist);
	for (size_t h = 0; h < n_hist; h++)
		in_hist += hist[h].bucket == hist_bucket(10) ? hist[h].count : 0;
	cr_expect_eq(in_hist, 2 * (N - 1));
	cr_expect_eq(hist[n_hist - 1].bucket, hist_bucket(1000));
	cr_expect_eq(hist[n_hist - 1].count, 2);
	arena_release(&a);
	remove_store(path);
}

struct visited { uint64_t count[SERIES_KIND_COUNT], failed[SERIES_KIND_COUNT], buckets; };

static void add_visited(void *self, const struct series *of, const struct cell *cells, size_t n)
{
	struct visited *v = self;
	for (size_t i = 0; i < n; i++) {
		v->count[of->kind] += cells[i].count;
		v->failed[of->kind] += cells[i].failed;
		v->buckets += (uint64_t)cells[i].bucket * cells[i].count;
	}
}

Test(aggregate, visiting_cells_counts_what_loading_them_does)
{
	const char *path = temp_store("aggvisit");
	struct store_writer *w;
	struct store *s;
	struct err err = ERR_INIT;
	struct arena a;
	struct series *series;
	size_t n;
	arena_init(&a);
	cr_assert(store_writer_open(path, &w, &err));
	for (unsigned seed = 0; seed < 3; seed++)
		write_made_file(w, seed, 5000);
	cr_assert(store_writer_settle(w, &err) && store_writer_close(w, &err), "%s", err.text);
	cr_assert(store_open(path, &s, &err), "%s", err.text);
	for (unsigned kinds = 0; kinds <= SERIES_ALL; kinds++) {
		struct visited loaded = { { 0 }, { 0 }, 0 }, visited = loaded;
		cr_assert(store_load_series_of(s, kinds, &a, &series, &n, &err), "%s", err.text);
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < series[i].n_cells; k++) {
				const struct cell cell = series_cell(&series[i], k);
				add_visited(&loaded, &series[i], &cell, 1);
			}
		cr_assert(store_visit_cells(s, kinds, add_visited, &visited, &err), "%s", err.text);
		cr_expect_arr_eq(&visited, &loaded, sizeof loaded, "kinds %u", kinds);
		for (unsigned kind = 0; kind < SERIES_KIND_COUNT; kind++)
			cr_expect((kinds & 1U << kind) || !loaded.count[kind]);
		arena_reset(&a);
	}
	store_close(s);
	arena_release(&a);
	remove_store(path);
}

/* Histograms of one and two durations follow from these, unless these were rounded. */
Test(aggregate, histograms_of_few_durations_come_back)
{
	struct cell cells[] = { { 10, 1, 0 }, { 11, 2, 1 }, { 12, 2, 0 }, { 13, 3, 0 }, { 14, 1, 0 } };
	struct part_more more[] = {
		{ .timed = 1, .sum_us = 2000, .max_us = 2000, .hist = 0, .n_hist = 1 },
		{ .timed = 2, .sum_us = 3000, .max_us = 2000, .hist = 1, .n_hist = 2 },
		{ .timed = 2, .sum_us = 8000, .max_us = 4000, .hist = 3, .n_hist = 1 },
		{ .timed = 3, .sum_us = 9000, .max_us = 4000, .hist = 4, .n_hist = 2 },
		{ .hist = 6 },
	};
	uint8_t ms1 = (uint8_t)hist_bucket(1), ms2 = (uint8_t)hist_bucket(2), ms4 = (uint8_t)hist_bucket(4);
	struct part_hist hist[] = { { ms2, 1 }, { ms1, 1 }, { ms2, 1 }, { ms4, 2 }, { ms1, 1 }, { ms4, 2 } };
	uint64_t ids[] = { 7 };
	uint32_t lengths[] = { 5 };
	struct cells_part part = { .kind = SERIES_HTTP, .n_series = 1, .n_cells = 5, .n_hist = 6, .ids = ids, .lengths = lengths,
		                   .cells = cells, .more = more, .hist = hist }, back;
	struct column_coder coder;
	struct arena a;
	struct buf b;
	arena_init(&a);
	buf_init(&b, 1 << 20);
	column_coder_init(&coder);
	for (int round = 0; round < 2; round++) {
		uint32_t *sizes;
		more[1].sum_us += (uint64_t)round * 9000; /* now says something else */
		buf_clear(&b);
		cells_encode(&part, &coder, &b);
		cr_expect_eq(b.ptr[8], round ? 1 : 2, "the layout");
		cr_assert(cells_decode(buf_str(&b), SERIES_HTTP, &coder, &a, &back));
		cr_expect_arr_eq(back.cells, cells, sizeof cells);
		for (size_t i = 0; i < 5; i++) {
			cr_expect_eq(back.more[i].n_hist, more[i].n_hist);
			cr_expect_eq(back.more[i].sum_us, more[i].sum_us);
		}
		for (size_t i = 0; i < 6; i++)
			cr_expect(back.hist[i].bucket == hist[i].bucket && back.hist[i].count == hist[i].count, "entry %zu", i);
		cr_assert(cells_sizes(buf_str(&b), SERIES_HTTP, &coder, &a, &back, &sizes));
		cr_expect(sizes[0] >= 6 && sizes[0] <= 7);
	}
	column_coder_release(&coder);
	buf_release(&b);
	arena_release(&a);
}
