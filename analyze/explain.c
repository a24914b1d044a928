#include "analyze/explain.h"

/* What a candidate quotes is shortened, so that hundreds of them do not weigh more than the report itself. */
enum { MAX_LINE_BYTES = 400, MAX_LINES = 3 };

/* Never in the middle of a character. */
static struct str shortened(struct str text)
{
	size_t n = text.len;

	if (n > MAX_LINE_BYTES)
		for (n = MAX_LINE_BYTES; n > MAX_LINE_BYTES - 4 && ((unsigned char)text.ptr[n] & 0xc0) == 0x80;)
			n--;
	return str_head(text, n);
}

static struct refs short_refs(const struct inquiry *q, const struct refs *all)
{
	struct refs out = { 0 };

	for (size_t i = 0; i < all->n && i < MAX_LINES; i++) {
		struct ref *r = vec_push(q->arena, &out);

		*r = all->at[i];
		r->text = shortened(r->text);
	}
	return out;
}

/* Does the blame lie on it, on what it follows from, or was it a rival? */
static const char *outcome_of(const struct inquiry *q, const struct candidate *c, const struct incident *in)
{
	ptrdiff_t at = c - q->candidates.at, up = c->caused_by;

	if (c->herring)
		return "excluded";
	if (at == 0)
		return "blamed";
	for (int hops = 0; up >= 0 && hops < 8; hops++) {
		if (up == 0)
			return "follows";
		up = q->candidates.at[up].caused_by;
	}
	for (size_t i = 1; i < in->n_causes; i++)
		if (in->causes[i].kind == c->kind && in->causes[i].time_ns == c->time_ns && str_eq(in->causes[i].entity, c->entity))
			return "possible";
	return c->kind == CAUSE_UNKNOWN ? "less likely" : "ruled out";
}

void explain_write(const struct inquiry *q, struct incident *out)
{
	out->contenders = arena_new_n(q->arena, struct contender, q->candidates.n + 1);
	for (size_t i = 0; i < q->candidates.n; i++) {
		const struct candidate *c = &q->candidates.at[i];
		struct contender *x = &out->contenders[out->n_contenders++];

		*x = (struct contender){ .kind = c->kind, .service = c->service, .entity = c->entity, .time_ns = c->time_ns, .what = c->what,
			                 .outcome = str_of(outcome_of(q, c, out)), .score = c->score, .probability = c->probability };
		if (c->caused_by >= 0)
			x->follows = q->candidates.at[c->caused_by].what;
		x->terms = arena_new_n(q->arena, struct term, c->terms.n + 1);
		for (size_t t = 0; t < c->terms.n; t++) {
			const struct term_entry *e = &c->terms.at[t];

			x->terms[x->n_terms++] = (struct term){ str_of(e->name), e->log_odds, e->text, short_refs(q, &e->refs) };
		}
	}
}
