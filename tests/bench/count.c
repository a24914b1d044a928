/*
 * count: what a store says it holds, straight from its column blocks: "events N", "status S N" for every status,
 * "bytes N" sent, "routes N" different ones; to be held against what grep and awk count in the logs.
 */
#include <stdio.h>

#include "store/reader.h"

enum { STATUS_MAX = 1000 };

struct counts {
	uint64_t events, bytes;
	uint64_t by_status[STATUS_MAX];
	struct map routes;
};

static bool visit(void *self, const struct scan_row *row)
{
	struct counts *c = self;

	c->events++;
	if (row->status >= 0 && row->status < STATUS_MAX)
		c->by_status[row->status]++;
	if (row->bytes != UINT32_MAX)
		c->bytes += row->bytes;
	if (row->route_id)
		map_put(&c->routes, row->route_id, NULL);
	return true;
}

int main(int argc, char **argv)
{
	static struct counts counts;
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
	map_init(&counts.routes);
	bool good = store_scan(store, INT64_MIN, INT64_MAX, SCAN_ALL, visit, &counts, &err);

	store_close(store);
	if (!good) {
		fprintf(stderr, "count: %s\n", err.text);
		return EXIT_SYSTEM;
	}
	printf("events %llu\nbytes %llu\nroutes %zu\n", (unsigned long long)counts.events, (unsigned long long)counts.bytes,
	       counts.routes.n);
	for (int s = 0; s < STATUS_MAX; s++)
		if (counts.by_status[s] > 0)
			printf("status %d %llu\n", s, (unsigned long long)counts.by_status[s]);
	map_release(&counts.routes);
	return EXIT_DONE;
}
