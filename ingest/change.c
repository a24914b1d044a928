#include "ingest/change.h"

struct field_row {
	const char *name; /* lower case, letters and digits only */
	enum change_field field;
};

static const struct field_row fields[] = {
	{ "time", FIELD_TIME }, { "timestamp", FIELD_TIME }, { "ts", FIELD_TIME }, { "date", FIELD_TIME },
	{ "datetime", FIELD_TIME }, { "at", FIELD_TIME }, { "when", FIELD_TIME }, { "created", FIELD_TIME },
	{ "createdat", FIELD_TIME }, { "createddate", FIELD_TIME }, { "deployedat", FIELD_TIME },
	{ "deploytime", FIELD_TIME }, { "deploymenttime", FIELD_TIME }, { "started", FIELD_TIME },
	{ "startedat", FIELD_TIME }, { "starttime", FIELD_TIME }, { "start", FIELD_TIME }, { "begin", FIELD_TIME },
	{ "eventtime", FIELD_TIME }, { "occurredat", FIELD_TIME }, { "releasedat", FIELD_TIME },
	{ "releasedate", FIELD_TIME }, { "appliedat", FIELD_TIME }, { "executedat", FIELD_TIME },
	{ "dateexecuted", FIELD_TIME }, { "installedon", FIELD_TIME }, { "changedat", FIELD_TIME },
	{ "timeutc", FIELD_TIME }, { "timestamputc", FIELD_TIME }, { "datetimeutc", FIELD_TIME }, { "utc", FIELD_TIME },
	{ "end", FIELD_END }, { "ended", FIELD_END }, { "endedat", FIELD_END }, { "endtime", FIELD_END },
	{ "finished", FIELD_END }, { "finishedat", FIELD_END }, { "completedat", FIELD_END }, { "completed", FIELD_END },
	{ "action", FIELD_KIND }, { "event", FIELD_KIND }, { "eventtype", FIELD_KIND }, { "eventname", FIELD_KIND },
	{ "type", FIELD_KIND }, { "kind", FIELD_KIND }, { "verb", FIELD_KIND }, { "operation", FIELD_KIND },
	{ "op", FIELD_KIND }, { "changetype", FIELD_KIND }, { "activity", FIELD_KIND }, { "task", FIELD_KIND },
	{ "category", FIELD_KIND },
	{ "service", FIELD_SERVICE }, { "servicename", FIELD_SERVICE }, { "app", FIELD_SERVICE },
	{ "appname", FIELD_SERVICE }, { "application", FIELD_SERVICE }, { "applicationname", FIELD_SERVICE },
	{ "component", FIELD_SERVICE }, { "target", FIELD_SERVICE }, { "system", FIELD_SERVICE },
	{ "deployment", FIELD_SERVICE }, { "workload", FIELD_SERVICE }, { "microservice", FIELD_SERVICE },
	{ "module", FIELD_SERVICE }, { "resource", FIELD_SERVICE }, { "database", FIELD_SERVICE }, { "db", FIELD_SERVICE },
	{ "svc", FIELD_SERVICE }, { "product", FIELD_SERVICE },
	{ "project", FIELD_SERVICE_WEAK }, { "repo", FIELD_SERVICE_WEAK }, { "repository", FIELD_SERVICE_WEAK },
	{ "name", FIELD_SERVICE_WEAK }, { "workflowname", FIELD_SERVICE_WEAK },
	{ "version", FIELD_VERSION }, { "newversion", FIELD_VERSION }, { "toversion", FIELD_VERSION },
	{ "to", FIELD_VERSION }, { "currentversion", FIELD_VERSION }, { "deployedversion", FIELD_VERSION },
	{ "targetversion", FIELD_VERSION }, { "release", FIELD_VERSION }, { "ver", FIELD_VERSION },
	{ "tag", FIELD_REVISION }, { "imagetag", FIELD_REVISION }, { "image", FIELD_REVISION }, { "sha", FIELD_REVISION },
	{ "headsha", FIELD_REVISION }, { "gitsha", FIELD_REVISION }, { "commit", FIELD_REVISION },
	{ "commitsha", FIELD_REVISION }, { "revision", FIELD_REVISION }, { "rev", FIELD_REVISION },
	{ "ref", FIELD_REVISION }, { "build", FIELD_REVISION }, { "buildnumber", FIELD_REVISION },
	{ "buildid", FIELD_REVISION }, { "artifact", FIELD_REVISION },
	{ "previous", FIELD_PREVIOUS }, { "previousversion", FIELD_PREVIOUS }, { "prev", FIELD_PREVIOUS },
	{ "prevversion", FIELD_PREVIOUS }, { "oldversion", FIELD_PREVIOUS }, { "from", FIELD_PREVIOUS },
	{ "fromversion", FIELD_PREVIOUS }, { "priorversion", FIELD_PREVIOUS }, { "lastversion", FIELD_PREVIOUS },
	{ "previoustag", FIELD_PREVIOUS }, { "previousrevision", FIELD_PREVIOUS },
	{ "actor", FIELD_ACTOR }, { "user", FIELD_ACTOR }, { "username", FIELD_ACTOR }, { "by", FIELD_ACTOR },
	{ "who", FIELD_ACTOR }, { "author", FIELD_ACTOR }, { "deployedby", FIELD_ACTOR }, { "createdby", FIELD_ACTOR },
	{ "operator", FIELD_ACTOR }, { "initiator", FIELD_ACTOR }, { "initiatedby", FIELD_ACTOR },
	{ "triggeredby", FIELD_ACTOR }, { "performedby", FIELD_ACTOR }, { "changedby", FIELD_ACTOR },
	{ "modifiedby", FIELD_ACTOR }, { "updatedby", FIELD_ACTOR }, { "releasedby", FIELD_ACTOR },
	{ "appliedby", FIELD_ACTOR }, { "requestedby", FIELD_ACTOR }, { "installedby", FIELD_ACTOR },
	{ "principal", FIELD_ACTOR }, { "creator", FIELD_ACTOR }, { "member", FIELD_ACTOR }, { "deployer", FIELD_ACTOR },
	{ "useremail", FIELD_ACTOR }, { "email", FIELD_ACTOR }, { "engineer", FIELD_ACTOR }, { "person", FIELD_ACTOR },
	{ "key", FIELD_KEY }, { "setting", FIELD_KEY }, { "parameter", FIELD_KEY }, { "param", FIELD_KEY },
	{ "option", FIELD_KEY }, { "property", FIELD_KEY }, { "configkey", FIELD_KEY }, { "migration", FIELD_KEY },
	{ "migrationid", FIELD_KEY }, { "script", FIELD_KEY }, { "package", FIELD_KEY }, { "variable", FIELD_KEY },
	{ "flag", FIELD_FLAG }, { "flagkey", FIELD_FLAG }, { "flagname", FIELD_FLAG }, { "feature", FIELD_FLAG },
	{ "featurename", FIELD_FLAG }, { "featureflag", FIELD_FLAG }, { "toggle", FIELD_FLAG },
	{ "togglename", FIELD_FLAG }, { "experiment", FIELD_FLAG },
	{ "old", FIELD_OLD }, { "oldvalue", FIELD_OLD }, { "before", FIELD_OLD }, { "previousvalue", FIELD_OLD },
	{ "was", FIELD_OLD }, { "valuebefore", FIELD_OLD }, { "oldstate", FIELD_OLD },
	{ "new", FIELD_NEW }, { "newvalue", FIELD_NEW }, { "after", FIELD_NEW }, { "value", FIELD_NEW },
	{ "now", FIELD_NEW }, { "valueafter", FIELD_NEW }, { "enabled", FIELD_NEW }, { "newstate", FIELD_NEW },
	{ "status", FIELD_STATUS }, { "result", FIELD_STATUS }, { "outcome", FIELD_STATUS }, { "state", FIELD_STATUS },
	{ "conclusion", FIELD_STATUS }, { "phase", FIELD_STATUS }, { "success", FIELD_STATUS },
	{ "id", FIELD_ID }, { "change", FIELD_ID }, { "changeid", FIELD_ID }, { "ticket", FIELD_ID },
	{ "deploymentid", FIELD_ID }, { "deployid", FIELD_ID }, { "releaseid", FIELD_ID }, { "runid", FIELD_ID },
	{ "jobid", FIELD_ID }, { "incident", FIELD_ID }, { "issue", FIELD_ID }, { "jira", FIELD_ID },
	{ "pipeline", FIELD_ID }, { "pipelineid", FIELD_ID }, { "databaseid", FIELD_ID }, { "cr", FIELD_ID },
	{ "what", FIELD_TEXT }, { "comment", FIELD_TEXT }, { "description", FIELD_TEXT }, { "message", FIELD_TEXT },
	{ "msg", FIELD_TEXT }, { "summary", FIELD_TEXT }, { "title", FIELD_TEXT }, { "notes", FIELD_TEXT },
	{ "note", FIELD_TEXT }, { "reason", FIELD_TEXT }, { "details", FIELD_TEXT }, { "text", FIELD_TEXT },
	{ "displaytitle", FIELD_TEXT }, { "sql", FIELD_TEXT }, { "subject", FIELD_TEXT },
	{ "environment", FIELD_ENVIRONMENT }, { "environmentname", FIELD_ENVIRONMENT }, { "env", FIELD_ENVIRONMENT },
	{ "stage", FIELD_ENVIRONMENT }, { "namespace", FIELD_ENVIRONMENT }, { "cluster", FIELD_ENVIRONMENT },
	{ "region", FIELD_ENVIRONMENT },
	{ "host", FIELD_HOST }, { "hostname", FIELD_HOST }, { "server", FIELD_HOST }, { "node", FIELD_HOST },
	{ "instance", FIELD_HOST },
	{ "level", FIELD_LEVEL }, { "severity", FIELD_LEVEL }, { "lvl", FIELD_LEVEL }, { "loglevel", FIELD_LEVEL },
};

enum { CANONICAL_BYTES = 24 };

/* Lower case letters and digits only; the length, or 0 when longer than any name in the table. */
static size_t canonical(struct str name, char out[CANONICAL_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			if (c == '_' || c == '-' || c == ' ' || c == '.' || c == '@')
				continue;
			return 0;
		}
		if (n == CANONICAL_BYTES)
			return 0;
		out[n++] = c;
	}
	return n;
}

enum change_field change_field_parse(struct str name)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(name, text) };

	if (key.len == 0)
		return FIELD_NONE;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fields[i].name[0] == key.ptr[0] && str_eq(str_of(fields[i].name), key))
			return fields[i].field;
	return FIELD_NONE;
}

void change_set(struct change_draft *d, enum change_field f, struct str value)
{
	value = str_trim(value);
	if (f == FIELD_NONE || value.len == 0 || str_eq(value, STR("-")) || str_eq_nocase(value, STR("null")) ||
	    str_eq_nocase(value, STR("none")) || str_eq_nocase(value, STR("n/a")))
		return;
	if (d->field[f].len == 0)
		d->field[f] = value;
}

struct status_row {
	const char *word;
	const char *status;
};

static const struct status_row statuses[] = {
	{ "started", "started" }, { "start", "started" }, { "starting", "started" }, { "begin", "started" },
	{ "begun", "started" }, { "beginning", "started" }, { "running", "started" }, { "inprogress", "started" },
	{ "pending", "started" }, { "queued", "started" }, { "initiated", "started" }, { "progressing", "started" },
	{ "succeeded", "succeeded" }, { "success", "succeeded" }, { "successful", "succeeded" },
	{ "successfully", "succeeded" }, { "completed", "succeeded" }, { "complete", "succeeded" },
	{ "done", "succeeded" }, { "finished", "succeeded" }, { "finish", "succeeded" }, { "ok", "succeeded" },
	{ "true", "succeeded" }, { "active", "succeeded" }, { "passed", "succeeded" }, { "applied", "succeeded" },
	{ "healthy", "succeeded" }, { "synced", "succeeded" }, { "executed", "succeeded" }, { "deployed", "succeeded" },
	{ "failed", "failed" }, { "fail", "failed" }, { "failure", "failed" }, { "failing", "failed" },
	{ "error", "failed" }, { "errored", "failed" }, { "false", "failed" }, { "aborted", "failed" },
	{ "cancelled", "failed" }, { "canceled", "failed" }, { "timedout", "failed" }, { "timeout", "failed" },
	{ "rejected", "failed" }, { "degraded", "failed" },
};

struct str change_status(struct str word)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(word, text) };

	for (size_t i = 0; key.len && i < sizeof statuses / sizeof statuses[0]; i++)
		if (str_eq(key, str_of(statuses[i].word)))
			return str_of(statuses[i].status);
	return STR_NONE;
}

struct verb_row {
	const char *word; /* as canonical() writes it */
	enum change_kind kind;
	enum change_strength strength;
	const char *tense; /* "" when the form says nothing */
};

static const struct verb_row verbs[] = {
	{ "deploy", CHANGE_DEPLOYMENT, CHANGE_SURE, "" }, { "deploys", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "deploying", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	{ "deployed", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" }, { "deployment", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "redeploy", CHANGE_DEPLOYMENT, CHANGE_SURE, "" }, { "redeployed", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "redeploying", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" }, { "rollout", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "rolledout", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "rollingout", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	{ "rollingupdate", CHANGE_DEPLOYMENT, CHANGE_SURE, "" }, { "release", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "" },
	{ "released", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "releasing", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "started" },
	{ "shipped", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "succeeded" },
	{ "upgrade", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "" }, { "upgraded", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "succeeded" },
	{ "upgrading", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "started" },
	{ "rollback", CHANGE_ROLLBACK, CHANGE_SURE, "" }, { "rolledback", CHANGE_ROLLBACK, CHANGE_SURE, "succeeded" },
	{ "rollingback", CHANGE_ROLLBACK, CHANGE_SURE, "started" }, { "revert", CHANGE_ROLLBACK, CHANGE_UNSURE, "" },
	{ "reverted", CHANGE_ROLLBACK, CHANGE_UNSURE, "succeeded" },
	{ "reverting", CHANGE_ROLLBACK, CHANGE_UNSURE, "started" },
	{ "migrate", CHANGE_MIGRATION, CHANGE_SURE, "" }, { "migrated", CHANGE_MIGRATION, CHANGE_SURE, "succeeded" },
	{ "migrating", CHANGE_MIGRATION, CHANGE_SURE, "started" }, { "migration", CHANGE_MIGRATION, CHANGE_SURE, "" },
	{ "migrations", CHANGE_MIGRATION, CHANGE_SURE, "" },
	{ "restart", CHANGE_RESTART, CHANGE_SURE, "" }, { "restarted", CHANGE_RESTART, CHANGE_SURE, "succeeded" },
	{ "restarting", CHANGE_RESTART, CHANGE_SURE, "started" }, { "reboot", CHANGE_RESTART, CHANGE_SURE, "" },
	{ "rebooted", CHANGE_RESTART, CHANGE_SURE, "succeeded" }, { "rebooting", CHANGE_RESTART, CHANGE_SURE, "started" },
	{ "scale", CHANGE_SCALING, CHANGE_SURE, "" }, { "scaled", CHANGE_SCALING, CHANGE_SURE, "succeeded" },
	{ "scaling", CHANGE_SCALING, CHANGE_SURE, "started" }, { "scaleup", CHANGE_SCALING, CHANGE_SURE, "" },
	{ "scaledown", CHANGE_SCALING, CHANGE_SURE, "" }, { "resize", CHANGE_SCALING, CHANGE_UNSURE, "" },
	{ "resized", CHANGE_SCALING, CHANGE_UNSURE, "succeeded" },
	{ "config", CHANGE_CONFIG, CHANGE_SURE, "" }, { "configure", CHANGE_CONFIG, CHANGE_UNSURE, "" },
	{ "configured", CHANGE_CONFIG, CHANGE_UNSURE, "succeeded" }, { "configchange", CHANGE_CONFIG, CHANGE_SURE, "" },
	{ "configuration", CHANGE_CONFIG, CHANGE_UNSURE, "" }, { "reconfigure", CHANGE_CONFIG, CHANGE_SURE, "" },
	{ "reconfigured", CHANGE_CONFIG, CHANGE_SURE, "succeeded" }, { "set", CHANGE_CONFIG, CHANGE_UNSURE, "" },
	{ "flag", CHANGE_FLAG, CHANGE_SURE, "" }, { "featureflag", CHANGE_FLAG, CHANGE_SURE, "" },
	{ "toggle", CHANGE_FLAG, CHANGE_SURE, "" }, { "toggled", CHANGE_FLAG, CHANGE_SURE, "succeeded" },
	{ "rotate", CHANGE_CREDENTIAL, CHANGE_UNSURE, "" }, { "rotated", CHANGE_CREDENTIAL, CHANGE_UNSURE, "succeeded" },
	{ "rotating", CHANGE_CREDENTIAL, CHANGE_UNSURE, "started" },
	{ "renew", CHANGE_CERTIFICATE, CHANGE_UNSURE, "" }, { "renewed", CHANGE_CERTIFICATE, CHANGE_UNSURE, "succeeded" },
	{ "failover", CHANGE_FAILOVER, CHANGE_SURE, "" }, { "failedover", CHANGE_FAILOVER, CHANGE_SURE, "succeeded" },
	{ "switchover", CHANGE_FAILOVER, CHANGE_SURE, "" },
	{ "install", CHANGE_PACKAGE, CHANGE_UNSURE, "" }, { "installed", CHANGE_PACKAGE, CHANGE_UNSURE, "succeeded" },
	{ "installing", CHANGE_PACKAGE, CHANGE_UNSURE, "started" },
};

static const struct verb_row *find_verb(struct str word)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(word, text) };

	for (size_t i = 0; key.len && i < sizeof verbs / sizeof verbs[0]; i++)
		if (str_eq(key, str_of(verbs[i].word)))
			return &verbs[i];
	return NULL;
}

bool change_verb(struct change_draft *d, struct str word)
{
	static const char *const generic[] = { "added",   "removed", "updated", "changed",  "created",
					       "deleted", "edited",  "revoked", "modified", "replaced" };
	const struct verb_row *v = find_verb(word);
	enum change_kind kind;

	if (v && (!d->has_kind || d->strength < v->strength || v->kind == CHANGE_ROLLBACK)) {
		/* "Release web has been upgraded": two words that agree are sure. */
		d->strength = d->has_kind && d->kind == v->kind ? CHANGE_SURE : v->strength;
		d->kind = v->kind;
		d->tense = str_of(v->tense);
	} else if (v) {
		if (d->kind == v->kind) {
			d->strength = CHANGE_SURE;
			if (v->tense[0])
				d->tense = str_of(v->tense);
		}
		return true;
	} else if (d->has_kind) {
		for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++) {
			if (str_eq_nocase(word, str_of(generic[i]))) {
				d->strength = CHANGE_SURE;
				return true;
			}
		}
		if (change_kind_parse_strict(word, &kind) && kind == d->kind)
			d->strength = CHANGE_SURE;
		return false;
	} else if (change_kind_parse_strict(word, &kind)) {
		d->kind = kind;
		d->strength = CHANGE_UNSURE;
	} else {
		return false;
	}
	d->has_kind = true;
	d->verb = word;
	return true;
}

bool change_looks_like_version(struct str s)
{
	size_t digits = 0, letters = 0, dots = 0, hex = 0, marks = 0;

	if (s.len > 1 && (s.ptr[0] == 'v' || s.ptr[0] == 'V' || s.ptr[0] == 'r') && s.ptr[1] >= '0' && s.ptr[1] <= '9')
		return s.len <= 64;
	if (s.len == 0 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			letters++;
		else if (c == '.')
			dots++;
		else if (c == '_' || c == '-' || c == '+' || c == '~')
			marks++;
		else
			return false;
		hex += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
	}
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9' && (dots || marks || letters == 0))
		return dots || marks || digits >= 6;
	return hex == s.len && s.len >= 7 && digits && letters; /* a commit */
}

/* "SHOP-1420 ranking v2 behind flag": the ticket in front of a free text. */
static struct str ticket_in(struct str text)
{
	struct str rest = text, word = str_word(&rest);
	size_t n = 0, digits;

	while (n < word.len && ((word.ptr[n] >= 'A' && word.ptr[n] <= 'Z') || (n && word.ptr[n] >= '0' && word.ptr[n] <= '9')))
		n++;
	if (n < 2 || n >= word.len || word.ptr[n] != '-')
		return STR_NONE;
	for (digits = n + 1; digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9';)
		digits++;
	return digits > n + 1 ? str_head(word, digits) : STR_NONE;
}

static struct str first_of(struct str a, struct str b)
{
	return a.len ? a : b;
}

static bool same_side_values(enum change_kind k)
{
	return k == CHANGE_CONFIG || k == CHANGE_FLAG || k == CHANGE_SCALING || k == CHANGE_CREDENTIAL || k == CHANGE_NETWORK;
}

bool change_resolve(const struct change_draft *d, struct str text, struct arena *scratch, struct event *e)
{
	const struct str *f = d->field;
	struct change *c;
	enum change_kind kind = d->kind;
	bool known = d->has_kind;
	bool values = f[FIELD_OLD].len || f[FIELD_NEW].len;

	if (f[FIELD_FLAG].len) {
		kind = CHANGE_FLAG;
		known = true;
	} else if (!known && f[FIELD_KEY].len && values) {
		kind = CHANGE_CONFIG;
		known = true;
	} else if (!known && f[FIELD_VERSION].len && f[FIELD_PREVIOUS].len) {
		kind = CHANGE_DEPLOYMENT;
		known = true;
	}
	if (!known)
		return false;
	c = arena_new(scratch, struct change);
	c->kind = kind;
	c->end_ns = TIME_NONE;
	c->service = first_of(f[FIELD_SERVICE], kind == CHANGE_FLAG || kind == CHANGE_CONFIG ? STR_NONE : f[FIELD_SERVICE_WEAK]);
	c->version = first_of(f[FIELD_VERSION], f[FIELD_REVISION]);
	c->previous = f[FIELD_PREVIOUS];
	c->key = first_of(f[FIELD_FLAG], f[FIELD_KEY]);
	c->old_value = f[FIELD_OLD];
	c->new_value = f[FIELD_NEW];
	if (same_side_values(kind)) {
		c->old_value = first_of(c->old_value, d->left);
		c->new_value = first_of(c->new_value, d->right);
	} else {
		if (d->right.len) {
			/* "rolled back web 4.7.3 to 4.7.2" */
			c->previous = first_of(c->previous, first_of(d->left, c->version));
			c->version = d->right;
		} else {
			c->previous = first_of(c->previous, d->left);
		}
	}
	if (kind == CHANGE_MIGRATION)
		c->key = first_of(c->key, c->version);
	c->actor = f[FIELD_ACTOR];
	c->status = first_of(change_status(f[FIELD_STATUS]), d->tense);
	c->id = ticket_in(f[FIELD_ID]);
	c->text = text;
	if (c->id.len == 0 && str_chr(f[FIELD_ID], ' ') < 0)
		c->id = f[FIELD_ID];
	if (c->id.len == 0)
		c->id = ticket_in(f[FIELD_TEXT]);
	if (c->service.len == 0 && c->version.len == 0 && c->key.len == 0 && c->new_value.len == 0)
		return false;
	e->kind = EV_CHANGE;
	e->change = c;
	e->user = first_of(e->user, c->actor);
	e->version = c->version;
	e->host = first_of(e->host, f[FIELD_HOST]);
	e->message = text;
	e->severity = str_eq(c->status, STR("failed")) ? SEV_ERROR : SEV_INFO;
	return true;
}
