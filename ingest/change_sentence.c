/* The word grammar of change records: see change_sentence() in ingest/change.h. */
#include "ingest/change.h"

enum { TOKENS_MAX = 64, TOKENS_BEFORE_VERB = 12 };

/* What the next plain word is. */
enum expect {
	EXPECT_NONE,
	EXPECT_ACTOR,
	EXPECT_LEFT,
	EXPECT_RIGHT,
	EXPECT_PLACE,
	EXPECT_VERSION,
	EXPECT_KEY,
	EXPECT_FLAG
};

struct reader {
	struct change_draft *d;
	enum expect expect;
	struct str last;        /* the plain word before */
	struct str before_verb; /* first plain word when no verb had come */
	bool arrow;             /* the next word is the new value, whatever it is */
	size_t plain;           /* plain words so far */
};

static bool is_one_of(struct str word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq_nocase(word, str_of(*list)))
			return true;
	return false;
}

static const char *const fillers[] = {
	"the",      "a",           "an",      "new",       "of",        "with",         "and",
	"app",      "application", "service", "component", "has",       "have",         "been",
	"is",       "are",         "was",     "be",        "to",        "now",          "replica",
	"replicas", "set",         "chart",   "container", "instances", "pods",         "pod",
	"all",      "up",          "down",    "out",       "back",      "successfully", "value",
	"traffic",  "image",       "kubectl", "helm",      "info",      "notice",       "warn",
	"warning",  "error",       "debug",   "happy",     "helming",   "schema",
	NULL,
};
static const char *const environments[] = {
	"production", "prod", "staging",     "stage",   "stg",    "live",    "test", "testing",
	"qa",         "dev",  "development", "preprod", "canary", "sandbox", "uat",  NULL,
};
static const char *const objects[] = {
	"deployment",
	"deployment.apps",
	"deploy",
	"statefulset",
	"statefulset.apps",
	"daemonset",
	"daemonset.apps",
	"service",
	"svc",
	"app",
	"application",
	"application.argoproj.io",
	"release",
	"helmrelease",
	"kustomization",
	"rollout",
	"replicaset",
	"job",
	"job.batch",
	"cronjob",
	"cronjob.batch",
	NULL,
};

/* In front of a sentence they say that it is about changes. */
static const char *const tools[] = { "kubectl", "helm",    "argocd",    "flux", "nomad",
				     "cap",     "ansible", "terraform", NULL };

static bool is_arrow(struct str w)
{
	return str_eq(w, STR("->")) || str_eq(w, STR("=>")) || str_eq(w, STR("-->")) || str_eq(w, STR("→"));
}

/* Opening brackets and quotes off the front, closing ones and punctuation off the end. */
static struct str bare(struct str w)
{
	while (w.len && memchr("([{<\"'`", w.ptr[0], 7))
		w = str_from(w, 1);
	while (w.len && memchr(")]}>\"'`,;:.!", w.ptr[w.len - 1], 12))
		w.len--;
	return w;
}

/* Next token: to a blank, but quotes, also behind "name=", hold blanks. */
static struct str next_token(struct str *s)
{
	size_t n = 0;
	char quote = 0;

	*s = str_trim(*s);
	for (; n < s->len; n++) {
		char c = s->ptr[n];

		if (quote) {
			if (c == quote)
				quote = 0;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\n')
			break;
		if (c == '"' && (n == 0 || s->ptr[n - 1] == '=' || s->ptr[n - 1] == '('))
			quote = c;
	}
	struct str t = str_head(*s, n);

	*s = str_from(*s, n);
	return t;
}

/* "name=value" */
static bool read_pair(struct reader *r, struct str token)
{
	struct str t = token, value, name;
	enum change_part f;

	while (t.len && memchr("([{,", t.ptr[0], 4))
		t = str_from(t, 1);
	name = str_cut(t, '=', &value);
	if (name.len == 0 || name.len == t.len || value.len == 0 || str_starts(value, STR("=")) ||
	    is_arrow(t))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      memchr("._-@/[]", c, 7)))
			return false;
	}
	while (value.len && memchr(",;)]}", value.ptr[value.len - 1], 5))
		value.len--;
	value = str_unquote(value);
	f = change_part_parse(name);
	/* A setting may well be called "service.timeout" or "version": only a setting's assignment has a dot.
	 */
	if (f != PART_NONE && str_chr(name, '.') < 0) {
		r->d->pairs++;
		if (f == PART_KIND && change_verb(r->d, value)) {
			r->d->named = true;
			return true;
		}
		change_set(r->d, f, value);
		return true;
	}
	if (r->d->has_kind && (r->d->kind == CHANGE_CONFIG || r->d->kind == CHANGE_FLAG)) {
		change_set(r->d, r->d->kind == CHANGE_FLAG ? PART_FLAG : PART_KEY, name);
		change_set(r->d, PART_NEW, value);
	} else if (r->d->has_kind && r->d->kind == CHANGE_DEPLOYMENT && str_rchr(value, ':') > 0) {
		/* kubectl set image deployment/web web=registry/web:4.7.3 */
		change_set(r->d, PART_VERSION, str_from(value, (size_t)str_rchr(value, ':') + 1));
	}
	return true;
}

/* "auth:2.4.0", "registry/shop/web:4.7.3", "web@1.2.3", "web-4.7.3": a thing and its version in one word. */
static bool read_thing_and_version(struct reader *r, struct str w)
{
	ptrdiff_t at = str_rchr(w, ':');
	struct str thing, version;

	if (at <= 0)
		at = str_rchr(w, '@');
	if (at <= 0) {
		for (at = (ptrdiff_t)w.len - 1; at > 0; at--)
			if (w.ptr[at] == '-' && change_looks_like_version(str_from(w, (size_t)at + 1)) &&
			    str_chr(str_from(w, (size_t)at + 1), '.') > 0)
				break;
	}
	if (at <= 0)
		return false;
	thing = str_head(w, (size_t)at);
	version = str_from(w, (size_t)at + 1);
	if (!change_looks_like_version(version) || (thing.ptr[0] >= '0' && thing.ptr[0] <= '9'))
		return false;
	for (size_t i = 0; i < thing.len; i++) {
		char c = (char)(thing.ptr[i] | 0x20);

		if (!(c >= 'a' && c <= 'z') && !memchr("0123456789._-/:", thing.ptr[i], 15))
			return false;
	}
	at = str_rchr(thing, '/');
	change_set(r->d, PART_SERVICE, str_from(thing, (size_t)(at + 1)));
	change_set(r->d, PART_VERSION, version);
	return true;
}

/* "deployment.apps/web", "statefulset/db" */
static bool read_object(struct reader *r, struct str w)
{
	struct str name, kind = str_cut(w, '/', &name);

	if (name.len == 0 || !is_one_of(kind, objects))
		return false;
	change_set(r->d, PART_SERVICE, name);
	r->d->object = true;
	return true;
}

static void place_value(struct reader *r, struct str w)
{
	struct change_draft *d = r->d;

	switch (r->expect) {
	case EXPECT_ACTOR: change_set(d, PART_ACTOR, w); break;
	case EXPECT_LEFT:
		if (d->left.len == 0)
			d->left = w;
		break;
	case EXPECT_RIGHT:
		if (is_one_of(w, environments)) {
			change_set(d, PART_ENVIRONMENT, w);
		} else if (d->right.len == 0 && (d->left.len || d->has_kind)) {
			bool number = w.len && ((w.ptr[0] >= '0' && w.ptr[0] <= '9') || w.ptr[0] == '-');

			if (number || change_looks_like_version(w) || d->left.len ||
			    d->kind == CHANGE_CONFIG || d->kind == CHANGE_FLAG)
				d->right = w;
			else
				change_set(d, PART_SERVICE, w); /* "deployed 4.7.3 to web" */
		}
		break;
	case EXPECT_PLACE:
		if (is_one_of(w, environments))
			change_set(d, PART_ENVIRONMENT, w);
		else if (!read_object(r, w))
			change_set(d, PART_SERVICE, w);
		break;
	case EXPECT_VERSION: change_set(d, PART_VERSION, w); break;
	case EXPECT_KEY: change_set(d, PART_KEY, w); break;
	case EXPECT_FLAG: change_set(d, PART_FLAG, w); break;
	case EXPECT_NONE: break;
	}
	r->expect = EXPECT_NONE;
}

/* Words that steer the reading. True when the word was one. */
static bool read_steering(struct reader *r, struct str w, bool parenthesis)
{
	static const struct {
		const char *word;
		enum expect expect;
	} words[] = {
		{ "by", EXPECT_ACTOR }, { "from", EXPECT_LEFT }, { "to", EXPECT_RIGHT },
		{ "on", EXPECT_PLACE }, { "for", EXPECT_PLACE }, { "in", EXPECT_PLACE },
		{ "at", EXPECT_NONE },
	};
	struct change_draft *d = r->d;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!str_eq_nocase(w, str_of(words[i].word)))
			continue;
		if (d->kind == CHANGE_FLAG && d->has_kind && str_eq_nocase(r->last, STR("turned")))
			return false; /* "turned on" */
		r->expect = words[i].expect;
		return true;
	}
	if (str_eq_nocase(w, STR("was")) && parenthesis) {
		r->expect = EXPECT_LEFT;
		return true;
	}
	if (str_eq_nocase(w, STR("version")) || str_eq_nocase(w, STR("revision")) ||
	    str_eq_nocase(w, STR("tag")) || str_eq_nocase(w, STR("--version"))) {
		if (r->expect == EXPECT_NONE)
			r->expect = EXPECT_VERSION;
		return true;
	}
	return false;
}

/* Words of a flag's or a setting's state. */
static bool read_state(struct reader *r, struct str w)
{
	static const char *const on[] = { "enabled", "enable", "enabling", NULL };
	static const char *const off[] = { "disabled", "disable", "disabling", NULL };
	bool is_on =
		is_one_of(w, on) || (str_eq_nocase(r->last, STR("turned")) && str_eq_nocase(w, STR("on")));
	bool is_off =
		is_one_of(w, off) || (str_eq_nocase(r->last, STR("turned")) && str_eq_nocase(w, STR("off")));

	if (!is_on && !is_off)
		return str_eq_nocase(w, STR("turned"));
	change_set(r->d, PART_NEW, is_on ? STR("on") : STR("off"));
	return true;
}

static void read_plain(struct reader *r, struct str w)
{
	struct change_draft *d = r->d;

	r->plain++;
	if (r->expect != EXPECT_NONE) {
		place_value(r, w);
		return;
	}
	if (read_object(r, w) || read_thing_and_version(r, w))
		return;
	if (change_looks_like_version(w)) {
		change_set(d, PART_VERSION, w);
		return;
	}
	if (!d->has_kind) {
		if (r->before_verb.len == 0)
			r->before_verb = w;
		return;
	}
	if (d->kind == CHANGE_CONFIG) {
		/* The setting comes first; its place behind "on" or "for". */
		change_set(d, PART_KEY, w);
		return;
	}
	if (d->kind == CHANGE_FLAG) {
		change_set(d, PART_FLAG, w);
		return;
	}
	change_set(d, PART_SERVICE, w);
}

/* Two words that are one verb. */
static bool read_double_verb(struct reader *r, struct str w, struct str next)
{
	static const struct {
		const char *first, *second, *verb;
	} pairs[] = {
		{ "roll", "back", "rollback" },
		{ "rolled", "back", "rolledback" },
		{ "rolling", "back", "rollingback" },
		{ "roll", "out", "rollout" },
		{ "rolled", "out", "rolledout" },
		{ "rolling", "out", "rollingout" },
		{ "rolling", "update", "rollout" },
		{ "rollout", "undo", "rollback" },
		{ "rollout", "restart", "restart" },
		{ "failed", "over", "failedover" },
		{ "scale", "up", "scale" },
		{ "scale", "down", "scale" },
		{ "scaled", "up", "scaled" },
		{ "scaled", "down", "scaled" },
		{ "feature", "flag", "flag" },
		{ "config", "change", "config" },
		{ "config", "update", "config" },
		{ "configuration", "change", "config" },
		{ "configuration", "update", "config" },
		{ "set", "image", "deploy" },
		{ "image", "updated", "deployed" },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (str_eq_nocase(w, str_of(pairs[i].first)) &&
		    str_eq_nocase(next, str_of(pairs[i].second))) {
			change_verb(r->d, str_of(pairs[i].verb));
			r->d->verb = w;
			return true;
		}
	}
	return false;
}

/* What stood before an arrow was the old value, whatever it was taken for. */
static void take_left(struct reader *r, struct str left)
{
	struct change_draft *d = r->d;

	if (d->left.len == 0)
		d->left = left;
	if (str_eq(d->part[PART_VERSION], left))
		d->part[PART_VERSION] = STR_NONE;
	if (str_eq(d->part[PART_KEY], left))
		d->part[PART_KEY] = STR_NONE;
	r->expect = EXPECT_RIGHT;
	r->arrow = true;
}

/* "2.3.1->2.4.0" in one word */
static bool read_joined_arrow(struct reader *r, struct str w)
{
	static const struct str arrows[] = { { "->", 2 }, { "→", 3 }, { "=>", 2 } };

	for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
		ptrdiff_t at = str_find(w, arrows[i]);

		if (at <= 0 || (size_t)at + arrows[i].len >= w.len)
			continue;
		take_left(r, str_head(w, (size_t)at));
		if (r->d->right.len == 0)
			r->d->right = str_from(w, (size_t)at + arrows[i].len);
		r->expect = EXPECT_NONE;
		r->arrow = false;
		return true;
	}
	return false;
}

/* Reads one word; true when `next` belonged to it. */
static bool read_word(struct reader *r, struct str w, struct str next, bool parenthesis)
{
	struct change_draft *d = r->d;

	if (r->arrow) {
		r->arrow = false;
		if (d->right.len == 0)
			d->right = w;
		r->expect = EXPECT_NONE;
		return false;
	}
	if (read_joined_arrow(r, w))
		return false;
	if (r->expect == EXPECT_NONE && read_double_verb(r, w, next))
		return true;
	if (read_state(r, w) || read_steering(r, w, parenthesis))
		return false;
	if (r->expect == EXPECT_NONE) {
		if (read_object(r, w))
			return false;
		if (change_status(w).len && (d->has_kind || r->before_verb.len || r->plain == 0) &&
		    !str_eq_nocase(w, STR("deployed"))) {
			change_set(d, PART_STATUS, w);
			return false;
		}
		if (r->plain < 8 && change_verb(d, w))
			return false;
	}
	if (!is_one_of(w, fillers) || r->expect == EXPECT_ACTOR)
		read_plain(r, w);
	return false;
}

/* "====": around a title. */
static bool is_ruling(struct str w)
{
	for (size_t i = 0; i < w.len; i++)
		if (!memchr("=*-#~_", w.ptr[i], 6))
			return false;
	return true;
}

void change_sentence(struct change_draft *d, struct str text)
{
	struct reader r = { .d = d };
	struct str s = text;

	for (size_t n = 0; n < TOKENS_MAX; n++) {
		struct str token = next_token(&s), w, ahead = s;

		/* Who has said nothing of a change by now will not. */
		if (token.len == 0 || (n >= TOKENS_BEFORE_VERB && !d->has_kind))
			break;
		if (is_arrow(token)) {
			take_left(&r, r.last);
			continue;
		}
		if (!r.arrow && read_pair(&r, token))
			continue;
		w = bare(token);
		if (w.len == 0 || is_ruling(w))
			continue;
		if (n == 0 && is_one_of(w, tools))
			d->tool = true;
		if (read_word(&r, w, bare(next_token(&ahead)), token.ptr[0] == '('))
			s = ahead;
		r.last = w;
	}
	if (!d->has_kind)
		return;
	change_set(d,
		   d->kind == CHANGE_CONFIG ? PART_KEY
		   : d->kind == CHANGE_FLAG ? PART_FLAG
					    : PART_SERVICE,
		   r.before_verb);
}
