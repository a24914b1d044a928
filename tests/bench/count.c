/*
 * count: what a store says it holds, straight from its column blocks, to be held against what grep and awk count
 * in the logs: "events N", "errors N", "bytes N" sent, "routes N" different ones, "status S N", "kind K N". And what
 * reading it takes: "scan_ns N" of processor time an event for a scan of
 * times and severities, "scan_all_ns N" of all columns, "minutes_ms N" for errors
 * per minute out of the series, with their sum as "minutes_errors N".
 */
#include <stdio.h>
#include <time.h>

#include "store/reader.h"

enum { STATUS_MAX = 1000, RUNS = 5 };

struct counts {
	uint64_t events, bytes, errors;
	uint64_t by_status[STATUS_MAX], by_kind[EVENT_KIND_COUNT];
	struct map routes;
};

static bool visit(void *self, const struct scan_row *row)
{
	struct counts *c = self;

	c->events++;
	c->errors += row->severity >= SEV_ERROR;
	c->by_kind[row->kind]++;
	if (row->status >= 0 && row->status < STATUS_MAX)
		c->by_status[row->status]++;
	if (row->bytes != UINT32_MAX)
		c->bytes += row->bytes;
	if (row->route_id)
		map_put(&c->routes, row->route_id, NULL);
	return true;
}

/* Touches every column, and no more. */
static bool touch(void *self, const struct scan_row *row)
{
	uint64_t *sum = self;

	*sum += (uint64_t)row->time_ns ^ row->service ^ row->host ^ row->template_id ^ row->route_id ^ row->fingerprint_id ^
		row->client ^ row->user ^ row->trace ^ row->duration_us ^ row->bytes ^ (uint64_t)row->status ^ row->severity ^
		row->kind ^ row->line ^ row->offset;
	return true;
}

static double cpu_s(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool touch_few(void *self, const struct scan_row *row)
{
	uint64_t *sum = self;

	*sum += (uint64_t)row->time_ns ^ row->severity;
	return true;
}

/* The best of RUNS, since what else the machine does only adds. */
static bool time_scan(struct store *store, uint64_t events, unsigned want, struct err *err)
{
	double best_s = 1e9;
	uint64_t sum = 0;

	for (int i = 0; i < RUNS; i++) {
		double from_s = cpu_s();

		if (!store_scan(store, INT64_MIN, INT64_MAX, want, want ? touch : touch_few, &sum, err))
			return false;
		best_s = cpu_s() - from_s < best_s ? cpu_s() - from_s : best_s;
	}
	printf("%s %.1f\nsum %llu\n", want ? "scan_all_ns" : "scan_ns", best_s * 1e9 / (double)(events ? events : 1),
	       (unsigned long long)sum);
	return true;
}

struct minutes {
	struct map failed; /* per minute */
	uint64_t errors;
};

static void add_minutes(void *self, const struct series *of, const struct cell *cells, size_t n)
{
	struct minutes *m = self;

	(void)of;
	for (size_t i = 0; i < n; i++)
		if (cells[i].failed > 0) {
			*map_put(&m->failed, (uint64_t)(cells[i].bucket / (60 / BUCKET_S)), NULL) += cells[i].failed;
			m->errors += cells[i].failed;
		}
}

/* Errors per minute, as anything that draws them needs: the failed ones of all events. */
static bool time_minutes(struct store *store, struct err *err)
{
	double best_s = 1e9;
	struct minutes m;

	for (int run = 0; run < RUNS; run++) {
		double from_s = cpu_s();

		m.errors = 0;
		map_init(&m.failed);
		if (!store_visit_cells(store, 1U << SERIES_TOTAL, add_minutes, &m, err))
			return false;
		map_release(&m.failed);
		best_s = cpu_s() - from_s < best_s ? cpu_s() - from_s : best_s;
	}
	printf("minutes_ms %.1f\nminutes_errors %llu\n", best_s * 1e3, (unsigned long long)m.errors);
	return true;
}

static bool count(struct store *store, struct err *err)
{
	static struct counts counts;

	map_init(&counts.routes);
	if (!store_scan(store, INT64_MIN, INT64_MAX, SCAN_ALL, visit, &counts, err))
		return false;
	printf("events %llu\nerrors %llu\nbytes %llu\nroutes %zu\n", (unsigned long long)counts.events,
	       (unsigned long long)counts.errors, (unsigned long long)counts.bytes, counts.routes.n);
	for (int s = 0; s < STATUS_MAX; s++)
		if (counts.by_status[s] > 0)
			printf("status %d %llu\n", s, (unsigned long long)counts.by_status[s]);
	for (int k = 0; k < EVENT_KIND_COUNT; k++)
		if (counts.by_kind[k] > 0)
			printf("kind %s %llu\n", event_kind_name((enum event_kind)k), (unsigned long long)counts.by_kind[k]);
	map_release(&counts.routes);
	return time_scan(store, counts.events, 0, err) && time_scan(store, counts.events, SCAN_ALL, err) &&
	       time_minutes(store, err);
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct store *store;

	if (argc != 2) {
		fprintf(stderr, "usage: count STORE\n");
		return EXIT_USAGE;
	}
	if (!store_open(argv[1], &store, &err)) {
		fprintf(stderr, "count: %s\n", err.text);
		return EXIT_SYSTEM;
	}
	bool good = count(store, &err);

	store_close(store);
	if (!good) {
		fprintf(stderr, "count: %s\n", err.text);
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}
