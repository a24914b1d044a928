/* The words of change records, as data: names of fields, words of outcome, verbs. */
#include "ingest/change.h"

enum { CANONICAL_BYTES = 24 };

/* Names as canonical() writes them, separated by blanks. */
static const struct {
	enum change_part part;
	const char *names;
} parts[] = {
	{ PART_TIME,
	  "time timestamp ts date datetime at when created createdat createddate deployedat "
	  "deploytime deploymenttime started startedat starttime start begin eventtime "
	  "occurredat releasedat releasedate appliedat executedat dateexecuted installedon "
	  "changedat timeutc timestamputc datetimeutc utc" },
	{ PART_END,
	  "end ended endedat endtime finished finishedat completedat completed" },
	{ PART_KIND,
	  "action event eventtype eventname type kind verb operation op changetype activity "
	  "task category" },
	{ PART_SERVICE,
	  "service servicename app appname application applicationname component target system "
	  "deployment workload microservice module resource database db svc product" },
	{ PART_SERVICE_WEAK,
	  "project repo repository name" },
	{ PART_WORKFLOW,
	  "workflowname workflow jobname pipelinename" },
	{ PART_OLD,
	  "replicasbefore currentreplicas old oldvalue before previousvalue was valuebefore "
	  "oldstate" },
	{ PART_NEW,
	  "replicasafter desiredreplicas replicas new newvalue after value now valueafter "
	  "enabled newstate" },
	{ PART_VERSION,
	  "version newversion toversion to currentversion deployedversion targetversion release "
	  "ver" },
	{ PART_REVISION,
	  "tag imagetag image sha headsha gitsha commit commitsha revision rev ref build "
	  "buildnumber buildid artifact" },
	{ PART_PREVIOUS,
	  "previous previousversion prev prevversion oldversion from fromversion priorversion "
	  "lastversion previoustag previousrevision" },
	{ PART_ACTOR,
	  "actor user username by who author deployedby createdby operator initiator "
	  "initiatedby triggeredby performedby changedby modifiedby updatedby releasedby "
	  "appliedby requestedby installedby principal creator member deployer useremail email "
	  "engineer person" },
	{ PART_KEY,
	  "key setting parameter param option property configkey script package variable" },
	{ PART_MIGRATION,
	  "migration migrationid" },
	{ PART_FLAG,
	  "flag flagkey flagname feature featurename featureflag toggle togglename experiment" },
	{ PART_STATUS,
	  "status result outcome state conclusion phase success" },
	{ PART_ID,
	  "id change changeid ticket deploymentid deployid releaseid runid jobid incident issue "
	  "jira pipeline pipelineid databaseid cr" },
	{ PART_TEXT,
	  "what comment description message msg summary title notes note reason details text "
	  "displaytitle sql subject" },
	{ PART_ENVIRONMENT,
	  "environment environmentname env stage namespace cluster region" },
	{ PART_HOST,
	  "host hostname server node instance" },
	{ PART_LEVEL,
	  "level severity lvl loglevel" },
};

static const struct {
	const char *status;
	const char *words;
} statuses[] = {
	{ "started",
	  "started start starting begin begun beginning running inprogress pending queued "
	  "initiated progressing" },
	{ "succeeded",
	  "succeeded success successful successfully completed complete done finished finish ok "
	  "true active passed applied healthy synced executed deployed" },
	{ "failed",
	  "failed fail failure failing error errored false aborted cancelled canceled timedout "
	  "timeout rejected degraded" },
};

/* The tense is empty when the verb's form says nothing. */
static const struct {
	struct change_word word;
	const char *forms;
} verbs[] = {
	{ { CHANGE_DEPLOYMENT, CHANGE_SURE, "" },
	  "deploy deploys deployment redeploy rollout rollingupdate" },
	{ { CHANGE_DEPLOYMENT, CHANGE_SURE, "started" },
	  "deploying redeploying rollingout" },
	{ { CHANGE_DEPLOYMENT, CHANGE_SURE, "succeeded" },
	  "deployed redeployed rolledout released" },
	{ { CHANGE_DEPLOYMENT, CHANGE_UNSURE, "" },
	  "release upgrade" },
	{ { CHANGE_DEPLOYMENT, CHANGE_UNSURE, "started" },
	  "releasing upgrading" },
	{ { CHANGE_DEPLOYMENT, CHANGE_UNSURE, "succeeded" },
	  "shipped upgraded" },
	{ { CHANGE_ROLLBACK, CHANGE_SURE, "" },
	  "rollback" },
	{ { CHANGE_ROLLBACK, CHANGE_SURE, "succeeded" },
	  "rolledback" },
	{ { CHANGE_ROLLBACK, CHANGE_SURE, "started" },
	  "rollingback" },
	{ { CHANGE_ROLLBACK, CHANGE_UNSURE, "" },
	  "revert" },
	{ { CHANGE_ROLLBACK, CHANGE_UNSURE, "succeeded" },
	  "reverted" },
	{ { CHANGE_ROLLBACK, CHANGE_UNSURE, "started" },
	  "reverting" },
	{ { CHANGE_MIGRATION, CHANGE_SURE, "" },
	  "migrate migration migrations" },
	{ { CHANGE_MIGRATION, CHANGE_SURE, "succeeded" },
	  "migrated" },
	{ { CHANGE_MIGRATION, CHANGE_SURE, "started" },
	  "migrating" },
	{ { CHANGE_RESTART, CHANGE_SURE, "" },
	  "restart reboot" },
	{ { CHANGE_RESTART, CHANGE_SURE, "succeeded" },
	  "restarted rebooted" },
	{ { CHANGE_RESTART, CHANGE_SURE, "started" },
	  "restarting rebooting" },
	{ { CHANGE_SCALING, CHANGE_SURE, "" },
	  "scale scaleup scaledown" },
	{ { CHANGE_SCALING, CHANGE_SURE, "succeeded" },
	  "scaled" },
	{ { CHANGE_SCALING, CHANGE_SURE, "started" },
	  "scaling" },
	{ { CHANGE_SCALING, CHANGE_UNSURE, "" },
	  "resize" },
	{ { CHANGE_SCALING, CHANGE_UNSURE, "succeeded" },
	  "resized" },
	{ { CHANGE_CONFIG, CHANGE_SURE, "" },
	  "config configchange reconfigure" },
	{ { CHANGE_CONFIG, CHANGE_UNSURE, "" },
	  "configure configuration set" },
	{ { CHANGE_CONFIG, CHANGE_UNSURE, "succeeded" },
	  "configured" },
	{ { CHANGE_CONFIG, CHANGE_SURE, "succeeded" },
	  "reconfigured" },
	{ { CHANGE_FLAG, CHANGE_SURE, "" },
	  "flag featureflag toggle" },
	{ { CHANGE_FLAG, CHANGE_SURE, "succeeded" },
	  "toggled" },
	{ { CHANGE_NETWORK, CHANGE_UNSURE, "" },
	  "network firewall" },
	{ { CHANGE_CREDENTIAL, CHANGE_UNSURE, "" },
	  "rotate" },
	{ { CHANGE_CREDENTIAL, CHANGE_UNSURE, "succeeded" },
	  "rotated" },
	{ { CHANGE_CREDENTIAL, CHANGE_UNSURE, "started" },
	  "rotating" },
	{ { CHANGE_CERTIFICATE, CHANGE_UNSURE, "" },
	  "renew" },
	{ { CHANGE_CERTIFICATE, CHANGE_UNSURE, "succeeded" },
	  "renewed" },
	{ { CHANGE_FAILOVER, CHANGE_SURE, "" },
	  "failover switchover" },
	{ { CHANGE_FAILOVER, CHANGE_SURE, "succeeded" },
	  "failedover" },
	{ { CHANGE_OPERATION, CHANGE_SURE, "" },
	  "flush flushall flushdb purge" },
	{ { CHANGE_OPERATION, CHANGE_SURE, "succeeded" },
	  "flushed purged" },
	{ { CHANGE_OPERATION, CHANGE_UNSURE, "" },
	  "clear invalidate evict drain" },
	{ { CHANGE_OPERATION, CHANGE_UNSURE, "succeeded" },
	  "cleared invalidated evicted drained" },
	{ { CHANGE_PACKAGE, CHANGE_UNSURE, "" },
	  "install" },
	{ { CHANGE_PACKAGE, CHANGE_UNSURE, "succeeded" },
	  "installed" },
	{ { CHANGE_PACKAGE, CHANGE_UNSURE, "started" },
	  "installing" },
};

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

/* Is the word one of a list that is separated by single blanks? */
static bool is_among(struct str word, const char *list)
{
	const char *end;

	for (; *list; list = *end ? end + 1 : end) {
		for (end = list; *end && *end != ' ';)
			end++;
		if (*list == word.ptr[0] && str_eq(word, str_make(list, (size_t)(end - list))))
			return true;
	}
	return false;
}

enum change_part change_part_parse(struct str name)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(name, text) };

	for (size_t i = 0; key.len && i < sizeof parts / sizeof parts[0]; i++)
		if (is_among(key, parts[i].names))
			return parts[i].part;
	return PART_NONE;
}

struct str change_status(struct str word)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(word, text) };

	for (size_t i = 0; key.len && i < sizeof statuses / sizeof statuses[0]; i++)
		if (is_among(key, statuses[i].words))
			return str_of(statuses[i].status);
	return STR_NONE;
}

bool change_word_find(struct str word, struct change_word *out)
{
	char text[CANONICAL_BYTES];
	struct str key = { text, canonical(word, text) };

	for (size_t i = 0; key.len && i < sizeof verbs / sizeof verbs[0]; i++) {
		if (is_among(key, verbs[i].forms)) {
			*out = verbs[i].word;
			return true;
		}
	}
	return false;
}
