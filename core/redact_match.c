#include "core/redact_match.h"

#include <stdio.h>

#include "core/ascii.h"

#define COUNT_OF(t) (sizeof(t) / sizeof((t)[0]))

static char lower(char c)
{
	return is_upper(c) ? (char)(c + 32) : c;
}

static int hex_value(char c)
{
	c = lower(c);
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ---- addresses ---- */

/* Networks that name hosts inside or nobody at all (IANA special-purpose registry, RFC 6890). */
static bool ipv4_is_inside(const unsigned o[4])
{
	return o[0] == 0 || o[0] == 10 || o[0] == 127 || o[0] >= 224 ||
	       (o[0] == 100 && (o[1] & 0xc0) == 64) || (o[0] == 169 && o[1] == 254) ||
	       (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168);
}

bool match_public_ipv4(struct str s, char out[static MASKED_ADDRESS_BYTES])
{
	unsigned octets[4];
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t from = at;

		octets[i] = 0;
		while (at < s.len && at - from < 3 && is_digit(s.ptr[at]))
			octets[i] = octets[i] * 10 + (unsigned)(s.ptr[at++] - '0');
		if (at == from || octets[i] > 255 || (s.ptr[from] == '0' && at - from > 1))
			return false;
		if (i < 3 && (at == s.len || s.ptr[at++] != '.'))
			return false;
	}
	if (at != s.len || ipv4_is_inside(octets))
		return false;
	snprintf(out, MASKED_ADDRESS_BYTES, "%u.%u.%u.x", octets[0], octets[1], octets[2]);
	return true;
}

/* Eight groups of an address with at most one "::"; false when it is none. */
static bool ipv6_parse(struct str s, unsigned groups[8])
{
	unsigned tail[8] = { 0 };
	size_t n_head = 0, n_tail = 0;
	bool gap = false, any_digit = false;

	for (size_t at = 0; at < s.len;) {
		if (str_starts(str_from(s, at), STR("::"))) {
			if (gap)
				return false;
			gap = true;
			at += 2;
			continue;
		}
		if (s.ptr[at] == ':' && (at == 0 || ++at == s.len))
			return false;
		unsigned value = 0;
		size_t digits = 0;
		for (; at < s.len && hex_value(s.ptr[at]) >= 0; at++, digits++) {
			any_digit |= is_digit(s.ptr[at]);
			value = value << 4 | (unsigned)hex_value(s.ptr[at]);
		}
		if (digits == 0 || digits > 4 || n_head + n_tail == 8)
			return false;
		if (gap)
			tail[n_tail++] = value;
		else
			groups[n_head++] = value;
	}
	/* Without a digit it is a name with colons ("bad::cafe") rather than an address. */
	if (!any_digit || (gap ? n_head + n_tail > 7 : n_head != 8))
		return false;
	for (size_t i = n_head; i < 8; i++)
		groups[i] = i < 8 - n_tail ? 0 : tail[i - (8 - n_tail)];
	return true;
}

bool match_public_ipv6(struct str s, char out[static MASKED_ADDRESS_BYTES])
{
	unsigned g[8] = { 0 };

	if (!ipv6_parse(s, g))
		return false;
	/* ::/16 (loopback, mapped), fc00::/7 unique local, fe80::/10 link-local, ff00::/8 multicast */
	if (g[0] == 0 || (g[0] & 0xfe00) == 0xfc00 || (g[0] & 0xffc0) == 0xfe80 || (g[0] & 0xff00) == 0xff00)
		return false;
	snprintf(out, MASKED_ADDRESS_BYTES, "%x:%x:%x::x", g[0], g[1], g[2]);
	return true;
}

/* ---- cards ---- */

static bool luhn(const char *digits, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(digits[n - 1 - i] - '0');

		sum += i % 2 == 0 ? d : d < 5 ? d * 2 : d * 2 - 9;
	}
	return sum % 10 == 0;
}

/* Issuer ranges of ISO/IEC 7812 with their lengths. Epoch times and most counters fall outside. */
static bool issued(const char *digits, size_t n)
{
	unsigned first4 = 0;

	for (size_t i = 0; i < 4; i++)
		first4 = first4 * 10 + (unsigned)(digits[i] - '0');
	unsigned first2 = first4 / 100;
	if (n == 15)
		return first2 == 34 || first2 == 37; /* American Express */
	return n == 16 && (first2 / 10 == 4 || (first2 >= 51 && first2 <= 55) || first2 == 65 ||
	                   first2 == 35 || first2 == 62 || first4 == 6011 ||
	                   (first4 >= 2221 && first4 <= 2720));
}

size_t match_card(struct str s)
{
	char digits[16];
	size_t n = 0, at = 0, groups[4] = { 0 }, n_groups = 0;
	char separator = '\0';

	while (at < s.len && n < sizeof digits) {
		if (is_digit(s.ptr[at])) {
			digits[n++] = s.ptr[at++];
			groups[n_groups]++;
			continue;
		}
		bool may_group = (s.ptr[at] == ' ' || s.ptr[at] == '-') && n_groups < 3 &&
		                 groups[n_groups] >= 4 && (!separator || separator == s.ptr[at]);
		if (!may_group || at + 1 == s.len || !is_digit(s.ptr[at + 1]))
			break;
		separator = s.ptr[at++];
		n_groups++;
	}
	bool fours = groups[0] == 4 && groups[1] == 4 && groups[2] == 4 && groups[3] == 4;
	bool amex = groups[0] == 4 && groups[1] == 6 && groups[2] == 5;
	if (n < 15 || (separator && !fours && !amex))
		return 0;
	if (at < s.len && (is_digit(s.ptr[at]) || is_alpha(s.ptr[at]) || s.ptr[at] == '_'))
		return 0;
	return issued(digits, n) && luhn(digits, n) ? at : 0;
}

/* ---- tokens and keys ---- */

static bool is_jwt(struct str s)
{
	struct str rest, head = str_cut(s, '.', &rest), body = str_cut(rest, '.', &rest);

	return str_starts(head, STR("eyJ")) && head.len >= 10 && body.len >= 4 && rest.len;
}

/* Every character of s from `from` on is a capital letter or a digit. */
static bool all_upper(struct str s, size_t from)
{
	for (size_t i = from; i < s.len; i++)
		if (!is_upper(s.ptr[i]) && !is_digit(s.ptr[i]))
			return false;
	return true;
}

const char *match_token(struct str s)
{
	static const struct { const char *prefix; size_t least; } shapes[] = {
		{ "sk_live_", 20 }, { "sk_test_", 20 }, { "rk_live_", 20 }, { "pk_live_", 20 },
		{ "whsec_", 20 },   { "sk-", 24 },      { "ghp_", 30 },     { "gho_", 30 },
		{ "ghu_", 30 },     { "ghs_", 30 },     { "ghr_", 30 },     { "github_pat_", 30 },
		{ "glpat-", 20 },   { "xoxb-", 20 },    { "xoxp-", 20 },    { "xoxa-", 20 },
		{ "xoxs-", 20 },    { "AIza", 35 },     { "SG.", 40 },      { "npm_", 30 },
		{ "hf_", 30 },      { "dop_v1_", 40 },  { "shpat_", 30 },   { "ya29.", 30 },
	};
	static const char *const aws[] = { "AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA" };

	if (is_jwt(s))
		return "[token]";
	for (size_t i = 0; i < COUNT_OF(shapes); i++)
		if (s.len >= shapes[i].least && str_starts(s, str_of(shapes[i].prefix)))
			return "[api key]";
	for (size_t i = 0; s.len == 20 && i < COUNT_OF(aws); i++)
		if (str_starts(s, str_of(aws[i])) && all_upper(s, 4))
			return "[aws key]";
	return NULL;
}

enum { KEY_MAX = 64 };

/* Letters and digits of the end of a key in lower case: "X-Api-Key" and "apiKey" are one. */
static struct str plain_key(struct str key, char letters[static KEY_MAX])
{
	size_t n = 0;

	if (key.len >= 3 && str_eq_nocase(str_from(key, key.len - 3), STR("%5d")))
		key.len -= 3; /* "user%5Bpassword%5D" */
	for (size_t i = key.len > KEY_MAX ? key.len - KEY_MAX : 0; i < key.len; i++)
		if (is_alpha(key.ptr[i]) || is_digit(key.ptr[i]))
			letters[n++] = lower(key.ptr[i]);
	return str_make(letters, n);
}

static bool ends_with_any(struct str name, const char *const *endings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(name, str_of(endings[i])))
			return true;
	return false;
}

bool match_password_key(struct str key)
{
	static const char *const endings[] = { "password", "passwd", "passphrase", "passcode", "passwort", "pwd" };
	char letters[KEY_MAX];

	return ends_with_any(plain_key(key, letters), endings, COUNT_OF(endings));
}

bool match_header_key(struct str key)
{
	static const char *const endings[] = { "authorization", "cookie" };
	char letters[KEY_MAX];

	return ends_with_any(plain_key(key, letters), endings, COUNT_OF(endings));
}

bool match_long_key(struct str key)
{
	static const char *const endings[] = {
		"secret", "token", "apikey", "accesskey", "accesskeyid", "accountkey", "secretkey", "secretkeybase", "privatekey",
		"encryptionkey", "signingkey", "authkey", "credential", "credentials", "sessionid", "sessid",
		"connectsid", "signature",
	};
	char letters[KEY_MAX];

	return ends_with_any(plain_key(key, letters), endings, COUNT_OF(endings)) ||
	       match_password_key(key) || match_header_key(key);
}

bool match_secret_key(struct str key)
{
	static const char *const whole[] = { "pass", "pw", "sig", "otp", "pin", "cvv", "cvc", "ssn" };
	char letters[KEY_MAX];
	struct str name = plain_key(key, letters);

	for (size_t i = 0; i < COUNT_OF(whole); i++)
		if (str_eq(name, str_of(whole[i])))
			return true;
	return match_long_key(key);
}

bool match_session_key(struct str key)
{
	char letters[KEY_MAX];
	struct str name = plain_key(key, letters);

	return str_eq(name, STR("session")) || str_eq(name, STR("sid"));
}

bool match_random_looking(struct str s)
{
	size_t digits = 0, capitals = 0, letters = 0;

	for (size_t i = 0; i < s.len; i++) {
		digits += is_digit(s.ptr[i]);
		capitals += i > 0 && is_upper(s.ptr[i]);
		letters += is_alpha(s.ptr[i]);
	}
	if (s.len < 4)
		return false;
	return (digits && letters) || (capitals && capitals + 1 < letters) || s.len >= 24;
}

enum { PLACEHOLDER_MAX = 64 };

/* A place for a value: "<*>", "${NAME}", "$1", "$NAME", "%s", "{}". */
static bool is_placeholder(struct str s)
{
	char last = s.ptr[s.len - 1];

	if (s.len > PLACEHOLDER_MAX)
		return false;
	if (s.ptr[0] == '<')
		return last == '>';
	if (s.ptr[0] == '{')
		return last == '}';
	if (s.ptr[0] == '%')
		return s.len <= 3;
	if (s.ptr[0] != '$' || s.len == 1)
		return false;
	return s.ptr[1] == '{' || (s.len <= 3 && is_digit(s.ptr[1])) ||
	       (all_upper(s, 1) && !is_digit(s.ptr[1]));
}

bool match_empty_value(struct str s)
{
	static const char *const words[] = {
		"null", "nil", "none", "true", "false", "undefined", "redacted", "-", "?",
	};
	/* Our own marks: redacting twice changes nothing. */
	static const char *const marks[] = {
		"[secret", "[token", "[api key", "[aws key", "[e-mail", "[private key",
	};
	bool one_character = true;

	for (size_t i = 1; i < s.len; i++)
		one_character &= s.ptr[i] == s.ptr[0];
	if (s.len == 0 || (one_character && memchr("*x#X.-", s.ptr[0], 6)) || is_placeholder(s))
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(s, str_of(words[i])))
			return true;
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (str_starts(s, str_of(marks[i])))
			return true;
	return false;
}
