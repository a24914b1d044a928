#include <math.h>

#include "analyze/acts.h"
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
	size_t b = at - 1;
	if (text.ptr[b] == '/') {
		while (b > 0 && (word_char(text.ptr[b - 1]) || strchr("/.%~:+@!$&?=", text.ptr[b - 1])))
			b--;
		/* Not "HTTP/1.1", nor numbers with slashes between them. */
		struct str token = str_from(text, b);
		return token.ptr[0] == '/' || str_starts(token, STR("http")) || str_find(str_head(token, at - b), STR("=/")) >= 0;
	}
	if (text.ptr[b] != '=')
		return false;
	while (b > 0 && word_char(text.ptr[b - 1]))
		b--;
	return b > 0 && (text.ptr[b - 1] == '?' || text.ptr[b - 1] == '&');
}

/* "port 5432", "port=5432", "('10.35.1.5', 5432)" */
static bool is_port(struct str text, size_t begin)
{
	while (begin > 0 && strchr(" =:\"',", text.ptr[begin - 1]))
		begin--;
	size_t end = begin, dots = 0;
	while (begin > 0 && (text.ptr[begin - 1] == '.' || (text.ptr[begin - 1] >= '0' && text.ptr[begin - 1] <= '9')))
		dots += text.ptr[--begin] == '.';
	return dots == 3 || (end >= 4 && str_eq_nocase(str_make(text.ptr + end - 4, 4), STR("port")));
}

/* "code":"22003", "errno=104", "line":"3665": an error's own number, and where in what text or file it arose. */
static bool is_code(struct str text, size_t begin)
{
	static const char *const names[] = { "code", "errno", "sqlstate", "position", "line", "lineno", "column", "length", "offset" };
	while (begin > 0 && strchr(" =:\"'(", text.ptr[begin - 1]))
		begin--;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (begin >= strlen(names[i]) && str_eq_nocase(str_make(text.ptr + begin - strlen(names[i]), strlen(names[i])), str_of(names[i])))
			return true;
	return false;
}

/* The largest value of a type: where a text holds it, it says what cannot be had, and not what was put in. */
static bool is_limit(struct str word)
{
	static const char *const limits[] = { "32767", "65535", "2147483647", "4294967295", "9223372036854775807", "18446744073709551615" };
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (str_eq(word, str_of(limits[i])))
			return true;
	return false;
}

/* Not part of an address, a port, an error's number, a fraction, a file's line: "10.0.0.7:5432", "app.js:120". */
static bool stands_alone(struct str text, size_t begin, size_t end)
{
	if (is_port(text, begin) || is_code(text, begin) || is_limit(str_head(str_from(text, begin), end - begin)))
		return false;
	char left = begin ? text.ptr[begin - 1] : ' ', right = end < text.len ? text.ptr[end] : ' ';
	bool dotted = right == '.' && end + 1 < text.len && word_char(text.ptr[end + 1]);
	return left != '.' && left != ':' && left != '[' && !dotted && !(right == ':' && end + 1 < text.len && word_char(text.ptr[end + 1]));
}

/*
 * Next word with a digit: 3 to 40 characters, as a part of a path also less; in a path or query string where `request`, else
 * at least half of it digits ("_listen2" is a function's name).
 */
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
		bool path = request && at > 0 && whole.ptr[at - 1] == '/';
		/* "web/4.7.4" is a version. */
		if (request && str_at(whole, at + word.len) == '.')
			continue;
		if (digits && word.len >= (path ? 1 : 3) && word.len <= MAX_WORD_BYTES && (request ? in_request(whole, at) : digits * 2 >= word.len && stands_alone(whole, at, at + word.len)))
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

static bool fails(const struct kept_line *k)
{
	return k->kind == EV_HTTP && status_failed(k->status);
}

/* ---- a key that failing requests share ---- */

enum { MAX_KEYS = 3 };
/* One to three keys; `lines` hold one of them. */
struct keys { struct str word[MAX_KEYS]; size_t n, lines; };

/* Next word with a digit that could be a key: of a request only those in its path or query string. */
typedef struct str (*key_next_fn)(struct str *text);

static bool holds_key(struct str text, const struct keys *keys, key_next_fn next)
{
	for (struct str rest = text, word; (word = next(&rest)).len;)
		for (size_t i = 0; i < keys->n; i++)
			if (str_eq(word, keys->word[i]))
				return true;
	return false;
}

/*
 * Do hardly any of the other lines of the service hold one of the keys? While things are bad that is one in twenty. Before, what
 * broke later may have been what everybody asked for: of requests up to a quarter may hold it.
 */
static bool rare_elsewhere(const struct inquiry *q, struct str service, const struct keys *keys, key_next_fn next, const struct voice *voice)
{
	size_t good = 0, with = 0, good_then = 0, with_then = 0;
	/* Lines of the same hours first: what they share with the bad ones is the date, the host, the process. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t k = 0; k < q->f->n_kept && good < SAMPLE; k++) {
			const struct kept_line *line = &q->f->kept[k];
			bool during = line->time_ns >= q->o->onset_from_ns && line->time_ns <= q->o->end_ns;
			if (during != (pass == 0) || !str_eq(line->service, service) ||
			    (voice ? voice_says(voice, line) : line->kind != EV_HTTP || status_failed(line->status)))
				continue;
			good++;
			with += holds_key(line->ref.text, keys, next);
		}
		if (pass == 0) {
			good_then = good;
			with_then = with;
		}
	}
	size_t one_in = voice || good_then == good ? 20 : 4;
	return good >= LEAST_GOOD && with_then * 20 <= good_then && with * one_in <= good;
}

/* "2024-10-22T05": part of a time. */
static bool is_date(struct str word)
{
	bool date = word.len >= 10 && word.ptr[4] == '-' && word.ptr[7] == '-';
	for (size_t i = 0; date && i < 10; i++)
		date = i == 4 || i == 7 || (word.ptr[i] >= '0' && word.ptr[i] <= '9');
	return date;
}

/* The word that most of the lines without a key so far hold, if it can be a key and at least a quarter of all lines do. */
static struct str next_best(struct inquiry *q, const struct kept_line *const *bad, size_t n, const struct keys *so_far, key_next_fn next, const struct voice *voice)
{
	struct map count;
	struct str best = STR_NONE;
	uint64_t most = 0;
	map_init(&count);
	for (size_t i = 0; i < n; i++) {
		if (holds_key(bad[i]->ref.text, so_far, next))
			continue;
		for (struct str rest = bad[i]->ref.text, word; (word = next(&rest)).len;) {
			/* A line counts once for a word: low bits remember the last line. */
			uint64_t *slot = count.n < MAX_WORDS ? map_put(&count, hash64(word), NULL) : map_get(&count, hash64(word));
			if (!slot || (*slot & 0xffff) == i + 1)
				continue;
			*slot = (((*slot >> 16) + 1) << 16) | (i + 1);
		}
	}
	for (size_t i = 0; i < n; i++)
		for (struct str rest = bad[i]->ref.text, word; (word = next(&rest)).len;) {
			uint64_t *slot = map_get(&count, hash64(word));
			/* Three digits in a text are a status code more often than a key. */
			bool code = next != next_request_key && word.len == 3;
			if (!slot || (*slot >> 16) <= most || code || is_date(word) || (voice && str_find(voice->text, word) >= 0) || facts_service(q->f, word) >= 0)
				continue;
			struct keys one = { .word = { word }, .n = 1 };
			if (!rare_elsewhere(q, bad[0]->service, &one, next, voice)) {
				*slot = 0; /* not to be asked again */
				continue;
			}
			most = *slot >> 16;
			best = word;
		}
	map_release(&count);
	return most * 4 >= n ? best : STR_NONE;
}

/* The few keys that at least five sixths of the n bad lines hold one of, and others hardly ever; none when there are none. */
static struct keys common_keys(struct inquiry *q, const struct kept_line *const *bad, size_t n, key_next_fn next, const struct voice *voice)
{
	struct keys keys = { .n = 0 };
	while (keys.n < MAX_KEYS && keys.lines * 6 < n * 5) {
		struct str word = next_best(q, bad, n, &keys, next, voice);
		if (!word.len)
			break;
		keys.word[keys.n++] = word;
		keys.lines = 0;
		for (size_t i = 0; i < n; i++)
			keys.lines += holds_key(bad[i]->ref.text, &keys, next);
	}
	if (keys.lines * 6 < n * 5 || !rare_elsewhere(q, bad[0]->service, &keys, next, voice))
		keys.n = 0;
	return keys;
}

/* A key in a path with the path up to it: "/products/3". */
static struct str with_path(struct str key, const struct kept_line *const *bad, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str text = bad[i]->ref.text;
		for (struct str rest = text, word; (word = next_request_key(&rest)).len;) {
			size_t at = (size_t)(word.ptr - text.ptr), begin = at;
			if (!str_eq(word, key) || at == 0 || text.ptr[at - 1] != '/')
				continue;
			while (begin > 0 && (word_char(text.ptr[begin - 1]) || text.ptr[begin - 1] == '/'))
				begin--;
			return str_make(text.ptr + begin, at + word.len - begin);
		}
	}
	return key;
}

static void raise_keys(struct inquiry *q, struct str service, struct str route, const struct kept_line *const *bad, size_t n, const struct keys *keys, double share)
{
	struct str words = with_path(keys->word[0], bad, n);
	for (size_t i = 1; i < keys->n; i++)
		words = arena_printf(q->arena, "%.*s, %.*s", STR_ARG(words), STR_ARG(with_path(keys->word[i], bad, n)));
	for (size_t j = 0; j < q->candidates.n; j++)
		if (q->candidates.at[j].kind == CAUSE_BAD_INPUT && str_eq(q->candidates.at[j].entity, words))
			return;
	struct candidate *c = inquiry_raise(q, CAUSE_BAD_INPUT, service, words, bad[0]->time_ns);
	if (!c)
		return;
	/* Of those that log the failing requests, the one where the failing begins cannot process it. */
	ptrdiff_t begins = traces_origin(&q->traces);
	if (begins >= 0 && traces_call(&q->traces, c->service_index, begins)) {
		c->service_index = begins;
		c->service = service = q->f->services[begins].name;
	}
	for (size_t k = 0; k < n && k < 3; k++)
		*vec_push(q->arena, &c->refs) = bad[k]->ref;
	c->share = share;
	c->what = arena_printf(q->arena, "the input %.*s%s%.*s, which %.*s cannot process", STR_ARG(words), route.len ? " of " : "", STR_ARG(route), STR_ARG(service));
	term_add(q, c, "contrast", 3.2 + fmin(1, share), &c->refs, "%zu of %zu failing lines that were looked at hold \"%.*s\", and hardly any that does not fail", keys->lines, n,
	         STR_ARG(words));
}

/* Failed requests of a route, that of `first`, from there to the end; at most SAMPLE, each of them in one sample only. */
static size_t failed_of_route(const struct inquiry *q, size_t first, bool *looked_at, const struct kept_line *bad[static SAMPLE])
{
	const struct kept_line *of = &q->f->kept[first];
	size_t n = 0;
	for (size_t k = first; k < q->f->n_kept && n < SAMPLE; k++) {
		const struct kept_line *line = &q->f->kept[k];
		if (line->time_ns > q->o->end_ns)
			break;
		if (fails(line) && line->route_id == of->route_id && str_eq(line->service, of->service)) {
			looked_at[k] = true;
			bad[n++] = line;
		}
	}
	return n;
}

/* Failing requests of each route: those of the services first, who know better than the servers in front. */
static bool raise_request_key(struct inquiry *q)
{
	bool *looked_at = arena_new_n(q->arena, bool, q->f->n_kept + 1);
	for (int front = 0; front < 2; front++)
		for (size_t i = 0; i < q->f->n_kept; i++) {
			const struct kept_line *first = &q->f->kept[i];
			if (looked_at[i] || first->time_ns < q->o->onset_best_ns || first->time_ns > q->o->end_ns || !fails(first) ||
			    (facts_service(q->f, first->service) == q->f->edge) != (front == 1))
				continue;
			const struct kept_line *bad[SAMPLE];
			size_t n = failed_of_route(q, i, looked_at, bad);
			struct keys keys = { .n = 0 };
			if (n >= LEAST_BAD)
				keys = common_keys(q, bad, n, next_request_key, NULL);
			if (!keys.n)
				continue;
			raise_keys(q, first->service, store_name(q->f->store, first->route_id), bad, n, &keys, 1);
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
			if (line->time_ns >= q->o->onset_from_ns && line->time_ns <= q->o->end_ns && voice_says(e->voice, line))
				bad[n++] = line;
		}
		struct keys keys = { .n = 0 };
		if (n >= LEAST_BAD)
			keys = common_keys(q, bad, n, next_text_key, e->voice);
		if (!keys.n)
			continue;
		raise_keys(q, q->f->services[e->voice->service].name, STR_NONE, bad, n, &keys, fmin(1, (e->bad - e->expected) / q->failures));
		return;
	}
}

static void raise_common_key(struct inquiry *q)
{
	if (!raise_request_key(q))
		raise_text_key(q);
}

/* ---- a client whose requests fail ---- */

/*
 * The client that nearly all failing requests are of and hardly any other: a program that sends what cannot be processed. Where such a client
 * always had a part of the requests, it may just be the one that asks for what is broken.
 */
static const struct contrast *failing_client(const struct inquiry *q)
{
	for (size_t i = 0; i < q->contrasts.n; i++) {
		const struct contrast *x = &q->contrasts.at[i];
		if (str_eq(x->kind, STR("category")) && str_eq(x->of, STR("failed requests")) && str_eq(x->field, STR("client kind")) && x->share_bad >= 0.9 &&
		    x->share_good <= 0.02 && !str_starts(x->value, STR("(")))
			return x;
	}
	return NULL;
}

static void name_client(struct inquiry *q, size_t told)
{
	const struct contrast *x = failing_client(q);
	if (!x)
		return;
	struct candidate *c = told < q->candidates.n ? &q->candidates.at[told] : NULL;
	if (!c) {
		c = inquiry_raise(q, CAUSE_BAD_INPUT, x->service, x->value, q->o->onset_best_ns);
		if (!c)
			return;
		c->refs = x->refs;
		c->share = fmin(1, x->share_bad);
		c->what = arena_printf(q->arena, "what %.*s sends, which cannot be processed", STR_ARG(x->value));
	} else {
		c->entity = arena_printf(q->arena, "requests of %.*s in %.*s", STR_ARG(x->value), STR_ARG(c->service));
		c->what = arena_printf(q->arena, "%.*s, in requests of %.*s", STR_ARG(c->what), STR_ARG(x->value));
	}
	term_add(q, c, "contrast", c->family ? 1.0 : 2.2, &x->refs, "%.0f %% of the failing requests are those of %.*s, which has hardly any part in the others", 100 * fmin(1, x->share_bad),
	         STR_ARG(x->value));
}

static void raise_bad_input(struct inquiry *q)
{
	size_t from = q->candidates.n;
	raise_common_key(q);
	size_t told = q->candidates.n;
	raise_family(q, CAUSE_BAD_INPUT);
	if (from == told)
		name_client(q, told);
	/* The lines say that an input is broken, the requests say which. */
	for (size_t i = told; from < told && i < q->candidates.n; i++) {
		struct candidate *c = &q->candidates.at[i];
		const struct candidate *key = &q->candidates.at[from];
		c->entity = arena_printf(q->arena, "%.*s in %.*s", STR_ARG(key->entity), STR_ARG(c->service));
		term_add(q, c, "contrast", 1.0, &key->refs, "the failing requests share \"%.*s\"", STR_ARG(key->entity));
	}
}

/* The last part of "/products/51068". */
static struct str last_part(struct str path)
{
	size_t b = path.len;
	while (b > 0 && word_char(path.ptr[b - 1]))
		b--;
	return str_from(path, b);
}

static bool names_key(const struct inquiry *q, const struct act *step, const void *self)
{
	const struct str *key = self;
	(void)q;
	return str_find(step->key, *key) >= 0 || str_find(step->text, *key) >= 0;
}

/* A step that names the input and with which the failures ended. */
static void term_corrected(struct inquiry *q, struct candidate *c)
{
	struct str key = last_part(c->entity);
	const struct act *step = key.len >= 3 ? inquiry_ended_by(q, names_key, &key) : NULL;
	if (step)
		term_add(q, c, "reversal", 2.0, &step->refs, "the failures ended with a step that names it: %.*s", STR_ARG(act_words(step, q->arena)));
}

static void test_bad_input(struct inquiry *q, struct candidate *c)
{
	if (c->family) {
		test_family(q, c);
		return;
	}
	term_prior(q, c);
	term_timing(q, c, c->time_ns, &c->refs);
	term_origin(q, c);
	term_corrected(q, c);
}

const struct cause_rule cause_bad_input = { CAUSE_BAD_INPUT, "an input that breaks what processes it", raise_bad_input, test_bad_input };
