#include "store/aggregate.h"

#include <stdlib.h>

#include "store/facet.h"

enum {
	CELL_SLOTS = 4 * AGG_CELLS_MAX,
	/* An event adds at most this many cells: request, line, statement, kind, clients and the facets. */
	CELLS_PER_EVENT = 5 + FACET_COUNT,
	AGENTS_MAX = 4096,
};
#define NO_CELL UINT32_MAX

/* What is bounded per service. Facets follow CLASS_FACET. */
enum name_class { CLASS_SERVICE, CLASS_HOST, CLASS_ROUTE, CLASS_TEMPLATE, CLASS_FINGERPRINT, CLASS_DETAIL, CLASS_FACET };

static uint64_t class_limit(unsigned class)
{
	switch (class) {
	case CLASS_SERVICE:
		return AGG_SERVICES_MAX;
	case CLASS_HOST:
		return AGG_HOSTS_MAX;
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
	map_init(&g->series_index);
	map_init(&g->admitted);
	map_init(&g->counts);
	map_init(&g->agents);
	arena_init(&g->arena);
	arena_init(&g->texts);
	g->cell_slots = arena_new_n(&g->arena, uint32_t, CELL_SLOTS);
}

void aggregate_release(struct aggregate *g)
{
	map_release(&g->series_index);
	map_release(&g->admitted);
	map_release(&g->counts);
	map_release(&g->agents);
	arena_release(&g->arena);
	arena_release(&g->texts);
}

void aggregate_begin(struct aggregate *g, struct roster *roster, struct str service, struct str host, uint8_t role)
{
	aggregate_clear_cells(g);
	map_clear(&g->series_index);
	map_clear(&g->admitted);
	map_clear(&g->counts);
	map_clear(&g->agents);
	arena_reset(&g->texts);
	g->families.at = NULL;
	g->families.n = g->families.cap = 0;
	g->series.n = 0;
	g->roster = roster;
	g->role = role;
	g->service = service.len ? hash64(service) : 0;
	g->host = host.len ? hash64(host) : 0;
	roster_add(roster, g->service, service);
	roster_add(roster, g->host, host);
}

/* The id of "(other)", whose text then is in the roster: it was made for that, and is short. */
static uint64_t other(struct aggregate *g)
{
	uint64_t id = hash64(OTHER_TEXT);
	roster_add(g->roster, id, OTHER_TEXT);
	return id;
}

/* The id itself while its service may still have more of this class, else the id of "(other)". */
static uint64_t admit(struct aggregate *g, uint64_t service, unsigned class, uint64_t id, struct str text)
{
	if (id == 0)
		return 0;
	uint64_t group = hash64_mix(service, class + 1);
	uint64_t key = hash64_mix(group, id);
	if (map_get(&g->admitted, key))
		return id;
	uint64_t *count = map_put(&g->counts, group, NULL);
	if (*count >= class_limit(class) || g->admitted.n >= ROSTER_NAMES_MAX || !roster_add(g->roster, id, text))
		return other(g);
	++*count;
	*map_put(&g->admitted, key, NULL) = 1;
	return id;
}

static struct agg_series *series_of(struct aggregate *g, enum series_kind kind, uint64_t service, uint64_t host,
                                    uint64_t key, int32_t code)
{
	if (g->series.n >= AGG_SERIES_MAX) {
		/* One last resort per kind. */
		service = key = other(g);
		host = 0;
		code = 0;
	}
	uint64_t id = series_id(kind, service, host, key, code, g->role);
	bool is_new;
	uint64_t *index = map_put(&g->series_index, id, &is_new);
	if (is_new) {
		*index = g->series.n + 1;
		*vec_push(&g->arena, &g->series) = (struct agg_series){
			.id = id, .service = service, .host = host, .key = key, .code = code,
			.kind = (uint8_t)kind, .last_cell = NO_CELL,
		};
	}
	return &g->series.at[*index - 1];
}

/* Finds the series of what an event says (ids not yet held against the bounds): one look-up in the common case. */
static struct agg_series *find(struct aggregate *g, uint64_t said)
{
	const uint64_t *index = map_get(&g->series_index, said);
	return index ? &g->series.at[*index - 1] : NULL;
}

/* Remembers the way from what an event said to its series; not for "(other)", of which there is no end. */
static void remember(struct aggregate *g, uint64_t said, const struct agg_series *s)
{
	*map_put(&g->series_index, said, NULL) = (uint64_t)(s - g->series.at) + 1;
}

static struct agg_cell *cell_of(struct aggregate *g, struct agg_series *s, int32_t bucket)
{
	if (s->last_cell != NO_CELL && s->last_bucket == bucket)
		return &g->cells.at[s->last_cell];
	uint32_t series = (uint32_t)(s - g->series.at);
	uint64_t key = (uint64_t)series << 32 | (uint32_t)bucket;
	size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % CELL_SLOTS;
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
	bool has_bucket;       /* events without a time are in no cell */
	int32_t bucket;
	bool failed;
	uint64_t service, host;
	uint64_t where;        /* mix of both */
	uint64_t duration_us;  /* NO_DURATION none */
	unsigned hist;         /* hist_bucket() of it */
};

static void count(struct aggregate *g, struct agg_series *s, const struct sample *e)
{
	s->seen += s->seen < UINT32_MAX;
	if (!e->has_bucket)
		return;
	struct agg_cell *cell = cell_of(g, s, e->bucket);
	cell->count++;
	cell->failed += e->failed;
}

static void count_timed(struct aggregate *g, struct agg_series *s, const struct sample *e)
{
	count(g, s, e);
	if (e->duration_us == NO_DURATION)
		return;
	s->timed += s->timed < UINT32_MAX;
	s->sum_us += e->duration_us;
	if (!e->has_bucket)
		return;
	struct agg_cell *cell = cell_of(g, s, e->bucket);
	cell->timed++;
	cell->sum_us += e->duration_us;
	if (e->duration_us > cell->max_us)
		cell->max_us = e->duration_us;
	if (kind_has_hist((enum series_kind)s->kind))
		*vec_push(&g->arena, &g->hist_log) = s->last_cell << 8 | e->hist;
}

/* The series (kind, key, code) of the sample's service; key is held against the bounds of its class. */
static struct agg_series *lookup(struct aggregate *g, const struct sample *e, enum series_kind kind, unsigned class,
                                 uint64_t key, struct str text, int32_t code)
{
	uint64_t said = hash64_mix(e->where ^ (uint64_t)kind, key ^ (uint64_t)(uint32_t)code << 32);
	struct agg_series *s = find(g, said);
	if (s)
		return s;
	uint64_t admitted = admit(g, e->service, class, key, text);
	s = series_of(g, kind, e->service, e->host, admitted, code);
	if (admitted == key && s->service == e->service)
		remember(g, said, s);
	return s;
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
		if (g->agents.n >= AGENTS_MAX) {
			map_clear(&g->agents);
			arena_reset(&g->texts);
			g->families.at = NULL;
			g->families.n = g->families.cap = 0;
		}
		struct str family = arena_str(&g->texts, facet_agent(agent));
		*vec_push(&g->texts, &g->families) = family;
		uint64_t *slot = map_put(&g->agents, hash, NULL);
		*slot = g->families.n;
		known = slot;
	}
	count_facet(g, e, FACET_AGENT, g->families.at[*known - 1]);
}

static void count_net(struct aggregate *g, const struct sample *e, struct str client)
{
	uint64_t net = client_net(client);
	if (!net)
		return;
	/* The text is only needed when the network is new: the number stands for it until then. */
	uint64_t said = hash64_mix(e->where ^ SERIES_FACET ^ (uint64_t)FACET_COUNT << 8, net);
	struct agg_series *s = find(g, said);
	if (!s) {
		char room[FACET_TEXT_BYTES];
		struct str text = client_net_text(net, room);
		uint64_t id = hash64(text);
		s = lookup(g, e, SERIES_FACET, CLASS_FACET + (unsigned)FACET_CLIENT_NET, id, text, FACET_CLIENT_NET);
		if (s->key == id)
			remember(g, said, s);
	}
	count(g, s, e);
}

static void count_client(struct aggregate *g, const struct sample *e, uint64_t client)
{
	uint64_t said = hash64_mix(e->where ^ SERIES_CLIENTS, 1);
	struct agg_series *s = find(g, said);
	if (!s) {
		s = series_of(g, SERIES_CLIENTS, e->service, 0, 0, 0);
		remember(g, said, s);
	}
	count(g, s, e);
	if (!e->has_bucket)
		return;
	struct agg_cell *cell = cell_of(g, s, e->bucket);
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

static void sample_init(struct aggregate *g, const struct event *e, struct sample *s)
{
	*s = (struct sample){ .service = g->service, .host = g->host, .duration_us = NO_DURATION };
	if (e->service.len)
		s->service = hash64(e->service);
	if (s->service != g->service)
		s->service = admit(g, 0, CLASS_SERVICE, s->service, e->service);
	if (e->host.len)
		s->host = hash64(e->host);
	if (s->host != g->host)
		s->host = admit(g, 0, CLASS_HOST, s->host, e->host);
	s->where = hash64_mix(s->service, s->host);
	s->has_bucket = e->time_ns != TIME_NONE;
	if (s->has_bucket)
		s->bucket = bucket_of(e->time_ns);
	s->failed = e->status >= 500 || e->severity >= SEV_ERROR;
	s->duration_us = to_us(isnan(e->duration_ms) && e->kind == EV_LOCK_WAIT ? e->lock_ms : e->duration_ms);
	if (s->duration_us != NO_DURATION && (e->kind == EV_HTTP || e->kind == EV_QUERY))
		s->hist = hist_bucket((double)s->duration_us / 1000);
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
	struct sample s;
	sample_init(g, e, &s);
	*out = (struct agg_answer){ .service = s.service, .host = s.host, .failed = s.failed, .duration_us = s.duration_us };

	struct agg_series *main = count_main(g, e, &s);
	uint32_t main_at = main ? (uint32_t)(main - g->series.at) : 0;
	if (main && main->kind == SERIES_HTTP)
		out->route_id = main->key;
	else
		out->route_id = admit(g, s.service, CLASS_ROUTE, e->route_id, e->route);
	if (main && main->kind == SERIES_QUERY)
		out->fingerprint_id = main->key;
	else
		out->fingerprint_id = admit(g, s.service, CLASS_FINGERPRINT, e->fingerprint_id, e->fingerprint);
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

/* A cell's place in its part. */
struct place {
	uint32_t series;
	int32_t bucket;
	uint32_t cell;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

/* Puts the places in order. Cells are made in the order of time, so sorting by series, stably, mostly does it. */
static struct place *sorted_places(const struct aggregate *g, enum series_kind kind, struct arena *a, size_t *n)
{
	uint32_t *starts = arena_new_n(a, uint32_t, g->series.n + 1);
	for (size_t i = 0; i < g->cells.n; i++)
		if (g->series.at[g->cells.at[i].series].kind == kind)
			starts[g->cells.at[i].series + 1]++;
	for (size_t i = 0; i < g->series.n; i++)
		starts[i + 1] += starts[i];
	*n = starts[g->series.n];
	struct place *places = arena_new_n(a, struct place, *n);
	for (size_t i = 0; i < g->cells.n; i++) {
		const struct agg_cell *cell = &g->cells.at[i];
		if (g->series.at[cell->series].kind == kind)
			places[starts[cell->series]++] = (struct place){ cell->series, cell->bucket, (uint32_t)i };
	}
	bool sorted = true;
	for (size_t i = 1; i < *n && sorted; i++)
		sorted = by_place(&places[i - 1], &places[i]) < 0;
	if (!sorted)
		qsort(places, *n, sizeof *places, by_place);
	return places;
}

/* Durations of each cell side by side (*starts says where), out of the log, which is in the order of events. */
static uint8_t *durations_by_cell(const struct aggregate *g, struct arena *a, uint32_t **starts)
{
	uint32_t *at = arena_new_n(a, uint32_t, g->cells.n + 2);
	for (size_t i = 0; i < g->hist_log.n; i++)
		at[(g->hist_log.at[i] >> 8) + 2]++;
	for (size_t i = 0; i < g->cells.n; i++)
		at[i + 2] += at[i + 1];
	uint8_t *buckets = arena_new_n(a, uint8_t, g->hist_log.n + 1);
	for (size_t i = 0; i < g->hist_log.n; i++)
		buckets[at[(g->hist_log.at[i] >> 8) + 1]++] = (uint8_t)g->hist_log.at[i];
	*starts = at;
	return buckets;
}

/* Appends the histogram of n durations. */
static uint32_t put_hist(const uint8_t *buckets, uint32_t n, struct hist_entry *out)
{
	if (n == 1) {
		out[0] = (struct hist_entry){ buckets[0], 1 };
		return 1;
	}
	uint32_t counts[256] = { 0 }, entries = 0;
	unsigned lo = 255, hi = 0;
	for (uint32_t i = 0; i < n; i++) {
		counts[buckets[i]]++;
		lo = buckets[i] < lo ? buckets[i] : lo;
		hi = buckets[i] > hi ? buckets[i] : hi;
	}
	for (unsigned b = lo; b <= hi; b++)
		if (counts[b])
			out[entries++] = (struct hist_entry){ (uint8_t)b, counts[b] };
	return entries;
}

static uint32_t put_registers(const struct hll *h, struct part_register *out)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < HLL_REGISTERS; i++)
		if (h->reg[i])
			out[n++] = (struct part_register){ (uint8_t)i, h->reg[i] };
	return n;
}

bool aggregate_part(struct aggregate *g, enum series_kind kind, struct arena *a, struct cells_part *out)
{
	size_t n;
	struct place *places = sorted_places(g, kind, a, &n);
	*out = (struct cells_part){ .kind = kind, .n_cells = n };
	if (n == 0)
		return false;
	out->cells = arena_new_n(a, struct part_cell, n);
	out->ids = arena_new_n(a, uint64_t, n);
	out->lengths = arena_new_n(a, uint32_t, n);
	uint32_t *starts = NULL;
	const uint8_t *durations = NULL;
	if (kind_has_hist(kind)) {
		durations = durations_by_cell(g, a, &starts);
		out->hist = arena_new_n(a, struct hist_entry, g->hist_log.n);
	}
	if (kind == SERIES_CLIENTS)
		out->regs = arena_new_n(a, struct part_register, g->sketches.n * HLL_REGISTERS);
	for (size_t i = 0; i < n; i++) {
		const struct agg_cell *cell = &g->cells.at[places[i].cell];
		if (i == 0 || places[i - 1].series != cell->series)
			out->ids[out->n_series++] = g->series.at[cell->series].id;
		out->lengths[out->n_series - 1]++;
		struct part_cell *p = &out->cells[i];
		*p = (struct part_cell){ .bucket = cell->bucket, .count = cell->count, .failed = cell->failed,
			.timed = cell->timed, .sum_us = cell->sum_us, .max_us = cell->max_us,
			.hist = (uint32_t)out->n_hist, .regs = (uint32_t)out->n_regs };
		if (durations && cell->timed)
			p->n_hist = put_hist(durations + starts[places[i].cell], cell->timed, out->hist + out->n_hist);
		if (cell->sketch)
			p->n_regs = put_registers(&g->sketches.at[cell->sketch - 1], out->regs + out->n_regs);
		out->n_hist += p->n_hist;
		out->n_regs += p->n_regs;
	}
	return true;
}
