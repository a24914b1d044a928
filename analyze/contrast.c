#include "analyze/contrast.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/significance.h"

enum { MAX_OF_FIELD = 4, MAX_CONTRASTS = 40, MAX_REFS = 2 };
static const double false_rate = 0.01;
/* Smallest effects worth a person's time: half as much again, or a third less, and at least a hundredth of all. */
static const double least_lift = 1.5, least_loss = 0.66, least_share = 0.01, least_rise = 1.25;
enum { LEAST_HITS = 5, LEAST_LOST = 10 };

const char *contrast_group_words(enum contrast_group of)
{
#define CONTRAST_WORDS(id, words) words,
	static const char *const words[] = { CONTRAST_GROUPS(CONTRAST_WORDS) };
	return words[of];
}

struct window contrast_window(const struct facts *f, const struct outbreak *o)
{
	struct window w = { .grid = &f->grid };
	signed char *side = arena_alloc_n(f->arena, f->grid.n + 1, 1, 1);
	double step_s = (double)grid_step_ns(&f->grid) / (double)NS_PER_S;
	size_t quiet = 0, at = 0;
	for (size_t t = 0; t < f->grid.n; t++)
		quiet += !o->bad[t] && outbreak_quiet_step(o, &f->grid, t);
	for (size_t t = 0; t < f->grid.n; t++) {
		side[t] = -1;
		if (o->bad[t]) {
			side[t] = 0;
			w.bad_s += step_s;
		} else if (outbreak_quiet_step(o, &f->grid, t)) {
			size_t block = at++ * CONTRAST_BLOCKS / quiet;
			side[t] = (signed char)(1 + block);
			w.good_s += step_s;
			w.block_s[block] += step_s;
		}
	}
	w.side = side;
	return w;
}

void sides_count(const struct window *w, const struct series *s, bool failed, struct sides *out)
{
	for (size_t i = 0; i < s->n_cells; i++) {
		const struct cell c = series_cell(s, i);
		int side = window_side(w, c.bucket);
		if (side < 0)
			continue;
		double n = failed ? c.failed : c.count;
		if (side == 0) {
			out->bad += n;
		} else {
			out->good += n;
			out->blocks[side - 1] += n;
		}
	}
}

/* ---- which differ ---- */

static double share(double k, double n)
{
	return n > 0 ? k / n : 0;
}

/* How many times as frequent as before; half an event is added on both sides, so that what is new has a figure, too. */
static double lift_of(const struct value *v)
{
	return ((v->n.bad + 0.5) / (v->all->bad + 1)) / ((v->n.good + 0.5) / (v->all->good + 1));
}

/*
 * Is the difference large enough to matter, significant or not? Of what is always there (requests, statements, lines) the
 * rate must have changed, too, and in the same direction: a share also changes when everything else does.
 */
static bool material(const struct value *v, const struct window *w)
{
	double bad = share(v->n.bad, v->all->bad), good = share(v->n.good, v->all->good), lift = lift_of(v);
	bool sampled = strcmp(v->kind, "key") == 0 || strcmp(v->kind, "number") == 0;
	/* More than all of what it is a part of: the two are not counted alike (clients' failures have the refused among them). */
	if (fabs(bad - good) < least_share || bad > 1)
		return false;
	if (v->of == OF_FAILED || v->of == OF_SLOW || v->of == OF_FAILING_LINES) {
		if (bad < good)
			return false; /* what hardly fails is no news */
	} else if (!sampled) {
		double rate = ((v->n.bad + 0.5) / w->bad_s) / ((v->n.good + 0.5) / w->good_s);
		if (bad > good ? rate < least_rise : rate > 1 / least_rise)
			return false;
	}
	if (bad > good)
		return v->n.bad >= LEAST_HITS && lift >= least_lift;
	return good * v->all->bad >= LEAST_LOST && lift <= least_loss;
}

static int by_p(const void *x, const void *y)
{
	const struct value *a = x, *b = y;
	if (a->log10_p > b->log10_p || a->log10_p < b->log10_p)
		return a->log10_p < b->log10_p ? -1 : 1;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	int c = str_cmp(a->service, b->service);
	if (!c)
		c = str_cmp(a->field, b->field);
	return c ? c : str_cmp(a->text, b->text);
}

static void test_value(struct value *v)
{
	if (!isnan(v->log10_p))
		return;
	double dispersion = block_dispersion(v->n.blocks, v->all->blocks, CONTRAST_BLOCKS);
	v->log10_p = g_test(v->n.bad, v->all->bad, v->n.good, v->all->good, dispersion);
}

/* What failing or slow requests have in common with all requests of that time is not about failing. */
static bool of_all_requests(const struct value_list *all, const struct value *v)
{
	if (v->of != OF_FAILED && v->of != OF_SLOW)
		return false;
	for (size_t i = 0; i < all->n; i++) {
		const struct value *r = &all->at[i];
		if (r->of == OF_REQUESTS && str_eq(r->service, v->service) && str_eq(r->field, v->field) && str_eq(r->text, v->text))
			return share(v->n.bad, v->all->bad) < 1.3 * share(r->n.bad, r->all->bad);
	}
	return false;
}

/* ---- lines that show it ---- */

static bool fails(const struct kept_line *k)
{
	return (k->kind == EV_HTTP && status_failed(k->status)) || k->severity >= SEV_ERROR;
}

/* What of a value stands in a line: of a network, the part of the address that its members share. */
static struct str literal_of(const struct value *v)
{
	if (!str_eq(v->field, STR("client network")))
		return v->text;
	ptrdiff_t slash = str_chr(v->text, '/');
	struct str net = slash < 0 ? v->text : str_head(v->text, (size_t)slash);
	ptrdiff_t dot = str_rchr(net, '.');
	return dot < 0 ? net : str_head(net, (size_t)dot + 1);
}

static void find_refs(const struct facts *f, const struct outbreak *o, struct value *v)
{
	uint64_t id = hash64(v->text);
	bool route = str_eq(v->field, STR("route")), host = str_eq(v->field, STR("host")), text = strcmp(v->kind, "text") == 0;
	bool statement = v->of == OF_STATEMENTS, gone = v->n.bad < 1, version = str_eq(v->field, STR("version"));
	struct str literal = literal_of(v);
	if (strcmp(v->kind, "number") == 0 || !v->text.len)
		return;
	for (size_t i = 0; i < f->n_kept && v->refs.n < MAX_REFS; i++) {
		const struct kept_line *k = &f->kept[i];
		/* What is gone is shown as it was. */
		if (gone ? k->time_ns >= o->onset_from_ns : k->time_ns < o->onset_from_ns || k->time_ns > o->end_ns)
			continue;
		if (v->service.len && !str_eq(k->service, v->service))
			continue;
		if ((v->of == OF_FAILED || v->of == OF_FAILING_LINES) && !fails(k))
			continue;
		bool hit = route ? k->route_id == id : host ? str_eq(k->host, v->text) : text ? k->template_id == id
		         : statement ? k->fingerprint_id == id : version && k->version.len ? str_eq(k->version, v->text)
		         : str_find(k->ref.text, literal) >= 0;
		if (hit)
			*vec_push(f->arena, &v->refs) = k->ref;
	}
}

/* ---- all of it ---- */

/* Has its field been shown often enough? The list is to show what differs in many ways, not one difference many times. */
static bool crowded(const struct contrasts *shown, const struct value *v)
{
	size_t n = 0;
	for (size_t i = 0; i < shown->n; i++)
		n += str_eq(shown->at[i].field, v->field) && str_eq(shown->at[i].of, str_of(contrast_group_words(v->of)));
	return n >= MAX_OF_FIELD;
}

bool contrasts_find(const struct facts *f, const struct signals *signals, const struct outbreak *o, struct contrasts *out, struct err *err)
{
	struct window w = contrast_window(f, o);
	struct value_list all = { 0 };
	*out = (struct contrasts){ 0 };
	if (w.bad_s <= 0 || w.good_s <= 0)
		return true;
	contrast_categories(f, signals, o, &w, &all);
	contrast_lines(f, o, &w, &all);
	contrast_keys(f, o, &all);
	if (!contrast_numbers(f, o, &w, &all, err))
		return false;
	for (size_t i = 0; i < all.n; i++)
		test_value(&all.at[i]);
	if (!all.n)
		return true;
	qsort(all.at, all.n, sizeof *all.at, by_p);
	double *p = arena_new_n(f->arena, double, all.n);
	for (size_t i = 0; i < all.n; i++)
		p[i] = all.at[i].log10_p;
	size_t found = discoveries(p, all.n, all.n, false_rate);
	out->at = arena_new_n(f->arena, struct contrast, MAX_CONTRASTS);
	for (size_t i = 0; i < found && out->n < MAX_CONTRASTS; i++) {
		struct value *v = &all.at[i];
		if (!material(v, &w) || of_all_requests(&all, v) || crowded(out, v))
			continue;
		find_refs(f, o, v);
		out->at[out->n++] = (struct contrast){ .kind = str_of(v->kind), .of = str_of(contrast_group_words(v->of)), .service = v->service,
			                               .field = v->field, .value = v->text, .share_bad = share(v->n.bad, v->all->bad),
			                               .share_good = share(v->n.good, v->all->good), .lift = lift_of(v), .log10_p = v->log10_p,
			                               .refs = v->refs };
	}
	return true;
}
