#include "store/aggregate.h"

#include "store/facet.h"

enum {
	BUCKETS_A_MINUTE = 60 / BUCKET_S,
	WAYS_FIRST = 256,
	WAYS_MAX = 1 << 16,
	/* An event adds at most this many cells: request, line, statement, kind, clients, total and the facets. */
	CELLS_PER_EVENT = 6 + FACET_COUNT,
	AGENTS_MAX = 4096,   /* user agents that are parsed once only */
	CELL_SEARCH_MAX = 8, /* cells of a series looked through for one out of order */
};
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

static uint32_t class_limit(unsigned class)
{
	switch (class) {
	case CLASS_ROUTE:
		return ROUTES_MAX;
	case CLASS_TEMPLATE:
		return TEMPLATES_MAX;
	case CLASS_FINGERPRINT:
		return FINGERPRINTS_MAX;
	case CLASS_DETAIL:
		return DETAILS_MAX;
	default:
		return FACET_VALUES_MAX;
	}
}

uint64_t series_id(enum series_kind kind, uint64_t service, uint64_t host, uint64_t key, int32_t code,
		   uint8_t role)
{
	uint64_t h = hash64_mix((uint64_t)kind << 8 | role, service);
	h = hash64_mix(h, host);
	h = hash64_mix(h, key);
	return hash64_mix(h, (uint64_t)(int64_t)code);
}

void aggregate_init(struct aggregate *g)
{
	*g = (struct aggregate){ 0 };
	map_init(&g->place_index);
	map_init(&g->by_id);
	map_init(&g->admitted);
	arena_init(&g->arena);
	g->other_id = hash64(OTHER_TEXT);
	g->n_slots = WAYS_FIRST;
	g->ways = arena_new_n(&g->arena, struct agg_way, g->n_slots);
}

void aggregate_release(struct aggregate *g)
{
	map_release(&g->place_index);
	map_release(&g->by_id);
	map_release(&g->admitted);
	arena_release(&g->arena);
}

static void clear_ways(struct aggregate *g)
{
	if (g->n_ways)
		memset(g->ways, 0, g->n_slots * sizeof *g->ways);
	g->n_ways = 0;
}

/* The id of "(other)", whose text then is in the roster: it was made for that, and is short. */
static uint64_t other(struct aggregate *g)
{
	roster_add(g->roster, g->other_id, OTHER_TEXT);
	return g->other_id;
}

/* The service's index; when there are too many, or no room for its name, that of "(other)". */
static uint32_t service_at(struct aggregate *g, uint64_t id, struct str text)
{
	for (uint32_t i = 0; i < g->services.n; i++)
		if (g->services.at[i].id == id)
			return i;
	if (id != other(g) && (g->services.n >= AGG_SERVICES_MAX || !roster_add(g->roster, id, text)))
		return service_at(g, other(g), OTHER_TEXT);
	*vec_push(&g->arena, &g->services) = (struct agg_service){ .id = id };
	return (uint32_t)g->services.n - 1;
}

static uint32_t add_place(struct aggregate *g, uint64_t service, struct str service_text, uint64_t host,
                          struct str host_text)
{
	struct agg_place p = {
		.said_service = service, .said_host = host, .clients = NO_SERIES, .total = NO_SERIES, .other_nets = NO_SERIES };
	p.service_at = service_at(g, service ? service : g->service, service_text);
	p.service = g->services.at[p.service_at].id;
	p.host = host ? host : g->host;
	if (!roster_add(g->roster, p.host, host_text))
		p.host = other(g);
	p.mix = hash64_mix(p.service, p.host);
	*vec_push(&g->arena, &g->places) = p;
	return (uint32_t)g->places.n - 1;
}

void aggregate_begin(struct aggregate *g, struct roster *roster, struct str service, struct str host,
		     uint8_t role)
{
	aggregate_clear_cells(g);
	map_clear(&g->place_index);
	map_clear(&g->by_id);
	map_clear(&g->admitted);
	clear_ways(g);
	g->series.n = g->recent.n = g->services.n = g->places.n = g->n_agents = 0;
	g->other_place = 0;
	g->roster = roster;
	g->role = role;
	g->service = service.len ? hash64(service) : 0;
	g->host = host.len ? hash64(host) : 0;
	roster_add(roster, g->service, service);
	roster_add(roster, g->host, host);
	g->place = add_place(g, 0, service, 0, host);
}

/* The hash of a text, 0 of none: nearly always that of the event before. */
static inline uint64_t said_hash(struct agg_said *last, struct str text)
{
	if (text.len == 0)
		return 0;
	if (text.len == last->len && memcmp(text.ptr, last->text, text.len) == 0)
		return last->hash;
	uint64_t hash = hash64(text);
	if (text.len <= sizeof last->text) {
		memcpy(last->text, text.ptr, text.len);
		last->len = (uint8_t)text.len;
		last->hash = hash;
	}
	return hash;
}

/* Where the event happened. */
static struct agg_place *place_of(struct aggregate *g, const struct event *e)
{
	uint64_t service = said_hash(&g->service_said, e->service);
	uint64_t host = said_hash(&g->host_said, e->host);
	struct agg_place *last = &g->places.at[g->place];
	if (last->said_service == service && last->said_host == host)
		return last;
	if (!service && !host) {
		g->place = 0;
		return g->places.at;
	}
	uint64_t key = hash64_mix(service, host);
	const uint64_t *known = map_get(&g->place_index, key);
	if (known) {
		g->place = (uint32_t)*known;
	} else if (g->places.n < AGG_PLACES_MAX) {
		g->place = add_place(g, service, e->service, host, e->host);
		*map_put(&g->place_index, key, NULL) = g->place;
	} else {
		if (!g->other_place)
			g->other_place = add_place(g, other(g), OTHER_TEXT, other(g), OTHER_TEXT);
		g->place = g->other_place;
	}
	return &g->places.at[g->place];
}

/* Is the name one of those its service may have? Then it is counted under itself, else under "(other)". */
static bool admit(struct aggregate *g, const struct agg_place *p, unsigned class, uint64_t name,
		  struct str text)
{
	uint64_t key = hash64_mix(p->service ^ (class + 1), name);
	if (map_get(&g->admitted, key))
		return true;
	uint32_t *n = &g->services.at[p->service_at].admitted[class];
	if (*n >= class_limit(class) || g->admitted.n >= ROSTER_NAMES_MAX ||
	    !roster_add(g->roster, name, text))
		return false;
	++*n;
	*map_put(&g->admitted, key, NULL) = 1;
	return true;
}

/* The name an event is to be counted under when no series says so. */
static uint64_t admitted_name(struct aggregate *g, const struct agg_place *p, unsigned class, uint64_t name,
                              struct str text)
{
	return !name || admit(g, p, class, name, text) ? name : other(g);
}

static uint32_t series_of(struct aggregate *g, enum series_kind kind, const struct agg_place *p, uint64_t key,
                          int32_t code)
{
	uint64_t service = p->service, host = kind == SERIES_CLIENTS ? 0 : p->host;
	if (g->series.n >= AGG_SERIES_MAX) {
		/* One last resort per kind. */
		service = key = other(g);
		host = 0;
		code = 0;
	}
	uint64_t id = series_id(kind, service, host, key, code, g->role);
	bool is_new;
	uint64_t *index = map_put(&g->by_id, id, &is_new);
	if (is_new) {
		*index = g->series.n;
		*vec_push(&g->arena, &g->series) = (struct agg_series){
			.id = id, .service = service, .host = host, .key = key, .code = code,
			.kind = (uint8_t)kind, .newest = NO_CELL,
		};
		*vec_push(&g->arena, &g->recent) = (struct agg_recent){ .cell = NO_CELL };
	}
	return (uint32_t)*index;
}

/*
 * What an event says, as one key. Its parts are hashes already: folding them together is enough. `class`
 * tells a name that needs no text yet (the number of a network) from one that is a hash of its text.
 */
static inline uint64_t said_key(const struct agg_place *p, enum series_kind kind, unsigned class,
				uint64_t name, int32_t code)
{
	uint64_t rest = (uint64_t)(uint32_t)code << 16 | (uint64_t)class << 8 | ((uint64_t)kind + 1);
	return (p->mix ^ name) + rest * SPREAD;
}

/* The slot of the way, or the free one where it would be. */
static inline struct agg_way *way_of(const struct aggregate *g, uint64_t said)
{
	size_t mask = g->n_slots - 1, at = (size_t)((said * SPREAD) >> 32) & mask;
	while (g->ways[at].said && g->ways[at].said != said)
		at = (at + 1) & mask;
	return &g->ways[at];
}

/* Twice the slots. The table starts small, since what is in use of it should stay in the nearest cache. */
static void grow_ways(struct aggregate *g)
{
	struct agg_way *old = g->ways;
	size_t n = g->n_slots;
	g->n_slots *= 2;
	g->ways = arena_new_n(&g->arena, struct agg_way, g->n_slots);
	for (size_t i = 0; i < n; i++)
		if (old[i].said)
			*way_of(g, old[i].said) = old[i];
}

/* Without room nothing is lost but time: the long way always leads to the same series. */
static void remember(struct aggregate *g, uint64_t said, uint32_t series)
{
	if (g->n_ways >= g->n_slots / 2) {
		if (g->n_slots >= WAYS_MAX)
			return;
		grow_ways(g);
	}
	*way_of(g, said) = (struct agg_way){ said, series };
	g->n_ways++;
}

/*
 * The cell of a bucket that is not the one used last. What lies outside of the span so far is new; inside, a
 * few of the latest are looked through. Not finding one that is there does no harm: two cells of one bucket
 * add up.
 */
static uint32_t other_cell(struct aggregate *g, uint32_t series, int32_t bucket)
{
	struct agg_series *s = &g->series.at[series];
	if (s->newest == NO_CELL) {
		s->first_bucket = s->last_bucket = bucket;
	} else if (bucket >= s->first_bucket && bucket <= s->last_bucket) {
		uint32_t at = s->newest;
		for (unsigned i = 0; i < CELL_SEARCH_MAX && at != NO_CELL; i++, at = g->cells.at[at].older)
			if (g->cells.at[at].bucket == bucket)
				return at;
	}
	s->first_bucket = bucket < s->first_bucket ? bucket : s->first_bucket;
	s->last_bucket = bucket > s->last_bucket ? bucket : s->last_bucket;
	*vec_push(&g->arena, &g->cells) =
		(struct agg_cell){ .series = series, .bucket = bucket, .older = s->newest };
	return s->newest = (uint32_t)g->cells.n - 1;
}

/* An event on its way through the series. */
struct sample {
	struct agg_place *place; /* good until the next event */
	bool has_bucket;         /* events without a time are in no cell */
	int32_t bucket, minute;  /* minute: the bucket it begins with */
	bool failed;
	uint64_t duration_us;    /* NO_DURATION none */
};

/*
 * Where names beyond the bounds are counted. Only the way here is remembered: of such names there is
 * no end.
 */
static uint32_t other_series(struct aggregate *g, const struct sample *e, enum series_kind kind,
			     unsigned class, int32_t code)
{
	uint64_t said = said_key(e->place, kind, class, g->other_id, code);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return way->series;
	uint32_t series = series_of(g, kind, e->place, other(g), code);
	remember(g, said, series);
	return series;
}

/* The series of what nothing has led to so far; the name is held against the bounds of its class. */
static __attribute__((noinline)) uint32_t new_way(struct aggregate *g, const struct sample *e,
						  enum series_kind kind, unsigned class, uint64_t name,
						  struct str text, int32_t code)
{
	if (name && !admit(g, e->place, class, name, text))
		return other_series(g, e, kind, class, code);
	uint32_t series = series_of(g, kind, e->place, name, code);
	remember(g, said_key(e->place, kind, class, name, code), series);
	return series;
}

/* The series (kind, name, code) of the place. */
static inline uint32_t lookup(struct aggregate *g, const struct sample *e, enum series_kind kind,
			      unsigned class, uint64_t name, struct str text, int32_t code)
{
	const struct agg_way *way = way_of(g, said_key(e->place, kind, class, name, code));
	return way->said ? way->series : new_way(g, e, kind, class, name, text, code);
}

/* Counts the event in a cell of the series; NULL when it has no time. */
static inline struct agg_cell *count_in(struct aggregate *g, uint32_t series, const struct sample *e,
					int32_t bucket)
{
	if (!e->has_bucket)
		return NULL;
	struct agg_recent *r = &g->recent.at[series];
	if (r->cell == NO_CELL || r->bucket != bucket)
		*r = (struct agg_recent){ other_cell(g, series, bucket), bucket };
	struct agg_cell *cell = &g->cells.at[r->cell];
	cell->count++;
	cell->failed += e->failed;
	return cell;
}

static inline struct agg_cell *count(struct aggregate *g, uint32_t series, const struct sample *e)
{
	return count_in(g, series, e, e->bucket);
}

/* Another duration of a cell; with it come the first two, which the sum and the largest had stood for. */
static void log_duration(struct aggregate *g, const struct agg_cell *cell, uint64_t us)
{
	uint32_t at = (uint32_t)(cell - g->cells.at) << 8;
	if (cell->timed == KNOWN_DURATIONS) {
		*vec_push(&g->arena, &g->hist_log) = at | hist_bucket((double)(cell->sum_us - cell->max_us) / 1000);
		*vec_push(&g->arena, &g->hist_log) = at | hist_bucket((double)cell->max_us / 1000);
	}
	*vec_push(&g->arena, &g->hist_log) = at | hist_bucket((double)us / 1000);
}

static void count_timed(struct aggregate *g, uint32_t series, const struct sample *e)
{
	struct agg_cell *cell = count(g, series, e);
	if (e->duration_us == NO_DURATION)
		return;
	struct agg_series *s = &g->series.at[series];
	s->timed += s->timed < UINT32_MAX;
	s->sum_us += e->duration_us;
	if (!cell)
		return;
	if (cell->timed >= KNOWN_DURATIONS && kind_has_hist((enum series_kind)s->kind))
		log_duration(g, cell, e->duration_us);
	cell->timed++;
	cell->sum_us += e->duration_us;
	if (e->duration_us > cell->max_us)
		cell->max_us = e->duration_us;
}

static uint32_t lookup_facet(struct aggregate *g, const struct sample *e, enum facet facet, struct str value)
{
	value = str_head(value, FACET_TEXT_BYTES);
	return lookup(g, e, SERIES_FACET, CLASS_FACET + (unsigned)facet, hash64(value), value,
		      (int32_t)facet);
}

static inline bool facet_is_by_minute(enum facet facet)
{
	return facet == FACET_REFERRER || facet == FACET_CLIENT_NET;
}

static void count_facet(struct aggregate *g, const struct sample *e, enum facet facet, struct str value)
{
	if (value.len)
		count_in(g, lookup_facet(g, e, facet, value), e,
			 facet_is_by_minute(facet) ? e->minute : e->bucket);
}

/* A method as a number, when it is short; 0 when not. */
static inline uint64_t short_word(struct str s)
{
	if (s.len < 3 || s.len > 4)
		return 0;
	uint64_t w = (uint64_t)(unsigned char)s.ptr[0] | (uint64_t)(unsigned char)s.ptr[1] << 8 |
	             (uint64_t)(unsigned char)s.ptr[2] << 16 | (uint64_t)s.len << 32;
	return s.len == 4 ? w | (uint64_t)(unsigned char)s.ptr[3] << 24 : w;
}

/* Nearly always the same as the one before. */
static void count_method(struct aggregate *g, const struct sample *e, struct str method)
{
	uint64_t word = short_word(method);
	if (!word || e->place->method != word) {
		if (method.len == 0)
			return;
		e->place->method_series = lookup_facet(g, e, FACET_METHOD, method);
		e->place->method = word;
	}
	count(g, e->place->method_series, e);
}

/*
 * Things that stand for a facet's value and have a way of their own, so that the value need not be made each
 * time.
 */
enum { CLASS_NET_NUMBER = CLASS_COUNT, CLASS_AGENT_TEXT };

static void count_agent(struct aggregate *g, const struct sample *e, struct str agent)
{
	uint64_t said = said_key(e->place, SERIES_FACET, CLASS_AGENT_TEXT, hash64(agent), FACET_AGENT);
	const struct agg_way *way = way_of(g, said);
	if (way->said) {
		count(g, way->series, e);
		return;
	}
	struct str family = facet_agent(agent);
	if (family.len == 0)
		return;
	uint32_t series = lookup_facet(g, e, FACET_AGENT, family);
	if (g->n_agents < AGENTS_MAX) {
		remember(g, said, series);
		g->n_agents++;
	}
	count(g, series, e);
}

static uint32_t lookup_net(struct aggregate *g, const struct sample *e, uint64_t net)
{
	uint64_t spread = net * SPREAD;
	struct agg_service *service = &g->services.at[e->place->service_at];
	size_t bit = (size_t)(spread >> 40) % NET_FILTER_BITS;
	/* Clients come from anywhere: most are of none of the networks that are counted by themselves. */
	if (service->admitted[CLASS_FACET + FACET_CLIENT_NET] >= class_limit(CLASS_FACET + FACET_CLIENT_NET) &&
	    !(service->nets[bit / 64] >> bit % 64 & 1)) {
		if (e->place->other_nets == NO_SERIES)
			e->place->other_nets =
				other_series(g, e, SERIES_FACET, CLASS_FACET + FACET_CLIENT_NET, FACET_CLIENT_NET);
		return e->place->other_nets;
	}
	uint64_t said = said_key(e->place, SERIES_FACET, CLASS_NET_NUMBER, spread, FACET_CLIENT_NET);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return way->series;
	char room[FACET_TEXT_BYTES];
	struct str text = client_net_text(net, room);
	uint32_t series = lookup_facet(g, e, FACET_CLIENT_NET, text);
	if (g->series.at[series].key == hash64(text)) {
		service->nets[bit / 64] |= UINT64_C(1) << bit % 64;
		remember(g, said, series);
	}
	return series;
}

static void count_client(struct aggregate *g, const struct sample *e, const struct client *client)
{
	if (e->place->clients == NO_SERIES)
		e->place->clients = series_of(g, SERIES_CLIENTS, e->place, 0, 0);
	struct agg_cell *cell = count(g, e->place->clients, e);
	if (cell) {
		if (!cell->sketch) {
			*vec_push(&g->arena, &g->sketches) = (struct hll){ { 0 } };
			cell->sketch = (uint32_t)g->sketches.n;
		}
		hll_add(&g->sketches.at[cell->sketch - 1], client->hash);
	}
	if (client->net)
		count_in(g, lookup_net(g, e, client->net), e, e->minute);
}

static uint64_t to_us(double ms)
{
	if (!(ms >= 0))
		return NO_DURATION;
	return ms < 1e12 ? (uint64_t)(ms * 1000 + 0.5) : UINT64_C(1000000000000000);
}

static int32_t bucket_of(int64_t time_ns)
{
	int64_t width = BUCKET_S * NS_PER_S;
	return (int32_t)(time_ns / width - (time_ns % width < 0));
}

static int32_t code_of_status(int status)
{
	return status >= 0 && status < 1000 ? status : 0;
}

/* The series an event belongs to by what it is; NO_SERIES for a plain line. */
static uint32_t lookup_main(struct aggregate *g, const struct event *e, const struct sample *s)
{
	if (e->kind == EV_HTTP)
		return lookup(g, s, SERIES_HTTP, CLASS_ROUTE, e->route_id, e->route,
			      code_of_status(e->status));
	if (e->kind == EV_QUERY)
		return lookup(g, s, SERIES_QUERY, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint, 0);
	if (e->kind == EV_LINE)
		return NO_SERIES;
	struct str detail = event_detail(e);
	return lookup(g, s, SERIES_EVENT, CLASS_DETAIL, detail.len ? hash64(detail) : 0, detail,
		      (int32_t)e->kind);
}

/* Values of facets that need no client. */
static void count_facets(struct aggregate *g, const struct event *e, const struct sample *s)
{
	count_facet(g, s, FACET_VERSION, e->version);
	if (e->agent.len)
		count_agent(g, s, e->agent);
	if (e->referrer.len > 1) /* "-" */
		count_facet(g, s, FACET_REFERRER, facet_referrer(e->referrer));
	if (e->kind == EV_HTTP) {
		count_facet(g, s, FACET_CAMPAIGN, facet_campaign(e->path));
		count_method(g, s, e->method);
	}
	count_facet(g, s, FACET_UPSTREAM, e->upstream);
}

/*
 * Ids for the block: those of the series where there is one, held against the same bounds where there is
 * none.
 */
static void name_event(struct aggregate *g, const struct event *e, const struct agg_place *p, uint32_t main,
                       struct agg_answer *out)
{
	enum series_kind kind =
		main == NO_SERIES ? SERIES_KIND_COUNT : (enum series_kind)g->series.at[main].kind;
	out->service = p->service;
	out->host = p->host;
	if (kind == SERIES_HTTP)
		out->route_id = g->series.at[main].key;
	else
		out->route_id = admitted_name(g, p, CLASS_ROUTE, e->route_id, e->route);
	if (kind == SERIES_QUERY)
		out->fingerprint_id = g->series.at[main].key;
	else
		out->fingerprint_id =
			admitted_name(g, p, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint);
}

void aggregate_add(struct aggregate *g, const struct event *e, struct agg_answer *out)
{
	struct sample s = {
		.place = place_of(g, e),
		.has_bucket = e->time_ns != TIME_NONE,
		.failed = e->status >= 500 || e->severity >= SEV_ERROR,
		.duration_us =
			to_us(isnan(e->duration_ms) && e->kind == EV_LOCK_WAIT ? e->lock_ms : e->duration_ms),
	};
	if (s.has_bucket) {
		s.bucket = bucket_of(e->time_ns);
		s.minute = s.bucket - (s.bucket % BUCKETS_A_MINUTE + BUCKETS_A_MINUTE) % BUCKETS_A_MINUTE;
	}
	*out = (struct agg_answer){ .failed = s.failed, .duration_us = s.duration_us };

	if (s.place->total == NO_SERIES)
		s.place->total = series_of(g, SERIES_TOTAL, s.place, 0, 0);
	count_in(g, s.place->total, &s, s.minute);
	uint32_t main = lookup_main(g, e, &s);
	if (main != NO_SERIES)
		count_timed(g, main, &s);
	name_event(g, e, s.place, main, out);
	if (e->template_id || e->kind == EV_LINE) {
		uint32_t line = lookup(g, &s, SERIES_LINE, CLASS_TEMPLATE, e->template_id, e->template_text,
		                       (int32_t)e->severity);
		count(g, line, &s);
		out->template_id = g->series.at[line].key;
	}
	count_facets(g, e, &s);
	if (e->client.len) {
		struct client client = client_parse(e->client);
		count_client(g, &s, &client);
		out->client = client.id;
	}
	if (e->user.len)
		out->user = short_hash(hash64(e->user));
	if (e->request_id.len)
		out->trace = short_hash(hash64(e->request_id));
	out->main = main == NO_SERIES ? NULL : &g->series.at[main];
}

bool aggregate_full(const struct aggregate *g)
{
	return g->cells.n + CELLS_PER_EVENT > AGG_CELLS_MAX || g->hist_log.n + KNOWN_DURATIONS + 1 > AGG_HIST_MAX ||
	       g->sketches.n + 1 > AGG_SKETCHES_MAX;
}

void aggregate_clear_cells(struct aggregate *g)
{
	for (size_t i = 0; i < g->cells.n; i++) {
		g->series.at[g->cells.at[i].series].newest = NO_CELL;
		g->recent.at[g->cells.at[i].series].cell = NO_CELL;
	}
	g->cells.n = g->n_ordered = 0;
	g->hist_log.n = 0;
	g->sketches.n = 0;
}
