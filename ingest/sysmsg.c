#include "ingest/sysmsg.h"

static bool has(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) >= 0;
}

static void at_least(struct event *e, enum severity s)
{
	if (e->severity < s)
		e->severity = s;
}

/* "... process 1234 (postgres) ..." → pid and name. */
static void killed_process(struct str message, struct event *e)
{
	ptrdiff_t at = str_find_nocase(message, STR("process "));
	struct str s = at < 0 ? message : str_from(message, (size_t)at + 8);
	struct str rest;
	struct str number = str_cut(s, ' ', &rest);
	while (number.len && (number.ptr[number.len - 1] == ',' || number.ptr[number.len - 1] == ':'))
		number.len--;
	int64_t pid;
	if (str_to_i64(number, &pid))
		e->pid = pid;
	ptrdiff_t open = str_chr(s, '(');
	ptrdiff_t close = str_chr(s, ')');
	if (open >= 0 && close > open && close - open < 40) {
		e->logger = str_make(s.ptr + open + 1, (size_t)(close - open - 1));
		return;
	}
	/* cgroup form: "oom-kill:constraint=...,task=node,pid=812,uid=0" */
	at = str_find(message, STR(",task="));
	if (at >= 0)
		e->logger = str_cut(str_from(message, (size_t)at + 6), ',', &rest);
	at = str_find(message, STR(",pid="));
	if (at >= 0 && str_to_i64(str_cut(str_from(message, (size_t)at + 5), ',', &rest), &pid))
		e->pid = pid;
}

/* "[12345.678901] text", and what the kernel puts in front of that. */
static struct str kernel_text(struct str message)
{
	struct str s = str_trim(message);
	ptrdiff_t end = str_chr(s, ']');
	if (s.len && s.ptr[0] == '[' && end > 0 && end < 24)
		return str_trim(str_from(s, (size_t)end + 1));
	return s;
}

static bool kernel_message(struct str message, struct event *e)
{
	struct str s = kernel_text(message);
	if ((has(s, "Killed process") && !has(s, "total-vm:0kB")) || str_starts(s, STR("oom-kill:"))) {
		bool summary = str_starts(s, STR("oom-kill:"));
		e->kind = summary ? EV_LINE : EV_CRASH; /* the summary line goes with the kill line */
		at_least(e, SEV_FATAL);
		killed_process(s, e);
		return true;
	}
	if (has(s, "invoked oom-killer") || has(s, "Out of memory") ||
	    has(s, "Memory cgroup out of memory")) {
		at_least(e, SEV_ERROR);
		return true;
	}
	if (has(s, "segfault at") || has(s, "general protection") || has(s, "trap invalid opcode")) {
		/* "node[812]: segfault at 0 ip ..." */
		ptrdiff_t open = str_chr(s, '[');
		e->kind = EV_CRASH;
		at_least(e, SEV_ERROR);
		int64_t pid;
		if (open > 0 && open < 20) {
			struct str rest;
			e->logger = str_head(s, (size_t)open);
			if (str_to_i64(str_cut(str_from(s, (size_t)open + 1), ']', &rest), &pid))
				e->pid = pid;
		}
		return true;
	}
	if (has(s, "I/O error") || has(s, "EXT4-fs error") || has(s, "XFS") ||
	    has(s, "Remounting filesystem read-only") || has(s, "No space left") ||
	    has(s, "blocked for more than") || has(s, "soft lockup") || has(s, "Kernel panic") ||
	    has(s, "Hardware Error") || has(s, "table full, dropping packet")) {
		if (!has(s, "XFS") || has(s, "error") || has(s, "Corruption") || has(s, "shutdown"))
			at_least(e, SEV_ERROR);
		return true;
	}
	if (has(s, "link down") || has(s, "Link is Down") || has(s, "link is not ready")) {
		e->kind = EV_STATE;
		at_least(e, SEV_WARN);
		return true;
	}
	if (str_starts(s, STR("Linux version "))) {
		struct str v = str_from(s, 14);
		e->kind = EV_START;
		e->version = str_word(&v);
		return true;
	}
	return false;
}

/* "nginx.service: Main process exited, ..." → "nginx"; "Started nginx.service - A server." → "nginx". */
static struct str unit_name(struct str s)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".timer", ".mount", NULL };
	for (size_t i = 0; kinds[i]; i++) {
		ptrdiff_t at = str_find(s, str_of(kinds[i]));
		if (at <= 0)
			continue;
		struct str name = str_head(s, (size_t)at);
		ptrdiff_t blank = str_rchr(name, ' ');
		return str_from(name, (size_t)(blank + 1));
	}
	return STR_NONE;
}

static bool systemd_message(struct str s, struct event *e)
{
	struct str unit = unit_name(s);
	bool service = has(s, ".service") || !unit.len;
	enum event_kind kind = EV_LINE;
	enum severity severity = SEV_NONE;
	if (has(s, "Main process exited") || has(s, "Control process exited")) {
		kind = has(s, "status=0/SUCCESS") ? EV_STOP : EV_CRASH;
		severity = kind == EV_CRASH ? SEV_ERROR : SEV_NONE;
	} else if (has(s, "Failed with result") || str_starts(s, STR("Failed to start")) ||
		   has(s, "entered failed state")) {
		kind = EV_CRASH;
		severity = SEV_ERROR;
	} else if (has(s, "A process of this unit has been killed by the OOM killer")) {
		kind = EV_CRASH;
		severity = SEV_FATAL;
	} else if (str_starts(s, STR("Started ")) && service && !has(s, "Session ") &&
		   !has(s, "session-")) {
		kind = EV_START;
	} else if (str_starts(s, STR("Stopped ")) && service) {
		kind = EV_STOP;
	} else if (str_starts(s, STR("Reloaded ")) && service) {
		kind = EV_RELOAD;
	} else if (has(s, "Scheduled restart job")) {
		severity = SEV_WARN;
	} else {
		return false;
	}
	e->kind = kind;
	at_least(e, severity);
	if (!unit.len && (kind == EV_START || kind == EV_STOP || kind == EV_RELOAD)) {
		/* older systemd names the description: "Started The nginx server." */
		struct str rest;
		str_cut(s, ' ', &rest);
		unit = rest.len && rest.ptr[rest.len - 1] == '.' ? str_head(rest, rest.len - 1) : rest;
	}
	if (unit.len)
		e->logger = unit;
	return true;
}

static bool clock_message(struct str s, struct event *e)
{
	if (!has(s, "time stepped") && !has(s, "Clock jumped") && !has(s, "System clock was stepped") &&
	    !has(s, "System clock wrong by") && !has(s, "time reset"))
		return false;
	at_least(e, SEV_WARN);
	return true;
}

bool system_message_apply(struct str program, struct str message, struct event *e)
{
	if (str_eq(program, STR("kernel")))
		return kernel_message(message, e);
	if (str_starts(program, STR("systemd")))
		return systemd_message(message, e);
	if (str_eq(program, STR("ntpd")) || str_eq(program, STR("chronyd")) ||
	    str_starts(program, STR("systemd-timesync")))
		return clock_message(message, e);
	if (str_eq(program, STR("earlyoom")) || str_eq(program, STR("systemd-oomd"))) {
		if (!has(message, "sending SIG") && !has(message, "Killed "))
			return false;
		e->kind = EV_CRASH;
		at_least(e, SEV_FATAL);
		killed_process(message, e);
		return true;
	}
	return false;
}
