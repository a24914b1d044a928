#include "store/aggregate_impl.h"

#include "core/same.h"

enum {
	BUCKETS_A_MINUTE = 60 / BUCKET_S,
	WAYS_FIRST = 256,
	WAYS_MAX = 1 << 16,
	/* An event adds at most this many cells: request, line, statement, kind, clients, total and the facets. */
	CELLS_PER_EVENT = 6 + FACET_COUNT,
	CELL_SEARCH_MAX = 8, /* cells of a series looked through for one out of order */
};

/* How many names of a class a service may have. */
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

/* Twice the slots. A table starts small, since what is in use of it should stay in the nearest cache. */
static void grow_ways(struct aggregate *g)
{
	struct agg_way *old = g->ways;
	size_t n = g->n_slots;
	g->n_slots = n ? n * 2 : WAYS_FIRST;
	g->ways = arena_new_n(&g->arena, struct agg_way, g->n_slots);
	for (size_t i = 0; i < n; i++)
		if (old[i].said)
			*way_of(g, old[i].said) = old[i];
}

void aggregate_remember(struct aggregate *g, uint64_t said, uint32_t series)
{
	if (g->n_ways >= g->n_slots / 2) {
		if (g->n_slots >= WAYS_MAX)
			return;
		grow_ways(g);
	}
	*way_of(g, said) = (struct agg_way){ said, series };
	g->n_ways++;
}

/* The slot of the shape that events lead to who say this, or the free one where it would be. */
static inline uint32_t *shape_slot(const struct aggregate *g, uint64_t said)
{
	size_t mask = g->n_shape_slots - 1, at = (size_t)((said * SPREAD) >> 32) & mask;
	while (g->shape_slots[at] && g->shapes.at[g->shape_slots[at] - 1].said != said)
		at = (at + 1) & mask;
	return &g->shape_slots[at];
}

/* Room for another shape. */
static void grow_shape_slots(struct aggregate *g)
{
	g->n_shape_slots = g->n_shape_slots ? g->n_shape_slots * 2 : WAYS_FIRST;
	g->shape_slots = arena_new_n(&g->arena, uint32_t, g->n_shape_slots);
	for (size_t i = 0; i < g->shapes.n; i++)
		if (g->shapes.at[i].said)
			*shape_slot(g, g->shapes.at[i].said) = (uint32_t)i + 1;
}

void aggregate_init(struct aggregate *g)
{
	*g = (struct aggregate){ 0 };
	map_init(&g->place_index);
	map_init(&g->by_id);
	map_init(&g->admitted);
	arena_init(&g->arena);
	map_init(&g->by_shape);
	g->other_id = hash64(OTHER_TEXT);
	grow_ways(g);
	grow_shape_slots(g);
	g->agents = arena_new_n(&g->arena, struct agg_agent, AGG_AGENTS);
}

void aggregate_release(struct aggregate *g)
{
	map_release(&g->place_index);
	map_release(&g->by_id);
	map_release(&g->admitted);
	map_release(&g->by_shape);
	arena_release(&g->arena);
}

static void clear_ways(struct aggregate *g)
{
	if (g->n_ways)
		memset(g->ways, 0, g->n_slots * sizeof *g->ways);
	g->n_ways = 0;
}

void aggregate_forget_shapes(struct aggregate *g)
{
	if (g->shapes.n)
		memset(g->shape_slots, 0, g->n_shape_slots * sizeof *g->shape_slots);
	map_clear(&g->by_shape);
	g->shapes.n = 0;
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

void aggregate_begin(struct aggregate *g, struct roster *roster, struct dict *dict, struct str service, struct str host,
		     uint8_t role)
{
	aggregate_clear_cells(g);
	map_clear(&g->place_index);
	map_clear(&g->by_id);
	map_clear(&g->admitted);
	clear_ways(g);
	aggregate_forget_shapes(g);
	g->series.n = g->recent.n = g->timed.n = g->services.n = g->places.n = g->n_agents = 0;
	g->other_place = 0;
	memset(g->said, 0, sizeof g->said);
	memset(g->methods, 0, sizeof g->methods);
	for (size_t i = 0; i < AGG_AGENTS; i++)
		g->agents[i].len = 0;
	g->roster = roster;
	g->dict = dict;
	g->role = role;
	g->service = service.len ? hash64(service) : 0;
	g->host = host.len ? hash64(host) : 0;
	roster_add(roster, g->service, service);
	roster_add(roster, g->host, host);
	add_place(g, 0, service, 0, host);
}

/* The index of the place for what events say, which is made when it is new. */
static uint32_t find_place(struct aggregate *g, const struct event *e)
{
	uint64_t service = e->service.len ? hash64(e->service) : 0, host = e->host.len ? hash64(e->host) : 0;
	uint64_t key = hash64_mix(service, host);
	const uint64_t *known = map_get(&g->place_index, key);
	if (known)
		return (uint32_t)*known;
	if (g->places.n < AGG_PLACES_MAX) {
		uint32_t place = add_place(g, service, e->service, host, e->host);
		*map_put(&g->place_index, key, NULL) = place;
		return place;
	}
	if (!g->other_place)
		g->other_place = add_place(g, other(g), OTHER_TEXT, other(g), OTHER_TEXT);
	return g->other_place;
}

static inline unsigned last_byte(struct str s)
{
	return s.len ? (unsigned char)s.ptr[s.len - 1] : 0;
}

/* Where the event happened: nearly always where one of those just before did. */
static inline struct agg_place *place_of(struct aggregate *g, const struct event *e)
{
	struct str service = e->service, host = e->host;
	if (!service.len && !host.len)
		return g->places.at;
	struct agg_said *known = &g->said[(last_byte(service) * 3 + last_byte(host) + service.len + host.len) % AGG_SAID];
	if (known->service_len == service.len && known->host_len == host.len && same_bytes(known->service, service.ptr, service.len) &&
	    same_bytes(known->host, host.ptr, host.len))
		return &g->places.at[known->place];
	uint32_t place = find_place(g, e);
	if (service.len <= sizeof known->service && host.len <= sizeof known->host) {
		*known = (struct agg_said){ place, (uint8_t)service.len, (uint8_t)host.len, { 0 }, { 0 } };
		if (service.len)
			memcpy(known->service, service.ptr, service.len);
		if (host.len)
			memcpy(known->host, host.ptr, host.len);
	}
	return &g->places.at[place];
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

uint32_t aggregate_series(struct aggregate *g, enum series_kind kind, const struct agg_place *p, uint64_t key, int32_t code)
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
			.kind = (uint8_t)kind,
		};
		*vec_push(&g->arena, &g->recent) = (struct agg_recent){ .bucket = NO_BUCKET };
		*vec_push(&g->arena, &g->timed) = (struct agg_timed){ .hist = kind_has_hist(kind) };
	}
	return (uint32_t)*index;
}

/* What was counted beside the cell used last. */
static inline void settle(struct aggregate *g, struct agg_recent *r)
{
	if (r->more)
		g->cells.at[r->cell].events += r->more;
	r->more = 0;
}

void aggregate_settle(struct aggregate *g)
{
	for (size_t i = 0; i < g->recent.n; i++)
		settle(g, &g->recent.at[i]);
}

/*
 * What lies behind the last bucket is new; else a few of the latest are looked through. Not finding one that is there
 * does no harm: two cells of one bucket add up.
 */
bool aggregate_other_cell(struct aggregate *g, uint32_t series, int32_t bucket)
{
	struct agg_recent *r = &g->recent.at[series];
	uint32_t older = r->bucket == NO_BUCKET ? NO_CELL : r->newest, at = older;
	if (bucket == BUCKET_OF_NO_TIME)
		return false;
	settle(g, r);
	r->bucket = bucket;
	if (older == NO_CELL || bucket > r->last_bucket) {
		r->last_bucket = bucket;
	} else {
		for (unsigned i = 0; i < CELL_SEARCH_MAX && at != NO_CELL; i++, at = g->heads.at[at].older) {
			if (g->heads.at[at].bucket == bucket) {
				r->cell = at;
				return true;
			}
		}
	}
	g->unsorted = g->unsorted || bucket < r->last_bucket;
	*vec_push(&g->arena, &g->cells) = (struct agg_cell){ 0 };
	*vec_push(&g->arena, &g->heads) = (struct agg_cell_head){ series, bucket, older };
	r->cell = r->newest = (uint32_t)g->cells.n - 1;
	return true;
}

/* Only the way here is remembered: of such names there is no end. */
uint32_t aggregate_other_series(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class, int32_t code)
{
	uint64_t said = said_key(e->place, kind, class, g->other_id, code);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return way->series;
	uint32_t series = aggregate_series(g, kind, e->place, other(g), code);
	aggregate_remember(g, said, series);
	return series;
}

uint32_t aggregate_new_way(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class, uint64_t name,
			   struct str text, int32_t code)
{
	if (name && !admit(g, e->place, class, name, text))
		return aggregate_other_series(g, e, kind, class, code);
	uint32_t series = aggregate_series(g, kind, e->place, name, code);
	aggregate_remember(g, said_key(e->place, kind, class, name, code), series);
	return series;
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

/* Counts the event in the series of what it is, and how long it took. */
static void count_main(struct aggregate *g, uint32_t series, const struct sample *e)
{
	struct agg_timed *t = &g->timed.at[series];
	bool timed = e->duration_us != NO_DURATION;
	if (timed) {
		t->n += t->n < UINT32_MAX;
		t->sum_us += e->duration_us;
	}
	if (g->recent.at[series].bucket != e->bucket && !aggregate_other_cell(g, series, e->bucket))
		return;
	/* Its durations go there in any case. */
	struct agg_cell *cell = cell_of(g, series);
	cell->events += e->once;
	if (!timed)
		return;
	if (cell->timed >= KNOWN_DURATIONS && t->hist)
		log_duration(g, cell, e->duration_us);
	cell->timed++;
	cell->sum_us += e->duration_us;
	if (e->duration_us > cell->max_us)
		cell->max_us = e->duration_us;
}

static uint64_t to_us(double ms)
{
	if (!(ms >= 0))
		return NO_DURATION;
	return ms < 1e12 ? (uint64_t)(int64_t)(ms * 1000 + 0.5) : UINT64_C(1000000000000000);
}

/* The bucket of a time: nearly always that of the event before. */
static inline void find_bucket(struct aggregate *g, int64_t time_ns)
{
	const int64_t width = BUCKET_S * NS_PER_S;
	if ((uint64_t)time_ns - (uint64_t)g->bucket_ns < (uint64_t)width)
		return;
	g->bucket = (int32_t)(time_ns / width - (time_ns % width < 0));
	g->minute = g->bucket - (g->bucket % BUCKETS_A_MINUTE + BUCKETS_A_MINUTE) % BUCKETS_A_MINUTE;
	g->bucket_ns = (int64_t)((uint64_t)g->bucket * (uint64_t)width); /* the first one begins before all times */
}

static int32_t code_of_status(int status)
{
	return status >= 0 && status < 1000 ? status : 0;
}

/* The hash of the short detail of an event that has one; plain lines, requests and statements have none. */
static uint64_t detail_of(const struct event *e, struct str *text)
{
	*text = e->kind == EV_LINE || e->kind == EV_HTTP || e->kind == EV_QUERY ? STR_NONE : event_detail(e);
	return text->len ? hash64(*text) : 0;
}

/* The series an event belongs to by what it is; NO_SERIES for a plain line. */
static uint32_t lookup_main(struct aggregate *g, const struct event *e, const struct sample *s, uint64_t detail, struct str text)
{
	if (e->kind == EV_HTTP)
		return lookup(g, s, SERIES_HTTP, CLASS_ROUTE, e->route_id, e->route,
			      code_of_status(e->status));
	if (e->kind == EV_QUERY)
		return lookup(g, s, SERIES_QUERY, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint, 0);
	if (e->kind == EV_LINE)
		return NO_SERIES;
	return lookup(g, s, SERIES_EVENT, CLASS_DETAIL, detail, text, (int32_t)e->kind);
}

/* What a shape is beside its names: the kind, severity and what there is of numbers, eight bits each, and above 32 the status. */
static inline uint64_t small_parts(const struct event *e, const struct sample *at)
{
	uint16_t status = (unsigned)e->status <= INT16_MAX ? (uint16_t)e->status : UINT16_MAX;
	unsigned has = (at->duration_us != NO_DURATION ? SHAPE_DURATION : 0) | (e->bytes >= 0 ? SHAPE_BYTES : 0);
	return (uint64_t)status << 32 | ((unsigned)e->kind | (unsigned)e->severity << 8 | has << 16);
}

/* What an event says of its shape, as one key: its parts are hashes, or small. */
static inline uint64_t shape_key(const struct event *e, const struct agg_place *p, uint64_t small, uint64_t detail)
{
	return p->mix + e->route_id * UINT64_C(0xd6e8feb86659fd93) + e->fingerprint_id * UINT64_C(0xa0761d6478bd642f) +
	       e->template_id * UINT64_C(0xe7037ed1a0b428db) + detail * UINT64_C(0x8ebc6af09c88c6e3) + (small + 1) * SPREAD;
}

/* A shape whose names are its own has one way that leads to it. */
static void remember_shape(struct aggregate *g, uint64_t said, uint32_t number)
{
	if (g->shapes.n * 2 > g->n_shape_slots)
		grow_shape_slots(g);
	*shape_slot(g, said) = number + 1;
	g->shapes.at[number].said = said;
}

/*
 * The number of the shape of an event, which nothing has led to so far. Its names are those of the series where there is one,
 * held against the same bounds where there is none.
 */
static __attribute__((noinline)) uint32_t new_shape(struct aggregate *g, const struct event *e, const struct sample *at, uint64_t small,
						    uint64_t said, uint64_t detail, struct str detail_text)
{
	struct shape s = {
		.status = (int16_t)(small >> 32), .severity = (uint8_t)(small >> 8), .kind = (uint8_t)small, .has = (uint8_t)(small >> 16) };
	const struct agg_place *p = at->place;
	struct agg_shape memo = { .main = lookup_main(g, e, at, detail, detail_text), .line = NO_SERIES };
	uint64_t key = memo.main == NO_SERIES ? 0 : g->series.at[memo.main].key;
	s.names[SHAPE_SERVICE] = p->service;
	s.names[SHAPE_HOST] = p->host;
	s.names[SHAPE_ROUTE] = e->kind == EV_HTTP ? key : admitted_name(g, p, CLASS_ROUTE, e->route_id, e->route);
	s.names[SHAPE_FINGERPRINT] =
		e->kind == EV_QUERY ? key : admitted_name(g, p, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint);
	if (e->template_id || e->kind == EV_LINE) {
		memo.line = lookup(g, at, SERIES_LINE, CLASS_TEMPLATE, e->template_id, e->template_text, (int32_t)e->severity);
		s.names[SHAPE_TEMPLATE] = g->series.at[memo.line].key;
	}
	uint64_t content = hash64_mix((uint64_t)memo.main << 32 | memo.line, small);
	for (unsigned i = 0; i < SHAPE_NAMES; i++)
		content = hash64_mix(content, s.names[i]);
	bool is_new;
	uint64_t *number = map_put(&g->by_shape, content, &is_new);
	if (is_new) {
		*number = dict_add_shape(g->dict, &s);
		*vec_push(&g->arena, &g->shapes) = memo;
	}
	/* Names beyond the bounds have no end: only their way is remembered whose names are their own. */
	bool own = s.names[SHAPE_ROUTE] == e->route_id && s.names[SHAPE_FINGERPRINT] == e->fingerprint_id &&
	           s.names[SHAPE_TEMPLATE] == e->template_id && (!detail || key == detail);
	if (own)
		remember_shape(g, said, (uint32_t)*number);
	return (uint32_t)*number;
}

static inline uint32_t shape_of(struct aggregate *g, const struct event *e, const struct sample *at)
{
	struct str text;
	uint64_t detail = detail_of(e, &text), small = small_parts(e, at), said = shape_key(e, at->place, small, detail);
	uint32_t slot = *shape_slot(g, said);
	return slot ? slot - 1 : new_shape(g, e, at, small, said, detail, text);
}

/* Begins with where and when the event was. */
static inline void begin_sample(struct aggregate *g, const struct event *e, bool failed, struct sample *s)
{
	s->place = place_of(g, e);
	s->bucket = s->minute = BUCKET_OF_NO_TIME;
	s->once = UINT64_C(1) | (uint64_t)failed << 32;
	s->duration_us = to_us(isnan(e->duration_ms) && e->kind == EV_LOCK_WAIT ? e->lock_ms : e->duration_ms);
	if (e->time_ns != TIME_NONE) {
		find_bucket(g, e->time_ns);
		s->bucket = g->bucket;
		s->minute = g->minute;
	}
	if (s->place->total == NO_SERIES)
		s->place->total = aggregate_series(g, SERIES_TOTAL, s->place, 0, 0);
	count_in(g, s->place->total, s, s->minute);
}

void aggregate_add(struct aggregate *g, const struct event *e, struct agg_answer *out)
{
	bool failed = e->status >= 500 || e->severity >= SEV_ERROR;
	struct sample s;
	begin_sample(g, e, failed, &s);
	*out = (struct agg_answer){ .failed = failed, .duration_us = s.duration_us };
	out->number = shape_of(g, e, &s);
	out->shape = &g->dict->shapes.at[out->number];
	out->memo = &g->shapes.at[out->number];
	/* Of the many series of requests, the one that is wanted is seldom near: ask for it before it is needed. */
	uint32_t main = out->memo->main, line = out->memo->line;
	if (main != NO_SERIES) {
		__builtin_prefetch(&g->recent.at[main]);
		__builtin_prefetch(&g->timed.at[main]);
	}
	out->values[DICT_CLIENTS] = aggregate_count_facets(g, e, &s);
	if (e->user.len)
		out->values[DICT_USERS] = short_hash(hash64(e->user));
	if (e->request_id.len)
		out->values[DICT_TRACES] = short_hash(hash64(e->request_id));
	if (line != NO_SERIES)
		count_in(g, line, &s, s.bucket);
	if (main == NO_SERIES)
		return;
	count_main(g, main, &s);
	out->main = &g->timed.at[main];
}

size_t aggregate_room(const struct aggregate *g)
{
	size_t cells = (AGG_CELLS_MAX - g->cells.n) / CELLS_PER_EVENT, sketches = AGG_SKETCHES_MAX - g->sketches.n;
	size_t durations = (AGG_HIST_MAX - g->hist_log.n) / (KNOWN_DURATIONS + 1), room = cells < sketches ? cells : sketches;
	return durations < room ? durations : room;
}

void aggregate_clear_cells(struct aggregate *g)
{
	for (size_t i = 0; i < g->recent.n; i++) {
		g->recent.at[i].bucket = NO_BUCKET;
		g->recent.at[i].more = 0;
	}
	g->cells.n = g->heads.n = g->n_ordered = 0;
	g->unsorted = false;
	g->hist_log.n = 0;
	g->sketches.n = 0;
}
