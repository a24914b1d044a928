/*
 * Kubernetes' audit log: every request to its API server, of which those by people and pipelines that change a workload or
 * its settings are change records. Controllers (system:...) change things all the time and are left as requests.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
#include "core/json.h"
#include "ingest/access.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	if (line.len == 0)
		return LINE_SKIP;
	return line.ptr[0] == '{' && str_find(str_head(line, 512), STR("\"audit.k8s.io/")) > 0 &&
			       json_shape_has_key(line, STR("\"auditID\""))
		       ? LINE_START
		       : LINE_ALIEN;
}

static const struct {
	const char *resource;
	enum change_kind kind;
} resources[] = {
	{ "deployments", CHANGE_DEPLOYMENT },  { "statefulsets", CHANGE_DEPLOYMENT },
	{ "daemonsets", CHANGE_DEPLOYMENT },   { "configmaps", CHANGE_CONFIG },
	{ "ingresses", CHANGE_CONFIG },	       { "services", CHANGE_NETWORK },
	{ "networkpolicies", CHANGE_NETWORK }, { "secrets", CHANGE_CREDENTIAL },
	{ "cronjobs", CHANGE_CONFIG },	       { "horizontalpodautoscalers", CHANGE_SCALING },
};

static bool changes(struct str verb)
{
	static const char *const verbs[] = { "create", "update", "patch", "delete" };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (str_eq(verb, str_of(verbs[i])))
			return true;
	return false;
}

static void add_change(struct json_value object, struct arena *a, struct event *e)
{
	struct str resource = json_get_text(object, "objectRef.resource", a), part = json_get_text(object, "objectRef.subresource", a);
	struct change *c;

	if (!changes(e->method) || str_starts(e->user, STR("system:")) || e->status >= 400 ||
	    (part.len > 0 && !str_eq(part, STR("scale"))))
		return;
	for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
		if (!str_eq(resource, str_of(resources[i].resource)))
			continue;
		c = arena_new(a, struct change);
		*c = (struct change){ .kind = part.len > 0 ? CHANGE_SCALING : resources[i].kind,
				      .service = json_get_text(object, "objectRef.name", a), .actor = e->user,
				      .key = resource, .status = STR("succeeded"), .text = e->message,
				      .id = e->request_id, .end_ns = TIME_NONE };
		e->kind = EV_CHANGE;
		e->change = c;
	}
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct json_value object = json_value_at(record, NULL);
	struct arena *a = ctx->scratch;
	struct timestamp end;
	struct str time, stage;
	int64_t status;

	if (object.type != JSON_OBJECT)
		return false;
	time = json_get_text(object, "requestReceivedTimestamp", a);
	stage = json_get_text(object, "stageTimestamp", a);
	e->has_time = timestamp_parse_iso(&time, &e->time);
	if (!e->has_time)
		return false;
	if (timestamp_parse_iso(&stage, &end) && end.ns >= e->time.ns)
		e->duration_ms = (double)(end.ns - e->time.ns) / 1e6;
	e->method = json_get_text(object, "verb", a);
	e->path = json_get_text(object, "requestURI", a);
	e->user = json_get_text(object, "user.username", a);
	e->agent = json_get_text(object, "userAgent", a);
	e->request_id = json_get_text(object, "auditID", a);
	if (json_i64(json_get(object, STR("responseStatus.code")), &status) && status >= 100 && status < 600)
		e->status = (int)status;
	e->severity = e->status >= 0 ? severity_from_status(e->status) : SEV_INFO;
	e->message = arena_printf(a, "%.*s %.*s by %.*s", STR_ARG(e->method), STR_ARG(e->path), STR_ARG(e->user));
	if (str_eq(json_get_text(object, "stage", a), STR("ResponseComplete")))
		add_change(object, a, e);
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"1f\",\"stage\":"
	  "\"ResponseComplete\",\"requestURI\":\"/apis/apps/v1/namespaces/shop/deployments/web\",\"verb\":\"patch\",\"user\":"
	  "{\"username\":\"ann\"},\"objectRef\":{\"resource\":\"deployments\",\"namespace\":\"shop\",\"name\":\"web\"},"
	  "\"responseStatus\":{\"code\":200},\"requestReceivedTimestamp\":\"2026-01-29T12:00:00.123456Z\",\"stageTimestamp\":"
	  "\"2026-01-29T12:00:00.223456Z\"}",
	  "time=2026-01-29T12:00:00.123456Z kind=change status=200 user=ann duration_ms=100 change.kind=deployment "
	  "change.service=web change.actor=ann" },
	{ "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"20\",\"stage\":\"ResponseComplete\",\"requestURI\":"
	  "\"/api/v1/configmaps/x\",\"verb\":\"update\",\"user\":{\"username\":\"system:serviceaccount:kube-system:job\"},"
	  "\"objectRef\":{\"resource\":\"configmaps\",\"name\":\"x\"},\"responseStatus\":{\"code\":409},"
	  "\"requestReceivedTimestamp\":\"2026-01-29T12:00:00Z\"}",
	  "time=2026-01-29T12:00:00Z kind=line status=409 severity=warn" },
	{ NULL, NULL },
};

const struct format format_kube_audit = {
	.id = "kube_audit",
	.title = "Kubernetes audit log",
	.role = ROLE_CHANGE,
	.specificity = 66,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
