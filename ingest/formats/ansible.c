/*
 * Ansible's log_path: "2023-10-01 12:00:00,000 p=1234 u=ann n=ansible | TASK [name] ****". A play is the
 * change; its tasks, their results by host and the recap are lines. Results may span lines.
 */
#include "ingest/change.h"
#include "ingest/format.h"

struct head {
	struct timestamp time;
	int64_t pid;
	struct str user;
	struct str text;
};

static bool read_head(struct str line, struct head *h)
{
	struct str s = line, word;
	ptrdiff_t bar;

	h->pid = -1;
	h->user = STR_NONE;
	if (s.len < 32 || s.ptr[4] != '-' || !timestamp_parse_iso(&s, &h->time) || !str_starts(s, STR(" p=")))
		return false;
	bar = str_find(str_head(s, 160), STR("| "));
	if (bar < 0)
		return false;
	h->text = str_trim(str_from(s, (size_t)bar + 1));
	s = str_head(s, (size_t)bar);
	for (word = str_word(&s); word.len; word = str_word(&s)) {
		if (str_starts(word, STR("p=")))
			str_to_i64(str_from(word, 2), &h->pid);
		else if (str_starts(word, STR("u=")))
			h->user = str_from(word, 2);
	}
	return h->pid >= 0;
}

static enum line_class classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	struct head h;

	(void)ctx;
	if (read_head(line, &h))
		return LINE_START;
	if (line.len == 0)
		return LINE_SKIP;
	return record.len ? LINE_CONTINUES : LINE_ALIEN;
}

/* What stands in the first pair of brackets. */
static struct str bracketed(struct str s)
{
	ptrdiff_t from = str_chr(s, '['), to = str_chr(s, ']');

	return from >= 0 && to > from ? str_make(s.ptr + from + 1, (size_t)(to - from) - 1) : STR_NONE;
}

static void read_play(struct str name, const struct head *h, struct arena *a, struct event *e)
{
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct change *c;

	change_sentence(&d, name);
	c = arena_new(a, struct change);
	c->kind = d.has_kind ? d.kind : CHANGE_OPERATION;
	c->service = d.has_kind ? d.part[PART_SERVICE] : STR_NONE;
	c->version = d.part[PART_VERSION];
	c->key = name;
	c->actor = h->user;
	c->status = STR("started");
	c->text = h->text;
	c->end_ns = TIME_NONE;
	e->kind = EV_CHANGE;
	e->change = c;
	e->version = c->version;
}

/* "web1 : ok=3 changed=2 unreachable=0 failed=1" */
static bool recap_failed(struct str s)
{
	static const struct str keys[] = { { "failed=", 7 }, { "unreachable=", 12 } };

	for (size_t i = 0; i < 2; i++) {
		ptrdiff_t at = str_find(s, keys[i]);

		if (at >= 0 && (size_t)at + keys[i].len < s.len && s.ptr[(size_t)at + keys[i].len] != '0')
			return true;
	}
	return false;
}

static bool decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	struct str line, rest, host;
	struct head h;

	line = str_cut(record, '\n', &rest);
	if (!read_head(line, &h))
		return false;
	e->time = h.time;
	e->has_time = true;
	e->pid = h.pid;
	e->user = h.user;
	e->severity = SEV_INFO;
	e->message = h.text;
	e->detail = str_trim(rest);
	while (e->message.len &&
	       (e->message.ptr[e->message.len - 1] == '*' || e->message.ptr[e->message.len - 1] == ' '))
		e->message.len--;
	if (str_starts(h.text, STR("PLAY ["))) {
		read_play(bracketed(h.text), &h, ctx->scratch, e);
	} else if (str_starts(h.text, STR("fatal: ")) || str_starts(h.text, STR("failed: ")) ||
		   str_starts(h.text, STR("ERROR! "))) {
		e->severity = SEV_ERROR;
		e->host = bracketed(h.text);
	} else if (str_starts(h.text, STR("ok: [")) || str_starts(h.text, STR("changed: [")) ||
		   str_starts(h.text, STR("skipping: ["))) {
		e->host = bracketed(h.text);
	} else if (str_find(h.text, STR(" ok=")) > 0 && str_find(h.text, STR(" changed=")) > 0) {
		host = str_cut(h.text, ' ', &rest);
		e->host = host;
		if (recap_failed(h.text))
			e->severity = SEV_ERROR;
	}
	return true;
}

static const struct format_sample samples[] = {
	{ "2023-10-01 12:00:00,250 p=1234 u=ann n=ansible | PLAY [deploy web 4.7.3] *********",
	  "time=2023-10-01T12:00:00.250Z kind=change change.kind=deployment change.service=web "
	  "change.version=4.7.3 "
	  "change.actor=ann change.status=started pid=1234" },
	{ "2023-10-01 12:00:05,000 p=1234 u=ann n=ansible | fatal: [web-1]: FAILED! => {\"changed\": false}",
	  "severity=error host=web-1 user=ann" },
	{ NULL, NULL },
};

const struct format format_ansible = {
	.id = "ansible",
	.title = "Ansible log",
	.role = ROLE_CHANGE,
	.specificity = 50,
	.classify = classify,
	.decode = decode,
	.samples = samples,
};
