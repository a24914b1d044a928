/*
 * cri: the log of a container under Kubernetes' runtime interface (containerd, CRI-O): time,
 * stream, a tag that says whether the line is whole (F) or cut (P), and the container's output.
 */
#include "ingest/format.h"

/* Cuts the head off; false when it is none. */
static bool head_parse(struct str line, struct timestamp *time, bool *partial, struct str *payload)
{
	struct str s = line;
	if (s.len < 28 || s.ptr[4] != '-' || s.ptr[10] != 'T' || !timestamp_parse_iso(&s, time) ||
	    !time->has_zone)
		return false;
	if (!str_starts(s, STR(" stdout ")) && !str_starts(s, STR(" stderr ")))
		return false;
	s = str_from(s, 8);
	if (s.len == 0 || (s.ptr[0] != 'F' && s.ptr[0] != 'P'))
		return false;
	*partial = s.ptr[0] == 'P';
	if (s.len == 1) {
		*payload = STR_NONE;
		return true;
	}
	if (s.ptr[1] == ':') /* further tags */
		str_cut(s, ' ', payload);
	else if (s.ptr[1] == ' ')
		*payload = str_from(s, 2);
	else
		return false;
	return true;
}

static enum line_class cri_classify(struct str line, struct str record, const struct decode_ctx *ctx)
{
	(void)record;
	(void)ctx;
	struct timestamp time;
	struct str payload;
	bool partial;
	if (line.len == 0)
		return LINE_SKIP;
	return head_parse(line, &time, &partial, &payload) ? LINE_START : LINE_ALIEN;
}

static bool cri_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	if (!head_parse(record, &e->time, &e->payload_partial, &e->payload))
		return false;
	e->has_time = true;
	e->message = e->payload;
	return true;
}

static const struct format_sample samples[] = {
	{ "2026-10-06T00:17:09.669794202Z stdout F {\"level\":\"info\",\"msg\":\"up\"}",
	  "time=2026-10-06T00:17:09.669794202Z" },
	{ "2026-10-06T00:17:09.669794202+02:00 stderr P part of a long line",
	  "time=2026-10-05T22:17:09.669794202Z message='part of a long line'" },
	{ NULL, NULL },
};

const struct format format_cri = {
	.id = "cri",
	.title = "Kubernetes container log (CRI: containerd, CRI-O)",
	.service = NULL,
	.role = ROLE_CARRIER,
	.specificity = 70,
	.state_bytes = 0,
	.classify = cri_classify,
	.decode = cri_decode,
	.samples = samples,
};
