/*
 * journald_export: `journalctl -o export`: FIELD=value lines, entries apart by a blank line. A value
 * with bytes that are not text stands behind its name, a line end, and its length in eight bytes
 * (little endian).
 */
#include "ingest/format.h"
#include "ingest/journal.h"

enum { ENTRY_BYTES_MAX = 1 << 20 };

static bool field_name(struct str s)
{
	if (s.len == 0 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
		      s.ptr[i] == '_'))
			return false;
	return true;
}

static enum line_class journald_export_classify(struct str line, struct str record,
						const struct decode_ctx *ctx)
{
	(void)ctx;
	if (str_starts(line, STR("__CURSOR=")) ||
	    (!record.len && str_starts(line, STR("__REALTIME_TIMESTAMP="))))
		return LINE_START;
	if (record.len && record.len < ENTRY_BYTES_MAX)
		return LINE_CONTINUES;
	return line.len ? LINE_ALIEN : LINE_SKIP;
}

static bool journald_export_decode(struct str record, struct decode_ctx *ctx, struct event *e)
{
	(void)ctx;
	struct journal_entry j = { 0 };
	struct str s = record;
	while (s.len) {
		struct str rest;
		struct str line = str_cut(s, '\n', &rest);
		ptrdiff_t equals = str_chr(line, '=');
		if (equals > 0) {
			struct str name = str_head(line, (size_t)equals);
			if (field_name(name))
				journal_put(&j, name, str_from(line, (size_t)equals + 1));
		} else if (field_name(line) && rest.len >= 8) {
			uint64_t n = 0;
			for (unsigned i = 0; i < 8; i++)
				n |= (uint64_t)(unsigned char)rest.ptr[i] << (8 * i);
			rest = str_from(rest, 8);
			if (n > rest.len)
				n = rest.len;
			journal_put(&j, line, str_head(rest, (size_t)n));
			rest = str_from(rest, (size_t)n + 1);
		}
		s = rest;
	}
	return journal_finish(&j, e);
}

static const struct format_sample samples[] = {
	{ "__CURSOR=s=bcce;i=6\n__REALTIME_TIMESTAMP=1773540005115000\n_HOSTNAME=web-1\nPRIORITY=6\nSYSLOG_"
	  "IDENTIFIER=shop\n"
	  "_PID=812\n_SYSTEMD_UNIT=shop.service\nMESSAGE=listening\n",
	  "time=2026-03-15T02:00:05.115000Z severity=info host=web-1 logger=shop service=shop pid=812 "
	  "message=listening" },
	{ "__CURSOR=s=bcce;i=7\n__REALTIME_TIMESTAMP=1773540006000000\nPRIORITY=0\nSYSLOG_IDENTIFIER="
	  "kernel\n_HOSTNAME=web-1\n"
	  "MESSAGE=Out of memory: Killed process 812 (node) total-vm:1048576kB",
	  "kind=crash severity=fatal logger=node pid=812" },
	{ NULL, NULL },
};

const struct format format_journald_export = {
	.id = "journald_export",
	.title = "systemd journal export (journalctl -o export)",
	.service = NULL,
	.role = ROLE_SYSTEM,
	.specificity = 60,
	.state_bytes = 0,
	.classify = journald_export_classify,
	.decode = journald_export_decode,
	.samples = samples,
};
