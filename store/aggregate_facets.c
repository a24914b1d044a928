#include "store/aggregate_impl.h"

enum { AGENTS_MAX = 4096 /* user agents that are parsed once only */ };

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
		aggregate_remember(g, said, series);
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
	if (service->admitted[CLASS_FACET + FACET_CLIENT_NET] >= aggregate_class_limit(CLASS_FACET + FACET_CLIENT_NET) &&
	    !(service->nets[bit / 64] >> bit % 64 & 1)) {
		if (e->place->other_nets == NO_SERIES)
			e->place->other_nets =
				aggregate_other_series(g, e, SERIES_FACET, CLASS_FACET + FACET_CLIENT_NET, FACET_CLIENT_NET);
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
		aggregate_remember(g, said, series);
	}
	return series;
}

void aggregate_count_client(struct aggregate *g, const struct sample *e, const struct client *client)
{
	if (e->place->clients == NO_SERIES)
		e->place->clients = aggregate_series(g, SERIES_CLIENTS, e->place, 0, 0);
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

/* What stands behind the end of the host says nothing of it. */
static void count_referrer(struct aggregate *g, const struct sample *e, struct str referrer)
{
	struct agg_referrer *last = &e->place->referrer;
	if (last->len && referrer.len >= last->len && memcmp(referrer.ptr, last->text, last->len) == 0) {
		count_in(g, last->series, e, e->minute);
		return;
	}
	struct str host = facet_referrer(referrer);
	if (host.len == 0)
		return;
	uint32_t series = lookup_facet(g, e, FACET_REFERRER, host);
	size_t end = (size_t)(host.ptr - referrer.ptr) + host.len;
	if (end < referrer.len && end < sizeof last->text && referrer.ptr[end] == '/') {
		memcpy(last->text, referrer.ptr, end + 1);
		last->len = (uint8_t)(end + 1);
		last->series = series;
	}
	count_in(g, series, e, e->minute);
}

void aggregate_count_facets(struct aggregate *g, const struct event *e, const struct sample *s)
{
	count_facet(g, s, FACET_VERSION, e->version);
	if (e->agent.len)
		count_agent(g, s, e->agent);
	if (e->referrer.len > 1) /* "-" */
		count_referrer(g, s, e->referrer);
	if (e->kind == EV_HTTP) {
		count_facet(g, s, FACET_CAMPAIGN, facet_campaign(e->path));
		count_method(g, s, e->method);
	}
	count_facet(g, s, FACET_UPSTREAM, e->upstream);
}
