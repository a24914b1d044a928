/*
 * compose: several containers' output in one stream, each line behind its container's name:
 * docker compose ("web-1  | text", with or without colours and times) and kubectl logs --prefix
 * ("[pod/web-5d4/app] text"). The name gives the service, the rest is the payload.
 */
#include "core/vocab.h"
#include "ingest/format.h"

enum { NAME_BYTES_MAX = 64 };

/* "\x1b[36m", "\x1b[2K" at the start. */
static struct str skip_escapes(struct str s)
{
	while (s.len > 1 && s.ptr[0] == '\x1b' && s.ptr[1] == '[') {
		size_t n = 2;
		while (n < s.len && ((s.ptr[n] >= '0' && s.ptr[n] <= '9') || s.ptr[n] == ';'))
			n++;
		s = str_from(s, n + 1);
	}
	return s;
}

static bool name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '.';
}

static bool head_parse(struct str line, struct str *name, struct str *pod, struct str *payload)
{
	struct str s = skip_escapes(line);
	*pod = STR_NONE;
	if (str_starts(s, STR("[pod/"))) {
		struct str inside = str_cut(str_from(s, 5), ']', payload);
		*pod = str_cut(inside, '/', name);
		if (payload->len && payload->ptr[0] == ' ')
			*payload = str_from(*payload, 1);
		return pod->len > 0 && name->len > 0 && str_chr(inside, ' ') < 0;
	}
	size_t n = 0;
	while (n < s.len && n < NAME_BYTES_MAX && name_byte(s.ptr[n]))
		n++;
	*name = str_head(s, n);
	s = skip_escapes(str_from(s, n));
	size_t blanks = 0;
	while (blanks < s.len && s.ptr[blanks] == ' ')
		blanks++;
	s = str_from(s, blanks);
	if (n < 2 || blanks == 0 || s.len == 0 || s.ptr[0] != '|' || severity_parse(*name) != SEV_NONE)
		return false;
	s = skip_escapes(str_from(s, 1));
	if (s.len && s.ptr[0] != ' ')
		return false;
	*payload = s.len ? skip_escapes(str_from(s, 1)) : s;
	return true;
}

static enum line_class compose_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct str name, pod, payload;
	if (line.len == 0 || str_starts(line, STR("Attaching to ")))
		return LINE_SKIP;
	return head_parse(line, &name, &pod, &payload) ? LINE_START : LINE_ALIEN;
}

/* "web-1", "shop_web_1" → "web-1", "shop_web": without the number of the replica. */
static struct str service_of(struct str name)
{
	size_t n = name.len;
	while (n > 0 && name.ptr[n - 1] >= '0' && name.ptr[n - 1] <= '9')
		n--;
	if (n < name.len && n > 1 && (name.ptr[n - 1] == '-' || name.ptr[n - 1] == '_'))
		return str_head(name, n - 1);
	return name;
}

static bool compose_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct str name, pod, payload;
	if (!head_parse(record, &name, &pod, &payload))
		return false;
	e->service = pod.len ? name : service_of(name);
	e->host = pod.len ? pod : name;
	/* `logs -t` puts Docker's time in front */
	struct str s = payload;
	struct timestamp time;
	if (timestamp_parse_iso(&s, &time) && time.has_zone && time.digits == 9) {
		e->time = time;
		e->has_time = true;
		payload = str_from(s, s.len ? 1 : 0);
	}
	e->message = payload;
	e->payload = payload;
	return true;
}

static const struct format_sample samples[] = {
	{ "web-1     | 2026-03-15 02:00:05 INFO ready to serve", "service=web host=web-1" },
	{ "\x1b[36mshop_db_1   |\x1b[0m LOG:  checkpoint starting: time",
	  "service=shop_db host=shop_db_1" },
	{ "api-2  | 2026-03-15T02:00:05.123456789Z {\"level\":\"info\"}",
	  "time=2026-03-15T02:00:05.123456789Z service=api message='{\"level\":\"info\"}'" },
	{ "[pod/web-5d4c7-x2x/app] level=info msg=up", "service=app host=web-5d4c7-x2x" },
	{ NULL, NULL },
};

const struct format format_compose = {
	.id = "compose",
	.title = "docker compose and kubectl logs --prefix: lines behind a container's name",
	.service = NULL,
	.role = ROLE_CARRIER,
	.specificity = 55,
	.state_bytes = 0,
	.classify = compose_classify,
	.decode = compose_decode,
	.samples = samples,
};
