#include "ingest/words.h"

static bool in_list(struct str w, const char *list, bool nocase)
{
	struct str rest = str_of(list);

	while (rest.len > 0) {
		struct str item = str_cut(rest, ' ', &rest);

		if (nocase ? str_eq_nocase(item, w) : str_eq(item, w))
			return true;
	}
	return false;
}

bool word_is_unit(struct str w, bool attached)
{
	if (w.len == 0 || w.len > 12)
		return false;
	if (w.len == 1)
		return attached && memchr("smhdBbKkMGTuw%", w.ptr[0], 14) != NULL;
	switch (to_lower(w.ptr[0])) {
	case 'b':
		return in_list(w, "bytes byte bits bit bps", true);
	case 'd':
		return in_list(w, "day days", true);
	case 'g':
		return in_list(w, "gb gib gbps gbit ghz", true);
	case 'h':
		return in_list(w, "hours hour hrs hr hz", true);
	case 'k':
		return in_list(w, "kb kib kbps kbit kbytes khz", true);
	case 'm':
		return in_list(w, "ms msec msecs millis millisecond milliseconds mb mib mbps mbit mbytes mhz min mins "
				  "minute minutes micros microsecond microseconds months month", true);
	case 'n':
		return in_list(w, "ns nsec nanos nanosecond nanoseconds", true);
	case 's':
		return in_list(w, "sec secs second seconds", true);
	case 't':
		return in_list(w, "tb tib", true);
	case 'u':
		return in_list(w, "us usec usecs", true);
	case 'w':
		return in_list(w, "week weeks", true);
	case 'y':
		return in_list(w, "year years", true);
	default:
		return str_eq(w, STR("\xc2\xb5s")) || str_eq(w, STR("\xce\xbcs"));
	}
}

bool word_is_host(struct str w, bool port)
{
	static const char tlds[] = "com net org edu gov mil int info biz app dev cloud local internal lan corp home intra "
				   "example test invalid localdomain svc consul localhost";
	static const char packages[] = "com org net io edu java javax jakarta sun jdk scala kotlin android akka";
	static const char seconds[] = "com co edu ac org gov net gob or ne";
	static const char suffixes[] = "py js sh so pl rs cc md ps rb go cs gz db id cpp hpp ts is c h java kt lua ex erl sql "
				       "log conf php jsx tsx mjs scala swift m mm vue yml yaml json xml txt";
	struct str rest = w, first = STR_NONE, last = STR_NONE, second = STR_NONE;
	size_t labels = 0;

	if (w.len < 4 || w.len > 253)
		return false;
	while (rest.len > 0) {
		second = last;
		last = str_cut(rest, '.', &rest);
		if (last.len == 0 || last.len > 63)
			return false;
		for (size_t i = 0; i < last.len; i++)
			if (!is_alnum(last.ptr[i]) && (last.ptr[i] != '-' || i == 0 || i + 1 == last.len))
				return false;
		if (labels++ == 0)
			first = last;
	}
	if (labels < 2 || w.ptr[w.len - 1] == '.' || is_digit(last.ptr[last.len - 1]))
		return false;
	for (size_t i = 0; i < last.len; i++)
		if (!is_lower(last.ptr[i]) && last.ptr[i] != '-')
			return false;
	if (in_list(first, packages, false))
		return false;
	if (in_list(last, tlds, false))
		return true;
	if (port)
		return last.len >= 2 && !in_list(last, suffixes, false);
	return labels >= 3 && last.len == 2 && (in_list(second, seconds, false) || !in_list(last, suffixes, false));
}

static bool is_ipv4(struct str w)
{
	struct str rest = w;
	int parts = 0;

	if (w.len < 7 || w.len > 15 || w.ptr[w.len - 1] == '.')
		return false;
	while (rest.len > 0) {
		struct str part = str_cut(rest, '.', &rest);
		uint64_t v;

		if (part.len > 3 || !str_to_u64(part, &v) || v > 255)
			return false;
		parts++;
	}
	return parts == 4;
}

size_t word_ipv6_or_mac(struct str s)
{
	size_t n = 0, group = 0, groups = 0, colons = 0;
	bool digit = false, gap = false;

	for (; n < s.len && n < 48; n++) {
		char c = s.ptr[n];

		if (is_hex(c)) {
			digit = digit || is_digit(c);
			if (++group > 4)
				return 0;
			groups += group == 1;
		} else if (c == ':') {
			if (n > 0 && s.ptr[n - 1] == ':') {
				if (gap)
					return 0;
				gap = true;
			} else if (n + 1 >= s.len || (!is_hex(s.ptr[n + 1]) && s.ptr[n + 1] != ':')) {
				break;
			}
			colons++;
			group = 0;
		} else if (c == '.' && group > 0 && n + 1 < s.len && is_digit(s.ptr[n + 1]) && colons >= 2) {
			group = 0; /* an IPv4 tail; its groups count as further ones */
		} else {
			break;
		}
	}
	if (n < s.len && (is_alnum(s.ptr[n]) || s.ptr[n] == '_'))
		return 0;
	if (groups > 11 || (!gap && groups < 6) || (gap && (colons < 2 || groups < 1)) || (!digit && !gap))
		return 0;
	return gap && !digit && groups < 2 ? 0 : n;
}

bool word_is_ip(struct str w)
{
	if (is_ipv4(w))
		return true;
	return str_chr(w, ':') >= 0 && (str_eq(w, STR("::")) || word_ipv6_or_mac(w) == w.len);
}

bool word_is_hex(struct str w)
{
	bool digit = false;

	if (w.len < 6)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		if (!is_hex(w.ptr[i]))
			return false;
		digit = digit || is_digit(w.ptr[i]);
	}
	return digit || w.len >= 16;
}

bool word_is_uuid(struct str w)
{
	if (w.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? w.ptr[i] != '-' : !is_hex(w.ptr[i]))
			return false;
	}
	return true;
}

bool word_is_random(struct str w)
{
	size_t digits = 0, turns = 0, cases = 0;

	if (w.len < 6)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		char c = w.ptr[i];

		if (!is_alnum(c) && c != '_' && c != '-')
			return false;
		digits += is_digit(c);
		if (i == 0)
			continue;
		turns += is_digit(c) != is_digit(w.ptr[i - 1]);
		cases += is_upper(c) && !is_upper(w.ptr[i - 1]);
	}
	if (digits == 0)
		return false; /* long words and CamelCase names are words */
	return turns >= 4 || (turns >= 3 && w.len >= 8) || (w.len >= 20 && (turns >= 2 || cases >= 4)) ||
	       (digits * 2 >= w.len && w.len >= 8);
}

static bool is_name_of(struct str w, const char *names)
{
	struct str rest = str_of(names);

	while (w.len >= 3 && rest.len > 0) {
		struct str name = str_cut(rest, ' ', &rest);

		if ((w.len == 3 || w.len == name.len) && str_starts_nocase(name, w))
			return true;
	}
	return false;
}

bool word_is_month(struct str w)
{
	return is_name_of(w, "January February March April May June July August September October November December");
}

bool word_is_weekday(struct str w)
{
	return is_name_of(w, "Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
}
