#include "analyze/contrast.h"

#include <math.h>

#include "analyze/significance.h"

/*
 * Words that failing lines share and others do not: values of keys ("sku": "44285", sku=44285) and parts of paths. Kept
 * lines are a sample, so the test is exact and asks for much; it compares lines with the same key, those that fail in the bad
 * time with those that do not and those that failed before. A parameter of a request ("?client=...") that others do not have at
 * all is compared with all other requests. What stands in the template is not a value, and what
 * only says that the line fails (its level, its status) is none either.
 */
enum { MAX_LINES = 400, MAX_PAIRS = 8192, KEY_BYTES = 40, VALUE_BYTES = 48, LEAST_LINES = 8, MAX_BYTES = 2048 };
static const double least_with = 0.5, most_without = 0.05;

/* A parameter is a pair of a query string; its key has the '?' or '&' before it. */
struct pair { struct str key, value; bool parameter; };

static bool word_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_' || ch == '.';
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			return true;
	return false;
}

static size_t word_length(struct str s)
{
	size_t n = 0;
	while (n < s.len && word_char(s.ptr[n]))
		n++;
	return n;
}

/* What stands between a key and its value: '=', or '":' of JSON with a quote and a blank; 0 when nothing does. */
static size_t separator(struct str s)
{
	size_t n = 0;
	if (s.len && s.ptr[0] == '=')
		return s.len > 1 && s.ptr[1] == '"' ? 2 : 1;
	if (!str_starts(s, STR("\":")))
		return 0;
	n = 2;
	n += n < s.len && s.ptr[n] == ' ';
	return n + (n < s.len && s.ptr[n] == '"');
}

/* Does the value end here, or is it the first word of a longer text? */
static bool value_ends(struct str rest)
{
	return !rest.len || strchr("\",}&); \t]", rest.ptr[0]);
}

/* The next "key=value", or "path" with a part of a path that has a digit; false at the end. */
static bool next_pair(struct str *text, struct pair *out)
{
	bool query = false;
	while (text->len) {
		bool slash = text->ptr[0] == '/', in_query = query;
		size_t n = word_length(slash ? str_from(*text, 1) : *text);
		struct str word = str_head(slash ? str_from(*text, 1) : *text, n);
		query = !n && (text->ptr[0] == '?' || text->ptr[0] == '&');
		*text = str_from(*text, (n + slash) ? n + slash : 1);
		if (!n)
			continue;
		if (slash) {
			if (n >= 3 && n <= VALUE_BYTES && has_digit(word) && str_chr(word, '.') < 0 && (!text->len || !strchr(":.", text->ptr[0]))) {
				*out = (struct pair){ STR("path"), word, false };
				return true;
			}
			continue;
		}
		size_t gap = separator(*text), value = word_length(str_from(*text, gap));
		if (gap && value && n <= KEY_BYTES && value <= VALUE_BYTES && value_ends(str_from(*text, gap + value)) && !(word.ptr[0] >= '0' && word.ptr[0] <= '9')) {
			*out = (struct pair){ in_query ? str_make(word.ptr - 1, n + 1) : word, str_head(str_from(*text, gap), value), in_query };
			*text = str_from(*text, gap + value);
			return true;
		}
	}
	return false;
}

static bool fails(const struct kept_line *k)
{
	return (k->kind == EV_HTTP && status_failed(k->status)) || k->severity >= SEV_ERROR;
}

struct pair_count { struct pair pair; unsigned with, without; size_t last; struct refs refs; };

struct counter {
	const struct facts *f;
	struct map index; /* hash of a pair → index + 1 */
	VEC(struct pair_count) at;
	struct map keys[2]; /* hash of a key → lines with it, failing and others: [failing] */
	struct map seen;    /* hash of a key → the last line with it */
};

/* Counts a line once for each key in it. */
static void count_key(struct counter *c, struct str key, size_t number, bool failing)
{
	uint64_t id = hash64(key);
	bool known = map_get(&c->keys[1], id) != NULL;
	if (!known && (!failing || c->keys[1].n >= MAX_PAIRS))
		return;
	uint64_t *last = map_put(&c->seen, id, NULL);
	if (*last == number)
		return;
	*last = number;
	*map_put(&c->keys[failing], id, NULL) += 1;
}

static double lines_with(const struct counter *c, struct str key, bool failing)
{
	const uint64_t *n = map_get(&c->keys[failing], hash64(key));
	return n ? (double)*n : 0;
}

/* Counts a line once for each pair in it; only failing lines bring pairs up. */
static void count_line(struct counter *c, const struct kept_line *k, size_t number, bool failing)
{
	struct str rest = str_head(k->ref.text, MAX_BYTES), template = facts_template(c->f, k->template_id);
	struct pair p;
	while (next_pair(&rest, &p)) {
		uint64_t id = hash64_mix(hash64(p.key), hash64(p.value));
		count_key(c, p.key, number, failing);
		uint64_t *slot = map_get(&c->index, id);
		if (!slot) {
			uint64_t status;
			if (!failing || c->at.n >= MAX_PAIRS || severity_parse(p.value) != SEV_NONE || (template.len && str_find(template, p.value) >= 0) ||
			    (str_to_u64(p.value, &status) && (int)status == k->status))
				continue;
			slot = map_put(&c->index, id, NULL);
			*vec_push(c->f->arena, &c->at) = (struct pair_count){ .pair = p };
			*slot = c->at.n;
		}
		struct pair_count *x = &c->at.at[*slot - 1];
		if (x->last == number)
			continue;
		x->last = number;
		*(failing ? &x->with : &x->without) += 1;
		if (failing && x->refs.n < 2)
			*vec_push(c->f->arena, &x->refs) = k->ref;
	}
}

static void keys_of_service(const struct facts *f, const struct outbreak *o, struct str service, struct value_list *out)
{
	struct counter c = { .f = f };
	unsigned bad = 0, good = 0, requests[2] = { 0 };
	size_t number = 0;
	map_init(&c.index);
	map_init(&c.keys[0]);
	map_init(&c.keys[1]);
	map_init(&c.seen);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < f->n_kept && (pass ? good : bad) < MAX_LINES; i++) {
			const struct kept_line *k = &f->kept[i];
			bool failing = fails(k) && k->time_ns >= o->onset_best_ns && k->time_ns <= o->end_ns;
			bool before = k->time_ns < o->onset_from_ns;
			if (!str_eq(k->service, service) || failing != !pass || (pass && fails(k) && !before) || k->kind == EV_CHANGE)
				continue;
			count_line(&c, k, ++number, failing);
			*(failing ? &bad : &good) += 1;
			requests[failing] += k->kind == EV_HTTP;
		}
	for (size_t i = 0; i < c.at.n && bad >= LEAST_LINES; i++) {
		const struct pair_count *x = &c.at.at[i];
		/* Only lines that have the key at all can be compared. */
		double key_bad = lines_with(&c, x->pair.key, true), key_good = lines_with(&c, x->pair.key, false);
		if (x->pair.parameter && key_good < LEAST_LINES) {
			key_bad = requests[1];
			key_good = requests[0];
		}
		if (x->with < LEAST_LINES || x->with < least_with * bad || key_good < LEAST_LINES || x->without > most_without * key_good)
			continue;
		struct sides *all = arena_new(f->arena, struct sides);
		*all = (struct sides){ .bad = key_bad, .good = key_good };
		*vec_push(f->arena, out) = (struct value){ .of = OF_FAILING_LINES, .service = service,
			                                   .field = x->pair.parameter ? str_from(x->pair.key, 1) : x->pair.key, .text = x->pair.value, .all = all,
			                                   .n = { .bad = x->with, .good = x->without }, .kind = "key",
			                                   .log10_p = fisher_test(x->with, (unsigned)key_bad, x->without, (unsigned)key_good), .refs = x->refs };
	}
	map_release(&c.index);
	map_release(&c.keys[0]);
	map_release(&c.keys[1]);
	map_release(&c.seen);
}

void contrast_keys(const struct facts *f, const struct outbreak *o, struct value_list *out)
{
	for (size_t i = 0; i < f->n_services; i++)
		keys_of_service(f, o, f->services[i].name, out);
}
