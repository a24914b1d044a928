#include "ingest/postgres_prefix.h"

#include "core/ascii.h"
#include "ingest/postgres.h"

enum word_role { WORD_USER, WORD_DB, WORD_APP, WORD_ROLES };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	return s.len > 0;
}

static void set_if_empty(struct str *to, struct str value)
{
	if (to->len == 0)
		*to = value;
}

static void set_pid(struct event *e, struct prefix_words *words, struct str digits)
{
	int64_t pid;

	if (e->pid < 0 && str_to_i64(digits, &pid) && pid >= 0) {
		e->pid = pid;
		words->pid = digits;
		words->pid_hex = false;
	}
}

int64_t postgres_prefix_hex(struct str digits)
{
	int64_t v = 0;

	for (size_t i = 0; i < digits.len; i++)
		v = v * 16 + (is_digit(digits.ptr[i]) ? digits.ptr[i] - '0' : (digits.ptr[i] | 0x20) - 'a' + 10);
	return v;
}

/* A numeric zone after a blank ("2026-01-29 22:05:02 -03"), as the server writes for zones without a name. */
static void read_numeric_zone(struct str *rest, struct timestamp *t)
{
	struct str s = *rest;
	int sign, hours, minutes = 0;
	size_t i = 3;

	if (s.len < 4 || s.ptr[0] != ' ' || (s.ptr[1] != '+' && s.ptr[1] != '-') || !is_digit(s.ptr[2]) ||
	    !is_digit(s.ptr[3]))
		return;
	sign = s.ptr[1] == '-' ? -1 : 1;
	hours = (s.ptr[2] - '0') * 10 + (s.ptr[3] - '0');
	i = 4;
	if (i < s.len && s.ptr[i] == ':')
		i++;
	if (i + 1 < s.len && is_digit(s.ptr[i]) && is_digit(s.ptr[i + 1])) {
		minutes = (s.ptr[i] - '0') * 10 + (s.ptr[i + 1] - '0');
		i += 2;
	} else {
		i = 4;
	}
	if (hours > 15 || minutes > 59)
		return;
	t->offset_s = sign * (hours * 3600 + minutes * 60);
	t->ns -= t->offset_s * NS_PER_S;
	t->has_zone = true;
	*rest = str_from(s, i);
}

bool postgres_prefix_time(struct str *s, struct event *e)
{
	struct str rest = *s;
	struct timestamp t;

	if (!timestamp_parse_iso(&rest, &t)) {
		size_t n = 0;

		/* %n: epoch with milliseconds */
		while (n < rest.len && (is_digit(rest.ptr[n]) || rest.ptr[n] == '.'))
			n++;
		if (n < 14 || n > 17 || rest.ptr[10] != '.' || !timestamp_parse_epoch(str_head(rest, n), &t))
			return false;
		rest = str_from(rest, n);
	}
	if (!t.has_zone)
		read_numeric_zone(&rest, &t);
	if (!e->has_time) {
		e->time = t;
		e->has_time = true;
	}
	if (!t.has_zone && rest.len > 3 && rest.ptr[0] == ' ') {
		/* A zone abbreviation nobody knows: no name of a user either. */
		size_t n = 1;

		while (n < rest.len && rest.ptr[n] >= 'A' && rest.ptr[n] <= 'Z')
			n++;
		if (n >= 4 && n <= 6 && (n == rest.len || rest.ptr[n] == ' ' || rest.ptr[n] == ':'))
			rest = str_from(rest, n);
	}
	*s = rest;
	return true;
}

/* Addresses contain colons, which otherwise separate. Takes "::1", "fe80::1%eth0", "10.0.0.1", each with
 * "(port)". */
static bool take_address(struct str *s, struct event *e)
{
	size_t n = 0, colons = 0, dots = 0, digits = 0;
	bool pair = false;

	while (n < s->len && (is_hex(s->ptr[n]) || s->ptr[n] == ':' || s->ptr[n] == '.')) {
		if (s->ptr[n] == ':') {
			colons++;
			pair = pair || (n > 0 && s->ptr[n - 1] == ':');
		} else if (s->ptr[n] == '.') {
			dots++;
		} else {
			digits++;
		}
		n++;
	}
	while (n > 0 && s->ptr[n - 1] == ':') { /* "10.0.0.1:user@db" */
		n--;
		colons--;
	}
	if (n < 2 || digits == 0 || (n < s->len && is_letter(s->ptr[n])))
		return false;
	if (!(pair && colons >= 2) && colons != 7 && !(colons == 0 && dots == 3))
		return false;
	set_if_empty(&e->client, str_head(*s, n));
	if (n < s->len && s->ptr[n] == '%')
		while (n < s->len && s->ptr[n] != ' ' && s->ptr[n] != '(')
			n++;
	if (n < s->len && s->ptr[n] == '(') {
		while (n < s->len && s->ptr[n] != ')')
			n++;
		n += n < s->len;
	}
	*s = str_from(*s, n);
	return true;
}

/* Does "name=" stand at the start of s? */
static size_t key_length(struct str s)
{
	size_t n = 0, blanks = 0;

	while (n < s.len && n < 24 && (is_letter(s.ptr[n]) || (n && is_digit(s.ptr[n]))))
		n++;
	if (n == 0)
		return 0;
	while (n + blanks < s.len && blanks < 2 && s.ptr[n + blanks] == ' ')
		blanks++;
	return n + blanks < s.len && s.ptr[n + blanks] == '=' ? n : 0;
}

static void keyed_value(struct event *e, struct prefix_words *words, struct str key, struct str value)
{
	static const struct {
		struct str key;
		char role;
	} keys[] = {
		{ { "user", 4 }, 'u' },
		{ { "usr", 3 }, 'u' },
		{ { "u", 1 }, 'u' },
		{ { "db", 2 }, 'd' },
		{ { "database", 8 }, 'd' },
		{ { "dbname", 6 }, 'd' },
		{ { "d", 1 }, 'd' },
		{ { "app", 3 }, 'a' },
		{ { "application", 11 }, 'a' },
		{ { "application_name", 16 }, 'a' },
		{ { "a", 1 }, 'a' },
		{ { "client", 6 }, 'h' },
		{ { "host", 4 }, 'h' },
		{ { "remote", 6 }, 'h' },
		{ { "ip", 2 }, 'h' },
		{ { "h", 1 }, 'h' },
		{ { "r", 1 }, 'h' },
		{ { "pid", 3 }, 'p' },
		{ { "p", 1 }, 'p' },
		{ { "sqlstate", 8 }, 'e' },
		{ { "state", 5 }, 'e' },
		{ { "error", 5 }, 'e' },
		{ { "e", 1 }, 'e' },
		{ { "sql_error_code", 14 }, 'e' },
		{ { "time", 4 }, 't' },
		{ { "time_ms", 7 }, 't' },
		{ { "ts", 2 }, 't' },
		{ { "t", 1 }, 't' },
		{ { "m", 1 }, 't' },
	};
	char role = 0;

	value = str_unquote(value);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !role; i++)
		if (str_eq_nocase(key, keys[i].key))
			role = keys[i].role;
	switch (role) {
	case 'u': set_if_empty(&e->user, postgres_name(value)); break;
	case 'd': set_if_empty(&e->db, postgres_name(value)); break;
	case 'a': set_if_empty(&e->logger, postgres_name(value)); break;
	case 'h':
		/* %h has no port: an IPv6 address keeps its last colon. */
		value = postgres_name(value);
		set_if_empty(&e->client,
			     str_chr(value, ':') == str_rchr(value, ':') ? postgres_client(value) : value);
		break;
	case 'p': set_pid(e, words, value); break;
	case 'e':
		if (postgres_is_sqlstate(value))
			set_if_empty(&e->sqlstate, value);
		break;
	case 't': postgres_prefix_time(&value, e); break;
	default: break;
	}
}

/* "app=pgAdmin 4,client=::1": a value goes on to a comma or blank. */
static bool take_keyed(struct str *s, struct event *e, struct prefix_words *words)
{
	size_t key_len = key_length(*s), n = 0;
	struct str key, value;

	if (key_len == 0)
		return false;
	key = str_head(*s, key_len);
	value = str_from(*s, (size_t)str_chr(*s, '=') + 1);
	/* "key = value": blanks on both sides of the sign, or none. */
	while (value.len > 1 && value.ptr[0] == ' ' && (s->ptr[key_len] == ' ' || value.ptr[1] == '"'))
		value = str_from(value, 1);
	if (value.len && value.ptr[0] == '"') {
		ptrdiff_t end = str_chr(str_from(value, 1), '"');

		n = end < 0 ? value.len : (size_t)end + 2;
	} else {
		/* Only an application's name has blanks inside: it goes on to what is no part of it. */
		bool name = key.len && (key.ptr[0] | 0x20) == 'a';

		for (; n < value.len && value.ptr[n] != ',' && value.ptr[n] != '|'; n++) {
			struct str next = str_from(value, n + 1);

			if (value.ptr[n] == ']' && !name)
				break;
			if (value.ptr[n] == ' ' &&
			    (!name || next.len == 0 || key_length(next) || next.ptr[0] == '['))
				break;
		}
	}
	keyed_value(e, words, key, str_head(value, n));
	*s = str_from(value, n);
	return true;
}

/* Is the word one of %b's, %i's or %q's, which say nothing that is kept? */
static bool is_noise(struct str w)
{
	static const char *const words[] = {
		"client",         "backend",      "autovacuum", "worker",      "launcher",    "background",
		"writer",         "checkpointer", "startup",    "walreceiver", "walsender",   "walwriter",
		"archiver",       "logger",       "parallel",   "postmaster",  "initialized", "standalone",
		"logical",        "replication",  "not",        "idle",        "in",          "transaction",
		"authentication", "initializing", "SELECT",     "INSERT",      "UPDATE",      "DELETE",
		"PARSE",          "BIND",         "COMMIT",     "BEGIN",       "ROLLBACK",    "SET",
		"SHOW",           "COPY",         "CREATE",     "ALTER",       "DROP",        "TABLE",
		"INDEX",          "VACUUM",       "ANALYZE",    "TRUNCATE",    "EXPLAIN",     "CALL",
		"MERGE",          "LOCK",
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq(w, str_of(words[i])))
			return true;
	return false;
}

/* "5a0348cd.1475": start of the session and pid, in hex. */
static bool is_session_id(struct str w, struct event *e, struct prefix_words *words)
{
	ptrdiff_t dot = str_chr(w, '.');

	if (dot < 6 || dot > 8 || w.len - (size_t)dot < 2 || w.len - (size_t)dot > 9)
		return false;
	for (size_t i = 0; i < w.len; i++)
		if (i != (size_t)dot && !is_hex(w.ptr[i]))
			return false;
	if (e->pid < 0) {
		words->pid = str_from(w, (size_t)dot + 1);
		words->pid_hex = true;
		e->pid = postgres_prefix_hex(words->pid);
	}
	return true;
}

/* What a word of the prefix is, given whether brackets stood around it. */
static void read_word(struct str w, bool bracketed, struct event *e, struct prefix_words *words)
{
	ptrdiff_t at = str_chr(w, '@');
	struct str head, tail;

	if (at >= 0) {
		set_if_empty(&e->user, postgres_name(str_head(w, (size_t)at)));
		set_if_empty(&e->db, postgres_name(str_from(w, (size_t)at + 1)));
		return;
	}
	head = str_cut(w, '-', &tail);
	if (all_digits(head) && (tail.len == 0 || all_digits(tail))) {
		/* "[12975-1]" is pid and line; without any time a syslog head took both away and this counts
		 * chunks. */
		if (bracketed || (tail.len == 0 && (e->pid < 0 || w.len != 5))) {
			if (e->has_time || tail.len == 0)
				set_pid(e, words, head);
			return;
		}
	}
	if (postgres_is_sqlstate(w)) {
		set_if_empty(&e->sqlstate, w);
		return;
	}
	if (str_chr(w, '/') > 0 && is_digit(w.ptr[0]))
		return; /* virtual transaction id */
	if (str_ends(w, STR(")")) && str_chr(w, '(') > 0) {
		set_if_empty(&e->client, postgres_client(w));
		return;
	}
	if (w.len == 0 || is_session_id(w, e, words) || is_noise(w) || all_digits(w))
		return;
	if (words->n < PREFIX_WORDS)
		words->at[words->n++] = w;
}

void postgres_prefix_read(struct str s, struct event *e, struct prefix_words *words)
{
	static const char separators[] = " ,;|<>{}\t:-";

	words->n = 0;
	words->pid = STR_NONE;
	words->pid_hex = false;
	while (s.len) {
		char c = s.ptr[0];
		size_t n = 0;

		if (c == '[') {
			ptrdiff_t end = str_chr(s, ']');
			struct str inner = end < 0 ? str_from(s, 1) : str_make(s.ptr + 1, (size_t)end - 1);

			if (end >= 0 && str_eq(inner, STR("local"))) {
				set_if_empty(&e->client, str_head(s, 7));
				s = str_from(s, 7);
				continue;
			}
			if (end >= 0 && (size_t)end + 1 < s.len &&
			    s.ptr[end + 1] == '@') { /* "[unknown]@[unknown]" */
				struct str db = str_from(s, (size_t)end + 2);

				set_if_empty(&e->user, postgres_name(str_head(s, (size_t)end + 1)));
				s = db;
				if (db.len && db.ptr[0] == '[')
					s = str_from(db, (size_t)(str_chr(db, ']') + 1));
				continue;
			}
			if (str_eq(inner, STR("unknown"))) {
				if (words->n < PREFIX_WORDS)
					words->at[words->n++] = STR_NONE;
				s = str_from(s, (size_t)end + 1);
				continue;
			}
			if (end >= 0 && inner.len && inner.len < 22 && str_chr(inner, ' ') < 0 &&
			    str_chr(inner, '=') < 0 && str_chr(inner, ':') < 0) {
				read_word(inner, true, e, words);
				s = str_from(s, (size_t)end + 1);
				continue;
			}
			s = str_from(s, 1);
			continue;
		}
		if (memchr(separators, c, sizeof separators - 1) &&
		    !(c == ':' && s.len > 2 && s.ptr[1] == ':' && is_hex(s.ptr[2]))) {
			s = str_from(s, 1);
			continue;
		}
		if (c == ']' || c == ')' || c == '(') {
			s = str_from(s, 1);
			continue;
		}
		if ((is_digit(c) && postgres_prefix_time(&s, e)) || ((is_hex(c) || c == ':') && take_address(&s, e)) ||
		    (is_letter(c) && take_keyed(&s, e, words)))
			continue;
		while (n < s.len && !memchr(" ,;|<>\t:[]", s.ptr[n], 10))
			n++;
		/* Blanks end names, hyphens do not ("my-user"); but "%t-%c-" ends a session id with one. */
		while (n > 1 && s.ptr[n - 1] == '-')
			n--;
		if (n == 0) {
			s = str_from(s, 1);
			continue;
		}
		read_word(str_head(s, n), false, e, words);
		s = str_from(s, n);
	}
}

void postgres_prefix_learn(struct postgres_prefix *p, const struct prefix_words *words,
			   const struct event *said)
{
	for (size_t i = 0; i < words->n; i++) {
		const struct str truth[WORD_ROLES] = { said->user, said->db, said->logger };

		for (size_t role = 0; role < WORD_ROLES; role++) {
			uint16_t *votes = &p->votes[words->n][i][role];

			if (truth[role].len && str_eq(words->at[i], truth[role]) && *votes < UINT16_MAX)
				(*votes)++;
		}
	}
}

void postgres_prefix_assign(const struct postgres_prefix *p, const struct prefix_words *words,
			    struct event *e)
{
	/* Until something was learned: the orders of the manuals ("%u %d", "%d %a %u"). */
	static const uint8_t usual[PREFIX_WORDS + 1][3] = {
		{ 0, 0, 0 },
		{ WORD_USER, 0, 0 },
		{ WORD_USER, WORD_DB, 0 },
		{ WORD_DB, WORD_APP, WORD_USER },
	};
	struct str *const fields[WORD_ROLES] = { &e->user, &e->db, &e->logger };
	bool taken[WORD_ROLES] = { false };

	for (size_t i = 0; i < words->n; i++) {
		size_t best = WORD_ROLES;

		for (size_t role = 0; p && role < WORD_ROLES; role++) {
			if (!taken[role] && p->votes[words->n][i][role] &&
			    (best == WORD_ROLES || p->votes[words->n][i][role] > p->votes[words->n][i][best]))
				best = role;
		}
		if (best == WORD_ROLES && words->n <= 3 && !taken[usual[words->n][i]])
			best = usual[words->n][i];
		if (best == WORD_ROLES)
			continue;
		taken[best] = true;
		set_if_empty(fields[best], words->at[i]);
	}
}
