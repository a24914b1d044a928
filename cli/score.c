#include "cli/score.h"

#include <math.h>

#include "core/json.h"

static const double grace_s = 120, length_unknown_s = 3600;

enum { TOKENS_MAX = 64, KINDS_MAX = 32, STRONG_BYTES = 4, TOKEN_MIN_BYTES = 3, HAYSTACK_BYTES = 8 << 20 };

/* ---- words ---------------------------------------------------------------------------------- */

/* Kinds that truths call by another name. */
static struct str plain_kind(struct str kind)
{
	static const char *const same[][2] = {
		{ "database_restart", "restart" }, { "dependency_timeout", "dependency_failure" },
		{ "cert_expiry", "certificate" },  { "rollback", "deployment" },
		{ "migration", "schema_migration" }, { "canary", "deployment" },
	};

	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		if (str_eq(kind, str_of(same[i][0])))
			return str_of(same[i][1]);
	return kind;
}

static struct str kind_of(enum cause_kind kind)
{
	return str_of(cause_kind_name(kind));
}

/* Words that say nothing about which thing is meant. */
static bool is_generic(struct str word)
{
	static const char *const generic[] = {
		"service", "database", "query", "change", "config", "with", "from", "change:", "table", "deploy", "deployment",
		"flag", "error", "server", "the", "none",
	};

	for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++)
		if (str_eq(word, str_of(generic[i])))
			return true;
	return false;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static struct str lower(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.len + 1, 1);

	for (size_t i = 0; i < s.len; i++)
		out[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
	return str_make(out, s.len);
}

/* The telling words of a name: letters and digits, with . _ / - inside. Returns how many. */
static size_t tokens_of(struct str text, struct str out[static TOKENS_MAX], struct arena *a)
{
	struct str s = lower(text, a);
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < TOKENS_MAX;) {
		if (!is_alnum(s.ptr[i])) {
			i++;
			continue;
		}
		size_t end = i, last = i;

		while (end < s.len && (is_alnum(s.ptr[end]) || memchr("._/-", s.ptr[end], 4))) {
			if (is_alnum(s.ptr[end]))
				last = end;
			end++;
		}
		struct str word = str_make(s.ptr + i, last + 1 - i);

		if (word.len >= TOKEN_MIN_BYTES && !is_generic(word))
			out[n++] = word;
		i = last + 1;
	}
	return n;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			return true;
	return false;
}

/* Does `said` name the true thing? By a telling word of it, or, when it has none, by its service. */
static bool names_it(struct str entity, struct str service, struct str said, struct arena *a)
{
	struct str words[TOKENS_MAX];
	size_t n = tokens_of(entity, words, a);
	bool any_strong = false;

	said = lower(said, a);
	for (size_t i = 0; i < n; i++) {
		if (words[i].len < STRONG_BYTES && !has_digit(words[i]))
			continue;
		any_strong = true;
		if (str_find(said, words[i]) >= 0)
			return true;
	}
	return !any_strong && service.len > 0 && str_find(said, lower(service, a)) >= 0;
}

static struct str said_by_cause(const struct cause *c, struct arena *a)
{
	return arena_printf(a, "%.*s %.*s %.*s", STR_ARG(c->entity), STR_ARG(c->service), STR_ARG(c->statement));
}

static struct str said_by_ruled_out(const struct ruled_out *r, struct arena *a)
{
	return arena_printf(a, "%.*s %.*s", STR_ARG(r->entity), STR_ARG(r->service));
}

/* ---- the truth ------------------------------------------------------------------------------ */

struct truth {
	struct json_value object;
	double onset_s, end_s, impact_s; /* seconds since 1970; NAN unknown */
	struct str kind, service, entity;
	struct str accepted[KINDS_MAX];
	size_t n_accepted;
};

static struct str text_at(struct json_value object, const char *key, struct arena *a)
{
	struct json_value v = json_get(object, str_of(key));

	return v.type == JSON_STRING ? json_text(v, a) : STR_NONE;
}

static double time_at(struct json_value object, const char *key, struct arena *a)
{
	struct str text = text_at(object, key, a);
	struct timestamp t;

	return timestamp_parse(&text, &t) ? (double)t.ns / 1e9 : NAN;
}

static void truth_read(struct truth *t, struct json_value object, struct arena *a)
{
	struct json_iter it;
	struct json_value v;
	struct str key;

	*t = (struct truth){ .object = object };
	t->onset_s = time_at(object, "onset", a);
	t->impact_s = time_at(object, "first_user_impact", a);
	t->end_s = time_at(object, "recovered", a);
	if (isnan(t->end_s))
		t->end_s = time_at(object, "mitigated", a);
	if (isnan(t->end_s))
		t->end_s = t->onset_s + length_unknown_s;
	t->kind = plain_kind(text_at(object, "root_cause.kind", a));
	t->service = text_at(object, "root_cause.service", a);
	t->entity = text_at(object, "root_cause.entity", a);
	t->accepted[t->n_accepted++] = t->kind;
	if (json_iter_init(&it, json_get(object, STR("acceptable_kinds"))))
		while (t->n_accepted < KINDS_MAX && json_iter_next(&it, &key, &v))
			t->accepted[t->n_accepted++] = plain_kind(json_text(v, a));
}

static bool truth_accepts(const struct truth *t, enum cause_kind kind)
{
	for (size_t i = 0; i < t->n_accepted; i++)
		if (str_eq(t->accepted[i], kind_of(kind)))
			return true;
	return false;
}

/* A quiet case has no root cause, or one of kind "none". */
static bool is_incident(struct json_value object, struct arena *a)
{
	struct str kind = text_at(object, "root_cause.kind", a);

	return kind.len > 0 && !str_eq(kind, STR("none"));
}

/* ---- one true incident ---------------------------------------------------------------------- */

static double seconds_or_nan(int64_t ns)
{
	return ns == TIME_NONE ? NAN : (double)ns / 1e9;
}

static double first_known(double a, double b)
{
	return isnan(a) ? b : a;
}

/* Seconds by which the incident and the true window overlap; not above 0 when they do not. */
static double overlap_s(const struct incident *i, const struct truth *t, const struct casefile *c)
{
	double from = first_known(seconds_or_nan(i->onset_best_ns), seconds_or_nan(i->onset_from_ns));
	double to = first_known(seconds_or_nan(i->recovered_ns), first_known(seconds_or_nan(c->to_ns), t->end_s));

	if (isnan(from) || isnan(t->onset_s))
		return 0;
	return fmin(t->end_s + grace_s, to) - fmax(t->onset_s - grace_s, from);
}

static double onset_error_s(const struct incident *i, const struct truth *t)
{
	double best = seconds_or_nan(i->onset_best_ns);
	double error = fmin(fabs(best - t->onset_s), isnan(t->impact_s) ? INFINITY : fabs(best - t->impact_s));

	return isnan(best) ? -1 : error;
}

static void score_causes(struct score_row *row, const struct incident *i, const struct truth *t, struct arena *a)
{
	for (size_t rank = 0; rank < i->n_causes && rank < 3; rank++) {
		const struct cause *c = &i->causes[rank];

		if (!truth_accepts(t, c->kind) || !names_it(t->entity, t->service, said_by_cause(c, a), a))
			continue;
		row->top3 = true;
		row->top1 |= rank == 0;
		row->strict |= rank == 0 && str_eq(kind_of(c->kind), t->kind);
	}
}

static bool herring_is_ruled_out(struct json_value herring, const struct incident *i, bool top1, struct arena *a)
{
	struct str entity = text_at(herring, "entity", a), kind = plain_kind(text_at(herring, "kind", a));
	struct str words[TOKENS_MAX];
	bool nameless = tokens_of(entity, words, a) == 0, named = false;

	for (size_t n = 0; n < i->n_ruled_out && !named; n++) {
		const struct ruled_out *r = &i->ruled_out[n];

		named = names_it(entity, STR_NONE, said_by_ruled_out(r, a), a) || (nameless && str_eq(kind_of(r->kind), kind));
	}
	bool blamed = !top1 && i->n_causes > 0 && str_eq(kind_of(i->causes[0].kind), kind) &&
		      names_it(entity, STR_NONE, said_by_cause(&i->causes[0], a), a);

	return named && !blamed;
}

static double share_of_herrings(const struct truth *t, const struct incident *i, bool top1, struct arena *a)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	double good = 0, all = 0;

	if (!json_iter_init(&it, json_get(t->object, STR("red_herrings"))))
		return -1;
	while (json_iter_next(&it, &key, &v)) {
		all++;
		good += i && herring_is_ruled_out(v, i, top1, a);
	}
	return all > 0 ? good / all : -1;
}

static void add_refs(struct buf *hay, struct refs refs)
{
	for (size_t i = 0; i < refs.n; i++) {
		buf_addc(hay, ' ');
		buf_add(hay, refs.at[i].source);
		buf_addc(hay, ' ');
		buf_add(hay, refs.at[i].text);
	}
}

static void add_words(struct buf *hay, struct str a, struct str b, struct str c)
{
	buf_addc(hay, ' ');
	buf_add(hay, a);
	buf_addc(hay, ' ');
	buf_add(hay, b);
	buf_addc(hay, ' ');
	buf_add(hay, c);
}

/* Everything an incident says, beside what it rules out. */
static void add_all_text(struct buf *hay, const struct incident *i)
{
	buf_add(hay, i->title);
	for (size_t n = 0; n < i->n_causes; n++) {
		const struct cause *c = &i->causes[n];

		add_words(hay, c->service, c->entity, c->statement);
		for (size_t k = 0; k < c->n_terms; k++) {
			add_words(hay, c->terms[k].name, c->terms[k].text, STR_NONE);
			add_refs(hay, c->terms[k].refs);
		}
		for (size_t k = 0; k < c->n_chain; k++) {
			add_words(hay, c->chain[k].service, c->chain[k].entity, c->chain[k].text);
			add_refs(hay, c->chain[k].refs);
		}
	}
	for (size_t n = 0; n < i->n_symptoms; n++) {
		add_words(hay, i->symptoms[n].service, i->symptoms[n].route, STR_NONE);
		add_refs(hay, i->symptoms[n].refs);
	}
	for (size_t n = 0; n < i->n_timeline; n++) {
		add_words(hay, i->timeline[n].kind, i->timeline[n].service, i->timeline[n].text);
		add_refs(hay, i->timeline[n].refs);
	}
}

static double share_of_mentions(const struct truth *t, const struct incident *i, struct arena *a)
{
	struct json_iter it;
	struct json_value v;
	struct str key;
	struct buf hay;
	double said = 0, all = 0;

	if (!json_iter_init(&it, json_get(t->object, STR("must_mention"))))
		return -1;
	buf_init(&hay, HAYSTACK_BYTES);
	if (i)
		add_all_text(&hay, i);
	while (json_iter_next(&it, &key, &v)) {
		all++;
		said += str_find_nocase(buf_str(&hay), json_text(v, a)) >= 0;
	}
	buf_release(&hay);
	return all > 0 ? said / all : -1;
}

/* Marks in used[] every incident that overlaps. */
static struct score_row score_incident(const struct truth *t, const struct casefile *c, bool *used, struct arena *a)
{
	struct score_row row = { .onset_error_s = -1 };
	const struct incident *best = NULL;
	double best_overlap = 0;

	for (size_t i = 0; i < c->n_incidents; i++) {
		double overlap = overlap_s(&c->incidents[i], t, c);

		used[i] |= overlap > 0;
		if (overlap > best_overlap) {
			best_overlap = overlap;
			best = &c->incidents[i];
		}
	}
	row.found = best != NULL;
	if (best) {
		row.onset_error_s = onset_error_s(best, t);
		score_causes(&row, best, t, a);
	}
	row.herrings = share_of_herrings(t, best, row.top1, a);
	row.mentions = share_of_mentions(t, best, a);
	return row;
}

bool score_case(struct str truth, const struct casefile *c, struct arena *a, struct score *out, struct err *err)
{
	struct str rest, key;
	struct json_value root = json_value_at(truth, &rest), v;
	struct json_iter it;
	VEC(struct score_row) rows = { 0 };
	VEC(struct json_value) objects = { 0 };
	bool *used = arena_new_n(a, bool, c->n_incidents + 1);

	if (root.type != JSON_OBJECT)
		return err_set_status(err, EXIT_NO_INPUT, "truth.json is not a JSON object");
	if (json_iter_init(&it, json_get(root, STR("incidents"))))
		while (json_iter_next(&it, &key, &v))
			*vec_push(a, &objects) = v;
	if (objects.n == 0)
		*vec_push(a, &objects) = root;
	for (size_t i = 0; i < objects.n; i++) {
		struct truth *t = arena_new(a, struct truth);

		if (!is_incident(objects.at[i], a))
			continue;
		truth_read(t, objects.at[i], a);
		*vec_push(a, &rows) = score_incident(t, c, used, a);
	}
	*out = (struct score){ rows.at, rows.n, 0 };
	for (size_t i = 0; i < c->n_incidents; i++)
		out->false_alarms += !used[i];
	return true;
}
