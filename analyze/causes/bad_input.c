#include "analyze/terms.h"

/*
 * One value breaks what processes it: nearly all failing lines hold it, and lines that do not fail do not. Or the lines
 * themselves say of an input that it cannot be processed.
 */
enum { MAX_WORDS = 4096, MAX_WORD_BYTES = 40, SAMPLE = 60, LEAST_BAD = 8, LEAST_GOOD = 8 };

static bool word_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_';
}

/* Does a word at `at` stand in a path ("/courses/44285") or a query string ("?id=44285")? */
static bool in_request(struct str text, size_t at)
{
	if (at == 0)
		return false;
	if (text.ptr[at - 1] == '/')
		return true;
	size_t b = at - 1;
	if (text.ptr[b] != '=')
		return false;
	while (b > 0 && word_char(text.ptr[b - 1]))
		b--;
	return b > 0 && (text.ptr[b - 1] == '?' || text.ptr[b - 1] == '&');
}

/* Next word of a request with a digit that could be a key: 3 to 40 characters. */
static struct str next_key(struct str *text)
{
	struct str whole = *text;
	while (text->len) {
		size_t b = 0, digits = 0;
		while (b < text->len && !word_char(text->ptr[b]))
			b++;
		size_t e = b;
		while (e < text->len && word_char(text->ptr[e])) {
			digits += text->ptr[e] >= '0' && text->ptr[e] <= '9';
			e++;
		}
		struct str word = str_head(str_from(*text, b), e - b);
		*text = str_from(*text, e);
		if (digits && in_request(whole, (size_t)(word.ptr - whole.ptr)) && word.len >= 3 && word.len <= MAX_WORD_BYTES)
			return word;
	}
	return STR_NONE;
}

static bool fails(const struct kept_line *k)
{
	return k->kind == EV_HTTP && status_failed(k->status);
}

static bool holds(struct str text, struct str key)
{
	for (struct str rest = text, word; (word = next_key(&rest)).len;)
		if (str_eq(word, key))
			return true;
	return false;
}

struct key_count { struct str word; size_t lines; };

/* The key that most failing lines of a route share. */
static struct key_count common_key(struct inquiry *q, const struct kept_line *const *bad, size_t n)
{
	struct key_count best = { STR_NONE, 0 };
	struct map count;
	map_init(&count);
	for (size_t i = 0; i < n; i++) {
		for (struct str rest = bad[i]->ref.text, word; (word = next_key(&rest)).len;) {
			/* A line counts once for a word: low bits remember the last line. */
			uint64_t *slot = count.n < MAX_WORDS ? map_put(&count, hash64(word), NULL) : map_get(&count, hash64(word));
			if (!slot || (*slot & 0xffff) == i + 1)
				continue;
			*slot = (((*slot >> 16) + 1) << 16) | (i + 1);
			if ((*slot >> 16) > best.lines)
				best.lines = *slot >> 16;
		}
	}
	/* Of the most frequent words, the first that well-served lines do not hold. */
	for (size_t i = 0; i < n && !best.word.len; i++)
		for (struct str rest = bad[i]->ref.text, word; (word = next_key(&rest)).len && !best.word.len;) {
			const uint64_t *slot = map_get(&count, hash64(word));
			if (!slot || (*slot >> 16) * 10 < n * 8)
				continue;
			size_t good = 0, with = 0;
			for (size_t k = 0; k < q->f->n_kept && good < SAMPLE; k++) {
				const struct kept_line *line = &q->f->kept[k];
				if (line->kind != EV_HTTP || status_failed(line->status) || !str_eq(line->service, bad[0]->service))
					continue;
				good++;
				with += holds(line->ref.text, word);
			}
			if (good >= LEAST_GOOD && with * 20 <= good)
				best = (struct key_count){ word, *slot >> 16 };
		}
	map_release(&count);
	return best;
}

static void raise_common_key(struct inquiry *q)
{
	/* Failing lines of each route of each service; the first route with a common key is enough. */
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *first = &q->f->kept[i];
		if (first->time_ns < q->o->onset_best_ns || first->time_ns > q->o->end_ns || !fails(first) || facts_service(q->f, first->service) == q->f->edge)
			continue;
		const struct kept_line *bad[SAMPLE];
		size_t n = 0;
		for (size_t k = i; k < q->f->n_kept && n < SAMPLE; k++)
			if (fails(&q->f->kept[k]) && q->f->kept[k].route_id == first->route_id && q->f->kept[k].time_ns <= q->o->end_ns &&
			    str_eq(q->f->kept[k].service, first->service))
				bad[n++] = &q->f->kept[k];
		struct key_count key = n >= LEAST_BAD ? common_key(q, bad, n) : (struct key_count){ STR_NONE, 0 };
		if (!key.word.len)
			continue;
		bool raised = false;
		for (size_t j = 0; j < q->candidates.n; j++)
			raised |= q->candidates.at[j].kind == CAUSE_BAD_INPUT && str_eq(q->candidates.at[j].entity, key.word);
		struct candidate *c = raised ? NULL : inquiry_raise(q, CAUSE_BAD_INPUT, first->service, key.word, first->time_ns);
		if (!c)
			continue;
		for (size_t k = 0; k < n && k < 3; k++)
			*vec_push(q->arena, &c->refs) = bad[k]->ref;
		c->share = 1;
		c->what = arena_printf(q->arena, "the input %.*s, which %.*s cannot process", STR_ARG(key.word), STR_ARG(first->service));
		term_add(q, c, "contrast", 3.2, &c->refs, "%zu of %zu failing lines that were looked at hold \"%.*s\", and hardly any that does not fail", key.lines, n,
		         STR_ARG(key.word));
		return;
	}
}

static void raise_bad_input(struct inquiry *q)
{
	size_t from = q->candidates.n;
	raise_common_key(q);
	size_t told = q->candidates.n;
	raise_family(q, CAUSE_BAD_INPUT);
	/* The lines say that an input is broken, the requests say which. */
	for (size_t i = told; from < told && i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		const struct candidate *key = &q->candidates.at[from];
		c->entity = arena_printf(q->arena, "%.*s in %.*s", STR_ARG(key->entity), STR_ARG(c->service));
		term_add(q, c, "contrast", 1.0, &key->refs, "the failing requests share \"%.*s\"", STR_ARG(key->entity));
	}
}

static void test_bad_input(struct inquiry *q, struct candidate *c)
{
	if (c->family) {
		test_family(q, c);
		return;
	}
	term_prior(q, c);
	term_timing(q, c, c->time_ns, &c->refs);
}

const struct cause_rule cause_bad_input = { CAUSE_BAD_INPUT, "an input that breaks what processes it", raise_bad_input, test_bad_input };
