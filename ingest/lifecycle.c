#include "ingest/lifecycle.h"

#include "ingest/words.h"

enum { MESSAGE_BYTES_MAX = 240, WORDS_MAX = 9 };

static bool is_trigger(struct str w)
{
	static const struct str a[] = { WORD("accepting") }, b[] = { WORD("booted"), WORD("booting") }, c[] = { WORD("closed") },
				e[] = { WORD("exiting"), WORD("exited") }, l[] = { WORD("listening"), WORD("launched") },
				o[] = { WORD("online") }, u[] = { WORD("up") },
				r[] = { WORD("ready"), WORD("running"), WORD("reload"), WORD("reloaded"), WORD("reloading"),
					WORD("restarting") },
				t[] = { WORD("terminating"), WORD("terminated") },
				s[] = { WORD("start"), WORD("started"), WORD("starting"), WORD("startup"), WORD("shutting"),
					WORD("shutdown"), WORD("shut"), WORD("stopped"), WORD("stopping"), WORD("stop"),
					WORD("sigterm"), WORD("sigint"), WORD("sighup") };
#define IN(list) word_in_nocase(w, list, WORDS(list))
	switch (w.ptr[0] | 0x20) {
	case 'a': return IN(a);
	case 'b': return IN(b);
	case 'c': return IN(c);
	case 'e': return IN(e);
	case 'l': return IN(l);
	case 'o': return IN(o);
	case 'r': return IN(r);
	case 's': return IN(s);
	case 't': return IN(t);
	case 'u': return IN(u);
	default: return false;
	}
#undef IN
}

bool lifecycle_may(struct str s)
{
	const char *p = s.ptr, *end = p + s.len;
	while (p < end) {
		const char *from = p;
		while (p < end && is_alpha(*p))
			p++;
		if (p > from && is_trigger(str_make(from, (size_t)(p - from))))
			return true;
		p++;
	}
	return false;
}

/* Phrases that need no subject. */
static const struct phrase {
	const char *text;
	enum event_kind kind;
} phrases[] = {
	{ "listening on", EV_START },
	{ "listening at", EV_START },
	{ "listening for", EV_START },
	{ "now listening", EV_START },
	{ "startup complete", EV_START },
	{ "startup finished", EV_START },
	{ "started server process", EV_START },
	{ "accepting connections", EV_START },
	{ "accepting requests", EV_START },
	{ "ready to accept", EV_START },
	{ "ready for connections", EV_START },
	{ "running on http", EV_START },
	{ "booted in", EV_START },
	{ "shutting down", EV_STOP },
	{ "shutdown complete", EV_STOP },
	{ "shutdown initiated", EV_STOP },
	{ "shutdown requested", EV_STOP },
	{ "graceful shutdown", EV_STOP },
	{ "gracefully stopping", EV_STOP },
	{ "gracefully shutting", EV_STOP },
	{ "received sigterm", EV_STOP },
	{ "sigterm received", EV_STOP },
	{ "received sigint", EV_STOP },
	{ "sigint received", EV_STOP },
	{ "sigterm, ", EV_STOP },
	{ "server closed", EV_STOP },
	{ "reloading config", EV_RELOAD },
	{ "configuration reloaded", EV_RELOAD },
	{ "config reloaded", EV_RELOAD },
	{ "reloaded configuration", EV_RELOAD },
	{ "reloaded config", EV_RELOAD },
	{ "received sighup", EV_RELOAD },
	{ "sighup received", EV_RELOAD },
};

/* What serves: the subjects beside the service's own name. */
static bool is_server_word(struct str w, struct str service)
{
	static const char *const words[] = { "server", "service", "application", "app",
					     "daemon", "process", "webserver",	 "api" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq_nocase(w, str_of(words[i])))
			return true;
	return service.len > 0 && str_eq_nocase(w, service);
}

static enum event_kind verb_kind(struct str w)
{
	static const char *const starts[] = { "started", "starting", "ready",  "running", "up",
					      "online",	 "launched", "booted", "booting", "listening" };
	static const char *const stops[] = { "stopped", "stopping", "terminated", "terminating",
					     "exiting", "exited",   "shutdown" };
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (str_eq_nocase(w, str_of(starts[i])))
			return EV_START;
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
		if (str_eq_nocase(w, str_of(stops[i])))
			return EV_STOP;
	return EV_LINE;
}

static struct str bare_word(struct str w)
{
	while (w.len && memchr(".,:;!()[]\"'", w.ptr[w.len - 1], 11))
		w.len--;
	while (w.len && memchr("([\"'", w.ptr[0], 4))
		w = str_from(w, 1);
	return w;
}

/* The version that a word is: "4.7.2" of "v4.7.2"; empty when it is none (an address, a time, a duration "4.2s"). */
static struct str as_version(struct str w)
{
	struct str digits = w.len && w.ptr[0] == 'v' ? str_from(w, 1) : w;
	if (!digits.len || digits.ptr[0] < '0' || digits.ptr[0] > '9')
		return STR_NONE;
	unsigned points = 0, colons = 0;
	for (size_t i = 0; i < digits.len; i++) {
		points += digits.ptr[i] == '.';
		colons += digits.ptr[i] == ':' || digits.ptr[i] == '/';
	}
	bool address = points == 3 && digits.len >= 7 && str_chr(digits, '-') < 0;
	return points >= 1 && colons == 0 && !address && digits.ptr[digits.len - 1] != 's' ? digits : STR_NONE;
}

/*
 * A short message in which a server is the subject of the verb: "web 4.7.2 started", "Starting
 * application". What has a version with two points is one: "billing 4.7.2 up and running".
 */
static enum event_kind sentence_kind(struct str message, struct str service)
{
	struct str s = message;
	bool subject = false, version = false;
	enum event_kind kind = EV_LINE;
	unsigned words = 0;
	for (struct str w = str_word(&s); w.len; w = str_word(&s)) {
		if (++words > WORDS_MAX)
			return EV_LINE;
		w = bare_word(w);
		subject = subject || is_server_word(w, service);
		if (kind == EV_LINE) {
			kind = verb_kind(w);
			subject |= version && kind != EV_LINE;
		}
		struct str v = words > 1 ? as_version(w) : STR_NONE;
		version = v.len && str_chr(v, '.') != str_rchr(v, '.');
		if (str_eq_nocase(w, STR("listening")) && words <= 3)
			subject = true;
	}
	return subject ? kind : EV_LINE;
}

/* "Started ShopApplication in 4.2 seconds (process running for 5.1)", "Server startup in 812 ms" */
static bool started_in(struct str message)
{
	if (!str_starts_nocase(message, STR("started ")) &&
	    str_find_nocase(message, STR("startup in ")) < 0 &&
	    str_find_nocase(message, STR(" started in ")) < 0)
		return false;
	ptrdiff_t in = str_find(message, STR(" in "));
	struct str after = in < 0 ? STR_NONE : str_from(message, (size_t)in + 4);
	if (after.len && after.ptr[0] == '[')
		after = str_from(after, 1);
	return after.len && after.ptr[0] >= '0' && after.ptr[0] <= '9' && str_find(after, STR("s")) > 0;
}

/* "3.7.5", "v4.7.2-rc.1" among the first words of an announcement. */
static struct str version_of(struct str message)
{
	struct str s = message;
	bool in = false; /* "in 4.2 seconds" is none */
	for (unsigned words = 0; words < 6; words++) {
		struct str w = bare_word(str_word(&s));
		bool duration = in;
		in = str_eq(w, STR("in"));
		struct str version = duration ? STR_NONE : as_version(w);
		if (version.len)
			return version;
	}
	return STR_NONE;
}

void lifecycle_apply(struct event *e)
{
	if (e->kind != EV_LINE || e->severity > SEV_WARN || e->message.len == 0 ||
	    e->message.len > MESSAGE_BYTES_MAX || !lifecycle_may(e->message))
		return;
	if (str_find_nocase(e->message, STR("fail")) >= 0 ||
	    str_find_nocase(e->message, STR(" not ")) >= 0 ||
	    str_find_nocase(e->message, STR("cannot")) >= 0)
		return;
	enum event_kind kind = EV_LINE;
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0] && kind == EV_LINE; i++)
		if (str_find_nocase(e->message, str_of(phrases[i].text)) >= 0)
			kind = phrases[i].kind;
	if (kind == EV_LINE && started_in(e->message))
		kind = EV_START;
	if (kind == EV_LINE)
		kind = sentence_kind(e->message, e->service);
	if (kind == EV_LINE || (kind != EV_STOP && e->severity > SEV_NOTICE))
		return;
	e->kind = kind;
	if (!e->version.len && kind != EV_RELOAD)
		e->version = version_of(e->message);
}
