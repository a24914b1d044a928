/*
 * explain: every candidate that was looked at, also those that were excluded, with each term's weight, figures and lines, so
 * that an engineer can argue with the verdict. Text for a terminal, through report/glyph.h like the verdict.
 */
#include <math.h>
#include <stdlib.h>

#include "report/glyph.h"
#include "report/renderer.h"
#include "report/view.h"
#include "report/words.h"
#include "report/wrap.h"

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 50,
	WIDTH_MAX = 160,
	TERM_AT = 4,  /* column of a term's weight */
	NAME_AT = 11, /* of its name */
	TEXT_AT = 24, /* of its words and lines */
};

struct page {
	const struct render_options *o;
	struct words w;
	struct buf *out;
	unsigned width;
};

static void paint(struct page *p, const char *code)
{
	if (p->o->color)
		buf_addf(p->out, "\x1b[%sm", code);
}

static int by_weight(const void *x, const void *y)
{
	const struct term *const *a = x, *const *b = y;
	double wa = fabs((*a)->log_odds), wb = fabs((*b)->log_odds);

	if (wa > wb || wa < wb)
		return wa > wb ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

static void quotes(struct page *p, const struct refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		unsigned room = p->width - TEXT_AT;

		buf_addf(p->out, "%*s", TEXT_AT, "");
		paint(p, "36");
		unsigned used = glyph_add_cut(p->out, words_ref(&p->w, &refs->at[i]), room);
		paint(p, "2");
		if (used > room / 3) {
			buf_addf(p->out, "\n%*s", TEXT_AT + 2, "");
			used = 0;
		} else {
			buf_addz(p->out, "  ");
		}
		glyph_add_cut(p->out, refs->at[i].text, room - used - 2);
		paint(p, "0");
		buf_addc(p->out, '\n');
	}
}

static void term(struct page *p, const struct term *t)
{
	buf_addf(p->out, "%*s", TERM_AT, "");
	paint(p, t->log_odds < 0 ? "33" : "32");
	buf_addf(p->out, "%+6.2f", isfinite(t->log_odds) ? t->log_odds : 0.0);
	paint(p, "0");
	buf_addf(p->out, "%*s", NAME_AT - TERM_AT - 6, "");
	unsigned used = glyph_add_cut(p->out, t->name, TEXT_AT - NAME_AT - 1);
	buf_addf(p->out, "%*s", (int)(TEXT_AT - NAME_AT - used), "");
	wrap_add(p->out, p->width, TEXT_AT, TEXT_AT, t->text);
	buf_addc(p->out, '\n');
	quotes(p, &t->refs);
}

static void contender(struct page *p, const struct contender *c, size_t number)
{
	const struct term **terms = arena_new_n(p->w.arena, const struct term *, c->n_terms + 1);
	struct str what = words_suspect(&p->w, c->kind, c->service, c->entity);

	if (c->time_ns != TIME_NONE)
		what = arena_printf(p->w.arena, "%.*s, %.*s", STR_ARG(what), STR_ARG(words_time(&p->w, c->time_ns)));
	buf_addf(p->out, "\n%2zu. ", number);
	paint(p, "1");
	wrap_add(p->out, p->width, 4, 4, what);
	paint(p, "0");
	buf_addf(p->out, "\n%*s", TERM_AT, "");
	wrap_add(p->out, p->width, TERM_AT, TERM_AT,
		 arena_printf(p->w.arena, "%.*s: %.1f %%, sum of the terms %+.2f%s%.*s", STR_ARG(c->outcome),
			      100 * c->probability, isfinite(c->score) ? c->score : 0.0, c->follows.len ? "; follows from " : "",
			      STR_ARG(c->follows)));
	buf_addc(p->out, '\n');
	for (size_t i = 0; i < c->n_terms; i++)
		terms[i] = &c->terms[i];
	if (c->n_terms)
		qsort(terms, c->n_terms, sizeof terms[0], by_weight);
	for (size_t i = 0; i < c->n_terms; i++)
		term(p, terms[i]);
}

static void contrast(struct page *p, const struct contrast *x)
{
	struct str where = x->service.len ? arena_printf(p->w.arena, " of %.*s", STR_ARG(x->service)) : STR_NONE;

	buf_addf(p->out, "%*s", TERM_AT, "");
	wrap_add(p->out, p->width, TERM_AT, TERM_AT + 2,
		 arena_printf(p->w.arena, "%.*s \"%.*s\": %.*s of the %.*s%.*s, %.*s before (%.*s times as frequent, p = 1e%.0f)",
			      STR_ARG(x->field), STR_ARG(x->value), STR_ARG(words_share(&p->w, x->share_bad)), STR_ARG(x->of), STR_ARG(where),
			      STR_ARG(words_share(&p->w, x->share_good)), STR_ARG(words_number(&p->w, x->lift)), floor(x->log10_p)));
	buf_addc(p->out, '\n');
}

static void incident(struct page *p, const struct incident *in, size_t number, size_t of)
{
	if (number > 1)
		buf_addc(p->out, '\n');
	paint(p, "1;31");
	wrap_add(p->out, p->width, 0, 0, of > 1 ? arena_printf(p->w.arena, "%zu of %zu: %.*s", number, of, STR_ARG(in->title)) : in->title);
	paint(p, "0");
	buf_addz(p->out, "\n\n");
	wrap_add(p->out, p->width, 0, 0,
		 arena_printf(p->w.arena, "Onset %.*s. %zu candidates, by probability. A term is a log-odds: +0.69 doubles the odds, "
					  "-0.69 halves them; a probability is the candidate's share of all of them, a cause that is not "
					  "in these logs being one.",
			      STR_ARG(words_span(&p->w, in->onset_from_ns, in->onset_to_ns)), in->n_contenders));
	buf_addc(p->out, '\n');
	for (size_t i = 0; i < in->n_contenders; i++)
		contender(p, &in->contenders[i], i + 1);
	if (in->n_contrasts)
		buf_addz(p->out, "\nWhat was different\n");
	for (size_t i = 0; i < in->n_contrasts; i++)
		contrast(p, &in->contrasts[i]);
}

static void render(const struct casefile *c, const struct render_options *o, struct buf *out)
{
	struct arena arena;
	unsigned width = o->width ? o->width : WIDTH_DEFAULT;

	arena_init(&arena);
	struct casefile shown = view_casefile(c, o, &arena);
	struct page p = { .o = o, .w = { &arena, o->zone }, .out = out };
	p.width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
	if (shown.n_incidents == 0)
		buf_addz(out, "No incident found: there is nothing to explain.\n");
	for (size_t i = 0; i < shown.n_incidents; i++)
		incident(&p, &shown.incidents[i], i + 1, shown.n_incidents);
	arena_release(&arena);
}

const struct renderer renderer_explain = {
	.name = "explain",
	.extension = "txt",
	.help = "every candidate with every term, for arguing with the verdict",
	.render = render,
};
