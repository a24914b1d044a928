/*
 * aggregate: events of one file into 10-second cells per series (store/reader.h says what is
 * counted). It holds a bounded number of cells; when that is reached the owner takes all of them as
 * parts (store/cells.h) and goes on with none. So memory does not grow with the file, whatever its
 * order: a log is nearly sorted, cells are taken about once per 65,536 of them, and a cell that was
 * still being filled simply continues in the next part.
 *
 * Why not flush by a time watermark: it needs a guess of how far out of order lines come, and
 * a file written newest first breaks any guess. Splitting a cell costs a few bytes and nothing else.
 *
 * Hostile input cannot make it grow either: per service at most so many routes, templates, fingerprints
 * and values of each facet, in order of first sight; what comes later counts as "(other)". As a file is read
 * from its beginning in one go, what is "other" depends on the file alone.
 */
#ifndef STORE_AGGREGATE_H
#define STORE_AGGREGATE_H

#include "core/event.h"
#include "store/cells_write.h"
#include "store/dict.h"
#include "store/roster.h"

#define NO_CELL UINT32_MAX
#define OTHER_TEXT STR("(other)")

enum {
	AGG_CELLS_MAX = 1 << 16,
	AGG_HIST_MAX = 1 << 17,     /* durations between two takings, but for the first two of each cell */
	AGG_SKETCHES_MAX = 1 << 11,
	AGG_SERVICES_MAX = 256,
	AGG_PLACES_MAX = 2048,      /* services on hosts */
	AGG_SERIES_MAX = (1 << 14) + AGG_PLACES_MAX, /* each place has its total, too */
	AGG_SERIES_EXTRA = 16,      /* last resorts beyond these: one per kind */
	ROUTES_MAX = 2000,          /* from here on: per service */
	TEMPLATES_MAX = 4000,
	FINGERPRINTS_MAX = 2000,
	DETAILS_MAX = 256,
	FACET_VALUES_MAX = 256,
	NET_FILTER_BITS = 1 << 13,  /* 32 for each network a service may have */
	AGG_SAID = 32,              /* what events say that is known by its bytes: places, */
	AGG_AGENTS = 256,           /* user agents, */
	AGG_METHODS = 32,           /* methods; of other ones more work is done */
};

/* One series of a file. */
struct agg_series {
	uint64_t id;                 /* series_id() of the rest */
	uint64_t service, host, key; /* name ids */
	int32_t code;
	uint8_t kind;
};

/*
 * What every event asks of a series, apart from the rest. Events of one bucket mostly come one after the other: they are counted
 * here, and once in the cell, when the series goes on to another one or the cells are taken.
 */
struct agg_recent {
	uint64_t more;               /* what its cell does not have yet of its events */
	int32_t bucket;              /* of the cell used last; NO_BUCKET when all were taken */
	uint32_t cell;
	uint32_t newest;             /* the cell made last */
	int32_t last_bucket;         /* the highest of any */
};
/* No time is in these: buckets are of ten seconds. */
#define NO_BUCKET INT32_MIN
#define BUCKET_OF_NO_TIME (INT32_MIN + 1)

/* How long events of a series took so far: what is slow for it. */
struct agg_timed {
	uint64_t sum_us;
	uint32_t n;                  /* of events with a duration, saturating */
	bool hist;                   /* of a kind with histograms */
};

/* Two of them in a cache line; what it takes to put them in order is apart. */
struct agg_cell {
	uint64_t events;             /* their number, and above 32 bits how many of them failed */
	uint32_t timed;
	uint32_t sketch;             /* index + 1 into sketches, 0 none */
	uint64_t sum_us, max_us;
};

struct agg_cell_head {
	uint32_t series;             /* index into series */
	int32_t bucket;
	uint32_t older;              /* cell of the same series made before, NO_CELL none */
};

/* A cell in the order of its part. */
struct agg_order { int32_t bucket; uint32_t cell; };

/* What is bounded per service. */
enum name_class {
	CLASS_ROUTE,
	CLASS_TEMPLATE,
	CLASS_FINGERPRINT,
	CLASS_DETAIL,
	CLASS_FACET, /* + enum facet */
	CLASS_COUNT = CLASS_FACET + FACET_COUNT,
};

struct agg_service {
	uint64_t id;
	uint32_t admitted[CLASS_COUNT]; /* names of each class so far */
	uint64_t nets[NET_FILTER_BITS / 64]; /* a bit by the hash of each network that has a series: where it is not set there is none */
};

/* A referrer up to the end of its host, and the series it is counted in; len 0: none yet. */
struct agg_referrer { char text[72]; uint8_t len; uint32_t series; };

/* A service on a host, as events name them. */
struct agg_place {
	uint64_t said_service, said_host; /* hashes of what events say; 0 nothing */
	uint64_t service, host;           /* name ids: the file's where nothing was said, or "(other)" */
	uint64_t mix;                     /* of both: part of every key */
	uint32_t service_at;              /* index into services */
	uint32_t clients;                 /* series of its clients, NO_SERIES none yet */
	uint32_t total;                   /* of all its events, likewise */
	uint32_t other_nets;              /* likewise, of networks beyond the bound */
	struct agg_referrer referrer;     /* the one seen last: mostly the site itself */
};
#define NO_SERIES UINT32_MAX

/* What events say of a place, when it is short; lengths of 0: none yet. */
struct agg_said {
	uint32_t place;              /* index into places */
	uint8_t service_len, host_len;
	char service[48], host[48];
};

/* A user agent seen at a place, and the series of its family; len 0: none yet. */
struct agg_agent {
	uint64_t mix;                /* of the place */
	uint32_t series, len;
	char text[240];
};

/* A method likewise; word 0: none yet. */
struct agg_method {
	uint64_t word, mix;
	uint32_t series;
};

/* A way to a series: 0 marks a free slot. */
struct agg_way { uint64_t said; uint32_t series; };

/* What belongs to a shape of the dictionary, for as long as the file is written: what most events need of it, side by side. */
struct agg_shape {
	uint64_t said;               /* what events with a way to it say */
	uint32_t main;               /* series of the request, statement or event; NO_SERIES for a plain line */
	uint32_t line;               /* series of the template; NO_SERIES none */
	/* Of those who are given the answers, and found there what they left: */
	bool spent;                  /* there are enough first lines of this template and statement (store/kept.h) */
	uint32_t statement;          /* index + 1 of the row that counted last (store/database.h), 0 none, of the database with */
	uint64_t statement_db;       /* that has this short_text_key */
};

struct aggregate {
	struct roster *roster;       /* names of what is counted; not ours */
	uint8_t role;                /* of the file */
	uint64_t service, host;      /* of the file */
	struct agg_said said[AGG_SAID]; /* by some of their bytes */
	struct agg_agent *agents;    /* AGG_AGENTS, likewise */
	struct agg_method methods[AGG_METHODS]; /* likewise */
	uint32_t other_place;        /* index into places: for those beyond the bound, 0 none yet */
	VEC(struct agg_service) services;
	VEC(struct agg_place) places; /* the first is the file's own */
	struct map place_index;      /* mix of what events say → index into places */
	uint64_t other_id;           /* of "(other)" */
	struct dict *dict;           /* of shapes; not ours */
	struct agg_way *ways;        /* what an event says → its series; open addressing */
	size_t n_ways, n_slots;      /* in use, there */
	uint32_t *shape_slots;       /* what an event says → number of its shape + 1; open addressing, 0 free */
	size_t n_shape_slots;        /* at least twice as many as shapes */
	struct map by_shape;         /* hash of a shape → its number */
	VEC(struct agg_shape) shapes; /* as many as there are in the dictionary */
	struct map by_id;            /* series id → index + 1 into series */
	struct map admitted;         /* (service, class, name) → 1 */
	size_t n_agents;             /* user agents with a way of their own */
	VEC(struct agg_series) series;
	VEC(struct agg_recent) recent; /* per series */
	VEC(struct agg_timed) timed; /* likewise */
	int64_t bucket_ns;           /* the bucket of the time seen last: when it begins, */
	int32_t bucket, minute;      /* its number and that of the one its minute begins with */
	VEC(struct agg_cell) cells;
	VEC(struct agg_cell_head) heads; /* of each */
	bool unsorted;               /* a cell was made behind one of a later bucket of its series */
	struct agg_order *order;     /* the first n_ordered cells, series by series: see aggregate_part.c */
	uint32_t *starts;            /* where in it those of each series begin */
	size_t n_ordered;
	VEC(uint32_t) hist_log;      /* cell << 8 | histogram bucket, one per duration of cells with more than KNOWN_DURATIONS */
	VEC(struct hll) sketches;
	struct arena arena;          /* of all arrays; kept from file to file */
};

/* What the aggregator made of an event, for the block and the kept lines. Good until the next event. */
struct agg_answer {
	const struct shape *shape;    /* its names are "(other)" where a bound was reached */
	uint32_t number;              /* of the shape in the dictionary */
	struct agg_shape *memo;       /* what belongs to the shape */
	uint32_t values[DICT_LISTS];  /* struct client's id, hashes; 0 none */
	bool failed;
	uint64_t duration_us;         /* NO_DURATION none */
	const struct agg_timed *main; /* of the series of the request, statement or event; NULL for a plain line */
};
#define NO_DURATION UINT64_MAX

void aggregate_init(struct aggregate *g);
void aggregate_release(struct aggregate *g);
/* Starts a file, whose dictionary is empty. */
void aggregate_begin(struct aggregate *g, struct roster *roster, struct dict *dict, struct str service, struct str host,
		     uint8_t role);
/* Must not be full, nor the dictionary. */
void aggregate_add(struct aggregate *g, const struct event *e, struct agg_answer *out);
/* So many events can be added for certain; 0: the cells must be taken before the next one. */
size_t aggregate_room(const struct aggregate *g);
/* Puts what is counted beside the cells into them; aggregate_part does so, too. */
void aggregate_settle(struct aggregate *g);
/* The cells of a kind as a part, to be finished; false when there are none. The arena is for what it takes to put them in order. */
bool aggregate_part(struct aggregate *g, enum series_kind kind, struct arena *a, struct cells_writer *out);
/* When the shapes of the dictionary start over. */
void aggregate_forget_shapes(struct aggregate *g);
/* Forgets the cells, not the series. */
void aggregate_clear_cells(struct aggregate *g);

/* A series' id follows from what it is. */
uint64_t series_id(enum series_kind kind, uint64_t service, uint64_t host, uint64_t key, int32_t code,
		   uint8_t role);

#endif
