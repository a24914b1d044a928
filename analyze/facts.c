#include "analyze/facts.h"

#include <stdlib.h>

#include "analyze/acts.h"

size_t grid_step(const struct grid *g, int64_t ns)
{
	int64_t bucket = ns / (BUCKET_S * NS_PER_S);
	if (bucket < g->first || !g->n)
		return 0;
	size_t step = (size_t)((bucket - g->first) / g->width);
	return step < g->n ? step : g->n - 1;
}

/* "web-1", "web_02", "web.3" → "web". */
static struct str without_instance(struct str name)
{
	size_t n = name.len;
	while (n && name.ptr[n - 1] >= '0' && name.ptr[n - 1] <= '9')
		n--;
	if (n == name.len || n == 0)
		return name;
	while (n && (name.ptr[n - 1] == '-' || name.ptr[n - 1] == '_' || name.ptr[n - 1] == '.'))
		n--;
	return n ? str_head(name, n) : name;
}

/* Words that only say "this is a service". */
static struct str without_role(struct str name)
{
	static const char *const tails[] = { "-service", "_service", "-svc", "-api", "-server", "service", "-app" };
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		struct str tail = str_of(tails[i]);
		if (name.len > tail.len && str_ends(name, tail))
			return str_head(name, name.len - tail.len);
	}
	return name;
}

/* Other names of products that logs, people and deployment tools use for one another. */
static struct str product_name(struct str name)
{
	static const char *const rows[][2] = {
		{ "postgres", "postgresql" }, { "pg", "postgresql" }, { "redis-server", "redis" },
		{ "mysqld", "mysql" },        { "mariadb", "mysql" }, { "lb", "haproxy" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq_nocase(name, str_of(rows[i][0])))
			return str_of(rows[i][1]);
	return name;
}

ptrdiff_t facts_service(const struct facts *f, struct str name)
{
	if (!name.len)
		return -1;
	const struct str tries[] = { name, without_instance(name), without_role(without_instance(name)),
		                     product_name(without_instance(name)) };
	for (size_t t = 0; t < sizeof tries / sizeof *tries; t++)
		for (size_t i = 0; i < f->n_services; i++)
			if (str_eq_nocase(f->services[i].name, tries[t]) ||
			    str_eq_nocase(without_role(f->services[i].name), tries[t]))
				return (ptrdiff_t)i;
	/* "orders-postgres", "session-redis": a role in front of a product's name. */
	struct str bare = without_instance(name);
	ptrdiff_t dash = str_rchr(bare, '-');
	if (dash > 0)
		return facts_service(f, product_name(str_from(bare, (size_t)dash + 1)));
	return -1;
}

static size_t service_add(struct facts *f, struct str name, size_t *cap)
{
	for (size_t i = 0; i < f->n_services; i++)
		if (str_eq(f->services[i].name, name))
			return i;
	if (f->n_services == *cap)
		f->services = arena_grow(f->arena, f->services, f->n_services, cap, sizeof *f->services, _Alignof(struct service));
	f->services[f->n_services] = (struct service){ .name = name };
	return f->n_services++;
}

static uint64_t series_total(const struct series *s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s->n_cells; i++)
		n += series_cell(s, i).count;
	return n;
}

static bool is_product(struct str name, const char *const *words)
{
	for (; *words; words++)
		if (str_find_nocase(name, str_of(*words)) >= 0)
			return true;
	return false;
}

static void index_services(struct facts *f)
{
	static const char *const databases[] = { "postgres", "mysql", "maria", "mongo", "oracle", "sqlserver", "cassandra", "database", NULL };
	static const char *const caches[] = { "redis", "memcache", "valkey", "varnish", "cache", NULL };
	size_t cap = 0;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		size_t at = service_add(f, s->service, &cap);
		struct service *v = &f->services[at];
		uint64_t n = series_total(s);
		if (s->kind == SERIES_HTTP) {
			v->has_http = true;
			v->requests += n;
			v->access |= s->role == ROLE_ACCESS;
		}
		if (s->kind == SERIES_LINE)
			v->lines += n;
		if (s->kind == SERIES_QUERY)
			v->database = true;
	}
	f->edge = -1;
	for (size_t i = 0; i < f->n_services; i++) {
		struct service *v = &f->services[i];
		v->database |= is_product(v->name, databases);
		v->cache = is_product(v->name, caches);
		if (!v->has_http)
			continue;
		/* The service in front: one that logs as such beats one that does not, then the one with more requests. */
		const struct service *e = f->edge < 0 ? NULL : &f->services[f->edge];
		if (!e || v->access > e->access || (v->access == e->access && v->requests > e->requests))
			f->edge = (ptrdiff_t)i;
	}
}

/* ---- voices ---- */

static int by_id(const void *a, const void *b)
{
	const struct store_template *x = a, *y = b;
	return x->id < y->id ? -1 : x->id > y->id;
}

static const struct store_template *template_find(const struct store_template *t, size_t n, uint64_t id)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (t[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && t[lo].id == id ? &t[lo] : NULL;
}

struct str facts_template(const struct facts *f, uint64_t template_id)
{
	const struct store_template *t = template_find(f->templates, f->n_templates, template_id);
	return t ? t->text : STR_NONE;
}

static void index_voices(struct facts *f)
{
	if (f->n_templates)
		qsort(f->templates, f->n_templates, sizeof *f->templates, by_id);
	struct map index; /* (service, group) → voice + 1 */
	map_init(&index);
	size_t cap = 0;
	struct part { size_t voice; const struct series *s; uint64_t n; };
	VEC(struct part) all = { 0 };
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_LINE || !s->key)
			continue;
		const struct store_template *t = template_find(f->templates, f->n_templates, s->key);
		uint64_t group = t && t->group ? t->group : s->key;
		ptrdiff_t service = facts_service(f, s->service);
		bool is_new;
		uint64_t *slot = map_put(&index, hash64_mix(group, (uint64_t)service + 1), &is_new);
		if (is_new) {
			if (f->n_voices == cap)
				f->voices = arena_grow(f->arena, f->voices, f->n_voices, &cap, sizeof *f->voices, _Alignof(struct voice));
			*slot = f->n_voices + 1;
			f->voices[f->n_voices++] = (struct voice){ .service = (size_t)service, .group = group };
		}
		struct voice *v = &f->voices[*slot - 1];
		uint64_t n = series_total(s);
		if ((enum severity)s->code > v->severity)
			v->severity = (enum severity)s->code;
		v->total += n;
		v->n_parts++;
		*vec_push(f->arena, &all) = (struct part){ *slot - 1, s, n };
	}
	map_release(&index);
	for (size_t i = 0; i < f->n_voices; i++) {
		f->voices[i].parts = arena_new_n(f->arena, const struct series *, f->voices[i].n_parts);
		f->voices[i].n_parts = 0;
	}
	uint64_t *best = arena_new_n(f->arena, uint64_t, f->n_voices + 1);
	for (size_t i = 0; i < all.n; i++) {
		struct voice *v = &f->voices[all.at[i].voice];
		v->parts[v->n_parts++] = all.at[i].s;
		if (all.at[i].n > best[all.at[i].voice]) {
			best[all.at[i].voice] = all.at[i].n;
			v->template_id = all.at[i].s->key;
			v->text = all.at[i].s->key_text;
		}
	}
	for (size_t i = 0; i < f->n_voices; i++)
		f->voices[i].family = families_match(f->families, f->voices[i].text);
}

/* ---- window and grid ---- */

static void find_window(struct facts *f, int64_t since_ns, int64_t until_ns)
{
	int32_t lo = INT32_MAX, hi = INT32_MIN;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_HTTP && s->kind != SERIES_LINE && s->kind != SERIES_QUERY)
			continue;
		if (!s->n_cells)
			continue;
		if (series_cell(s, 0).bucket < lo)
			lo = series_cell(s, 0).bucket;
		if (series_cell(s, s->n_cells - 1).bucket > hi)
			hi = series_cell(s, s->n_cells - 1).bucket;
	}
	if (lo > hi)
		lo = hi = 0;
	/* Requests define the window when there are any: a stray old line must not stretch the grid. */
	int32_t http_lo = INT32_MAX, http_hi = INT32_MIN;
	for (size_t i = 0; i < f->n_series; i++) {
		const struct series *s = &f->series[i];
		if (s->kind != SERIES_HTTP || !s->n_cells)
			continue;
		if (series_cell(s, 0).bucket < http_lo)
			http_lo = series_cell(s, 0).bucket;
		if (series_cell(s, s->n_cells - 1).bucket > http_hi)
			http_hi = series_cell(s, s->n_cells - 1).bucket;
	}
	if (http_lo <= http_hi) {
		lo = http_lo;
		hi = http_hi;
	}
	if (since_ns != TIME_NONE && since_ns / (BUCKET_S * NS_PER_S) > lo)
		lo = (int32_t)(since_ns / (BUCKET_S * NS_PER_S));
	if (until_ns != TIME_NONE && until_ns / (BUCKET_S * NS_PER_S) < hi)
		hi = (int32_t)(until_ns / (BUCKET_S * NS_PER_S));
	if (hi < lo)
		hi = lo;
	int32_t span = hi - lo + 1;
	/* At most about 4,000 steps: 10 s up to 11 hours, a minute for 3 days. */
	static const int32_t widths[] = { 1, 2, 3, 6, 12, 30, 60, 180, 360 };
	int32_t width = widths[0];
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		width = widths[i];
		if (span / width <= 4500)
			break;
	}
	f->grid = (struct grid){ lo, width, (size_t)(span / width) + (span % width != 0) };
	f->from_ns = (int64_t)lo * BUCKET_S * NS_PER_S;
	f->to_ns = ((int64_t)hi + 1) * BUCKET_S * NS_PER_S;
}

const struct kept_line *facts_line(const struct facts *f, ptrdiff_t service, uint64_t template_id, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < f->n_kept; i++) {
		const struct kept_line *k = &f->kept[i];
		if (k->time_ns >= to_ns)
			break;
		if (k->time_ns < from_ns || k->template_id != template_id)
			continue;
		if (service >= 0 && facts_service(f, k->service) != service)
			continue;
		return k;
	}
	return NULL;
}

bool voice_says(const struct voice *v, const struct kept_line *line)
{
	for (size_t p = 0; line->template_id && p < v->n_parts; p++)
		if (v->parts[p]->key == line->template_id && str_eq(v->parts[p]->service, line->service))
			return true;
	return false;
}

/* The case file outlives the store: names are copied, each once. */
static struct str own_name(struct arena *a, struct map *copies, struct str name)
{
	if (!name.len)
		return STR_NONE;
	bool is_new;
	uint64_t *copy = map_put(copies, hash64(name), &is_new);
	if (is_new)
		*copy = (uint64_t)(uintptr_t)arena_str(a, name).ptr;
	return str_make((const char *)(uintptr_t)*copy, name.len);
}

static void own_names(struct facts *f)
{
	struct map copies;
	map_init(&copies);
	for (size_t i = 0; i < f->n_series; i++) {
		struct series *s = &f->series[i];
		s->service = own_name(f->arena, &copies, s->service);
		s->host = own_name(f->arena, &copies, s->host);
		s->key_text = own_name(f->arena, &copies, s->key_text);
	}
	for (size_t i = 0; i < f->n_kept; i++) {
		f->kept[i].service = own_name(f->arena, &copies, f->kept[i].service);
		f->kept[i].host = own_name(f->arena, &copies, f->kept[i].host);
	}
	map_release(&copies);
}

bool facts_load(struct facts *f, struct store *s, const struct families *families, struct arena *a, int64_t since_ns, int64_t until_ns, struct err *err)
{
	*f = (struct facts){ .arena = a, .store = s, .families = families };
	struct store_change *changes;
	size_t n_changes;
	if (!store_load_series_of(s, (SERIES_ALL & ~(1U << SERIES_TOTAL)) | SERIES_NO_SUMS, a, &f->series, &f->n_series, err) ||
	    !store_load_templates(s, a, &f->templates, &f->n_templates, err) ||
	    !store_load_changes(s, a, &changes, &n_changes, err) ||
	    !store_load_kept(s, a, &f->kept, &f->n_kept, err) ||
	    !store_load_sources(s, a, &f->sources, &f->n_sources, err))
		return false;
	own_names(f);
	find_window(f, since_ns, until_ns);
	index_services(f);
	index_voices(f);
	acts_build(f, changes, n_changes);
	return true;
}
