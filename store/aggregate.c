#include "store/aggregate.h"

#include "store/facet.h"

enum {
	CELL_SLOTS = 4 * AGG_CELLS_MAX,
	WAYS_FIRST = 256,
	WAYS_MAX = 2 * AGG_SERIES_MAX,
	/* An event adds at most this many cells: request, line, statement, kind, clients and the facets. */
	CELLS_PER_EVENT = 5 + FACET_COUNT,
	AGENTS_MAX = 4096,
};
#define NO_CELL UINT32_MAX
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

uint64_t series_id(enum series_kind kind, uint64_t service, uint64_t host, uint64_t key, int32_t code, uint8_t role)
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
	map_init(&g->agents);
	arena_init(&g->arena);
	arena_init(&g->texts);
	g->other_id = hash64(OTHER_TEXT);
	g->cell_slots = arena_new_n(&g->arena, uint32_t, CELL_SLOTS);
	g->n_slots = WAYS_FIRST;
	g->ways = arena_new_n(&g->arena, struct agg_way, g->n_slots);
}

void aggregate_release(struct aggregate *g)
{
	map_release(&g->place_index);
	map_release(&g->by_id);
	map_release(&g->admitted);
	map_release(&g->agents);
	arena_release(&g->arena);
	arena_release(&g->texts);
}

static void clear_agents(struct aggregate *g)
{
	map_clear(&g->agents);
	arena_reset(&g->texts);
	g->families.at = NULL;
	g->families.n = g->families.cap = 0;
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
	struct agg_place p = { .said_service = service, .said_host = host };
	p.service_at = service_at(g, service ? service : g->service, service_text);
	p.service = g->services.at[p.service_at].id;
	p.host = host ? host : g->host;
	if (!roster_add(g->roster, p.host, host_text))
		p.host = other(g);
	p.mix = hash64_mix(p.service, p.host);
	*vec_push(&g->arena, &g->places) = p;
	return (uint32_t)g->places.n - 1;
}

void aggregate_begin(struct aggregate *g, struct roster *roster, struct str service, struct str host, uint8_t role)
{
	aggregate_clear_cells(g);
	map_clear(&g->place_index);
	map_clear(&g->by_id);
	map_clear(&g->admitted);
	clear_agents(g);
	clear_ways(g);
	g->series.n = g->services.n = g->places.n = 0;
	g->other_place = 0;
	g->roster = roster;
	g->role = role;
	g->service = service.len ? hash64(service) : 0;
	g->host = host.len ? hash64(host) : 0;
	roster_add(roster, g->service, service);
	roster_add(roster, g->host, host);
	g->place = add_place(g, 0, service, 0, host);
}

/* Where the event happened. */
static const struct agg_place *place_of(struct aggregate *g, const struct event *e)
{
	uint64_t service = e->service.len ? hash64(e->service) : 0;
	uint64_t host = e->host.len ? hash64(e->host) : 0;
	const struct agg_place *last = &g->places.at[g->place];
	if (last->said_service == service && last->said_host == host)
		return last;
	uint64_t key = hash64_mix(service, host);
	const uint64_t *known = map_get(&g->place_index, key);
	if (!service && !host) {
		g->place = 0;
	} else if (known) {
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
static bool admit(struct aggregate *g, const struct agg_place *p, unsigned class, uint64_t name, struct str text)
{
	uint64_t key = hash64_mix(p->service ^ (class + 1), name);
	if (map_get(&g->admitted, key))
		return true;
	uint32_t *n = &g->services.at[p->service_at].admitted[class];
	if (*n >= class_limit(class) || g->admitted.n >= ROSTER_NAMES_MAX || !roster_add(g->roster, name, text))
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
			.kind = (uint8_t)kind, .last_cell = NO_CELL,
		};
	}
	return (uint32_t)*index;
}

/*
 * What an event says, as one key. Its parts are hashes already: folding them together is enough. `class` tells
 * a name that needs no text yet (the number of a network) from one that is a hash of its text.
 */
static uint64_t said_key(const struct agg_place *p, enum series_kind kind, unsigned class, uint64_t name, int32_t code)
{
	uint64_t rest = (uint64_t)(uint32_t)code << 16 | (uint64_t)class << 8 | ((uint64_t)kind + 1);
	return (p->mix ^ name) + rest * SPREAD;
}

/* The slot of the way, or the free one where it would be. */
static struct agg_way *way_of(const struct aggregate *g, uint64_t said)
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

static void remember(struct aggregate *g, uint64_t said, uint32_t series)
{
	if (g->n_ways >= g->n_slots / 2) {
		if (g->n_slots < WAYS_MAX)
			grow_ways(g);
		else
			clear_ways(g);
	}
	*way_of(g, said) = (struct agg_way){ said, series };
	g->n_ways++;
}

static struct agg_cell *cell_of(struct aggregate *g, struct agg_series *s, int32_t bucket)
{
	if (s->last_cell != NO_CELL && s->last_bucket == bucket)
		return &g->cells.at[s->last_cell];
	uint32_t series = (uint32_t)(s - g->series.at);
	uint64_t key = (uint64_t)series << 32 | (uint32_t)bucket;
	size_t at = (size_t)((key * SPREAD) >> 32) % CELL_SLOTS;
	while (g->cell_slots[at]) {
		const struct agg_cell *cell = &g->cells.at[g->cell_slots[at] - 1];
		if (cell->series == series && cell->bucket == bucket)
			break;
		at = (at + 1) % CELL_SLOTS;
	}
	if (!g->cell_slots[at]) {
		*vec_push(&g->arena, &g->cells) = (struct agg_cell){ .series = series, .bucket = bucket };
		g->cell_slots[at] = (uint32_t)g->cells.n;
	}
	s->last_bucket = bucket;
	s->last_cell = g->cell_slots[at] - 1;
	return &g->cells.at[s->last_cell];
}

/* An event on its way through the series. */
struct sample {
	const struct agg_place *place; /* good until the next event */
	bool has_bucket;       /* events without a time are in no cell */
	int32_t bucket;
	bool failed;
	uint64_t duration_us;  /* NO_DURATION none */
};

/* Where names beyond the bounds are counted. Only the way here is remembered: of such names there is no end. */
static struct agg_series *other_series(struct aggregate *g, const struct sample *e, enum series_kind kind,
                                       unsigned class, int32_t code)
{
	uint64_t said = said_key(e->place, kind, class, g->other_id, code);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return &g->series.at[way->series];
	uint32_t at = series_of(g, kind, e->place, other(g), code);
	remember(g, said, at);
	return &g->series.at[at];
}

/* The series (kind, name, code) of the place; the name is held against the bounds of its class. */
static struct agg_series *lookup(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class,
                                 uint64_t name, struct str text, int32_t code)
{
	uint64_t said = said_key(e->place, kind, class, name, code);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return &g->series.at[way->series];
	if (!name || admit(g, e->place, class, name, text)) {
		uint32_t at = series_of(g, kind, e->place, name, code);
		remember(g, said, at);
		return &g->series.at[at];
	}
	return other_series(g, e, kind, class, code);
}

static struct agg_cell *count(struct aggregate *g, struct agg_series *s, const struct sample *e)
{
	s->seen += s->seen < UINT32_MAX;
	if (!e->has_bucket)
		return NULL;
	struct agg_cell *cell = cell_of(g, s, e->bucket);
	cell->count++;
	cell->failed += e->failed;
	return cell;
}

static void count_timed(struct aggregate *g, struct agg_series *s, const struct sample *e)
{
	struct agg_cell *cell = count(g, s, e);
	if (e->duration_us == NO_DURATION)
		return;
	s->timed += s->timed < UINT32_MAX;
	s->sum_us += e->duration_us;
	if (!cell)
		return;
	cell->timed++;
	cell->sum_us += e->duration_us;
	if (e->duration_us > cell->max_us)
		cell->max_us = e->duration_us;
	if (kind_has_hist((enum series_kind)s->kind))
		*vec_push(&g->arena, &g->hist_log) = s->last_cell << 8 | hist_bucket((double)e->duration_us / 1000);
}

static void count_facet(struct aggregate *g, const struct sample *e, enum facet facet, struct str value)
{
	if (value.len == 0)
		return;
	value = str_head(value, FACET_TEXT_BYTES);
	count(g, lookup(g, e, SERIES_FACET, CLASS_FACET + (unsigned)facet, hash64(value), value, (int32_t)facet), e);
}

static void count_agent(struct aggregate *g, const struct sample *e, struct str agent)
{
	uint64_t hash = hash64(agent);
	const uint64_t *known = map_get(&g->agents, hash);
	if (!known) {
		if (g->agents.n >= AGENTS_MAX)
			clear_agents(g);
		struct str family = arena_str(&g->texts, facet_agent(agent));
		*vec_push(&g->texts, &g->families) = (struct agg_name){ hash64(family), family };
		uint64_t *slot = map_put(&g->agents, hash, NULL);
		*slot = g->families.n - 1;
		known = slot;
	}
	const struct agg_name *family = &g->families.at[*known];
	if (family->text.len)
		count(g, lookup(g, e, SERIES_FACET, CLASS_FACET + (unsigned)FACET_AGENT, family->id, family->text,
		                FACET_AGENT), e);
}

static void count_net(struct aggregate *g, const struct sample *e, struct str client)
{
	enum { CLASS = CLASS_FACET + FACET_CLIENT_NET, CLASS_NUMBER = CLASS_COUNT };
	uint64_t net = client_net(client);
	if (!net)
		return;
	/* Its text is made for the first few hundred only: the number stands for it on the way. */
	uint64_t said = said_key(e->place, SERIES_FACET, CLASS_NUMBER, net * SPREAD, FACET_CLIENT_NET);
	const struct agg_way *way = way_of(g, said);
	struct agg_series *s;
	if (way->said) {
		s = &g->series.at[way->series];
	} else if (g->services.at[e->place->service_at].admitted[CLASS] >= FACET_VALUES_MAX && g->places.n == 1) {
		/* With one place, what has no way has not been admitted either. */
		s = other_series(g, e, SERIES_FACET, CLASS, FACET_CLIENT_NET);
	} else {
		char room[FACET_TEXT_BYTES];
		struct str text = client_net_text(net, room);
		uint64_t id = hash64(text);
		s = lookup(g, e, SERIES_FACET, CLASS, id, text, FACET_CLIENT_NET);
		if (s->key == id)
			remember(g, said, (uint32_t)(s - g->series.at));
	}
	count(g, s, e);
}

static void count_client(struct aggregate *g, const struct sample *e, uint64_t client)
{
	struct agg_series *s = lookup(g, e, SERIES_CLIENTS, CLASS_DETAIL, 0, STR_NONE, 0);
	struct agg_cell *cell = count(g, s, e);
	if (!cell)
		return;
	if (!cell->sketch) {
		*vec_push(&g->arena, &g->sketches) = (struct hll){ { 0 } };
		cell->sketch = (uint32_t)g->sketches.n;
	}
	hll_add(&g->sketches.at[cell->sketch - 1], client);
}

static uint32_t short_hash(uint64_t hash)
{
	uint32_t h = (uint32_t)(hash >> 32);
	return h ? h : 1;
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

/* The series an event belongs to by what it is; NULL for a plain line. */
static struct agg_series *count_main(struct aggregate *g, const struct event *e, const struct sample *s)
{
	struct agg_series *main;
	if (e->kind == EV_HTTP) {
		main = lookup(g, s, SERIES_HTTP, CLASS_ROUTE, e->route_id, e->route, code_of_status(e->status));
	} else if (e->kind == EV_QUERY) {
		main = lookup(g, s, SERIES_QUERY, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint, 0);
	} else if (e->kind != EV_LINE) {
		struct str detail = event_detail(e);
		uint64_t id = detail.len ? hash64(detail) : 0;
		main = lookup(g, s, SERIES_EVENT, CLASS_DETAIL, id, detail, (int32_t)e->kind);
	} else {
		return NULL;
	}
	count_timed(g, main, s);
	return main;
}

static void count_facets(struct aggregate *g, const struct event *e, const struct sample *s)
{
	count_facet(g, s, FACET_VERSION, e->version);
	if (e->agent.len)
		count_agent(g, s, e->agent);
	if (e->referrer.len)
		count_facet(g, s, FACET_REFERRER, facet_referrer(e->referrer));
	if (e->kind == EV_HTTP) {
		count_facet(g, s, FACET_CAMPAIGN, facet_campaign(e->path));
		count_facet(g, s, FACET_METHOD, e->method);
	}
	count_facet(g, s, FACET_UPSTREAM, e->upstream);
}

void aggregate_add(struct aggregate *g, const struct event *e, struct agg_answer *out)
{
	const struct agg_place *p = place_of(g, e);
	struct sample s = {
		.place = p,
		.has_bucket = e->time_ns != TIME_NONE,
		.failed = e->status >= 500 || e->severity >= SEV_ERROR,
		.duration_us = to_us(isnan(e->duration_ms) && e->kind == EV_LOCK_WAIT ? e->lock_ms : e->duration_ms),
	};
	if (s.has_bucket)
		s.bucket = bucket_of(e->time_ns);
	*out = (struct agg_answer){ .service = p->service, .host = p->host, .failed = s.failed, .duration_us = s.duration_us };

	const struct agg_series *main = count_main(g, e, &s);
	size_t main_at = main ? (size_t)(main - g->series.at) : 0;
	bool http = main && main->kind == SERIES_HTTP, query = main && main->kind == SERIES_QUERY;
	out->route_id = http ? main->key : admitted_name(g, p, CLASS_ROUTE, e->route_id, e->route);
	out->fingerprint_id = query ? main->key
	                            : admitted_name(g, p, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint);
	if (e->template_id || e->kind == EV_LINE) {
		struct agg_series *line = lookup(g, &s, SERIES_LINE, CLASS_TEMPLATE, e->template_id, e->template_text,
		                                 (int32_t)e->severity);
		count(g, line, &s);
		out->template_id = line->key;
	}
	count_facets(g, e, &s);
	if (e->client.len) {
		uint64_t client = hash64(e->client);
		count_client(g, &s, client);
		count_net(g, &s, e->client);
		out->client = short_hash(client);
	}
	if (e->user.len)
		out->user = short_hash(hash64(e->user));
	if (e->request_id.len)
		out->trace = short_hash(hash64(e->request_id));
	/* Not the pointer from above: series may have moved. */
	out->main = main ? &g->series.at[main_at] : NULL;
}

bool aggregate_full(const struct aggregate *g)
{
	return g->cells.n + CELLS_PER_EVENT > AGG_CELLS_MAX || g->hist_log.n + 1 > AGG_HIST_MAX ||
	       g->sketches.n + 1 > AGG_SKETCHES_MAX;
}

void aggregate_clear_cells(struct aggregate *g)
{
	for (size_t i = 0; i < g->cells.n; i++)
		g->series.at[g->cells.at[i].series].last_cell = NO_CELL;
	if (g->cells.n)
		memset(g->cell_slots, 0, CELL_SLOTS * sizeof *g->cell_slots);
	g->cells.n = 0;
	g->hist_log.n = 0;
	g->sketches.n = 0;
}
