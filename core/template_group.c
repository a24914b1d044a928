/*
 * Method. Texts of the same number of tokens are taken together. A "place" is a text with one token
 * taken out; texts that share a place differ in that token alone. When enough different tokens have
 * been seen in one place it is a variable: those texts become one pattern with <*> there, and the next
 * round looks at patterns. How many are enough depends on what they look like: words a program chose
 * (states, names of its parts) come in few kinds, names from outside in many; a token that was masked
 * already, or one that follows a word like "user", needs less.
 *
 * All ties are broken by hashes of texts, never by position in the input.
 */
#include "core/template_group.h"

#include <stdlib.h>

#include "core/ascii.h"
#include "core/hash.h"

enum {
	TOKENS_MAX = 40,     /* per text; what follows counts as one token */
	ROUNDS_MAX = 8,
	KINDS_WORD = 5,      /* different words that make a place a variable */
	KINDS_SHORT = 8,     /* the same where fewer than two constant words are around it */
	KINDS_NAME = 3,      /* all of them are names (struct token), or they follow a noun that announces one */
	KINDS_BARE = 2,      /* one of them is nothing but a mask */
};

struct token {
	struct str text;
	uint64_t hash;   /* of the text */
	uint64_t shape;  /* of its key ("user=") and the punctuation around; other shapes are not compared */
	bool word;       /* has letters outside masks */
	bool masked;     /* holds a mask */
	bool bare;       /* is a mask, but for punctuation */
	bool noun;       /* announces a name: "user", "host" */
	bool name;       /* is masked, or has parts as names from outside have: "org.example.Orders" */
};

struct pattern {
	const struct token **tokens; /* n_tokens of the bucket */
	size_t parent;               /* index of the pattern it was joined to; itself while it stands */
	uint64_t hash;               /* of all tokens */
	uint64_t id;                 /* smallest id of its members */
	bool taken;                  /* joined in this round */
	bool joined;                 /* has members beside itself */
	struct str text;             /* made at the end */
};

/* One token of one pattern, under the hash of everything around it. */
struct place {
	uint64_t key;
	uint64_t token; /* hash */
	uint32_t pattern;
	uint32_t at;    /* index of the token */
};

/* A place that turned out to be a variable. */
struct variable {
	uint64_t key;
	size_t kinds, from, to; /* range of places */
	bool names;             /* only those tokens that are names */
};

struct bucket {
	struct arena *a;
	struct pattern *patterns;
	size_t n, n_tokens;
	struct map *tokens;         /* hash → struct token * as integer */
	struct place *places;       /* n * n_tokens, used anew in every round */
	struct variable *variables; /* half as many: a variable has two places at least */
};

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)c >= 0x80;
}

static bool is_noun(struct str w)
{
	static const char *const nouns[] = {
		"user", "users", "username", "host", "hostname", "client", "node", "device", "file",
		"table", "relation", "database", "topic", "queue", "role", "account", "bucket",
		"container", "pod", "index", "domain", "interface", "volume", NULL,
	};

	for (size_t i = 0; nouns[i]; i++)
		if (str_eq_nocase(w, str_of(nouns[i])))
			return true;
	return false;
}

static struct token token_read(struct str text)
{
	struct token t = { .text = text, .hash = hash64(text) };
	size_t head = 0, tail = text.len, letters = 0, points = 0, rest = 0;

	while (head < tail && !is_letter(text.ptr[head]) && !is_digit(text.ptr[head]) &&
	       text.ptr[head] != '<')
		head++;
	while (tail > head && !is_letter(text.ptr[tail - 1]) && !is_digit(text.ptr[tail - 1]) &&
	       text.ptr[tail - 1] != '>')
		tail--;
	for (size_t i = head; i < tail; i++) {
		if (tail - i >= 3 && memcmp(text.ptr + i, "<*>", 3) == 0) {
			t.masked = true;
			i += 2;
			continue;
		}
		letters += is_letter(text.ptr[i]);
		points += text.ptr[i] == '.' && i > head && i + 1 < tail && is_letter(text.ptr[i - 1]) && is_letter(text.ptr[i + 1]);
		rest++;
		if (text.ptr[i] == '=')
			head = i + 1;
	}
	t.word = letters > 0;
	t.bare = t.masked && rest == 0;
	if (!t.bare && t.masked && tail - head == 3 && memcmp(text.ptr + head, "<*>", 3) == 0)
		t.bare = true; /* "uid=<*>" */
	t.name = t.masked || points > 1;
	t.noun = is_noun(str_make(text.ptr + head, tail - head));
	t.shape = hash64_mix(hash64(str_make(text.ptr, head)), hash64(str_from(text, tail)));
	return t;
}

static const struct token *token_of(struct bucket *b, struct str text)
{
	bool is_new;
	uint64_t *slot = map_put(b->tokens, hash64(text), &is_new);

	if (is_new) {
		struct token *t = arena_new(b->a, struct token);

		*t = token_read(text);
		*slot = (uint64_t)(uintptr_t)t;
	}
	return (const struct token *)(uintptr_t)*slot;
}

/* Tokens of a text into out; returns how many. */
static size_t split(struct str text, struct str out[static TOKENS_MAX])
{
	size_t n = 0;

	while (text.len > 0 && n < TOKENS_MAX - 1) {
		struct str w = str_word(&text);

		if (w.len > 0)
			out[n++] = w;
	}
	text = str_trim(text);
	if (text.len > 0)
		out[n++] = text;
	return n;
}

static uint64_t pattern_hash(const struct bucket *b, const struct pattern *p)
{
	uint64_t h = b->n_tokens;

	for (size_t i = 0; i < b->n_tokens; i++)
		h = hash64_mix(h, p->tokens[i]->hash);
	return h;
}

static size_t root(const struct bucket *b, size_t i)
{
	while (b->patterns[i].parent != i)
		i = b->patterns[i].parent;
	return i;
}

static int compare_places(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->token != b->token)
		return a->token < b->token ? -1 : 1;
	return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

static int compare_variables(const void *pa, const void *pb)
{
	const struct variable *a = pa, *b = pb;

	if (a->kinds != b->kinds)
		return a->kinds > b->kinds ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

/*
 * How many kinds of tokens places[from..to) hold, or 0 when they are not enough for a variable; *names: a word is among
 * them that is not, so that only the names are one.
 */
static size_t count_kinds(const struct bucket *b, const struct place *places, size_t from, size_t to, bool *names)
{
	const struct pattern *first = &b->patterns[places[from].pattern];
	size_t at = places[from].at, kinds = 0, named = 0, words = 0, needed = KINDS_WORD;
	bool bare = false;

	for (size_t i = from; i < to; i++) {
		const struct token *t = b->patterns[places[i].pattern].tokens[at];

		if (i == from || places[i].token != places[i - 1].token) {
			kinds++;
			named += t->name;
		}
		bare = bare || t->bare;
	}
	for (size_t i = 0; i < b->n_tokens; i++)
		words += i != at && first->tokens[i]->word;
	if (words == 0)
		return 0;
	if (words < 2)
		needed = KINDS_SHORT;
	if (named == kinds || (at > 0 && first->tokens[at - 1]->noun))
		needed = KINDS_NAME;
	if (bare)
		needed = KINDS_BARE;
	*names = kinds < needed;
	if (*names)
		return named >= KINDS_NAME ? named : 0;
	return kinds;
}

/* What the tokens of one place have in common, with <*> between. */
static const struct token *join_tokens(struct bucket *b, const struct token *x, const struct token *y)
{
	size_t head = 0, tail = 0, min = x->text.len < y->text.len ? x->text.len : y->text.len;

	if (x == y)
		return x;
	while (head < min && x->text.ptr[head] == y->text.ptr[head])
		head++;
	while (head > 0 && (is_letter(x->text.ptr[head - 1]) || is_digit(x->text.ptr[head - 1]) ||
			    memchr("<*>", x->text.ptr[head - 1], 3) != NULL))
		head--;
	while (tail < min - head &&
	       x->text.ptr[x->text.len - 1 - tail] == y->text.ptr[y->text.len - 1 - tail])
		tail++;
	while (tail > 0 &&
	       (is_letter(x->text.ptr[x->text.len - tail]) || is_digit(x->text.ptr[x->text.len - tail]) ||
		memchr("<*>", x->text.ptr[x->text.len - tail], 3) != NULL))
		tail--;
	return token_of(b, arena_printf(b->a, "%.*s<*>%.*s", STR_ARG(str_head(x->text, head)),
					STR_ARG(str_from(x->text, x->text.len - tail))));
}

static void join_patterns(struct bucket *b, size_t into, size_t from)
{
	if (b->patterns[from].id < b->patterns[into].id)
		b->patterns[into].id = b->patterns[from].id;
	b->patterns[from].parent = into;
	b->patterns[into].joined = true;
}

/* Patterns that have become the same text are one. */
static void join_equal(struct bucket *b)
{
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < b->n; i++) {
		uint64_t *slot;
		bool is_new;

		if (b->patterns[i].parent != i)
			continue;
		slot = map_put(&seen, b->patterns[i].hash, &is_new);
		if (is_new)
			*slot = i;
		else
			join_patterns(b, *slot, i);
	}
	map_release(&seen);
}

/* Makes the patterns of one variable one pattern; those that another variable took before are left out. */
static bool take_variable(struct bucket *b, const struct place *places, const struct variable *v)
{
	size_t at = places[v->from].at, into = SIZE_MAX, members = 0;
	const struct token *joined = NULL;

	for (size_t i = v->from; i < v->to; i++)
		members += !b->patterns[places[i].pattern].taken &&
			   (!v->names || b->patterns[places[i].pattern].tokens[at]->name);
	if (members < 2)
		return false;
	for (size_t i = v->from; i < v->to; i++) {
		size_t p = places[i].pattern;
		const struct token *t = b->patterns[p].tokens[at];

		if (b->patterns[p].taken || (v->names && !t->name))
			continue;
		b->patterns[p].taken = true;
		joined = joined ? join_tokens(b, joined, t) : t;
		if (into == SIZE_MAX)
			into = p;
		else
			join_patterns(b, into, p);
	}
	b->patterns[into].tokens[at] = joined;
	b->patterns[into].hash = pattern_hash(b, &b->patterns[into]);
	return true;
}

/* Lists the places of all patterns that stand, those with the same key side by side. Returns how many. */
static size_t list_places(struct bucket *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct pattern *p = &b->patterns[i];
		uint64_t before = b->n_tokens, after[TOKENS_MAX + 1];

		if (p->parent != i)
			continue;
		p->taken = false;
		after[b->n_tokens] = 1;
		for (size_t k = b->n_tokens; k-- > 0;)
			after[k] = hash64_mix(p->tokens[k]->hash, after[k + 1]);
		for (size_t k = 0; k < b->n_tokens; k++) {
			uint64_t around = hash64_mix(before, after[k + 1]);

			b->places[n++] =
				(struct place){hash64_mix(around, hash64_mix(p->tokens[k]->shape, k)),
					       p->tokens[k]->hash, (uint32_t)i, (uint32_t)k};
			before = hash64_mix(before, p->tokens[k]->hash);
		}
	}
	qsort(b->places, n, sizeof *b->places, compare_places);
	return n;
}

/* One round. True when something was joined. */
static bool join_round(struct bucket *b)
{
	size_t n = list_places(b), found = 0;
	bool any = false;

	for (size_t from = 0, to; from < n; from = to) {
		size_t kinds;
		bool names;

		for (to = from + 1; to < n && b->places[to].key == b->places[from].key; to++)
			;
		if (to - from < 2)
			continue;
		kinds = count_kinds(b, b->places, from, to, &names);
		if (kinds > 0)
			b->variables[found++] = (struct variable){ b->places[from].key, kinds, from, to, names };
	}
	qsort(b->variables, found, sizeof *b->variables, compare_variables);
	for (size_t i = 0; i < found; i++)
		any = take_variable(b, b->places, &b->variables[i]) || any;
	join_equal(b);
	return any;
}

static void group_bucket(struct bucket *b)
{
	b->places = arena_new_n(b->a, struct place, b->n * b->n_tokens);
	b->variables = arena_new_n(b->a, struct variable, b->n * b->n_tokens / 2);
	for (int i = 0; i < ROUNDS_MAX && join_round(b); i++)
		;
}

static struct str pattern_text(const struct bucket *b, const struct pattern *p)
{
	size_t len = 0;
	char *out;

	for (size_t i = 0; i < b->n_tokens; i++)
		len += p->tokens[i]->text.len + 1;
	out = arena_alloc(b->a, len, 1);
	len = 0;
	for (size_t i = 0; i < b->n_tokens; i++) {
		if (i > 0)
			out[len++] = ' ';
		memcpy(out + len, p->tokens[i]->text.ptr, p->tokens[i]->text.len);
		len += p->tokens[i]->text.len;
	}
	return str_make(out, len);
}

void template_group(struct template_entry *entries, size_t n, struct arena *a)
{
	size_t *count = arena_new_n(a, size_t, n);
	size_t per_length[TOKENS_MAX + 1] = { 0 };
	struct map tokens;
	struct str words[TOKENS_MAX];

	map_init(&tokens);
	for (size_t i = 0; i < n; i++) {
		count[i] = split(entries[i].text, words);
		per_length[count[i]]++;
		entries[i].group = entries[i].id;
		entries[i].group_text = entries[i].text;
	}
	for (size_t length = 2; length <= TOKENS_MAX; length++) {
		struct bucket b = { .a = a, .n_tokens = length, .tokens = &tokens };
		size_t *index;

		if (per_length[length] < 2)
			continue;
		b.patterns = arena_new_n(a, struct pattern, per_length[length]);
		index = arena_new_n(a, size_t, per_length[length]);
		for (size_t i = 0; i < n; i++) {
			struct pattern *p = &b.patterns[b.n];

			if (count[i] != length)
				continue;
			split(entries[i].text, words);
			p->tokens =
				arena_alloc_n(a, length, sizeof *p->tokens, _Alignof(const struct token *));
			for (size_t k = 0; k < length; k++)
				p->tokens[k] = token_of(&b, words[k]);
			p->parent = b.n;
			p->id = entries[i].id;
			p->hash = pattern_hash(&b, p);
			index[b.n++] = i;
		}
		group_bucket(&b);
		for (size_t i = 0; i < b.n; i++) {
			size_t r = root(&b, i);

			entries[index[i]].group = b.patterns[r].id;
			if (b.patterns[r].joined && b.patterns[r].text.len == 0)
				b.patterns[r].text = pattern_text(&b, &b.patterns[r]);
			if (b.patterns[r].joined)
				entries[index[i]].group_text = b.patterns[r].text;
		}
	}
	map_release(&tokens);
}
