#include <math.h>

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

/* Not part of an address, a port, a fraction, a file's line: "10.0.0.7:5432", "app.js:120". */
static bool stands_alone(struct str text, size_t begin, size_t end)
{
	char left = begin ? text.ptr[begin - 1] : ' ', right = end < text.len ? text.ptr[end] : ' ';
	bool dotted = right == '.' && end + 1 < text.len && word_char(text.ptr[end + 1]);
	return left != '.' && left != ':' && left != '[' && !dotted && !(right == ':' && end + 1 < text.len && word_char(text.ptr[end + 1]));
}

/* Next word with a digit: 3 to 40 characters; in a path or query string where `request`. */
static struct str next_key(struct str *text, bool request)
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
		size_t at = (size_t)(word.ptr - whole.ptr);
		if (digits && word.len >= 3 && word.len <= MAX_WORD_BYTES && (request ? in_request(whole, at) : stands_alone(whole, at, at + word.len)))
			return word;
	}
	return STR_NONE;
}

static struct str next_request_key(struct str *text)
{
	return next_key(text, true);
}

static struct str next_text_key(struct str *text)
{
	return next_key(text, false);
}

static bool voice_has(const struct voice *v, const struct kept_line *k)
{
	for (size_t p = 0; k->template_id && p < v->n_parts; p++)
		if (v->parts[p]->key == k->template_id && str_eq(v->parts[p]->service, k->service))
			return true;
	return false;
}

static bool fails(const struct kept_line *k)
{
	return k->kind == EV_HTTP && status_failed(k->status);
}

/* ---- a key that failing requests share ---- */

struct key_count { struct str word; size_t lines; };

/* Next word with a digit that could be a key: of a request only those in its path or query string. */
typedef struct str (*key_next_fn)(struct str *text);

static bool holds_key(struct str text, struct str key, key_next_fn next)
{
	for (struct str rest = text, word; (word = next(&rest)).len;)
		if (str_eq(word, key))
			return true;
	return false;
}

/* Do hardly any of the other lines of the service hold the word? `same` tells which lines are not others. */
static bool rare_elsewhere(const struct inquiry *q, struct str service, struct str word, key_next_fn next, const struct voice *voice)
{
	size_t good = 0, with = 0;
	/* Lines of the same hours first: what they share with the bad ones is the date, the host, the process. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t k = 0; k < q->f->n_kept && good < SAMPLE; k++) {
			const struct kept_line *line = &q->f->kept[k];
			bool during = line->time_ns >= q->o->onset_from_ns && line->time_ns <= q->o->end_ns;
			if (during != (pass == 0) || !str_eq(line->service, service) ||
			    (voice ? voice_has(voice, line) : line->kind != EV_HTTP || status_failed(line->status)))
				continue;
			good++;
			with += holds_key(line->ref.text, word, next);
		}
	return good >= LEAST_GOOD && with * 20 <= good;
}

/* "2024-10-22T05": part of a time. */
static bool is_date(struct str word)
{
	bool date = word.len >= 10 && word.ptr[4] == '-' && word.ptr[7] == '-';
	for (size_t i = 0; date && i < 10; i++)
		date = i == 4 || i == 7 || (word.ptr[i] >= '0' && word.ptr[i] <= '9');
	return date;
}

/* The key that at least four fifths of the n bad lines share and others hardly ever hold. */
static struct key_count common_key(struct inquiry *q, const struct kept_line *const *bad, size_t n, key_next_fn next, const struct voice *voice)
{
	struct key_count best = { STR_NONE, 0 };
	bool request_key = next == next_request_key;
	struct map count;
	map_init(&count);
	for (size_t i = 0; i < n; i++) {
		for (struct str rest = bad[i]->ref.text, word; (word = next(&rest)).len;) {
			/* A line counts once for a word: low bits remember the last line. */
			uint64_t *slot = count.n < MAX_WORDS ? map_put(&count, hash64(word), NULL) : map_get(&count, hash64(word));
			if (slot && (*slot & 0xffff) != i + 1)
				*slot = (((*slot >> 16) + 1) << 16) | (i + 1);
		}
	}
	for (size_t i = 0; i < n && !best.word.len; i++)
		for (struct str rest = bad[i]->ref.text, word; (word = next(&rest)).len && !best.word.len;) {
			const uint64_t *slot = map_get(&count, hash64(word));
			/* Three digits are a status code more often than a key. */
			bool code = !request_key && word.len == 3;
			if (!slot || code || (*slot >> 16) * 10 < n * 8 || is_date(word) || (voice && str_find(voice->text, word) >= 0) || facts_service(q->f, word) >= 0)
				continue;
			if (rare_elsewhere(q, bad[0]->service, word, next, voice))
				best = (struct key_count){ word, *slot >> 16 };
		}
	map_release(&count);
	return best;
}

static void raise_key(struct inquiry *q, struct str service, const struct kept_line *const *bad, size_t n, struct key_count key, double share)
{
	for (size_t j = 0; j < q->candidates.n; j++)
		if (q->candidates.at[j].kind == CAUSE_BAD_INPUT && str_eq(q->candidates.at[j].entity, key.word))
			return;
	struct candidate *c = inquiry_raise(q, CAUSE_BAD_INPUT, service, key.word, bad[0]->time_ns);
	if (!c)
		return;
	for (size_t k = 0; k < n && k < 3; k++)
		*vec_push(q->arena, &c->refs) = bad[k]->ref;
	c->share = share;
	c->what = arena_printf(q->arena, "the input %.*s, which %.*s cannot process", STR_ARG(key.word), STR_ARG(service));
	term_add(q, c, "contrast", 3.2 + fmin(1, share), &c->refs, "%zu of %zu failing lines that were looked at hold \"%.*s\", and hardly any that does not fail", key.lines, n,
	         STR_ARG(key.word));
}

/*
 * Failing requests of each route of each service behind the front, in samples, each request in one; the first sample with a
 * common key is enough.
 */
static bool raise_request_key(struct inquiry *q)
{
	bool *looked_at = arena_new_n(q->arena, bool, q->f->n_kept + 1);
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *first = &q->f->kept[i];
		if (looked_at[i] || first->time_ns < q->o->onset_best_ns || first->time_ns > q->o->end_ns || !fails(first) ||
		    facts_service(q->f, first->service) == q->f->edge)
			continue;
		const struct kept_line *bad[SAMPLE];
		size_t n = 0;
		for (size_t k = i; k < q->f->n_kept && n < SAMPLE && q->f->kept[k].time_ns <= q->o->end_ns; k++)
			if (fails(&q->f->kept[k]) && q->f->kept[k].route_id == first->route_id && str_eq(q->f->kept[k].service, first->service)) {
				looked_at[k] = true;
				bad[n++] = &q->f->kept[k];
			}
		struct key_count key = n >= LEAST_BAD ? common_key(q, bad, n, next_request_key, NULL) : (struct key_count){ STR_NONE, 0 };
		if (!key.word.len)
			continue;
		raise_key(q, first->service, bad, n, key, 1);
		return true;
	}
	return false;
}

/* Error lines of one text: what stands where the text varies, and always is the same. */
static void raise_text_key(struct inquiry *q)
{
	for (size_t i = 0; i < q->n_emergent && i < 12; i++) {
		const struct emergence *e = &q->emergent[i];
		const struct family *fam = e->voice->family;
		/* Complaints about something else (a host, a peer) hold its name each time. */
		bool own = e->names < 0 && !e->outside.len && (!fam || fam->kind == CAUSE_DEPLOYMENT || fam->kind == CAUSE_BAD_INPUT);
		if (!e->trouble || !own || e->bad - e->expected < 0.25 * q->failures || e->voice->service == (size_t)q->f->edge || q->f->services[e->voice->service].database)
			continue;
		const struct kept_line *bad[SAMPLE];
		size_t n = 0;
		for (size_t k = 0; k < q->f->n_kept && n < SAMPLE; k++) {
			const struct kept_line *line = &q->f->kept[k];
			if (line->time_ns >= q->o->onset_from_ns && line->time_ns <= q->o->end_ns && voice_has(e->voice, line))
				bad[n++] = line;
		}
		struct key_count key = n >= LEAST_BAD ? common_key(q, bad, n, next_text_key, e->voice) : (struct key_count){ STR_NONE, 0 };
		if (!key.word.len)
			continue;
		raise_key(q, q->f->services[e->voice->service].name, bad, n, key, fmin(1, (e->bad - e->expected) / q->failures));
		return;
	}
}

static void raise_common_key(struct inquiry *q)
{
	if (!raise_request_key(q))
		raise_text_key(q);
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
