#include "analyze/contrast.h"

#include <math.h>

/* Values of categories, from the series: no event is read for them. */

/* The counts that all values of a field are part of, by (group, service, field). */
struct totals {
	struct arena *arena;
	struct map by_id;  /* → struct sides *, as a number */
	struct map values; /* → index + 1 of a value */
};

static struct sides *total_of(struct totals *t, enum contrast_group of, struct str service, struct str field)
{
	uint64_t id = hash64_mix(hash64_mix((uint64_t)of + 1, hash64(service)), hash64(field));
	bool is_new;
	uint64_t *slot = map_put(&t->by_id, id, &is_new);
	if (is_new)
		*slot = (uint64_t)(uintptr_t)arena_new(t->arena, struct sides);
	return (struct sides *)(uintptr_t)*slot;
}

static void add_sides(struct sides *to, const struct sides *n)
{
	to->bad += n->bad;
	to->good += n->good;
	for (size_t i = 0; i < CONTRAST_BLOCKS; i++)
		to->blocks[i] += n->blocks[i];
}

/* `all`: what it is a part of; NULL: the sum of its field's values. */
static void add_value(struct totals *t, struct value_list *out, enum contrast_group of, struct str service, const char *name, struct str text,
                      const struct sides *n, const struct sides *all)
{
	struct str field = str_of(name);
	struct sides *total = total_of(t, of, service, field);
	if (!all)
		add_sides(total, n);
	if (!text.len || str_eq(text, STR("(other)")))
		return;
	uint64_t id = hash64_mix(hash64_mix(hash64_mix((uint64_t)of + 1, hash64(service)), hash64(field)), hash64(text));
	bool is_new;
	uint64_t *slot = map_put(&t->values, id, &is_new);
	if (is_new) {
		*vec_push(t->arena, out) = (struct value){ .of = of, .service = service, .field = field, .text = text, .all = all ? all : total, .log10_p = NAN,
		                                           .kind = "category" };
		*slot = out->n;
	}
	add_sides(&out->at[*slot - 1].n, n);
}

static double slow_limit_of(const struct facts *f, const struct signals *signals, const struct outbreak *o, struct str service)
{
	if (signals->at[o->lead].kind != SYMPTOM_LATENCY)
		return 0;
	for (size_t i = 0; i < signals->n; i++)
		if (signals->at[i].kind == SYMPTOM_LATENCY && !signals->at[i].route.len && str_eq(f->services[signals->at[i].service].name, service))
			return signals->at[i].limit_ms;
	return 0;
}

/* Requests above a limit in the bad time, and all with a duration in the quiet time. */
static void sides_slow(const struct window *w, const struct series *s, double limit_ms, struct sides *out)
{
	for (size_t i = 0; i < s->n_cells; i++) {
		int side = window_side(w, series_cell(s, i).bucket);
		if (side < 0)
			continue;
		if (side > 0) {
			uint32_t timed = cell_times(s, i).timed;
			out->good += timed;
			out->blocks[side - 1] += timed;
			continue;
		}
		size_t n;
		const struct hist_entry *hist = cell_hist(s, i, &n);
		for (size_t h = 0; h < n; h++)
			if (hist_middle_ms(hist[h].bucket) > limit_ms)
				out->bad += hist[h].count;
	}
}

static void add_http(const struct facts *f, const struct signals *signals, const struct outbreak *o, const struct window *w, const struct series *s,
                     struct totals *t, struct value_list *out)
{
	struct str status = arena_printf(f->arena, "%d", (int)s->code);
	struct sides n = { 0 }, failed = { 0 }, slow = { 0 };
	double limit_ms = slow_limit_of(f, signals, o, s->service);
	sides_count(w, s, false, &n);
	failed = n;
	if (!status_failed(s->code) && !symptom_status(signals->at[o->lead].kind, s->code))
		failed.bad = 0;
	add_value(t, out, OF_REQUESTS, s->service, "route", s->key_text, &n, NULL);
	add_value(t, out, OF_REQUESTS, s->service, "host", s->host, &n, NULL);
	add_value(t, out, OF_REQUESTS, s->service, "status", s->code > 0 ? status : STR_NONE, &n, NULL);
	add_value(t, out, OF_FAILED, s->service, "route", s->key_text, &failed, NULL);
	add_value(t, out, OF_FAILED, s->service, "host", s->host, &failed, NULL);
	if (limit_ms <= 0)
		return;
	sides_slow(w, s, limit_ms, &slow);
	add_value(t, out, OF_SLOW, s->service, "route", s->key_text, &slow, NULL);
	add_value(t, out, OF_SLOW, s->service, "host", s->host, &slow, NULL);
}

static void add_facet(const struct window *w, const struct series *s, struct totals *t, struct value_list *out)
{
	static const struct { const char *name; bool of_requests; } fields[FACET_COUNT] = {
		[FACET_VERSION] = { "version", false },   [FACET_AGENT] = { "client kind", true }, [FACET_REFERRER] = { "referrer", true },
		[FACET_CAMPAIGN] = { "campaign", true },  [FACET_UPSTREAM] = { "upstream", false }, [FACET_METHOD] = { "method", true },
		[FACET_CLIENT_NET] = { "client network", true },
	};
	const char *name = fields[s->code].name;
	bool of_requests = fields[s->code].of_requests;
	struct sides n = { 0 }, failed = { 0 };
	sides_count(w, s, false, &n);
	sides_count(w, s, true, &failed);
	failed.good = n.good;
	memcpy(failed.blocks, n.blocks, sizeof failed.blocks);
	/* Not every request has a campaign or a referrer: these are shares of all requests. */
	add_value(t, out, of_requests ? OF_REQUESTS : OF_LINES, s->service, name, s->key_text, &n,
	          of_requests ? total_of(t, OF_REQUESTS, s->service, STR("route")) : NULL);
	add_value(t, out, of_requests ? OF_FAILED : OF_FAILING_LINES, s->service, name, s->key_text, &failed,
	          of_requests ? total_of(t, OF_FAILED, s->service, STR("route")) : NULL);
}

static void add_event(const struct window *w, const struct series *s, struct totals *t, struct value_list *out)
{
	static const struct { enum event_kind kind; enum contrast_group of; const char *field; } rows[] = {
		{ EV_CONN_OPEN, OF_OPENED, "by" },   { EV_CONN_REFUSED, OF_REFUSED, "by" },        { EV_AUTH_FAILURE, OF_AUTH, "by" },
		{ EV_LOCK_WAIT, OF_LOCKS, "mode" },  { EV_UPSTREAM, OF_UPSTREAM, "upstream" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((int32_t)rows[i].kind == s->code) {
			struct sides n = { 0 };
			sides_count(w, s, false, &n);
			add_value(t, out, rows[i].of, s->service, rows[i].field, s->key_text, &n, NULL);
		}
}

void contrast_categories(const struct facts *f, const struct signals *signals, const struct outbreak *o, const struct window *w, struct value_list *out)
{
	struct totals t = { .arena = f->arena };
	map_init(&t.by_id);
	map_init(&t.values);
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		struct sides n = { 0 };
		switch (s->kind) {
		case SERIES_HTTP: add_http(f, signals, o, w, s, &t, out); break;
		case SERIES_FACET: add_facet(w, s, &t, out); break;
		case SERIES_EVENT: add_event(w, s, &t, out); break;
		case SERIES_QUERY:
			sides_count(w, s, false, &n);
			add_value(&t, out, OF_STATEMENTS, s->service, "statement", s->key_text, &n, NULL);
			break;
		case SERIES_LINE:
		case SERIES_CLIENTS:
		case SERIES_TOTAL:
		case SERIES_KIND_COUNT: break;
		}
	}
	map_release(&t.by_id);
	map_release(&t.values);
}
