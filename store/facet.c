#include "store/facet.h"

#include <arpa/inet.h>
#include <stdio.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/digits.h"
#include "core/hash.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Words that make a robot of a browser's string. */
static const struct str robot_words[] = {
	{ "bot", 3 }, { "crawler", 7 }, { "spider", 6 }, { "slurp", 5 }, { "preview", 7 }, { "monitor", 7 },
};

/* Marks inside of a browser's string, most specific first: nearly all of them also say Chrome and Safari. */
static const struct { struct str mark, family; } browsers[] = {
	{ { "Edg", 3 }, { "Edge", 4 } },
	{ { "OPR/", 4 }, { "Opera", 5 } },
	{ { "Opera", 5 }, { "Opera", 5 } },
	{ { "SamsungBrowser/", 15 }, { "Samsung Internet", 16 } },
	{ { "YaBrowser/", 10 }, { "Yandex", 6 } },
	{ { "HeadlessChrome/", 15 }, { "HeadlessChrome", 14 } },
	{ { "FxiOS/", 6 }, { "Firefox", 7 } },
	{ { "Firefox/", 8 }, { "Firefox", 7 } },
	{ { "CriOS/", 6 }, { "Chrome", 6 } },
	{ { "Chrome/", 7 }, { "Chrome", 6 } },
	{ { "MSIE ", 5 }, { "Internet Explorer", 17 } },
	{ { "Trident/", 8 }, { "Internet Explorer", 17 } },
	{ { "Safari/", 7 }, { "Safari", 6 } },
	{ { "AppleWebKit/", 12 }, { "WebKit", 6 } },
};

/* A product's name: up to the version, a blank or a bracket; cut to something sensible. */
static struct str product(struct str s)
{
	size_t n = 0;
	while (n < s.len && n < 40 && !is_space(s.ptr[n]) && !strchr("/;,()", s.ptr[n]))
		n++;
	return str_head(s, n);
}

static struct str robot_name(struct str agent)
{
	for (size_t at = 0; at < agent.len;) {
		if (!is_alnum(agent.ptr[at])) {
			at++;
			continue;
		}
		struct str name = product(str_from(agent, at));
		bool link = at > 0 && (agent.ptr[at - 1] == '+' || agent.ptr[at - 1] == '/');
		for (size_t i = 0;
		     !link && str_chr(name, '.') < 0 && i < sizeof robot_words / sizeof *robot_words; i++)
			if (str_find_nocase(name, robot_words[i]) >= 0)
				return name;
		at += name.len ? name.len : 1;
	}
	return STR_NONE;
}

struct str facet_agent(struct str agent)
{
	agent = str_trim(str_head(agent, 512));
	if (agent.len == 0 || str_eq(agent, STR("-")))
		return STR_NONE;
	struct str robot = robot_name(agent);
	if (robot.len)
		return robot;
	if (!str_starts(agent, STR("Mozilla/")) && !str_starts(agent, STR("Opera/")))
		return product(agent);
	for (size_t i = 0; i < sizeof browsers / sizeof *browsers; i++)
		if (str_find(agent, browsers[i].mark) >= 0)
			return browsers[i].family;
	return STR("Mozilla");
}

/* What follows "scheme://"; the two common ones are tried first. Empty when there is no scheme. */
static struct str behind_scheme(struct str url)
{
	if (str_starts(url, STR("https://")))
		return str_from(url, 8);
	if (str_starts(url, STR("http://")))
		return str_from(url, 7);
	ptrdiff_t colon = str_chr(str_head(url, 32), ':');
	if (colon <= 0 || !str_starts(str_from(url, (size_t)colon), STR("://")))
		return STR_NONE;
	return str_from(url, (size_t)colon + 3);
}

struct str facet_referrer(struct str referrer)
{
	struct str host = behind_scheme(referrer);
	size_t start = 0, end = host.len, colon = SIZE_MAX;
	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		if ((unsigned char)c > '@' || c == '.') /* letters, and what ends no host */
			continue;
		if (c == '/' || c == '?' || c == '#' || is_space(c)) {
			end = i;
			break;
		}
		if (c == '@') {
			start = i + 1;
			colon = SIZE_MAX;
		} else if (c == ':' && colon == SIZE_MAX) {
			colon = i;
		}
	}
	host = str_from(str_head(host, end), start);
	if (host.len && host.ptr[0] == '[') {
		ptrdiff_t close = str_chr(host, ']');
		return close < 0 ? STR_NONE : str_head(host, (size_t)close + 1);
	}
	if (colon != SIZE_MAX && colon < end)
		host = str_head(host, colon - start);
	return str_head(host, FACET_TEXT_BYTES);
}

/*
 * Parameters that name a campaign, the most telling first. `value`: the value is part of the facet, else it
 * is an id.
 */
static const struct { struct str name; bool value; } campaign_params[] = {
	{ { "utm_campaign", 12 }, true }, { { "campaign", 8 }, true },  { { "utm_source", 10 }, true },
	{ { "utm_medium", 10 }, true },   { { "cid", 3 }, true },       { { "gclid", 5 }, false },
	{ { "fbclid", 6 }, false },
};

/* Where the byte first stands, or the length. It is not 0. */
static inline size_t find_byte(struct str s, char c)
{
#ifdef __SSE2__
	const __m128i all = _mm_set1_epi8(c);
	if (s.len < 16) {
		/* Two words, which may overlap: what stands in both is found in the first one. */
		bool two = s.len >= 8;
		uint64_t first = digits_load(s.ptr, two ? 8 : s.len), last = two ? digits_load(s.ptr + s.len - 8, 8) : 0;
		__m128i v = _mm_set_epi64x((int64_t)last, (int64_t)first);
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, all)), at = hits ? (unsigned)__builtin_ctz(hits) : 0;
		return !hits ? s.len : at < 8 ? at : s.len - 16 + at;
	}
	for (size_t at = 0; at < s.len; at += 16) {
		size_t from = at + 16 <= s.len ? at : s.len - 16;
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.ptr + from));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, all));
		if (hits)
			return from + (unsigned)__builtin_ctz(hits);
	}
	return s.len;
#else
	ptrdiff_t at = str_chr(s, c);
	return at < 0 ? s.len : (size_t)at;
#endif
}

/* Is it a parameter that tells more of a campaign than those of this rank? Then it is the best one. */
static void weigh_param(struct str param, struct str *best, size_t *best_rank)
{
	struct str value, name = str_cut(param, '=', &value);
	for (size_t i = 0; i < *best_rank && value.len; i++) {
		if (!str_eq(name, campaign_params[i].name))
			continue;
		*best = campaign_params[i].value ? str_head(param, FACET_TEXT_BYTES) : name;
		*best_rank = i;
	}
}

struct str facet_campaign(struct str path)
{
	size_t mark = find_byte(path, '?');
	struct str best = STR_NONE, rest = str_from(path, mark + 1);
	size_t best_rank = sizeof campaign_params / sizeof *campaign_params;
	for (unsigned n = 0; rest.len && n < 64; n++) {
		size_t end = find_byte(rest, '&');
		char c = rest.ptr[0];
		if (c == 'u' || c == 'c' || c == 'g' || c == 'f') /* the others begin otherwise */
			weigh_param(str_head(rest, end), &best, &best_rank);
		rest = str_from(rest, end + 1);
	}
	return best;
}

/* Networks as numbers: bit 63 set, then 24 bits of an IPv4 one, or bit 62 set and 48 bits of an IPv6 one. */
#define NET4 (UINT64_C(1) << 63)
#define NET6 (UINT64_C(1) << 62)

/* A number of 0 to 255 at the start of *p, which moves behind it; 256 when there is none. */
static inline unsigned octet(const char **p, const char *end)
{
	const char *s = *p;
	unsigned v = 256, d;
	if (s < end && (d = (unsigned char)*s - '0') < 10U) {
		v = d;
		if (++s < end && (d = (unsigned char)*s - '0') < 10U) {
			v = v * 10 + d;
			if (++s < end && (d = (unsigned char)*s - '0') < 10U) {
				v = v * 10 + d;
				s++;
			}
		}
	}
	*p = s;
	return v < 256 ? v : 256;
}

/* The four octets of an address, nothing but a port behind them. */
static bool parse4(struct str s, uint32_t *address)
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	unsigned a = octet(&p, end);
	if (a > 255 || p == end || *p++ != '.')
		return false;
	unsigned b = octet(&p, end);
	if (b > 255 || p == end || *p++ != '.')
		return false;
	unsigned c = octet(&p, end);
	if (c > 255 || p == end || *p++ != '.')
		return false;
	unsigned d = octet(&p, end);
	if (d > 255 || (p < end && *p != ':'))
		return false;
	*address = a << 24 | b << 16 | c << 8 | d;
	return true;
}

#ifdef __SSE2__
/*
 * The same for the usual text, an address alone: all of its bytes at a time. Each byte becomes the number that would end
 * there; those in front of the points and the end count. False for everything else, which may be an address all the same.
 */
static inline bool parse4_usual(struct str s, uint32_t *address)
{
	if (s.len < 8 || s.len > 15)
		return false;
	uint64_t last = digits_load(s.ptr + s.len - 8, 8) >> (8 * (15 - s.len)) >> 8;
	__m128i v = _mm_set_epi64x((int64_t)last, (int64_t)digits_load(s.ptr, 8)), units = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(units, _mm_set1_epi8(9)), units);
	units = _mm_and_si128(units, digit);
	__m128i second = _mm_and_si128(digit, _mm_slli_si128(digit, 1)), third = _mm_and_si128(second, _mm_slli_si128(digit, 2));
	__m128i tens = _mm_and_si128(_mm_slli_si128(units, 1), second), hundreds = _mm_and_si128(_mm_slli_si128(units, 2), third);
	/* Up to 299 where no hundred is above 2: then the sum that stays below 256 is the same as the one that wraps. */
	__m128i tail = _mm_add_epi8(_mm_mullo_epi16(tens, _mm_set1_epi16(10)), units), high = _mm_mullo_epi16(hundreds, _mm_set1_epi16(100));
	__m128i value = _mm_adds_epu8(high, tail), good = _mm_cmpeq_epi8(value, _mm_add_epi8(high, tail));
	good = _mm_andnot_si128(_mm_cmpgt_epi8(hundreds, _mm_set1_epi8(2)), good);
	good = _mm_andnot_si128(_mm_and_si128(third, _mm_slli_si128(digit, 3)), good);
	unsigned points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))), end = 1U << s.len, ends = points | end;
	if (((unsigned)_mm_movemask_epi8(digit) | points) != end - 1 || _mm_movemask_epi8(good) != 0xffff || ends & (ends << 1 | 1))
		return false;
	enum { BEHIND = 0xf << 16 }; /* four more ends, so that there are enough in any case */
	uint8_t before[16 + 4];
	_mm_storeu_si128((__m128i *)(void *)(before + 1), value);
	memset(before + 17, 0, 3);
	ends |= BEHIND;
	uint32_t a = before[__builtin_ctz(ends)];
	ends &= ends - 1;
	uint32_t b = before[__builtin_ctz(ends)];
	ends &= ends - 1;
	uint32_t c = before[__builtin_ctz(ends)];
	ends &= ends - 1;
	uint32_t d = before[__builtin_ctz(ends)];
	*address = a << 24 | b << 16 | c << 8 | d;
	return (ends & (ends - 1)) == BEHIND;
}
#else
static inline bool parse4_usual(struct str s, uint32_t *address)
{
	(void)s;
	(void)address;
	return false;
}
#endif

/* The address part of "[2001:db8::1]:443"; other texts are left as they are. */
static struct str without_brackets(struct str s)
{
	ptrdiff_t close = s.len && s.ptr[0] == '[' ? str_chr(s, ']') : -1;
	return close < 0 ? s : str_make(s.ptr + 1, (size_t)close - 1);
}

static bool parse6(struct str s, unsigned char out[static 16])
{
	char text[64];
	if (s.len >= sizeof text || str_chr(s, ':') < 0)
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET6, text, out) == 1;
}

static struct client client4(uint32_t address)
{
	return (struct client){ .net = NET4 | address >> 8, .hash = hash64_mix(address, 4),
		.id = address ? address : 1 };
}

/* A client that is not named by the usual text. */
static __attribute__((noinline)) struct client parse_unusual(struct str text)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	uint32_t address;
	unsigned char b[16];
	if (parse4(text, &address))
		return client4(address);
	text = without_brackets(text);
	uint64_t hash = hash64(text);
	struct client c = { .hash = hash, .id = short_hash(hash) };
	if (!parse6(text, b))
		return c;
	if (memcmp(b, mapped, sizeof mapped) == 0)
		return client4((uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15]);
	for (unsigned i = 0; i < 6; i++)
		c.net = c.net << 8 | b[i];
	c.net |= NET6;
	return c;
}

struct client client_parse(struct str text)
{
	uint32_t address;
	return parse4_usual(text, &address) ? client4(address) : parse_unusual(text);
}

/* Appends a number below 256 and what follows it. */
static char *put_octet(char *to, unsigned v, const char *behind)
{
	if (v >= 100)
		*to++ = (char)('0' + v / 100);
	if (v >= 10)
		*to++ = (char)('0' + v / 10 % 10);
	*to++ = (char)('0' + v % 10);
	while (*behind)
		*to++ = *behind++;
	return to;
}

struct str client_net_text(uint64_t net, char out[static FACET_TEXT_BYTES])
{
	if (net & NET4) { /* by hand: clients are many */
		char *to = put_octet(out, (unsigned)(net >> 16) & 255, ".");
		to = put_octet(to, (unsigned)(net >> 8) & 255, ".");
		to = put_octet(to, (unsigned)net & 255, ".0/24");
		return str_make(out, (size_t)(to - out));
	}
	int n = snprintf(out, FACET_TEXT_BYTES, "%x:%x:%x::/48", (unsigned)(net >> 32) & 0xffff,
			 (unsigned)(net >> 16) & 0xffff, (unsigned)net & 0xffff);
	return str_make(out, n > 0 ? (size_t)n : 0);
}

/* A word like "AccessExclusiveLock", the first one. */
static struct str lock_mode(struct str s)
{
	s = str_head(s, 1024);
	for (size_t at = 0; at < s.len;) {
		size_t n = 0;
		while (at + n < s.len && is_alnum(s.ptr[at + n]))
			n++;
		struct str word = str_head(str_from(s, at), n);
		if (word.len > 4 && word.len < FACET_TEXT_BYTES && str_ends(word, STR("Lock")))
			return word;
		at += n + 1;
	}
	return STR_NONE;
}

struct str event_detail(const struct event *e)
{
	struct str s = STR_NONE;
	switch (e->kind) {
	case EV_CONN_OPEN:
	case EV_CONN_CLOSE:
	case EV_CONN_REFUSED:
	case EV_AUTH_FAILURE:
		s = e->user.len ? e->user : e->db;
		break;
	case EV_LOCK_WAIT:
	case EV_DEADLOCK:
		s = lock_mode(e->message);
		if (!s.len)
			s = lock_mode(e->detail);
		break;
	case EV_UPSTREAM:
	case EV_STATE:
		s = e->upstream;
		break;
	case EV_LINE:
	case EV_HTTP:
	case EV_QUERY:
	case EV_CANCEL:
	case EV_CHECKPOINT:
	case EV_TEMP_FILE:
	case EV_VACUUM:
	case EV_START:
	case EV_STOP:
	case EV_CRASH:
	case EV_RELOAD:
	case EV_CHANGE:
	case EV_CACHE:
	case EV_REPLICATION:
	case EV_STATS:
	case EVENT_KIND_COUNT:
		break;
	}
	return str_head(s, FACET_TEXT_BYTES);
}
