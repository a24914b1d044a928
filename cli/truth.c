#include "cli/truth.h"

#include <math.h>

#include "core/timestamp.h"

static const double length_unknown_s = 3600;

enum { TOKENS_MAX = 64, TOKEN_MIN_BYTES = 3, STRONG_BYTES = 4 };

/* ---- words ---------------------------------------------------------------------------------- */

/* Kinds that truths call by another name. */
struct str truth_plain_kind(struct str kind)
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

bool truth_names_service(struct str service, struct str said, struct arena *a)
{
	return service.len > 0 && str_find(lower(said, a), lower(service, a)) >= 0;
}

bool truth_named(struct str entity, struct str service, struct str said, struct arena *a)
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
	return !any_strong && truth_names_service(service, said, a);
}

bool truth_is_nameless(struct str entity, struct arena *a)
{
	struct str words[TOKENS_MAX];

	return tokens_of(entity, words, a) == 0;
}

/* ---- the truth ------------------------------------------------------------------------------ */

double truth_seconds(int64_t ns)
{
	return (double)(ns / 1000) / 1e6;
}

static double time_at(struct json_value object, const char *key, struct arena *a)
{
	struct str text = json_get_text(object, key, a);
	struct timestamp t;

	return timestamp_parse(&text, &t) ? truth_seconds(t.ns) : NAN;
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
	t->kind = truth_plain_kind(json_get_text(object, "root_cause.kind", a));
	t->service = json_get_text(object, "root_cause.service", a);
	t->entity = json_get_text(object, "root_cause.entity", a);
	t->accepted[t->n_accepted++] = t->kind;
	if (json_iter_init(&it, json_get(object, STR("acceptable_kinds"))))
		while (t->n_accepted < TRUTH_KINDS_MAX && json_iter_next(&it, &key, &v))
			t->accepted[t->n_accepted++] = truth_plain_kind(json_text(v, a));
}

bool truth_accepts(const struct truth *t, enum cause_kind kind)
{
	for (size_t i = 0; i < t->n_accepted; i++)
		if (str_eq(t->accepted[i], str_of(cause_kind_name(kind))))
			return true;
	return false;
}

/* A quiet case has no root cause, or one of kind "none". */
static bool is_incident(struct json_value object, struct arena *a)
{
	struct str kind = json_get_text(object, "root_cause.kind", a);

	return kind.len > 0 && !str_eq(kind, STR("none"));
}

bool truths_read(struct str text, struct arena *a, struct truths *out, struct err *err)
{
	struct str rest, key;
	struct json_value root = json_value_at(text, &rest), v;
	struct json_iter it;
	VEC(struct json_value) objects = { 0 };

	*out = (struct truths){ 0 };
	if (root.type != JSON_OBJECT)
		return err_set_status(err, EXIT_NO_INPUT, "truth.json is not a JSON object");
	if (json_iter_init(&it, json_get(root, STR("incidents"))))
		while (json_iter_next(&it, &key, &v))
			*vec_push(a, &objects) = v;
	if (objects.n == 0)
		*vec_push(a, &objects) = root;
	for (size_t i = 0; i < objects.n; i++) {
		if (!is_incident(objects.at[i], a))
			continue;
		struct truth *t = vec_push(a, out);

		truth_read(t, objects.at[i], a);
		if (isnan(t->onset_s))
			return err_set_status(err, EXIT_NO_INPUT, "truth.json: an incident of kind %.*s has no onset that is a time",
					      STR_ARG(t->kind));
	}
	return true;
}
