/*
 * AWS CloudTrail: every call to the API of an account. Those by people and pipelines that change a service, its settings,
 * size, network or access are change records; what AWS does by itself, what only reads and what was refused are lines.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
#include "core/json.h"
#include "ingest/access.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"

enum { HEAD_BYTES = 4096 };

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)ctx;
	enum line_class shape = json_shape_classify(line, record);
	struct str text = str_head(line, HEAD_BYTES);

	if (shape != LINE_START || str_eq(str_trim(line), STR("{")))
		return shape; /* on many lines: decode() decides */
	return json_shape_has_key(text, STR("\"eventSource\"")) && json_shape_has_key(text, STR("\"eventName\"")) &&
			       str_find(text, STR("amazonaws.com\"")) > 0
		       ? LINE_START
		       : LINE_ALIEN;
}

/* What calls change, by how their names begin; the first that fits. */
static const struct {
	const char *name;
	enum change_kind kind;
} calls[] = {
	{ "UpdateService", CHANGE_DEPLOYMENT },      { "CreateDeployment", CHANGE_DEPLOYMENT },
	{ "UpdateFunctionCode", CHANGE_DEPLOYMENT }, { "ExecuteChangeSet", CHANGE_DEPLOYMENT },
	{ "UpdateStack", CHANGE_DEPLOYMENT },	     { "UpdateEnvironment", CHANGE_DEPLOYMENT },
	{ "StartPipelineExecution", CHANGE_DEPLOYMENT },
	{ "RollbackStack", CHANGE_ROLLBACK },	     { "StopDeployment", CHANGE_ROLLBACK },
	{ "RebootInstances", CHANGE_RESTART },	     { "RebootDBInstance", CHANGE_RESTART },
	{ "RebootCacheCluster", CHANGE_RESTART },    { "FailoverDBCluster", CHANGE_FAILOVER },
	{ "TestFailover", CHANGE_FAILOVER },	     { "SetDesiredCapacity", CHANGE_SCALING },
	{ "UpdateAutoScalingGroup", CHANGE_SCALING }, { "RegisterScalableTarget", CHANGE_SCALING },
	{ "AuthorizeSecurityGroup", CHANGE_NETWORK }, { "RevokeSecurityGroup", CHANGE_NETWORK },
	{ "ModifySecurityGroup", CHANGE_NETWORK },   { "ChangeResourceRecordSets", CHANGE_NETWORK },
	{ "CreateRoute", CHANGE_NETWORK },	     { "ReplaceRoute", CHANGE_NETWORK },
	{ "DeleteRoute", CHANGE_NETWORK },	     { "CreateNetworkAclEntry", CHANGE_NETWORK },
	{ "ReplaceNetworkAcl", CHANGE_NETWORK },     { "DeleteNetworkAclEntry", CHANGE_NETWORK },
	{ "RotateSecret", CHANGE_CREDENTIAL },	     { "PutSecretValue", CHANGE_CREDENTIAL },
	{ "UpdateSecret", CHANGE_CREDENTIAL },	     { "CreateAccessKey", CHANGE_CREDENTIAL },
	{ "UpdateAccessKey", CHANGE_CREDENTIAL },    { "DeleteAccessKey", CHANGE_CREDENTIAL },
	{ "AttachRolePolicy", CHANGE_CREDENTIAL },   { "DetachRolePolicy", CHANGE_CREDENTIAL },
	{ "PutRolePolicy", CHANGE_CREDENTIAL },	     { "DeleteRolePolicy", CHANGE_CREDENTIAL },
	{ "ScheduleKeyDeletion", CHANGE_CREDENTIAL }, { "DisableKey", CHANGE_CREDENTIAL },
	{ "ImportCertificate", CHANGE_CERTIFICATE }, { "DeleteCertificate", CHANGE_CERTIFICATE },
	{ "PutParameter", CHANGE_CONFIG },	     { "UpdateFunctionConfiguration", CHANGE_CONFIG },
	{ "PutBucketPolicy", CHANGE_CONFIG },	     { "DeleteBucketPolicy", CHANGE_CONFIG },
	{ "Modify", CHANGE_CONFIG },		     { "StopInstances", CHANGE_OPERATION },
	{ "StartInstances", CHANGE_OPERATION },	     { "TerminateInstances", CHANGE_OPERATION },
	{ "StopDBInstance", CHANGE_OPERATION },	     { "DeleteDBInstance", CHANGE_OPERATION },
	{ "DeleteService", CHANGE_OPERATION },	     { "DeleteTable", CHANGE_OPERATION },
	{ "RestoreDBInstance", CHANGE_OPERATION },
};

/* Members of a call's parameters that say what it was about. */
static const char *const things[] = {
	"service",	      "functionName",	     "dBInstanceIdentifier", "dBClusterIdentifier", "cacheClusterId",
	"replicationGroupId", "autoScalingGroupName", "stackName",	     "serviceName",	    "environmentName",
	"applicationName",    "clusterName",	     "secretId",	     "name",		    "groupId",
	"hostedZoneId",	      "roleName",
};

static struct str caller(struct json_value object, struct arena *a)
{
	static const char *const names[] = { "userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName",
					     "userIdentity.arn", "userIdentity.invokedBy" };
	struct str who = STR_NONE;

	for (size_t i = 0; i < sizeof names / sizeof *names && who.len == 0; i++)
		who = json_get_text(object, names[i], a);
	return str_from(who, (size_t)(str_rchr(who, '/') + 1));
}

static void add_change(struct json_value object, struct str name, struct arena *a, struct event *e)
{
	struct json_value reads = json_get(object, STR("readOnly")), parameters = json_get(object, STR("requestParameters"));

	if (e->error.len || (reads.type == JSON_BOOL && str_eq(reads.raw, STR("true"))) ||
	    str_eq(json_get_text(object, "userIdentity.type", a), STR("AWSService")))
		return;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (!str_starts(name, str_of(calls[i].name)))
			continue;
		struct change *c = arena_new(a, struct change);
		*c = (struct change){ .kind = calls[i].kind, .actor = e->user, .key = name, .status = STR("succeeded"),
				      .text = e->message, .id = json_get_text(object, "eventID", a), .end_ns = TIME_NONE };
		for (size_t k = 0; parameters.type == JSON_OBJECT && k < sizeof things / sizeof *things && !c->service.len; k++)
			c->service = json_get_text(parameters, things[k], a);
		c->service = str_from(c->service, (size_t)(str_rchr(c->service, '/') + 1)); /* of an ARN */
		e->kind = EV_CHANGE;
		e->change = c;
		return;
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct json_value object = json_value_at(json_shape_object(record), NULL);
	struct arena *a = ctx->scratch;

	if (object.type != JSON_OBJECT)
		return false;
	struct str time = json_get_text(object, "eventTime", a), name = json_get_text(object, "eventName", a), rest;
	struct str source = json_get_text(object, "eventSource", a), client = json_get_text(object, "sourceIPAddress", a);

	e->has_time = timestamp_parse_iso(&time, &e->time);
	if (!e->has_time || !name.len || !source.len)
		return false;
	struct str code = json_get_text(object, "errorCode", a), why = json_get_text(object, "errorMessage", a);
	source = str_cut(source, '.', &rest);
	e->logger = source;
	e->user = caller(object, a);
	e->client = address_is(client) ? client : STR_NONE;
	e->agent = json_get_text(object, "userAgent", a);
	e->request_id = json_get_text(object, "requestID", a);
	e->severity = code.len ? SEV_WARN : SEV_INFO;
	e->error = code.len && why.len ? arena_printf(a, "%.*s: %.*s", STR_ARG(code), STR_ARG(why)) : code;
	e->message = arena_printf(a, "%.*s %.*s%s%.*s", STR_ARG(source), STR_ARG(name), code.len ? ": " : "", STR_ARG(code));
	add_change(object, name, a, e);
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::123456789012:user/ann\","
	  "\"userName\":\"ann\"},\"eventTime\":\"2026-01-29T17:43:00Z\",\"eventSource\":\"rds.amazonaws.com\",\"eventName\":"
	  "\"ModifyDBInstance\",\"awsRegion\":\"eu-central-1\",\"sourceIPAddress\":\"198.51.100.7\",\"userAgent\":\"aws-cli\","
	  "\"requestParameters\":{\"dBInstanceIdentifier\":\"shop-db\",\"applyImmediately\":true},\"requestID\":\"r-1\","
	  "\"eventID\":\"e-1\",\"readOnly\":false}",
	  "time=2026-01-29T17:43:00Z kind=change severity=info user=ann client=198.51.100.7 change.kind=config_change "
	  "change.service=shop-db change.actor=ann message='rds ModifyDBInstance'" },
	{ "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"AssumedRole\",\"arn\":"
	  "\"arn:aws:sts::123456789012:assumed-role/ci/run-7\"},\"eventTime\":\"2026-01-29T17:44:00Z\",\"eventSource\":"
	  "\"ecs.amazonaws.com\",\"eventName\":\"UpdateService\",\"sourceIPAddress\":\"cloudformation.amazonaws.com\","
	  "\"errorCode\":\"AccessDeniedException\",\"errorMessage\":\"not allowed\",\"requestParameters\":{\"service\":\"web\"}}",
	  "time=2026-01-29T17:44:00Z kind=line severity=warn user=run-7 error='AccessDeniedException: not allowed'" },
	{ "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"ann\"},\"eventTime\":"
	  "\"2026-01-29T17:45:00Z\",\"eventSource\":\"rds.amazonaws.com\",\"eventName\":\"DescribeDBInstances\",\"readOnly\":true}",
	  "kind=line severity=info message='rds DescribeDBInstances'" },
	{ NULL, NULL },
};

const struct format format_cloudtrail = {
	.id = "cloudtrail",
	.title = "AWS CloudTrail",
	.role = ROLE_CHANGE,
	.specificity = 66,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
