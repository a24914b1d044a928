/*
 * Change records as JSON lines, whoever wrote them: deployment tools, feature-flag audits (Unleash,
 * LaunchDarkly), deployments of GitHub and GitLab. Recognised by what an object says, not by a schema: a
 * time, a verb of change or a flag or two versions, and what it was done to.
 */
#include "core/json.h"
#include "ingest/change.h"
#include "ingest/format.h"
#include "ingest/jsonshape.h"

enum { MEMBERS_MAX = 48 };

struct reading {
	struct change_draft d;
	struct str deployment; /* GitHub's deployment_status points to its deployment by URL */
	struct str time, end;
	bool request; /* members of a served request: an application's line */
};

/* What a nested object is called: {"creator": {"login": "ann"}} */
static struct str name_in(struct json_value object, struct arena *a)
{
	static const char *const names[] = { "login", "username", "name", "key", "email", "value", "id" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct json_value v = json_get(object, str_of(names[i]));

		if (v.type == JSON_STRING || v.type == JSON_NUMBER || v.type == JSON_BOOL)
			return json_text(v, a);
	}
	return STR_NONE;
}

static bool is_request_member(struct str key)
{
	static const char *const names[] = { "method", "path",        "url",         "uri",
					     "route",  "http_status", "status_code", "request" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_nocase(key, str_of(names[i])))
			return true;
	return false;
}

/* A pipeline's name, a message or a title may be the only thing that tells what was done. */
static void read_texts(struct reading *r)
{
	struct change_draft *d = &r->d, said = { .kind = CHANGE_OPERATION };
	struct str text = d->part[PART_WORKFLOW].len ? d->part[PART_WORKFLOW] : d->part[PART_TEXT];

	if (r->deployment.len) {
		d->part[PART_ID] = r->deployment;
		change_verb(d, STR("deployment"));
	}
	if (text.len == 0 || (d->has_kind && d->strength == CHANGE_SURE && d->kind != CHANGE_FLAG))
		return;
	change_sentence(&said, str_head(text, 200));
	if (d->kind == CHANGE_FLAG && d->has_kind) {
		/* "Ann turned on the flag new-checkout" */
		change_set(d, PART_NEW, said.part[PART_NEW]);
		return;
	}
	/* Of a message only the first words: it must be about the change, not mention one. */
	if (!said.has_kind || said.strength != CHANGE_SURE || said.verb.ptr < text.ptr ||
	    said.verb.ptr > text.ptr + 16)
		return;
	d->has_kind = true;
	d->kind = said.kind;
	d->strength = CHANGE_SURE;
	d->tense = said.tense;
	for (size_t f = PART_NONE + 1; f < PART_COUNT; f++)
		if (f != PART_TEXT)
			change_set(d, (enum change_part)f, said.part[f]);
}

static bool read_object(struct str line, struct arena *a, struct reading *r)
{
	struct str rest, key;
	struct json_value object = json_value_at(line, &rest), v;
	struct json_iter it;
	size_t members = 0;

	*r = (struct reading){ .d = { .kind = CHANGE_OPERATION } };
	if (object.type != JSON_OBJECT || !json_iter_init(&it, object))
		return false;
	while (json_iter_next(&it, &key, &v) && members++ < MEMBERS_MAX) {
		enum change_part f = change_part_parse(key);
		struct str value;

		r->request = r->request || is_request_member(key);
		if (v.type == JSON_STRING && str_eq(key, STR("deployment_url")))
			r->deployment = str_from(v.raw, (size_t)(str_rchr(v.raw, '/') + 1));
		if (f == PART_NONE || v.type == JSON_NULL || v.type == JSON_ARRAY)
			continue;
		value = v.type == JSON_OBJECT ? name_in(v, a) : json_text(v, a);
		if (value.len == 0)
			continue;
		if (f == PART_TIME && r->time.len == 0)
			r->time = value;
		if (f == PART_END && r->end.len == 0)
			r->end = value;
		if (f == PART_KIND)
			change_verb(&r->d, value);
		if (f == PART_STATUS && v.type == JSON_NUMBER)
			r->request = true;
		change_set(&r->d, f, value);
	}
	if (it.failed || r->time.len == 0)
		return false;
	if (r->deployment.len)
		r->request = false; /* "url" is that of the status itself */
	read_texts(r);
	return true;
}

static bool read_time(struct str text, struct timestamp *t)
{
	return timestamp_parse(&text, t) || timestamp_parse_epoch(text, t);
}

/* An operator's hand, in a verb that says little ("operation"): who did what to which thing of what, and how it went. */
static bool by_hand(const struct str *f)
{
	return f[PART_KIND].len && f[PART_KEY].len && f[PART_STATUS].len && f[PART_ACTOR].len && f[PART_SERVICE].len && f[PART_LEVEL].len == 0;
}

static bool is_change(const struct reading *r)
{
	const struct str *f = r->d.part;
	bool thing = f[PART_SERVICE].len || f[PART_SERVICE_WEAK].len || f[PART_ENVIRONMENT].len;
	bool version = f[PART_VERSION].len || f[PART_REVISION].len;
	bool values = f[PART_OLD].len || f[PART_NEW].len;
	bool sure = r->d.has_kind && r->d.strength == CHANGE_SURE;
	struct timestamp t;

	if (!read_time(r->time, &t))
		return false;
	if (r->request && !(sure && version))
		return false;
	if (f[PART_FLAG].len)
		return values || r->d.has_kind;
	if (f[PART_MIGRATION].len)
		return f[PART_STATUS].len || f[PART_ACTOR].len || f[PART_SERVICE].len;
	/* In an application's lines every one may name its service and version. */
	if (sure && f[PART_LEVEL].len)
		return f[PART_SERVICE].len && (version || f[PART_KEY].len);
	if (sure)
		return thing || version || f[PART_KEY].len;
	if (by_hand(f))
		return true;
	if (r->d.has_kind)
		return (thing && version && f[PART_LEVEL].len == 0) || (f[PART_KEY].len && values);
	return (f[PART_VERSION].len && f[PART_PREVIOUS].len && thing) ||
	       (f[PART_KEY].len && f[PART_OLD].len && f[PART_NEW].len) ||
	       (f[PART_REVISION].len && f[PART_ENVIRONMENT].len && f[PART_STATUS].len && f[PART_ACTOR].len);
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	enum line_class shape = json_shape_classify(line, record);
	struct reading r;

	if (shape != LINE_START || line.len > 65536)
		return shape == LINE_START ? LINE_ALIEN : shape;
	/* Of an object over several lines nothing is known yet: decode() decides. */
	if (line.ptr[line.len - 1] != '}')
		return LINE_START;
	return read_object(json_shape_object(line), ctx->scratch, &r) && is_change(&r) ? LINE_START
										       : LINE_ALIEN;
}

/* Unleash puts the outcome into the type's last word: "feature-environment-enabled". */
static struct str state_of_verb(struct str verb)
{
	if (str_ends(verb, STR("enabled")) || str_ends(verb, STR("turned_on")))
		return STR("on");
	if (str_ends(verb, STR("disabled")) || str_ends(verb, STR("turned_off")) ||
	    str_ends(verb, STR("archived")))
		return STR("off");
	return STR_NONE;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct reading r = { .d = { .kind = CHANGE_OPERATION } };
	struct str *f = r.d.part;
	struct timestamp end;
	struct change *c;

	record = json_shape_object(record);
	if (!read_object(record, ctx->scratch, &r) || !is_change(&r))
		return false;
	e->has_time = read_time(r.time, &e->time);
	if (f[PART_FLAG].len == 0 && r.d.has_kind && r.d.kind == CHANGE_FLAG) {
		change_set(&r.d, PART_FLAG, f[PART_KEY]);
		change_set(&r.d, PART_FLAG, f[PART_SERVICE_WEAK]);
	}
	change_set(&r.d, PART_NEW, state_of_verb(f[PART_KIND]));
	/* GitHub and GitLab say "deployment" by their shape only. */
	if (!r.d.has_kind && f[PART_REVISION].len && f[PART_ENVIRONMENT].len) {
		r.d.has_kind = true;
		r.d.kind = CHANGE_DEPLOYMENT;
	}
	/* The draft's kind is an operator's action until something says another. */
	r.d.has_kind = r.d.has_kind || by_hand(f);
	if (!change_resolve(&r.d, record, ctx->scratch, e))
		return false;
	c = arena_new(ctx->scratch, struct change);
	*c = *e->change;
	if (read_time(r.end, &end) && end.has_zone)
		c->end_ns = end.ns;
	c->text = f[PART_TEXT].len ? f[PART_TEXT] : record;
	e->change = c;
	e->message = c->text;
	return true;
}

static const struct format_sample samples[] = {
	{ "{\"time\": \"2026-06-18T03:18:00.008Z\", \"service\": \"catalog\", \"version\": \"3.8.2\", "
	  "\"previous\": \"3.7.4\", \"actor\": "
	  "\"ci-bot\", \"action\": \"deploy\", \"status\": \"started\", \"change\": \"SHOP-1420 ranking v2 "
	  "behind flag\"}",
	  "time=2026-06-18T03:18:00.008Z kind=change change.kind=deployment change.service=catalog "
	  "change.version=3.8.2 "
	  "change.previous=3.7.4 change.actor=ci-bot change.status=started change.id=SHOP-1420" },
	{ "{\"timestamp\": \"2026-06-18T04:08:00.010Z\", \"event\": \"flag.updated\", \"flag\": "
	  "\"search_v2\", \"environment\": "
	  "\"production\", \"before\": false, \"after\": true, \"user\": \"ann@shop\"}",
	  "time=2026-06-18T04:08:00.010Z change.kind=feature_flag change.key=search_v2 change.old=false "
	  "change.new=true "
	  "change.actor=ann@shop" },
	{ "{\"id\":842,\"type\":\"feature-environment-enabled\",\"createdBy\":\"ann\",\"createdAt\":\"2023-"
	  "05-03T08:14:42.021Z\","
	  "\"featureName\":\"new-banner\",\"project\":\"default\",\"environment\":\"production\"}",
	  "time=2023-05-03T08:14:42.021Z change.kind=feature_flag change.key=new-banner change.new=on "
	  "change.actor=ann change.id=842" },
	{ "{\"id\":42,\"sha\":\"a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d\",\"ref\":\"main\",\"task\":"
	  "\"deploy\",\"environment\":"
	  "\"production\",\"creator\":{\"login\":\"ann\"},\"created_at\":\"2026-07-20T01:19:13Z\"}",
	  "time=2026-07-20T01:19:13Z change.kind=deployment "
	  "change.version=a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d "
	  "change.actor=ann change.id=42" },
	{ "{\"_id\":\"5f1\",\"date\":1592395200000,\"kind\":\"flag\",\"name\":\"new-checkout\",\"title\":"
	  "\"Ann turned on "
	  "the flag new-checkout in Production\",\"member\":{\"email\":\"ann@shop\"}}",
	  "time=2020-06-17T12:00:00.000Z change.kind=feature_flag change.key=new-checkout change.new=on "
	  "change.actor=ann@shop" },
	{ "{\"created_at\":\"2026-07-20T01:19:13Z\",\"state\":\"success\",\"environment\":\"production\","
	  "\"creator\":"
	  "{\"login\":\"ann\"},\"url\":\"https://git.shop/api/deployments/42/statuses/7\","
	  "\"deployment_url\":\"https://git.shop/api/deployments/42\",\"id\":7}",
	  "change.kind=deployment change.status=succeeded change.id=42 change.actor=ann" },
	{ "{\"createdAt\":\"2026-01-02T03:04:05Z\",\"updatedAt\":\"2026-01-02T03:06:05Z\",\"conclusion\":"
	  "\"success\","
	  "\"headSha\":\"a91957a858320c0e17f3a0eca7cfacbff50ea29a\",\"workflowName\":\"Deploy "
	  "web\",\"event\":\"push\"}",
	  "change.kind=deployment change.service=web change.status=succeeded" },
	{ "{\"time\":\"2026-01-02T03:04:05Z\",\"event\":\"secret.rotated\",\"service\":\"web\",\"name\":\"db-"
	  "password\","
	  "\"actor\":\"vault\"}",
	  "change.kind=credential change.service=web change.key=db-password change.status=succeeded" },
	{ "{\"time\": \"2026-06-18T05:17:54.000Z\", \"service\": \"web\", \"actor\": \"oncall\", \"action\": \"operation\", "
	  "\"status\": \"succeeded\", \"key\": \"logrotate.force\", \"old\": \"-\", \"new\": \"-\", \"change\": \"INC-80 old files removed\"}",
	  "time=2026-06-18T05:17:54.000Z kind=change change.kind=operation change.service=web change.key=logrotate.force "
	  "change.actor=oncall change.status=succeeded change.id=INC-80" },
	{ NULL, NULL },
};

const struct format format_change_json = {
	.id = "change_json",
	.title = "Deployments, flag audits and other changes as JSON lines",
	.role = ROLE_CHANGE,
	.specificity = 55,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
