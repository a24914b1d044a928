#include "store/aggregate_impl.h"

#include "core/digits.h"
#include "core/same.h"

enum { AGENTS_MAX = 4096 /* user agents that are parsed once only */ };

static uint32_t lookup_facet(struct aggregate *g, const struct sample *e, enum facet facet, struct str value)
{
	value = str_head(value, FACET_TEXT_BYTES);
	return lookup(g, e, SERIES_FACET, CLASS_FACET + (unsigned)facet, hash64(value), value,
		      (int32_t)facet);
}

/*
 * Things that stand for a facet's value and have a way of their own, so that the value need not be made each
 * time.
 */
enum { CLASS_NET_NUMBER = CLASS_COUNT, CLASS_AGENT_TEXT };

/* The series of a user agent's family, NO_SERIES when it says none. */
static uint32_t lookup_agent(struct aggregate *g, const struct sample *e, struct str agent)
{
	uint64_t said = said_key(e->place, SERIES_FACET, CLASS_AGENT_TEXT, hash64(agent), FACET_AGENT);
	const struct agg_way *way = way_of(g, said);
	if (way->said)
		return way->series;
	struct str family = facet_agent(agent);
	if (family.len == 0)
		return NO_SERIES;
	uint32_t series = lookup_facet(g, e, FACET_AGENT, family);
	if (g->n_agents < AGENTS_MAX) {
		aggregate_remember(g, said, series);
		g->n_agents++;
	}
	return series;
}

static void count_facet(struct aggregate *g, const struct sample *e, enum facet facet, struct str value)
{
	count_in(g, lookup_facet(g, e, facet, value), e, e->bucket);
}

/* Counts an agent that its slot does not know, which then does. */
static __attribute__((noinline)) void count_other_agent(struct aggregate *g, const struct sample *e, struct str agent, struct agg_agent *slot)
{
	uint32_t series = lookup_agent(g, e, agent);
	if (series == NO_SERIES)
		return;
	if (agent.len <= sizeof slot->text) {
		memcpy(slot->text, agent.ptr, agent.len);
		slot->len = (uint32_t)agent.len;
		slot->mix = e->place->mix;
		slot->series = series;
	}
	count_in(g, series, e, e->bucket);
}

/*
 * Where an agent would be known: by its length and some of its bytes. What tells browsers apart stands behind what all begin
 * with, and before what many end with.
 */
static inline struct agg_agent *agent_slot(const struct aggregate *g, const struct agg_place *p, struct str agent)
{
	uint64_t a = p->mix + agent.len, b;
	if (agent.len < 8)
		return &g->agents[(a + (unsigned char)agent.ptr[0]) % AGG_AGENTS];
	if (agent.len < 32) {
		memcpy(&b, agent.ptr + agent.len - 8, 8);
	} else {
		memcpy(&b, agent.ptr + 16, 8);
		a += b;
		memcpy(&b, agent.ptr + agent.len - 24, 8);
	}
	return &g->agents[((a ^ b >> 7) * SPREAD >> 32) % AGG_AGENTS];
}

/* Mostly one of a few: these are known by their bytes. */
static inline void count_agent(struct aggregate *g, const struct sample *e, struct str agent)
{
	struct agg_agent *known = agent_slot(g, e->place, agent);
	if (known->len == agent.len && known->mix == e->place->mix && same_bytes(known->text, agent.ptr, agent.len))
		count_in(g, known->series, e, e->bucket);
	else
		count_other_agent(g, e, agent, known);
}

/* The bytes of a short word and its length as a number; 0 for others. */
static inline uint64_t word_of(struct str s)
{
	return s.len && s.len < 8 ? digits_load(s.ptr, s.len) | (uint64_t)s.len << 56 : 0;
}

/* Counts a method that its slot does not know, which then does. */
static __attribute__((noinline)) void count_other_method(struct aggregate *g, const struct sample *e, struct str method, uint64_t word,
							 struct agg_method *slot)
{
	if (method.len == 0)
		return;
	uint32_t series = lookup_facet(g, e, FACET_METHOD, method);
	if (word)
		*slot = (struct agg_method){ word, e->place->mix, series };
	count_in(g, series, e, e->bucket);
}

static inline void count_method(struct aggregate *g, const struct sample *e, struct str method)
{
	uint64_t word = word_of(method);
	struct agg_method *known = &g->methods[((word ^ e->place->mix) * SPREAD >> 32) % AGG_METHODS];
	if (word && known->word == word && known->mix == e->place->mix)
		count_in(g, known->series, e, e->bucket);
	else
		count_other_method(g, e, method, word, known);
}

static uint32_t lookup_net(struct aggregate *g, const struct sample *e, uint64_t net)
{
	uint64_t spread = net * SPREAD;
	struct agg_service *service = &g->services.at[e->place->service_at];
	size_t bit = (size_t)(spread >> 40) % NET_FILTER_BITS;
	/* Clients come from anywhere: most are of none of the networks that are counted by themselves. */
	if (service->admitted[CLASS_FACET + FACET_CLIENT_NET] >= FACET_VALUES_MAX &&
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

/* Counts the client and its network; returns its id. */
static inline uint32_t count_client(struct aggregate *g, const struct sample *e, struct str text)
{
	struct client client = client_parse(text);
	struct agg_place *p = e->place;
	if (p->clients == NO_SERIES)
		p->clients = aggregate_series(g, SERIES_CLIENTS, p, 0, 0);
	if (count_in(g, p->clients, e, e->bucket)) {
		struct agg_cell *cell = cell_of(g, p->clients);
		if (!cell->sketch) {
			*vec_push(&g->arena, &g->sketches) = (struct hll){ { 0 } };
			cell->sketch = (uint32_t)g->sketches.n;
		}
		hll_add(&g->sketches.at[cell->sketch - 1], client.hash);
	}
	if (client.net)
		count_in(g, lookup_net(g, e, client.net), e, e->minute);
	return client.id;
}

/* Counts a referrer that is not of the site the one before was of. */
static __attribute__((noinline)) void count_other_referrer(struct aggregate *g, const struct sample *e, struct str referrer)
{
	struct agg_referrer *last = &e->place->referrer;
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

/* What stands behind the end of the host says nothing of it. */
static inline void count_referrer(struct aggregate *g, const struct sample *e, struct str referrer)
{
	const struct agg_referrer *last = &e->place->referrer;
	if (last->len && referrer.len >= last->len && same_bytes(referrer.ptr, last->text, last->len))
		count_in(g, last->series, e, e->minute);
	else
		count_other_referrer(g, e, referrer);
}

uint32_t aggregate_count_facets(struct aggregate *g, const struct event *e, const struct sample *s)
{
	if (e->version.len)
		count_facet(g, s, FACET_VERSION, e->version);
	if (e->agent.len)
		count_agent(g, s, e->agent);
	if (e->referrer.len > 1) /* "-" */
		count_referrer(g, s, e->referrer);
	if (e->kind == EV_HTTP) {
		struct str campaign = facet_campaign(e->path);
		if (campaign.len)
			count_facet(g, s, FACET_CAMPAIGN, campaign);
		count_method(g, s, e->method);
	}
	if (e->upstream.len)
		count_facet(g, s, FACET_UPSTREAM, e->upstream);
	return e->client.len ? count_client(g, s, e->client) : 0;
}
