#include "analyze/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/explains.h"

enum { MAX_CAUSES = 5, MAX_RULED_OUT = 40 };
/* Candidates this far (log-odds) behind the first are out of the running. */
static const double out_of_running = 2.0;

/* Order of candidates, without moving them: links are indices. */
static int better(const struct candidate *a, const struct candidate *b)
{
	if (a->herring != b->herring)
		return a->herring ? 1 : -1;
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns ? -1 : 1;
	return str_cmp(a->entity, b->entity);
}

void verdict_reach(struct inquiry *q)
{
	for (const struct cause_rule *const *r = cause_registry; *r; r++) {
		size_t from = q->candidates.n;
		(*r)->raise(q);
		for (size_t i = from; i < q->candidates.n; i++)
			(*r)->test(q, &q->candidates.at[i]);
	}
	explains_link(q);
	double top = -INFINITY, sum = 0;
	for (size_t i = 0; i < q->candidates.n; i++)
		if (!q->candidates.at[i].herring)
			top = fmax(top, q->candidates.at[i].score);
	for (size_t i = 0; i < q->candidates.n; i++)
		if (!q->candidates.at[i].herring)
			sum += exp(q->candidates.at[i].score - top);
	for (size_t i = 0; i < q->candidates.n; i++)
		if (!q->candidates.at[i].herring)
			q->candidates.at[i].probability = exp(q->candidates.at[i].score - top) / sum;
	/* Insertion sort of a permutation would do; instead indices are rewritten after sorting copies. */
	size_t n = q->candidates.n;
	size_t *order = arena_new_n(q->arena, size_t, n + 1), *place = arena_new_n(q->arena, size_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t j = i;
		while (j > 0 && better(&q->candidates.at[i], &q->candidates.at[order[j - 1]]) < 0) {
			order[j] = order[j - 1];
			j--;
		}
		order[j] = i;
	}
	struct candidate *sorted = arena_new_n(q->arena, struct candidate, n + 1);
	for (size_t i = 0; i < n; i++) {
		sorted[i] = q->candidates.at[order[i]];
		place[order[i]] = i;
	}
	for (size_t i = 0; i < n; i++)
		if (sorted[i].caused_by >= 0)
			sorted[i].caused_by = (ptrdiff_t)place[sorted[i].caused_by];
	q->candidates.at = sorted;
	q->candidates.cap = n + 1;
}

/* ---- writing ---- */

static bool in_chain(const struct inquiry *q, size_t i, size_t root)
{
	for (int hops = 0; hops < 8; hops++) {
		if (i == root)
			return true;
		if (q->candidates.at[i].caused_by < 0)
			return false;
		i = (size_t)q->candidates.at[i].caused_by;
	}
	return false;
}

/*
 * Is it worth telling that this followed? Few complaints of callers beside many failures are those of a restart somewhere in that time, as
 * there are in most incidents; what says what is wrong is told however seldom it was said.
 */
static bool worth_telling(const struct candidate *c)
{
	return !c->family || c->family->nature == NATURE_CAUSE || c->share >= 0.25;
}

static struct link link_of(const struct inquiry *q, const struct candidate *c)
{
	return (struct link){ .kind = c->kind, .service = c->service, .entity = c->entity, .time_ns = c->time_ns,
		              .text = c->what.len ? c->what : arena_printf(q->arena, "%s %.*s", cause_kind_words(c->kind), STR_ARG(c->entity)),
		              .refs = c->refs };
}

static int by_time(const void *x, const void *y)
{
	const struct link *a = x, *b = y;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return str_cmp(a->text, b->text);
}

/* Root first, then what follows from it by time. */
static void write_chain(struct inquiry *q, size_t root, struct cause *out)
{
	VEC(struct link) links = { 0 };
	const struct candidate *c = &q->candidates.at[root];
	for (size_t i = 0; i < q->candidates.n && links.n < 6; i++)
		if (i != root && !q->candidates.at[i].herring && worth_telling(&q->candidates.at[i]) && in_chain(q, i, root))
			*vec_push(q->arena, &links) = link_of(q, &q->candidates.at[i]);
	if (links.n)
		qsort(links.at, links.n, sizeof *links.at, by_time);
	VEC(struct link) all = { 0 };
	if (c->caused_by >= 0)
		*vec_push(q->arena, &all) = link_of(q, &q->candidates.at[c->caused_by]);
	*vec_push(q->arena, &all) = link_of(q, c);
	for (size_t i = 0; i < links.n; i++)
		*vec_push(q->arena, &all) = links.at[i];
	if (all.n < 2)
		return;
	out->chain = all.at;
	out->n_chain = all.n;
}

static const char *confidence(double p)
{
	return p >= 0.8 ? "highly likely" : p >= 0.5 ? "moderately supported" : "speculative";
}

struct str sentence_case(struct arena *a, struct str s)
{
	struct str t = arena_str(a, s);
	if (!t.len)
		return t;
	struct str head = arena_printf(a, "%c", t.ptr[0] >= 'a' && t.ptr[0] <= 'z' ? t.ptr[0] - 32 : t.ptr[0]);
	return arena_printf(a, "%.*s%.*s", STR_ARG(head), STR_ARG(str_from(t, 1)));
}

/* The service that fares worst by its own log; the one in front where nothing tells. */
static struct str sickest(const struct inquiry *q)
{
	size_t worst = q->signals->at[q->o->lead].service;
	for (size_t i = 0; i < q->f->n_services; i++) {
		const struct service *s = &q->f->services[i];
		bool front = (ptrdiff_t)i == q->f->edge && s->access;
		if (!front && !s->database && !s->cache && q->ill[i].score >= 0.1 && (worst == (size_t)q->f->edge || q->ill[i].score > q->ill[worst].score))
			worst = i;
	}
	return q->f->services[worst].name;
}

/* Of 'refused connections ("message")' what stands before the quotation; all of it when it ends with none. */
static struct str before_quotation(struct str what)
{
	ptrdiff_t at = str_ends(what, STR("\")")) ? str_find(what, STR(" (\"")) : -1;

	return at > 0 ? str_head(what, (size_t)at) : what;
}

/* What a condition is without its kind, which its own words imply. */
static struct str plain_words(const struct candidate *c)
{
	struct str kind = str_of(cause_kind_words(c->kind));

	return c->family && str_starts(c->what, kind) && str_starts(str_from(c->what, kind.len), STR(": ")) ? str_from(c->what, kind.len + 2) : c->what;
}

/* The strongest things that followed from it: the other end of the chain. Several alike are one with several quotations. */
static struct str what_followed(const struct inquiry *q, const struct candidate *c)
{
	struct str said = STR_NONE, last = STR_NONE;
	size_t n = 0;
	/* Candidates are in the order of their probability. */
	for (size_t i = 0; i < q->candidates.n && n < 3; i++) {
		const struct candidate *x = &q->candidates.at[i];
		if (x->herring || !worth_telling(x) || x->caused_by != c - q->candidates.at)
			continue;
		struct str what = plain_words(x), head = before_quotation(what);

		if (n && head.len < what.len && str_eq(head, last))
			said = arena_printf(q->arena, "%.*s, %.*s", STR_ARG(str_head(said, said.len - 1)), STR_ARG(str_from(what, head.len + 2)));
		else
			said = arena_printf(q->arena, "%.*s%s%.*s", STR_ARG(said), n ? "; " : " What followed: ", STR_ARG(what));
		last = head;
		n++;
	}
	return n ? arena_printf(q->arena, "%.*s.", STR_ARG(said)) : STR_NONE;
}

static struct str statement(const struct inquiry *q, const struct candidate *c)
{
	char time[TIME_TEXT_BYTES];
	if (c->kind == CAUSE_UNKNOWN && c->entity.len)
		return arena_printf(q->arena, "These logs do not show the cause: the failing calls go to %.*s, which has no log here; its own log would settle it.",
		                    STR_ARG(c->entity));
	if (c->kind == CAUSE_UNKNOWN)
		return arena_printf(q->arena, "These logs do not show the cause: no change, condition or load in them explains the failures well enough. By their own logs it is %.*s that fails.",
		                    STR_ARG(sickest(q)));
	const struct term_entry *best = NULL;
	for (size_t i = 0; i < c->terms.n; i++)
		if (strcmp(c->terms.at[i].name, "prior") != 0 && strcmp(c->terms.at[i].name, "chain") != 0 && (!best || c->terms.at[i].log_odds > best->log_odds))
			best = &c->terms.at[i];
	struct str what = sentence_case(q->arena, c->what.len ? c->what : c->entity);
	struct str said = arena_printf(q->arena, "%.*s (%s)%s%.*s.", STR_ARG(what), time_format(c->time_ns, 0, time), best ? ": " : "",
	                               STR_ARG(best ? best->text : STR_NONE));
	if (c->caused_by >= 0)
		said = arena_printf(q->arena, "%.*s It came with %.*s.", STR_ARG(said), STR_ARG(q->candidates.at[c->caused_by].what));
	said = arena_printf(q->arena, "%.*s%.*s", STR_ARG(said), STR_ARG(what_followed(q, c)));
	/* A condition's own words name what a template masks: the device, the table, the key. */
	if (c->family && c->refs.n)
		said = arena_printf(q->arena, "%.*s The first line: %.*s", STR_ARG(said), STR_ARG(str_head(str_trim(c->refs.at[0].text), 320)));
	return said;
}

/* A flag or a setting that names no service belongs to the one that it makes ill. */
static struct str service_of(const struct inquiry *q, const struct candidate *c)
{
	const struct illness *worst = NULL;
	for (size_t i = 0; i < q->f->n_services && !c->service.len && c->kind != CAUSE_UNKNOWN; i++) {
		const struct service *s = &q->f->services[i];
		if (s->access || s->database || s->cache || q->ill[i].score < 0.1)
			continue;
		if (!worst || q->ill[i].score > worst->score)
			worst = &q->ill[i];
	}
	return worst ? q->f->services[worst - q->ill].name : c->service;
}

static void write_cause(struct inquiry *q, size_t i, struct cause *out)
{
	const struct candidate *c = &q->candidates.at[i];
	*out = (struct cause){ .kind = c->kind, .service = service_of(q, c), .entity = c->entity, .time_ns = c->time_ns, .probability = c->probability };
	out->confidence = str_of(confidence(c->probability));
	out->statement = statement(q, c);
	out->terms = arena_new_n(q->arena, struct term, c->terms.n + 1);
	for (size_t t = 0; t < c->terms.n; t++) {
		const struct term_entry *e = &c->terms.at[t];
		if (fabs(e->log_odds) >= 0.05)
			out->terms[out->n_terms++] = (struct term){ str_of(e->name), e->log_odds, e->text, e->refs };
	}
	write_chain(q, i, out);
}

/* The one term that speaks most against a candidate, else what it lacks beside the winner. */
static void write_ruled_out(struct inquiry *q, const struct candidate *c, struct ruled_out *out)
{
	const struct term_entry *worst = NULL;
	for (size_t i = 0; i < c->terms.n; i++)
		if (c->terms.at[i].log_odds < -0.25 && strcmp(c->terms.at[i].name, "prior") != 0 && (!worst || c->terms.at[i].log_odds < worst->log_odds))
			worst = &c->terms.at[i];
	*out = (struct ruled_out){ .kind = c->kind, .service = c->service, .entity = c->entity, .time_ns = c->time_ns };
	struct str what = sentence_case(q->arena, c->what.len ? c->what : c->entity);
	if (worst) {
		out->term = str_of(worst->name);
		out->reason = arena_printf(q->arena, "%.*s: %.*s.", STR_ARG(what), STR_ARG(worst->text));
		out->refs = worst->refs;
	} else {
		out->term = str_of("evidence");
		out->reason = arena_printf(q->arena, "%.*s: nothing ties it to the failures as closely as %.*s.", STR_ARG(what), STR_ARG(q->candidates.at[0].what));
	}
	if (!out->refs.n)
		out->refs = c->refs;
}

/* A service that crashes again and again is acquitted once, by the crash that comes nearest to guilt. */
static bool told_already(const struct inquiry *q, size_t at)
{
	const struct candidate *c = &q->candidates.at[at];
	if (c->act < 0 || !q->f->acts[c->act].derived || c->kind != CAUSE_RESTART)
		return false;
	for (size_t i = 1; i < at; i++) {
		const struct candidate *x = &q->candidates.at[i];
		if (x->act >= 0 && q->f->acts[x->act].derived && x->kind == CAUSE_RESTART && x->herring == c->herring && str_eq(x->service, c->service))
			return true;
	}
	return false;
}

void verdict_write(struct inquiry *q, struct incident *out)
{
	size_t n = q->candidates.n;
	double top = n ? q->candidates.at[0].score : 0;
	out->causes = arena_new_n(q->arena, struct cause, n + 1);
	out->ruled_out = arena_new_n(q->arena, struct ruled_out, n + 1);
	ptrdiff_t introduced = n ? q->candidates.at[0].caused_by : -1;
	ptrdiff_t cure = n && q->candidates.at[0].act >= 0 ? q->f->acts[q->candidates.at[0].act].undone_by : -1;
	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &q->candidates.at[i];
		bool chained = in_chain(q, i, 0) || (ptrdiff_t)i == introduced;
		bool rival = !c->herring && (i == 0 || chained || c->score > top - out_of_running);
		if (rival && out->n_causes < MAX_CAUSES)
			write_cause(q, i, &out->causes[out->n_causes++]);
		/* What the winner brought with it is part of the story; everything else that was suspected is acquitted by name. */
		if (c->act >= 0 && c->act == cure)
			continue;
		if (i > 0 && !chained && !(rival && c->act < 0) && c->kind != CAUSE_UNKNOWN && out->n_ruled_out < MAX_RULED_OUT &&
		    (c->herring || c->score <= top - 0.7) && !told_already(q, i))
			write_ruled_out(q, c, &out->ruled_out[out->n_ruled_out++]);
	}
}
