#include "core/redact.h"

#include <stdio.h>

#include "core/buf.h"
#include "core/hash.h"
#include "core/redact_match.h"

/*
 * One walk over "atoms", runs of the characters that names, numbers, addresses and tokens are made of. What
 * an atom is, and what follows it, decides; text outside of atoms is only copied. Every look ahead either
 * moves the walk behind what it saw or is bounded, so the time is linear.
 */

enum {
	AUTHORITY_MAX = 512, /* of a URL */
	IPV6_MAX = 45,
	DOMAIN_MAX = 255,
	MARK_BYTES = 32,
	CHANGE_MAX = 400,    /* of "... from old to new" */
};

struct walk {
	struct str s;    /* the text */
	size_t at;       /* next byte to look at */
	size_t copied;   /* bytes of s that are in out, or were replaced */
	struct buf out;
	bool changed;
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_atom(char c)
{
	return is_alnum(c) || (c && memchr("._-%+", c, 5));
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static char peek(const struct walk *w, size_t i)
{
	return i < w->s.len ? w->s.ptr[i] : '\0';
}

static struct str slice(const struct walk *w, size_t from, size_t to)
{
	return str_make(w->s.ptr + from, to - from);
}

/* Bytes [from, to) become the mark; the walk goes on behind them. */
static void replace(struct walk *w, size_t from, size_t to, const char *mark)
{
	buf_add(&w->out, slice(w, w->copied, from));
	buf_addz(&w->out, mark);
	w->copied = w->at = to;
	w->changed = true;
}

/* ---- values of keys ---- */

/* End of a quoted value whose opening, backslashes included, is [from, from + n): at the same closing. */
static size_t quoted_end(const struct walk *w, size_t from, size_t n)
{
	struct str closing = slice(w, from, from + n);

	for (size_t i = from + n; i + n <= w->s.len; i++) {
		if (str_eq(slice(w, i, i + n), closing))
			return i;
		if (n == 1 && w->s.ptr[i] == '\\')
			i++; /* an escaped quote inside */
	}
	return w->s.len;
}

static size_t unquoted_end(const struct walk *w, size_t from)
{
	size_t i = from;

	while (i < w->s.len && (unsigned char)w->s.ptr[i] > ' ' && !memchr(",;&\"'<>)}]|\\", w->s.ptr[i], 12))
		i++;
	/* A placeholder or a mark of ours is one value, whatever its brackets. */
	if (i < w->s.len && i > from && memchr(">)}]", w->s.ptr[i], 4) && memchr("<${[", w->s.ptr[from], 4))
		i++;
	else if (i == from && peek(w, i) == '<')
		while (i < w->s.len && !is_space(w->s.ptr[i]) && w->s.ptr[i++] != '>')
			;
	return i;
}

/* Length of an opening quote at i, with any number of backslashes before it; 0 when there is none. */
static size_t quote_length(const struct walk *w, size_t i)
{
	size_t from = i;

	while (peek(w, i) == '\\')
		i++;
	return peek(w, i) == '"' || peek(w, i) == '\'' ? i + 1 - from : 0;
}

/* To the end of a header's value: the line, or the quote that the header stands in. */
static size_t header_end(const struct walk *w, size_t from)
{
	size_t i = from;

	while (i < w->s.len && !memchr("\"'\r\n\\", w->s.ptr[i], 5))
		i++;
	return i;
}

/* "Bearer", "Basic", ...: the scheme stays, what follows it goes. */
static size_t skip_scheme(const struct walk *w, size_t from)
{
	static const char *const schemes[] = {
		"bearer ", "basic ", "digest ", "token ", "negotiate ", "apikey ",
	};

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (str_starts_nocase(str_from(w->s, from), str_of(schemes[i])))
			return from + strlen(schemes[i]);
	return from;
}

/* The value that begins at `from`, quoted or not, masked unless it says nothing. False when it stays. */
static bool mask_value(struct walk *w, size_t from, bool header)
{
	size_t quote = quote_length(w, from), end;

	if (quote) {
		end = quoted_end(w, from, quote);
		from += quote;
	} else if (header) {
		end = header_end(w, from);
	} else {
		end = unquoted_end(w, from);
	}
	if (header)
		from = skip_scheme(w, from);
	if (end <= from || match_empty_value(slice(w, from, end)))
		return false;
	replace(w, from, end, "[secret]");
	return true;
}

/*
 * "unexpected token: foo" is a sentence and "token: 8f2c41" a setting: after a colon, a value must look like
 * one. The word behind "password:" is taken for one already when nothing follows it.
 */
static bool is_sentence(const struct walk *w, struct str key, size_t from)
{
	size_t quote = quote_length(w, from);
	size_t end = quote ? quoted_end(w, from, quote) : unquoted_end(w, from);
	struct str value = slice(w, from + quote, end);

	if (match_random_looking(value) || str_chr(value, '=') > 0 || skip_scheme(w, from) > from)
		return false;
	bool last = end >= w->s.len || quote || memchr("\r\n,;)}]\\", w->s.ptr[end], 8);
	return !last || !match_password_key(key);
}

/* A mark of ours, "[secret]", is no key; what stands in brackets behind a name or other brackets is one. */
static bool is_mark(const struct walk *w, size_t from, size_t to)
{
	if (from < 1 || w->s.ptr[from - 1] != '[' || peek(w, to) != ']')
		return false;
	return from == 1 || (!is_atom(w->s.ptr[from - 2]) && w->s.ptr[from - 2] != ']');
}

/* Behind a value that was masked: "-> value" is what it became. Always true. */
static bool mask_arrow(struct walk *w)
{
	size_t i = w->at + quote_length(w, w->at);

	while (is_space(peek(w, i)))
		i++;
	if (!str_starts(str_from(w->s, i), STR("->")) && !str_starts(str_from(w->s, i), STR("=>")))
		return true;
	for (i += 2; is_space(peek(w, i)); i++)
		;
	mask_value(w, i, false);
	return true;
}

/*
 * Does an atom [from, to) name a secret that is given a value: key=value, key: value, "key": "value",
 * \"key\":\"value\", user[password]=value, --password value, PASSWORD 'value'?
 */
static bool mask_keyed(struct walk *w, size_t from, size_t to)
{
	struct str key = slice(w, from, to);
	size_t i = to;

	bool session = match_session_key(key);

	if ((!match_secret_key(key) && !session) || is_mark(w, from, to))
		return false;
	if (is_space(peek(w, i))) {
		bool option = str_starts(key, STR("--")) && peek(w, i + 1) != '-';
		/* In SQL only a quoted text can be a password. */
		bool sql = str_eq_nocase(key, STR("password")) && peek(w, i + 1) == '\'';

		if (option || sql)
			return mask_value(w, i + 1, false);
	}
	if (peek(w, i) == ']')
		i++;
	size_t quote = quote_length(w, i);
	i += quote;
	while (is_space(peek(w, i)))
		i++;
	char sign = peek(w, i);
	if ((sign != '=' && sign != ':') || peek(w, i + 1) == sign)
		return false;
	i++;
	if (sign == '=' && peek(w, i) == '>')
		i++;
	size_t value = i;
	while (is_space(peek(w, value)))
		value++;
	/* These short words are secrets as keys only. */
	if (sign == ':' && !quote && (!match_long_key(key) || is_sentence(w, key, value)))
		return false;
	/* "session=active" and "session: expired" say how it is, not which. */
	if (session) {
		size_t open = quote_length(w, value), end = open ? quoted_end(w, value, open) : unquoted_end(w, value);
		struct str id = slice(w, value + open, end);

		if (sign != '=' || id.len < 8 || !match_random_looking(id))
			return false;
	}
	/* A working directory, not a password. */
	if (str_eq(key, STR("PWD")) || str_eq(key, STR("OLDPWD")))
		return false;
	return mask_value(w, value, sign == ':' && match_header_key(key)) && mask_arrow(w);
}

/* "db_password changed from old to new": a name of a secret, few words, and two values. */
static bool mask_change(struct walk *w, size_t from, size_t to)
{
	struct str key = slice(w, from, to), rest = str_head(str_from(w->s, to), CHANGE_MAX), word = STR_NONE;
	bool any = false, secret = match_secret_key(key) && !is_mark(w, from, to);

	for (unsigned words = 0; secret && words < 4 && !str_eq_nocase(word, STR("from")); words++) {
		word = str_word(&rest);
		secret = word.len > 0 && is_alnum(word.ptr[word.len - 1]);
	}
	if (!secret || !str_eq_nocase(word, STR("from")))
		return false;
	for (unsigned side = 0; side < 2; side++) {
		struct str value = str_word(&rest);
		size_t at = (size_t)(value.ptr - w->s.ptr);

		/* "token changed from valid to expired" tells no secret. */
		if (value.len == 0 || (!match_random_looking(str_unquote(value)) && !match_password_key(key)))
			return any;
		if (mask_value(w, at, false)) {
			any = true;
			rest = str_head(str_from(w->s, w->at + quote_length(w, w->at)), CHANGE_MAX);
		}
		if (side == 0 && !str_eq_nocase(str_word(&rest), STR("to")))
			return any;
	}
	return any;
}

/* "IDENTIFIED BY 'secret'" of SQL, and "Bearer <token>" outside of a header. */
static bool mask_after_word(struct walk *w, size_t from, size_t to)
{
	struct str word = slice(w, from, to);
	bool bearer = str_eq_nocase(word, STR("bearer")), basic = str_eq_nocase(word, STR("basic"));
	bool token = str_eq_nocase(word, STR("token"));

	if (!is_space(peek(w, to)))
		return false;
	if (str_eq_nocase(word, STR("by")) && from >= 11 && peek(w, to + 1) == '\'' &&
	    str_eq_nocase(slice(w, from - 11, from - 1), STR("identified")))
		return mask_value(w, to + 1, false);
	size_t end = unquoted_end(w, to + 1);
	struct str value = slice(w, to + 1, end);
	if ((!bearer && !basic && !token) || value.len < (token ? 16 : 8) || !match_random_looking(value) || match_empty_value(value))
		return false;
	replace(w, to + 1, end, "[token]");
	return true;
}

/* ---- addresses ---- */

/* "scheme://user:secret@host": the secret goes, user and host stay. */
static bool mask_authority(struct walk *w, size_t to)
{
	size_t from = to + 3, at = 0, colon = 0;

	if (peek(w, to) != ':' || peek(w, to + 1) != '/' || peek(w, to + 2) != '/')
		return false;
	for (size_t i = from; i < w->s.len && i < from + AUTHORITY_MAX; i++) {
		char c = w->s.ptr[i];

		if ((unsigned char)c <= ' ' || memchr("/?#\"'<>", c, 7))
			break;
		if (c == '@')
			at = i;
		if (c == ':' && !colon)
			colon = i;
	}
	if (!at || !colon || colon > at || match_empty_value(slice(w, colon + 1, at)))
		return false;
	replace(w, colon + 1, at, "[secret]");
	w->at = at + 1; /* the host is not the domain of an e-mail address */
	return true;
}

/* The atom as the password of a data source name: "user:secret@tcp(host:3306)/db". */
static bool mask_dsn(struct walk *w, size_t from, size_t to)
{
	struct str rest = str_from(w->s, to);

	if (from == 0 || w->s.ptr[from - 1] != ':' ||
	    (!str_starts(rest, STR("@tcp(")) && !str_starts(rest, STR("@unix("))))
		return false;
	replace(w, from, to, "[secret]");
	return true;
}

static bool is_joint(char c)
{
	return c == '.' || c == '-';
}

/* Letters only: "user@10.0.0.7" and "module@1.2" are no addresses. */
static bool is_top_level(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) || (s.ptr[i] >= '0' && s.ptr[i] <= '9'))
			return false;
	return s.len >= 2;
}

static void put_mail(struct walk *w, size_t from, size_t to, const char *address, size_t n)
{
	char mark[MARK_BYTES];

	snprintf(mark, sizeof mark, "[e-mail %04x]", (unsigned)(hash64(str_make(address, n)) & 0xffff));
	replace(w, from, to, mark);
}

static bool mask_mail(struct walk *w, size_t from, size_t to)
{
	char address[64 + 1 + DOMAIN_MAX];
	size_t end = to + 1, n = 0;

	if (peek(w, to) != '@' || to - from > 64)
		return false;
	while (end < w->s.len && end - to <= DOMAIN_MAX &&
	       (is_alnum(w->s.ptr[end]) || is_joint(w->s.ptr[end])))
		end++;
	while (end > to + 1 && is_joint(w->s.ptr[end - 1])) /* the full stop of a sentence */
		end--;
	struct str domain = slice(w, to + 1, end);
	ptrdiff_t dot = str_rchr(domain, '.');
	/* "Feature@Feature.cpp:187" is a place in a program. */
	if (peek(w, end) == ':' && peek(w, end + 1) >= '0' && peek(w, end + 1) <= '9')
		return false;
	if (dot <= 0 || !is_alnum(domain.ptr[0]) || !is_top_level(str_from(domain, (size_t)dot + 1)))
		return false;
	for (size_t i = from; i < end && n < sizeof address; i++, n++)
		address[n] = lower(w->s.ptr[i]);
	put_mail(w, from, end, address, n);
	return true;
}

/* "alice%40example.com" in a query string: the mark is that of the address itself. */
static bool mask_encoded_mail(struct walk *w, size_t from, size_t to)
{
	char address[64 + 1 + DOMAIN_MAX];
	ptrdiff_t sign = str_find_nocase(slice(w, from, to), STR("%40"));
	size_t at = from + (size_t)sign, end = at + 3, n = 0;

	if (sign <= 0 || sign > 64)
		return false;
	while (end < to && (is_alnum(w->s.ptr[end]) || is_joint(w->s.ptr[end])))
		end++;
	while (end > at + 3 && is_joint(w->s.ptr[end - 1]))
		end--;
	struct str domain = slice(w, at + 3, end);
	ptrdiff_t dot = str_rchr(domain, '.');
	if (dot <= 0 || domain.len > DOMAIN_MAX || !is_top_level(str_from(domain, (size_t)dot + 1)))
		return false;
	for (size_t i = from; i < at; i++)
		address[n++] = lower(w->s.ptr[i]);
	address[n++] = '@';
	for (size_t i = 0; i < domain.len; i++)
		address[n++] = lower(domain.ptr[i]);
	put_mail(w, from, end, address, n);
	return true;
}

/* "password%3Dhunter2%26x%3D1": a query string inside of another one. */
static bool mask_encoded_pair(struct walk *w, size_t from, size_t to)
{
	struct str atom = slice(w, from, to);
	ptrdiff_t sign = str_find_nocase(atom, STR("%3d"));

	if (sign <= 0)
		return false;
	struct str key = str_head(atom, (size_t)sign);
	for (ptrdiff_t cut; (cut = str_find_nocase(key, STR("%26"))) >= 0 || (cut = str_find_nocase(key, STR("%3f"))) >= 0;)
		key = str_from(key, (size_t)cut + 3);
	struct str value = str_from(atom, (size_t)sign + 3);
	ptrdiff_t end = str_find_nocase(value, STR("%26"));
	value = end >= 0 ? str_head(value, (size_t)end) : value;
	if (!match_secret_key(key) || match_empty_value(value))
		return false;
	replace(w, from + (size_t)sign + 3, from + (size_t)sign + 3 + value.len, "[secret]");
	return true;
}

/* Addresses that let anybody post who knows them: "hooks.slack.com/services/T0/B0/secret". */
static bool mask_webhook(struct walk *w, size_t from, size_t to)
{
	static const struct { const char *host, *path; } hooks[] = {
		{ "hooks.slack.com", "/services/" }, { "discord.com", "/api/webhooks/" }, { "discordapp.com", "/api/webhooks/" },
	};

	for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
		struct str path = str_of(hooks[i].path);

		if (!str_eq_nocase(slice(w, from, to), str_of(hooks[i].host)) || !str_starts(str_from(w->s, to), path))
			continue;
		size_t end = unquoted_end(w, to + path.len);
		if (end == to + path.len)
			return false;
		replace(w, to + path.len, end, "[secret]");
		return true;
	}
	return false;
}

/* "Chrome/120.0.0.0" and "version 2.3.1.4" are no addresses; "/203.0.113.7:4711" is one. */
static bool is_version(const struct walk *w, size_t from, size_t to)
{
	static const char *const words[] = { "version ", "release ", "v", "build " };

	if (from >= 2 && w->s.ptr[from - 1] == '/' && is_alnum(w->s.ptr[from - 2]))
		return peek(w, to) != ':';
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i]);

		if (from >= n && str_eq_nocase(slice(w, from - n, from), str_of(words[i])))
			return true;
	}
	return false;
}

static bool mask_ipv4(struct walk *w, size_t from, size_t to)
{
	char masked[MASKED_ADDRESS_BYTES];

	while (to > from && memchr(".-", w->s.ptr[to - 1], 2))
		to--;
	if (!match_public_ipv4(slice(w, from, to), masked) || is_version(w, from, to))
		return false;
	/* A network is said as it is. */
	if (peek(w, to) == '/' && str_ends(slice(w, from, to), STR(".0")))
		return false;
	replace(w, from, to, masked);
	return true;
}

/* A run of hex digits and colons that starts at w->at. */
static bool mask_ipv6(struct walk *w)
{
	char masked[MASKED_ADDRESS_BYTES];
	size_t from = w->at, to = from;

	if (from > 0 && (is_alnum(w->s.ptr[from - 1]) || memchr(":._", w->s.ptr[from - 1], 3)))
		return false;
	while (to < w->s.len && to - from <= IPV6_MAX && (is_hex(w->s.ptr[to]) || w->s.ptr[to] == ':'))
		to++;
	if (to < w->s.len && (is_alnum(w->s.ptr[to]) || memchr("._", w->s.ptr[to], 2)) &&
	    !is_space(w->s.ptr[to]))
		return false;
	if (to - from >= 2 && w->s.ptr[to - 1] == ':' && w->s.ptr[to - 2] != ':')
		to--;
	if (!match_public_ipv6(slice(w, from, to), masked))
		return false;
	if (peek(w, to) == '/' && str_ends(slice(w, from, to), STR("::")))
		return false;
	replace(w, from, to, masked);
	return true;
}

/* ---- the walk ---- */

/* "-----BEGIN RSA PRIVATE KEY-----" whose first word is an atom, or the end of one ("\\n-----BEGIN"). */
static bool mask_private_key(struct walk *w, size_t from, size_t to)
{
	struct str begin = STR("-----BEGIN");

	if (!str_ends(slice(w, from, to), begin) ||
	    str_find(str_head(str_from(w->s, to), 32), STR(" KEY-----")) < 0)
		return false;
	from = to - begin.len;
	struct str rest = str_from(w->s, from);
	if (str_find(str_head(rest, 48), STR("PRIVATE")) < 0)
		return false;
	ptrdiff_t end = str_find(rest, STR("-----END "));
	if (end >= 0) {
		struct str tail = str_from(rest, (size_t)end + 9);
		ptrdiff_t close = str_find(str_head(tail, 48), STR("-----"));

		end = close < 0 ? -1 : end + 9 + close + 5;
	}
	replace(w, from, end < 0 ? w->s.len : from + (size_t)end, "[private key]");
	return true;
}

static bool mask_card(struct walk *w)
{
	size_t from = w->at;

	if (peek(w, from) < '0' || peek(w, from) > '9' || (from > 0 && (is_atom(w->s.ptr[from - 1]))))
		return false;
	size_t n = match_card(str_from(w->s, from));
	if (n == 0 || (peek(w, from + n) == '.' && is_alnum(peek(w, from + n + 1))))
		return false;
	replace(w, from, from + n, "[card]");
	return true;
}

static void walk_atom(struct walk *w)
{
	size_t from = w->at, to = from;
	const char *mark;

	while (to < w->s.len && is_atom(w->s.ptr[to]))
		to++;
	if (mask_private_key(w, from, to) || mask_authority(w, to) || mask_dsn(w, from, to) ||
	    mask_mail(w, from, to) || mask_encoded_mail(w, from, to) || mask_encoded_pair(w, from, to) || mask_webhook(w, from, to) ||
	    mask_keyed(w, from, to) || mask_change(w, from, to) || mask_after_word(w, from, to) || mask_ipv4(w, from, to))
		return;
	mark = match_token(slice(w, from, to));
	if (mark)
		replace(w, from, to, mark);
	else
		w->at = to;
}

struct str redact_text(struct str s, struct arena *a)
{
	struct walk w = { .s = s };

	/* A mark is longer than what it stands for by a bounded factor: "a@b.cc" by "[e-mail 1234]". */
	buf_init(&w.out, s.len * 8 + MARK_BYTES);
	while (w.at < s.len) {
		char c = s.ptr[w.at];

		if ((is_hex(c) || c == ':') && mask_ipv6(&w))
			continue;
		if (!is_atom(c))
			w.at++;
		else if (!mask_card(&w))
			walk_atom(&w);
	}
	struct str result = s;
	if (w.changed) {
		buf_add(&w.out, slice(&w, w.copied, s.len));
		result = arena_str(a, buf_str(&w.out));
	}
	buf_release(&w.out);
	return result;
}

static struct str redact_member(void *self, struct str text)
{
	return redact_text(text, self);
}

struct casefile redact_casefile(const struct casefile *c, struct arena *a)
{
	return casefile_map(c, a, redact_member, a);
}
