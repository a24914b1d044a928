/*
 * "terraform apply -json" and OpenTofu: one object a line. Each resource's apply_start, apply_complete and
 * apply_errored is a change of that resource, everything else is a line.
 * https://developer.hashicorp.com/terraform/internals/machine-readable-ui
 */
#include "core/json.h"
#include "ingest/format.h"

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	if (line.ptr[0] != '{')
		return LINE_ALIEN;
	return str_find(str_head(line, 1024), STR("\"@module\":\"terraform.ui\"")) > 0 ||
			       str_find(str_head(line, 1024), STR("\"@module\":\"tofu.ui\"")) > 0
		       ? LINE_START
		       : LINE_ALIEN;
}

/* The kind of a resource's change, from its type: "aws_security_group", "cloudflare_record". */
static enum change_kind kind_of(struct str type)
{
	static const struct {
		const char *part;
		enum change_kind kind;
	} rows[] = {
		{ "certificate", CHANGE_CERTIFICATE },
		{ "security_group", CHANGE_NETWORK },
		{ "firewall", CHANGE_NETWORK },
		{ "route", CHANGE_NETWORK },
		{ "network", CHANGE_NETWORK },
		{ "subnet", CHANGE_NETWORK },
		{ "_record", CHANGE_NETWORK },
		{ "dns", CHANGE_NETWORK },
		{ "_lb", CHANGE_NETWORK },
		{ "secret", CHANGE_CREDENTIAL },
		{ "password", CHANGE_CREDENTIAL },
		{ "access_key", CHANGE_CREDENTIAL },
		{ "autoscaling", CHANGE_SCALING },
		{ "deployment", CHANGE_DEPLOYMENT },
		{ "helm_release", CHANGE_DEPLOYMENT },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_find(type, str_of(rows[i].part)) >= 0)
			return rows[i].kind;
	return CHANGE_CONFIG;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str rest, type, time;
	struct json_value object = json_value_at(record, &rest);
	struct change *c;
	double seconds;

	if (object.type != JSON_OBJECT)
		return false;
	time = json_get_text(object, "@timestamp", ctx->scratch);
	e->has_time = timestamp_parse_iso(&time, &e->time);
	e->severity = severity_parse(json_get_text(object, "@level", ctx->scratch));
	e->message = json_get_text(object, "@message", ctx->scratch);
	type = json_get_text(object, "type", ctx->scratch);
	if (json_double(json_get(object, STR("hook.elapsed_seconds")), &seconds) && seconds >= 0)
		e->duration_ms = seconds * 1000;
	if (!str_eq(type, STR("apply_start")) && !str_eq(type, STR("apply_complete")) &&
	    !str_eq(type, STR("apply_errored")))
		return e->has_time;
	c = arena_new(ctx->scratch, struct change);
	c->kind = kind_of(json_get_text(object, "hook.resource.resource_type", ctx->scratch));
	c->key = json_get_text(object, "hook.resource.addr", ctx->scratch);
	c->new_value = json_get_text(object, "hook.action", ctx->scratch);
	c->id = json_get_text(object, "hook.id_value", ctx->scratch);
	c->status = str_eq(type, STR("apply_start"))      ? STR("started")
		    : str_eq(type, STR("apply_complete")) ? STR("succeeded")
							  : STR("failed");
	c->text = e->message;
	c->end_ns = TIME_NONE;
	e->kind = EV_CHANGE;
	e->change = c;
	if (str_eq(c->status, STR("failed")))
		e->severity = SEV_ERROR;
	return e->has_time;
}

static const struct format_sample samples[] = {
	{ "{\"@level\":\"info\",\"@message\":\"aws_security_group.web: Modifications complete after "
	  "2s\",\"@module\":\"terraform.ui\","
	  "\"@timestamp\":\"2024-05-01T10:00:02.500000+02:00\",\"hook\":{\"resource\":{\"addr\":\"aws_"
	  "security_group.web\",\"resource_type\":"
	  "\"aws_security_group\"},\"action\":\"update\",\"id_key\":\"id\",\"id_value\":\"sg-1\",\"elapsed_"
	  "seconds\":2},\"type\":"
	  "\"apply_complete\"}",
	  "time=2024-05-01T08:00:02.500000Z severity=info kind=change change.kind=network "
	  "change.key=aws_security_group.web "
	  "change.new=update change.id=sg-1 change.status=succeeded duration_ms=2000" },
	{ "{\"@level\":\"info\",\"@message\":\"Apply complete! Resources: 0 added, 1 changed, 0 "
	  "destroyed.\",\"@module\":\"terraform.ui\","
	  "\"@timestamp\":\"2024-05-01T10:00:03Z\",\"type\":\"change_summary\"}",
	  "kind=line message='Apply complete! Resources: 0 added, 1 changed, 0 destroyed.'" },
	{ NULL, NULL },
};

const struct format format_terraform = {
	.id = "terraform",
	.title = "Terraform and OpenTofu, machine-readable output",
	.role = ROLE_CHANGE,
	.specificity = 65,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
