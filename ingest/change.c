#include "ingest/change.h"

struct field_row {
	const char *name; /* lower case, letters and digits only */
	enum change_part field;
};

static const struct field_row fields[] = {
	{ "time", PART_TIME },
	{ "timestamp", PART_TIME },
	{ "ts", PART_TIME },
	{ "date", PART_TIME },
	{ "datetime", PART_TIME },
	{ "at", PART_TIME },
	{ "when", PART_TIME },
	{ "created", PART_TIME },
	{ "createdat", PART_TIME },
	{ "createddate", PART_TIME },
	{ "deployedat", PART_TIME },
	{ "deploytime", PART_TIME },
	{ "deploymenttime", PART_TIME },
	{ "started", PART_TIME },
	{ "startedat", PART_TIME },
	{ "starttime", PART_TIME },
	{ "start", PART_TIME },
	{ "begin", PART_TIME },
	{ "eventtime", PART_TIME },
	{ "occurredat", PART_TIME },
	{ "releasedat", PART_TIME },
	{ "releasedate", PART_TIME },
	{ "appliedat", PART_TIME },
	{ "executedat", PART_TIME },
	{ "dateexecuted", PART_TIME },
	{ "installedon", PART_TIME },
	{ "changedat", PART_TIME },
	{ "timeutc", PART_TIME },
	{ "timestamputc", PART_TIME },
	{ "datetimeutc", PART_TIME },
	{ "utc", PART_TIME },
	{ "end", PART_END },
	{ "ended", PART_END },
	{ "endedat", PART_END },
	{ "endtime", PART_END },
	{ "finished", PART_END },
	{ "finishedat", PART_END },
	{ "completedat", PART_END },
	{ "completed", PART_END },
	{ "action", PART_KIND },
	{ "event", PART_KIND },
	{ "eventtype", PART_KIND },
	{ "eventname", PART_KIND },
	{ "type", PART_KIND },
	{ "kind", PART_KIND },
	{ "verb", PART_KIND },
	{ "operation", PART_KIND },
	{ "op", PART_KIND },
	{ "changetype", PART_KIND },
	{ "activity", PART_KIND },
	{ "task", PART_KIND },
	{ "category", PART_KIND },
	{ "service", PART_SERVICE },
	{ "servicename", PART_SERVICE },
	{ "app", PART_SERVICE },
	{ "appname", PART_SERVICE },
	{ "application", PART_SERVICE },
	{ "applicationname", PART_SERVICE },
	{ "component", PART_SERVICE },
	{ "target", PART_SERVICE },
	{ "system", PART_SERVICE },
	{ "deployment", PART_SERVICE },
	{ "workload", PART_SERVICE },
	{ "microservice", PART_SERVICE },
	{ "module", PART_SERVICE },
	{ "resource", PART_SERVICE },
	{ "database", PART_SERVICE },
	{ "db", PART_SERVICE },
	{ "svc", PART_SERVICE },
	{ "product", PART_SERVICE },
	{ "project", PART_SERVICE_WEAK },
	{ "repo", PART_SERVICE_WEAK },
	{ "repository", PART_SERVICE_WEAK },
	{ "name", PART_SERVICE_WEAK },
	{ "workflowname", PART_WORKFLOW },
	{ "workflow", PART_WORKFLOW },
	{ "jobname", PART_WORKFLOW },
	{ "pipelinename", PART_WORKFLOW },
	{ "replicasbefore", PART_OLD },
	{ "currentreplicas", PART_OLD },
	{ "replicasafter", PART_NEW },
	{ "desiredreplicas", PART_NEW },
	{ "replicas", PART_NEW },
	{ "version", PART_VERSION },
	{ "newversion", PART_VERSION },
	{ "toversion", PART_VERSION },
	{ "to", PART_VERSION },
	{ "currentversion", PART_VERSION },
	{ "deployedversion", PART_VERSION },
	{ "targetversion", PART_VERSION },
	{ "release", PART_VERSION },
	{ "ver", PART_VERSION },
	{ "tag", PART_REVISION },
	{ "imagetag", PART_REVISION },
	{ "image", PART_REVISION },
	{ "sha", PART_REVISION },
	{ "headsha", PART_REVISION },
	{ "gitsha", PART_REVISION },
	{ "commit", PART_REVISION },
	{ "commitsha", PART_REVISION },
	{ "revision", PART_REVISION },
	{ "rev", PART_REVISION },
	{ "ref", PART_REVISION },
	{ "build", PART_REVISION },
	{ "buildnumber", PART_REVISION },
	{ "buildid", PART_REVISION },
	{ "artifact", PART_REVISION },
	{ "previous", PART_PREVIOUS },
	{ "previousversion", PART_PREVIOUS },
	{ "prev", PART_PREVIOUS },
	{ "prevversion", PART_PREVIOUS },
	{ "oldversion", PART_PREVIOUS },
	{ "from", PART_PREVIOUS },
	{ "fromversion", PART_PREVIOUS },
	{ "priorversion", PART_PREVIOUS },
	{ "lastversion", PART_PREVIOUS },
	{ "previoustag", PART_PREVIOUS },
	{ "previousrevision", PART_PREVIOUS },
	{ "actor", PART_ACTOR },
	{ "user", PART_ACTOR },
	{ "username", PART_ACTOR },
	{ "by", PART_ACTOR },
	{ "who", PART_ACTOR },
	{ "author", PART_ACTOR },
	{ "deployedby", PART_ACTOR },
	{ "createdby", PART_ACTOR },
	{ "operator", PART_ACTOR },
	{ "initiator", PART_ACTOR },
	{ "initiatedby", PART_ACTOR },
	{ "triggeredby", PART_ACTOR },
	{ "performedby", PART_ACTOR },
	{ "changedby", PART_ACTOR },
	{ "modifiedby", PART_ACTOR },
	{ "updatedby", PART_ACTOR },
	{ "releasedby", PART_ACTOR },
	{ "appliedby", PART_ACTOR },
	{ "requestedby", PART_ACTOR },
	{ "installedby", PART_ACTOR },
	{ "principal", PART_ACTOR },
	{ "creator", PART_ACTOR },
	{ "member", PART_ACTOR },
	{ "deployer", PART_ACTOR },
	{ "useremail", PART_ACTOR },
	{ "email", PART_ACTOR },
	{ "engineer", PART_ACTOR },
	{ "person", PART_ACTOR },
	{ "key", PART_KEY },
	{ "setting", PART_KEY },
	{ "parameter", PART_KEY },
	{ "param", PART_KEY },
	{ "option", PART_KEY },
	{ "property", PART_KEY },
	{ "configkey", PART_KEY },
	{ "migration", PART_MIGRATION },
	{ "migrationid", PART_MIGRATION },
	{ "script", PART_KEY },
	{ "package", PART_KEY },
	{ "variable", PART_KEY },
	{ "flag", PART_FLAG },
	{ "flagkey", PART_FLAG },
	{ "flagname", PART_FLAG },
	{ "feature", PART_FLAG },
	{ "featurename", PART_FLAG },
	{ "featureflag", PART_FLAG },
	{ "toggle", PART_FLAG },
	{ "togglename", PART_FLAG },
	{ "experiment", PART_FLAG },
	{ "old", PART_OLD },
	{ "oldvalue", PART_OLD },
	{ "before", PART_OLD },
	{ "previousvalue", PART_OLD },
	{ "was", PART_OLD },
	{ "valuebefore", PART_OLD },
	{ "oldstate", PART_OLD },
	{ "new", PART_NEW },
	{ "newvalue", PART_NEW },
	{ "after", PART_NEW },
	{ "value", PART_NEW },
	{ "now", PART_NEW },
	{ "valueafter", PART_NEW },
	{ "enabled", PART_NEW },
	{ "newstate", PART_NEW },
	{ "status", PART_STATUS },
	{ "result", PART_STATUS },
	{ "outcome", PART_STATUS },
	{ "state", PART_STATUS },
	{ "conclusion", PART_STATUS },
	{ "phase", PART_STATUS },
	{ "success", PART_STATUS },
	{ "id", PART_ID },
	{ "change", PART_ID },
	{ "changeid", PART_ID },
	{ "ticket", PART_ID },
	{ "deploymentid", PART_ID },
	{ "deployid", PART_ID },
	{ "releaseid", PART_ID },
	{ "runid", PART_ID },
	{ "jobid", PART_ID },
	{ "incident", PART_ID },
	{ "issue", PART_ID },
	{ "jira", PART_ID },
	{ "pipeline", PART_ID },
	{ "pipelineid", PART_ID },
	{ "databaseid", PART_ID },
	{ "cr", PART_ID },
	{ "what", PART_TEXT },
	{ "comment", PART_TEXT },
	{ "description", PART_TEXT },
	{ "message", PART_TEXT },
	{ "msg", PART_TEXT },
	{ "summary", PART_TEXT },
	{ "title", PART_TEXT },
	{ "notes", PART_TEXT },
	{ "note", PART_TEXT },
	{ "reason", PART_TEXT },
	{ "details", PART_TEXT },
	{ "text", PART_TEXT },
	{ "displaytitle", PART_TEXT },
	{ "sql", PART_TEXT },
	{ "subject", PART_TEXT },
	{ "environment", PART_ENVIRONMENT },
	{ "environmentname", PART_ENVIRONMENT },
	{ "env", PART_ENVIRONMENT },
	{ "stage", PART_ENVIRONMENT },
	{ "namespace", PART_ENVIRONMENT },
	{ "cluster", PART_ENVIRONMENT },
	{ "region", PART_ENVIRONMENT },
	{ "host", PART_HOST },
	{ "hostname", PART_HOST },
	{ "server", PART_HOST },
	{ "node", PART_HOST },
	{ "instance", PART_HOST },
	{ "level", PART_LEVEL },
	{ "severity", PART_LEVEL },
	{ "lvl", PART_LEVEL },
	{ "loglevel", PART_LEVEL },
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

enum change_part change_part_parse(struct str name)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(name, text) };

	if (key.len == 0)
		return PART_NONE;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fields[i].name[0] == key.ptr[0] && str_eq(str_of(fields[i].name), key))
			return fields[i].field;
	return PART_NONE;
}

void change_set(struct change_draft *d, enum change_part f, struct str value)
{
	value = str_trim(value);
	if (f == PART_NONE || value.len == 0 || str_eq(value, STR("-")) ||
	    str_eq_nocase(value, STR("null")) || str_eq_nocase(value, STR("none")) ||
	    str_eq_nocase(value, STR("n/a")))
		return;
	/* Of several names of a revision ("ref", "sha") the one that names a single state wins. */
	if (d->part[f].len == 0 || (f == PART_REVISION && !change_looks_like_version(d->part[f]) &&
				    change_looks_like_version(value)))
		d->part[f] = value;
}

struct status_row {
	const char *word;
	const char *status;
};

static const struct status_row statuses[] = {
	{ "started", "started" },        { "start", "started" },       { "starting", "started" },
	{ "begin", "started" },          { "begun", "started" },       { "beginning", "started" },
	{ "running", "started" },        { "inprogress", "started" },  { "pending", "started" },
	{ "queued", "started" },         { "initiated", "started" },   { "progressing", "started" },
	{ "succeeded", "succeeded" },    { "success", "succeeded" },   { "successful", "succeeded" },
	{ "successfully", "succeeded" }, { "completed", "succeeded" }, { "complete", "succeeded" },
	{ "done", "succeeded" },         { "finished", "succeeded" },  { "finish", "succeeded" },
	{ "ok", "succeeded" },           { "true", "succeeded" },      { "active", "succeeded" },
	{ "passed", "succeeded" },       { "applied", "succeeded" },   { "healthy", "succeeded" },
	{ "synced", "succeeded" },       { "executed", "succeeded" },  { "deployed", "succeeded" },
	{ "failed", "failed" },          { "fail", "failed" },         { "failure", "failed" },
	{ "failing", "failed" },         { "error", "failed" },        { "errored", "failed" },
	{ "false", "failed" },           { "aborted", "failed" },      { "cancelled", "failed" },
	{ "canceled", "failed" },        { "timedout", "failed" },     { "timeout", "failed" },
	{ "rejected", "failed" },        { "degraded", "failed" },
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
	{ "deploy", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "deploys", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "deploying", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	{ "deployed", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "deployment", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "redeploy", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "redeployed", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "redeploying", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	{ "rollout", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "rolledout", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "rollingout", CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	{ "rollingupdate", CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	{ "release", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "" },
	{ "released", CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	{ "releasing", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "started" },
	{ "shipped", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "succeeded" },
	{ "upgrade", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "" },
	{ "upgraded", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "succeeded" },
	{ "upgrading", CHANGE_DEPLOYMENT, CHANGE_UNSURE, "started" },
	{ "rollback", CHANGE_ROLLBACK, CHANGE_SURE, "" },
	{ "rolledback", CHANGE_ROLLBACK, CHANGE_SURE, "succeeded" },
	{ "rollingback", CHANGE_ROLLBACK, CHANGE_SURE, "started" },
	{ "revert", CHANGE_ROLLBACK, CHANGE_UNSURE, "" },
	{ "reverted", CHANGE_ROLLBACK, CHANGE_UNSURE, "succeeded" },
	{ "reverting", CHANGE_ROLLBACK, CHANGE_UNSURE, "started" },
	{ "migrate", CHANGE_MIGRATION, CHANGE_SURE, "" },
	{ "migrated", CHANGE_MIGRATION, CHANGE_SURE, "succeeded" },
	{ "migrating", CHANGE_MIGRATION, CHANGE_SURE, "started" },
	{ "migration", CHANGE_MIGRATION, CHANGE_SURE, "" },
	{ "migrations", CHANGE_MIGRATION, CHANGE_SURE, "" },
	{ "restart", CHANGE_RESTART, CHANGE_SURE, "" },
	{ "restarted", CHANGE_RESTART, CHANGE_SURE, "succeeded" },
	{ "restarting", CHANGE_RESTART, CHANGE_SURE, "started" },
	{ "reboot", CHANGE_RESTART, CHANGE_SURE, "" },
	{ "rebooted", CHANGE_RESTART, CHANGE_SURE, "succeeded" },
	{ "rebooting", CHANGE_RESTART, CHANGE_SURE, "started" },
	{ "scale", CHANGE_SCALING, CHANGE_SURE, "" },
	{ "scaled", CHANGE_SCALING, CHANGE_SURE, "succeeded" },
	{ "scaling", CHANGE_SCALING, CHANGE_SURE, "started" },
	{ "scaleup", CHANGE_SCALING, CHANGE_SURE, "" },
	{ "scaledown", CHANGE_SCALING, CHANGE_SURE, "" },
	{ "resize", CHANGE_SCALING, CHANGE_UNSURE, "" },
	{ "resized", CHANGE_SCALING, CHANGE_UNSURE, "succeeded" },
	{ "config", CHANGE_CONFIG, CHANGE_SURE, "" },
	{ "configure", CHANGE_CONFIG, CHANGE_UNSURE, "" },
	{ "configured", CHANGE_CONFIG, CHANGE_UNSURE, "succeeded" },
	{ "configchange", CHANGE_CONFIG, CHANGE_SURE, "" },
	{ "configuration", CHANGE_CONFIG, CHANGE_UNSURE, "" },
	{ "reconfigure", CHANGE_CONFIG, CHANGE_SURE, "" },
	{ "reconfigured", CHANGE_CONFIG, CHANGE_SURE, "succeeded" },
	{ "set", CHANGE_CONFIG, CHANGE_UNSURE, "" },
	{ "flag", CHANGE_FLAG, CHANGE_SURE, "" },
	{ "featureflag", CHANGE_FLAG, CHANGE_SURE, "" },
	{ "toggle", CHANGE_FLAG, CHANGE_SURE, "" },
	{ "toggled", CHANGE_FLAG, CHANGE_SURE, "succeeded" },
	{ "rotate", CHANGE_CREDENTIAL, CHANGE_UNSURE, "" },
	{ "rotated", CHANGE_CREDENTIAL, CHANGE_UNSURE, "succeeded" },
	{ "rotating", CHANGE_CREDENTIAL, CHANGE_UNSURE, "started" },
	{ "renew", CHANGE_CERTIFICATE, CHANGE_UNSURE, "" },
	{ "renewed", CHANGE_CERTIFICATE, CHANGE_UNSURE, "succeeded" },
	{ "failover", CHANGE_FAILOVER, CHANGE_SURE, "" },
	{ "failedover", CHANGE_FAILOVER, CHANGE_SURE, "succeeded" },
	{ "switchover", CHANGE_FAILOVER, CHANGE_SURE, "" },
	{ "install", CHANGE_PACKAGE, CHANGE_UNSURE, "" },
	{ "installed", CHANGE_PACKAGE, CHANGE_UNSURE, "succeeded" },
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

static bool read_verb(struct change_draft *d, struct str word)
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

bool change_verb(struct change_draft *d, struct str word)
{
	size_t from = 0;
	bool read = false;

	if (find_verb(word))
		return read_verb(d, word);
	/* "secret.rotated", "feature-environment-enabled": each part may tell. */
	for (size_t i = 0; i <= word.len && word.len <= 64; i++) {
		if (i < word.len && !memchr(".-_/: ", word.ptr[i], 6))
			continue;
		if (i > from)
			read = read_verb(d, str_make(word.ptr + from, i - from)) || read;
		from = i + 1;
	}
	return read;
}

bool change_looks_like_version(struct str s)
{
	size_t digits = 0, letters = 0, dots = 0, hex = 0, marks = 0;

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
	if (s.len > 1 && (s.ptr[0] == 'v' || s.ptr[0] == 'V' || s.ptr[0] == 'r') && s.ptr[1] >= '0' &&
	    s.ptr[1] <= '9')
		return true;
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9' && (dots || marks || letters == 0))
		return dots || marks || digits >= 6;
	return hex == s.len && s.len >= 7 && digits && letters; /* a commit */
}

/* "SHOP-1420 ranking v2 behind flag": the ticket in front of a free text. */
static struct str ticket_in(struct str text)
{
	struct str rest = text, word = str_word(&rest);
	size_t n = 0, digits;

	while (n < word.len && ((word.ptr[n] >= 'A' && word.ptr[n] <= 'Z') ||
				(n && word.ptr[n] >= '0' && word.ptr[n] <= '9')))
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
	return k == CHANGE_CONFIG || k == CHANGE_FLAG || k == CHANGE_SCALING || k == CHANGE_CREDENTIAL ||
	       k == CHANGE_NETWORK;
}

bool change_resolve(const struct change_draft *d, struct str text, struct arena *scratch, struct event *e)
{
	const struct str *f = d->part;
	struct change *c;
	enum change_kind kind = d->kind;
	bool known = d->has_kind;
	bool values = f[PART_OLD].len || f[PART_NEW].len;

	if (f[PART_FLAG].len) {
		kind = CHANGE_FLAG;
		known = true;
	} else if (f[PART_MIGRATION].len) {
		kind = CHANGE_MIGRATION;
		known = true;
	} else if (!known && f[PART_KEY].len && values) {
		kind = CHANGE_CONFIG;
		known = true;
	} else if (!known && f[PART_VERSION].len && f[PART_PREVIOUS].len) {
		kind = CHANGE_DEPLOYMENT;
		known = true;
	}
	if (!known)
		return false;
	c = arena_new(scratch, struct change);
	c->kind = kind;
	c->end_ns = TIME_NONE;
	c->service = first_of(f[PART_SERVICE],
			      kind == CHANGE_FLAG || kind == CHANGE_CONFIG ? STR_NONE : f[PART_SERVICE_WEAK]);
	c->version = first_of(f[PART_VERSION], f[PART_REVISION]);
	c->previous = f[PART_PREVIOUS];
	c->key = first_of(f[PART_FLAG], first_of(f[PART_MIGRATION], f[PART_KEY]));
	if (kind == CHANGE_CREDENTIAL || kind == CHANGE_CERTIFICATE || kind == CHANGE_JOB ||
	    kind == CHANGE_PACKAGE)
		c->key = first_of(c->key, f[PART_SERVICE_WEAK]);
	c->old_value = f[PART_OLD];
	c->new_value = f[PART_NEW];
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
	if (kind == CHANGE_SCALING) {
		/* Numbers of instances, not versions, whatever the fields are called. */
		c->old_value = first_of(c->old_value, c->previous);
		c->new_value = first_of(c->new_value, c->version);
		c->previous = c->version = STR_NONE;
	}
	if (kind == CHANGE_MIGRATION)
		c->key = first_of(c->key, c->version);
	c->actor = f[PART_ACTOR];
	c->status = first_of(change_status(f[PART_STATUS]), d->tense);
	c->id = ticket_in(f[PART_ID]);
	c->text = text;
	if (c->id.len == 0 && str_chr(f[PART_ID], ' ') < 0)
		c->id = f[PART_ID];
	if (c->id.len == 0)
		c->id = ticket_in(f[PART_TEXT]);
	/* Of what? A status of something with a number of its own will do. */
	if (c->service.len == 0 && c->version.len == 0 && c->key.len == 0 && c->new_value.len == 0 &&
	    (c->id.len == 0 || c->status.len == 0))
		return false;
	e->kind = EV_CHANGE;
	e->change = c;
	e->user = first_of(e->user, c->actor);
	e->version = c->version;
	e->host = first_of(e->host, f[PART_HOST]);
	e->message = text;
	e->severity = str_eq(c->status, STR("failed")) ? SEV_ERROR : SEV_INFO;
	return true;
}
