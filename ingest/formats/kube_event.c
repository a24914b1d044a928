/*
 * Kubernetes events as JSON, one object a line: "kubectl get events -o json --watch", event exporters. The
 * reason says what happened; the message's words give the numbers. The involved object's name is the service,
 * the reporting host the host.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
#include "core/json.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"
#include "ingest/kube.h"

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct str head = str_head(line, 4096);

	(void)ctx;
	if (record.len && line.len && line.ptr[0] != '{')
		return json_shape_classify(line, record);
	if (line.len == 0)
		return LINE_SKIP;
	if (str_eq(str_trim(line), STR("{")))
		return json_shape_classify(line, record); /* "-o json": over many lines, decode() decides */
	if (line.ptr[0] != '{')
		return LINE_ALIEN;
	return json_shape_has_key(head, STR("\"involvedObject\"")) &&
			       json_shape_has_key(head, STR("\"reason\""))
		       ? LINE_START
		       : LINE_ALIEN;
}

static bool read_time(struct json_value object, struct arena *a, struct event *e)
{
	static const char *const keys[] = { "eventTime", "lastTimestamp", "firstTimestamp",
					    "metadata.creationTimestamp" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !e->has_time; i++) {
		struct str time = json_get_text(object, keys[i], a);

		e->has_time = timestamp_parse_iso(&time, &e->time);
	}
	return e->has_time;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str rest, reason;
	struct json_value object = json_value_at(record, &rest);

	if (object.type != JSON_OBJECT || json_get(object, STR("involvedObject")).type != JSON_OBJECT)
		return false;
	reason = json_get_text(object, "reason", ctx->scratch);
	if (reason.len == 0 || !read_time(object, ctx->scratch, e))
		return false;
	e->message = json_get_text(object, "message", ctx->scratch);
	e->severity = str_eq(json_get_text(object, "type", ctx->scratch), STR("Warning")) ? SEV_WARN : SEV_INFO;
	e->service = json_get_text(object, "involvedObject.name", ctx->scratch);
	e->host = json_get_text(object, "source.host", ctx->scratch);
	e->logger = json_get_text(object, "source.component", ctx->scratch);
	if (e->logger.len == 0)
		e->logger = json_get_text(object, "reportingComponent", ctx->scratch);
	kube_reason_apply(reason, e, ctx->scratch);
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"metadata\":{\"name\":\"web.17\",\"namespace\":\"shop\",\"creationTimestamp\":\"2024-05-01T10:"
	  "00:00Z\"},\"involvedObject\":"
	  "{\"kind\":\"Deployment\",\"namespace\":\"shop\",\"name\":\"web\"},\"reason\":"
	  "\"ScalingReplicaSet\",\"message\":\"Scaled up "
	  "replica set web-5d4 to 3 from "
	  "1\",\"source\":{\"component\":\"deployment-controller\"},\"firstTimestamp\":"
	  "\"2024-05-01T10:00:00Z\",\"lastTimestamp\":\"2024-05-01T10:00:01Z\",\"count\":1,\"type\":"
	  "\"Normal\"}",
	  "time=2024-05-01T10:00:01Z severity=info kind=change service=web change.kind=scaling "
	  "change.service=web change.old=1 "
	  "change.new=3 change.actor=deployment-controller" },
	{ "{\"kind\":\"Event\",\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"web-5d4-x1\"},\"reason\":"
	  "\"Unhealthy\",\"message\":"
	  "\"Readiness probe failed: connection "
	  "refused\",\"source\":{\"component\":\"kubelet\",\"host\":\"node-1\"},\"eventTime\":null,"
	  "\"lastTimestamp\":\"2024-05-01T10:02:00Z\",\"type\":\"Warning\"}",
	  "time=2024-05-01T10:02:00Z severity=warn kind=state host=node-1 error=Unhealthy message='Readiness "
	  "probe failed: "
	  "connection refused'" },
	{ "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"Event\",\n    \"reason\": \"Killing\",\n    \"involvedObject\": {\n"
	  "        \"name\": \"web-1\"\n    },\n    \"message\": \"Stopping container web\",\n    \"type\": \"Normal\",\n"
	  "    \"lastTimestamp\": \"2024-05-01T10:02:00Z\"\n}",
	  "time=2024-05-01T10:02:00Z severity=info kind=stop service=web-1 message='Stopping container web'" },
	{ NULL, NULL },
};

const struct format format_kube_event = {
	.id = "kube_event",
	.title = "Kubernetes events as JSON: one a line, or a list (kubectl get events -o json)",
	.role = ROLE_CHANGE,
	.specificity = 65,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
