#include "core/vocab.h"

#include "core/err.h"

#define NAME2(id, json) [id] = json,
#define NAME3(id, json, words) [id] = json,
#define NAME4(id, json, words, extra) [id] = json,
#define WORDS3(id, json, words) [id] = words,
#define WORDS4(id, json, words, extra) [id] = words,
#define EXTRA4(id, json, words, extra) [id] = extra,

static const char *const severity_names[SEVERITY_COUNT] = { SEVERITIES(NAME2) };
static const char *const event_names[EVENT_KIND_COUNT] = { EVENT_KINDS(NAME3) };
static const char *const change_names[CHANGE_KIND_COUNT] = { CHANGE_KINDS(NAME4) };
static const char *const change_words[CHANGE_KIND_COUNT] = { CHANGE_KINDS(WORDS4) };
static const enum cause_kind change_causes[CHANGE_KIND_COUNT] = { CHANGE_KINDS(EXTRA4) };
static const char *const cause_names[CAUSE_KIND_COUNT] = { CAUSE_KINDS(NAME3) };
static const char *const cause_words[CAUSE_KIND_COUNT] = { CAUSE_KINDS(WORDS3) };
static const char *const symptom_names[SYMPTOM_KIND_COUNT] = { SYMPTOM_KINDS(NAME3) };
static const char *const symptom_words[SYMPTOM_KIND_COUNT] = { SYMPTOM_KINDS(WORDS3) };

/* Ids come out of stores too, which may be damaged: a wrong one ends here and not in foreign memory. */
static const char *name_of(const char *const *names, unsigned id, unsigned count)
{
	if (id >= count)
		BUG("vocab: no such id");
	return names[id];
}

const char *severity_name(enum severity s)
{
	return name_of(severity_names, s, SEVERITY_COUNT);
}

const char *event_kind_name(enum event_kind k)
{
	return name_of(event_names, k, EVENT_KIND_COUNT);
}

const char *change_kind_name(enum change_kind k)
{
	return name_of(change_names, k, CHANGE_KIND_COUNT);
}

const char *change_kind_words(enum change_kind k)
{
	return name_of(change_words, k, CHANGE_KIND_COUNT);
}

enum cause_kind change_kind_cause(enum change_kind k)
{
	if ((unsigned)k >= CHANGE_KIND_COUNT)
		BUG("vocab: no such id");
	return change_causes[k];
}

const char *cause_kind_name(enum cause_kind k)
{
	return name_of(cause_names, k, CAUSE_KIND_COUNT);
}

const char *cause_kind_words(enum cause_kind k)
{
	return name_of(cause_words, k, CAUSE_KIND_COUNT);
}

const char *symptom_kind_name(enum symptom_kind k)
{
	return name_of(symptom_names, k, SYMPTOM_KIND_COUNT);
}

const char *symptom_kind_words(enum symptom_kind k)
{
	return name_of(symptom_words, k, SYMPTOM_KIND_COUNT);
}

struct level_word {
	const char *word; /* lower case */
	enum severity severity;
};

/*
 * Levels as written by syslog, log4j, java.util.logging (fine .. severe), Python, Go, .NET (trce, dbug,
 * fail), Serilog (vrb, wrn), PostgreSQL (log, debug1..5), MySQL (note, system), MongoDB (d1..d5) and zap
 * (dpanic); cut to four letters by logrus, supervisord and RabbitMQ (erro, debu, noti).
 */
static const struct level_word level_words[] = {
	{ "alert", SEV_FATAL },       { "c", SEV_FATAL },            { "config", SEV_DEBUG },
	{ "crit", SEV_FATAL },        { "critical", SEV_FATAL },     { "d", SEV_DEBUG },
	{ "d1", SEV_DEBUG },          { "d2", SEV_DEBUG },           { "d3", SEV_TRACE },
	{ "d4", SEV_TRACE },          { "d5", SEV_TRACE },           { "dbg", SEV_DEBUG },
	{ "dbug", SEV_DEBUG },        { "debu", SEV_DEBUG },
	{ "debug", SEV_DEBUG },        { "debug1", SEV_DEBUG },
	{ "debug2", SEV_TRACE },      { "debug3", SEV_TRACE },       { "debug4", SEV_TRACE },
	{ "debug5", SEV_TRACE },      { "deprecation", SEV_WARN },
	{ "dpanic", SEV_FATAL },       { "e", SEV_ERROR },             { "eror", SEV_ERROR },            { "erro", SEV_ERROR },
	{ "emerg", SEV_FATAL },       { "emergency", SEV_FATAL },    { "err", SEV_ERROR },
	{ "error", SEV_ERROR },       { "f", SEV_FATAL },            { "fail", SEV_ERROR },
	{ "failure", SEV_ERROR },     { "fatal", SEV_FATAL },        { "fine", SEV_DEBUG },
	{ "finer", SEV_TRACE },       { "finest", SEV_TRACE },       { "ftl", SEV_FATAL },
	{ "i", SEV_INFO },            { "inf", SEV_INFO },           { "info", SEV_INFO },
	{ "information", SEV_INFO },  { "informational", SEV_INFO }, { "log", SEV_INFO },
	{ "n", SEV_NOTICE },          { "note", SEV_NOTICE },        { "noti", SEV_NOTICE },        { "notice", SEV_NOTICE },
	{ "panic", SEV_FATAL },       { "severe", SEV_ERROR },       { "system", SEV_NOTICE },
	{ "t", SEV_TRACE },           { "trace", SEV_TRACE },        { "trc", SEV_TRACE },
	{ "trce", SEV_TRACE },        { "v", SEV_DEBUG },            { "verbose", SEV_DEBUG },
	{ "vrb", SEV_DEBUG },         { "w", SEV_WARN },             { "warn", SEV_WARN },
	{ "warning", SEV_WARN },      { "wrn", SEV_WARN },
};

enum severity severity_parse(struct str word)
{
	if (word.len == 0 || word.len > 13)
		return SEV_NONE;
	if (word.ptr[0] >= '0' && word.ptr[0] <= '9') {
		int64_t level;
		return str_to_i64(word, &level) ? severity_from_pino(level) : SEV_NONE;
	}
	char first = (char)(word.ptr[0] | 0x20);
	for (size_t i = 0; i < sizeof level_words / sizeof level_words[0]; i++)
		if (level_words[i].word[0] == first && str_eq_nocase(word, str_of(level_words[i].word)))
			return level_words[i].severity;
	return SEV_NONE;
}

enum severity severity_from_syslog(int level)
{
	static const enum severity by_level[] = { SEV_FATAL, SEV_FATAL,  SEV_FATAL, SEV_ERROR,
		                                  SEV_WARN,  SEV_NOTICE, SEV_INFO,  SEV_DEBUG };
	return level >= 0 && level <= 7 ? by_level[level] : SEV_NONE;
}

enum severity severity_from_pino(int64_t level)
{
	/* 10 trace .. 60 fatal; loggers with levels of their own put them in between. */
	if (level < 10 || level > 69)
		return SEV_NONE;
	static const enum severity by_ten[] = { SEV_TRACE, SEV_DEBUG, SEV_INFO,
		                                SEV_WARN,  SEV_ERROR, SEV_FATAL };
	return by_ten[level / 10 - 1];
}

struct change_word {
	const char *word; /* lower case */
	enum change_kind kind;
};

/*
 * When a text has several of these ("rollback of deployment", "feature flag config"), the one further up
 * wins: it says more.
 */
static const struct change_word change_kind_table[] = {
	{ "rollback", CHANGE_ROLLBACK },        { "rolled", CHANGE_ROLLBACK },
	{ "revert", CHANGE_ROLLBACK },          { "reverted", CHANGE_ROLLBACK },
	{ "undo", CHANGE_ROLLBACK },            { "flag", CHANGE_FLAG },
	{ "flags", CHANGE_FLAG },               { "feature", CHANGE_FLAG },
	{ "toggle", CHANGE_FLAG },              { "experiment", CHANGE_FLAG },
	{ "killswitch", CHANGE_FLAG },          { "migration", CHANGE_MIGRATION },
	{ "migrations", CHANGE_MIGRATION },     { "migrate", CHANGE_MIGRATION },
	{ "migrated", CHANGE_MIGRATION },       { "schema", CHANGE_MIGRATION },
	{ "ddl", CHANGE_MIGRATION },            { "certificate", CHANGE_CERTIFICATE },
	{ "certificates", CHANGE_CERTIFICATE }, { "cert", CHANGE_CERTIFICATE },
	{ "tls", CHANGE_CERTIFICATE },          { "credential", CHANGE_CREDENTIAL },
	{ "credentials", CHANGE_CREDENTIAL },   { "secret", CHANGE_CREDENTIAL },
	{ "secrets", CHANGE_CREDENTIAL },       { "password", CHANGE_CREDENTIAL },
	{ "rotate", CHANGE_CREDENTIAL },        { "rotation", CHANGE_CREDENTIAL },
	{ "failover", CHANGE_FAILOVER },        { "switchover", CHANGE_FAILOVER },
	{ "promote", CHANGE_FAILOVER },         { "promoted", CHANGE_FAILOVER },
	{ "promotion", CHANGE_FAILOVER },       { "scale", CHANGE_SCALING },
	{ "scaled", CHANGE_SCALING },           { "scaling", CHANGE_SCALING },
	{ "autoscaling", CHANGE_SCALING },      { "autoscale", CHANGE_SCALING },
	{ "resize", CHANGE_SCALING },           { "job", CHANGE_JOB },
	{ "cron", CHANGE_JOB },                 { "cronjob", CHANGE_JOB },
	{ "batch", CHANGE_JOB },                { "backup", CHANGE_JOB },
	{ "scheduled", CHANGE_JOB },            { "package", CHANGE_PACKAGE },
	{ "packages", CHANGE_PACKAGE },         { "install", CHANGE_PACKAGE },
	{ "installed", CHANGE_PACKAGE },        { "network", CHANGE_NETWORK },
	{ "firewall", CHANGE_NETWORK },         { "dns", CHANGE_NETWORK },
	{ "routing", CHANGE_NETWORK },          { "config", CHANGE_CONFIG },
	{ "configuration", CHANGE_CONFIG },     { "configmap", CHANGE_CONFIG },
	{ "setting", CHANGE_CONFIG },           { "settings", CHANGE_CONFIG },
	{ "parameter", CHANGE_CONFIG },         { "param", CHANGE_CONFIG },
	{ "reload", CHANGE_CONFIG },            { "restart", CHANGE_RESTART },
	{ "restarted", CHANGE_RESTART },        { "reboot", CHANGE_RESTART },
	{ "rebooted", CHANGE_RESTART },         { "bounce", CHANGE_RESTART },
	{ "deployment", CHANGE_DEPLOYMENT },    { "deployments", CHANGE_DEPLOYMENT },
	{ "deploy", CHANGE_DEPLOYMENT },        { "deployed", CHANGE_DEPLOYMENT },
	{ "deploying", CHANGE_DEPLOYMENT },     { "release", CHANGE_DEPLOYMENT },
	{ "released", CHANGE_DEPLOYMENT },      { "rollout", CHANGE_DEPLOYMENT },
	{ "upgrade", CHANGE_DEPLOYMENT },       { "upgraded", CHANGE_DEPLOYMENT },
	{ "operation", CHANGE_OPERATION },
	{ "manual", CHANGE_OPERATION },
};
enum { CHANGE_WORDS = sizeof change_kind_table / sizeof change_kind_table[0] };

static size_t rank_of(struct str word)
{
	for (size_t i = 0; i < CHANGE_WORDS; i++)
		if (str_eq_nocase(word, str_of(change_kind_table[i].word)))
			return i;
	return CHANGE_WORDS;
}

static bool letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool change_kind_parse_strict(struct str word, enum change_kind *out)
{
	word = str_trim(word);
	for (unsigned k = 0; k < CHANGE_KIND_COUNT; k++)
		if (str_eq_nocase(word, str_of(change_names[k]))) {
			*out = (enum change_kind)k;
			return true;
		}
	/* A kind is a word or a few: more is prose, which mentions things without meaning them. */
	if (word.len > 64)
		return false;
	size_t best = CHANGE_WORDS;
	for (size_t i = 0; i < word.len;) {
		size_t from = i;
		while (i < word.len && letter(word.ptr[i]) &&
		       !(i > from && upper(word.ptr[i]) && !upper(word.ptr[i - 1])))
			i++;
		size_t rank = rank_of(str_head(str_from(word, from), i - from));
		if (rank < best)
			best = rank;
		if (i == from)
			i++;
	}
	if (best == CHANGE_WORDS)
		return false;
	*out = change_kind_table[best].kind;
	return true;
}

enum change_kind change_kind_parse(struct str word)
{
	enum change_kind k;
	return change_kind_parse_strict(word, &k) ? k : CHANGE_OPERATION;
}
