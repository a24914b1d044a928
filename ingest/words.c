#include "ingest/words.h"

bool word_is_unit(struct str w, bool attached)
{
	static const struct str list[] = {
		WORD("ms"), WORD("s"), WORD("bytes"), WORD("byte"), WORD("sec"), WORD("secs"),
		WORD("second"), WORD("seconds"),
		WORD("kb"), WORD("mb"), WORD("gb"), WORD("tb"), WORD("kib"), WORD("mib"), WORD("gib"),
		WORD("tib"), WORD("us"),
		WORD("ns"), WORD("usec"), WORD("usecs"), WORD("nsec"), WORD("msec"), WORD("msecs"),
		WORD("min"), WORD("mins"),
		WORD("minute"), WORD("minutes"), WORD("hour"), WORD("hours"), WORD("hr"), WORD("hrs"),
		WORD("day"), WORD("days"),
		WORD("week"), WORD("weeks"), WORD("month"), WORD("months"), WORD("year"), WORD("years"),
		WORD("millis"),
		WORD("millisecond"), WORD("milliseconds"), WORD("micros"), WORD("microsecond"),
		WORD("microseconds"),
		WORD("nanos"), WORD("nanosecond"), WORD("nanoseconds"), WORD("bit"), WORD("bits"),
		WORD("bps"), WORD("kbps"),
		WORD("mbps"), WORD("gbps"), WORD("kbit"), WORD("mbit"), WORD("gbit"), WORD("kbytes"),
		WORD("mbytes"), WORD("hz"),
		WORD("khz"), WORD("mhz"), WORD("ghz"), WORD("\xc2\xb5s"), WORD("\xce\xbcs"),
	};

	if (w.len == 0 || w.len > 12)
		return false;
	if (w.len == 1)
		return w.ptr[0] == 's' || (attached && memchr("smhdBbKkMGTuw%", w.ptr[0], 14) != NULL);
	return word_in_nocase(w, list, WORDS(list));
}

bool word_is_host(struct str w, bool port)
{
	static const struct str tlds[] = {
		WORD("com"), WORD("net"), WORD("org"), WORD("edu"), WORD("gov"), WORD("mil"), WORD("int"),
		WORD("info"), WORD("biz"), WORD("app"), WORD("dev"), WORD("cloud"), WORD("local"),
		WORD("internal"), WORD("lan"), WORD("corp"), WORD("home"), WORD("intra"), WORD("example"),
		WORD("test"), WORD("invalid"), WORD("localdomain"), WORD("svc"), WORD("consul"),
		WORD("localhost"),
	};
	static const struct str packages[] = {
		WORD("com"), WORD("org"), WORD("net"), WORD("io"), WORD("edu"), WORD("java"), WORD("javax"),
		WORD("jakarta"), WORD("sun"), WORD("jdk"), WORD("scala"), WORD("kotlin"), WORD("android"),
		WORD("akka"),
	};
	static const struct str seconds[] = {
		WORD("com"), WORD("co"), WORD("edu"), WORD("ac"), WORD("org"), WORD("gov"), WORD("net"),
		WORD("gob"), WORD("or"), WORD("ne"),
	};
	static const struct str suffixes[] = {
		WORD("py"), WORD("js"), WORD("sh"), WORD("so"), WORD("pl"), WORD("rs"), WORD("cc"),
		WORD("md"),
		WORD("ps"), WORD("rb"), WORD("go"), WORD("cs"), WORD("gz"), WORD("db"), WORD("id"),
		WORD("cpp"),
		WORD("hpp"), WORD("ts"), WORD("is"), WORD("c"), WORD("h"), WORD("java"), WORD("kt"),
		WORD("lua"),
		WORD("ex"), WORD("erl"), WORD("sql"), WORD("log"), WORD("conf"), WORD("php"), WORD("jsx"),
		WORD("tsx"), WORD("mjs"), WORD("scala"), WORD("swift"), WORD("m"), WORD("mm"), WORD("vue"),
		WORD("yml"), WORD("yaml"), WORD("json"), WORD("xml"), WORD("txt"),
	};
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
	if (word_in(first, packages, WORDS(packages)))
		return false;
	if (word_in(last, tlds, WORDS(tlds)))
		return true;
	if (port)
		return last.len >= 2 && !word_in(last, suffixes, WORDS(suffixes));
	return labels >= 3 && last.len == 2 &&
	       (word_in(second, seconds, WORDS(seconds)) || !word_in(last, suffixes, WORDS(suffixes)));
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

static bool is_name_of(struct str w, const struct str *names, size_t n)
{
	if (w.len < 3 || w.len > 9)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((w.len == 3 || w.len == names[i].len) && to_lower(w.ptr[0]) == names[i].ptr[0] &&
		    str_eq_nocase(w, str_head(names[i], w.len)))
			return true;
	return false;
}

bool word_is_month(struct str w)
{
	static const struct str list[] = {
		WORD("january"), WORD("february"), WORD("march"), WORD("april"), WORD("may"), WORD("june"),
		WORD("july"),
		WORD("august"), WORD("september"), WORD("october"), WORD("november"), WORD("december"),
	};

	return is_name_of(w, list, WORDS(list));
}

bool word_is_weekday(struct str w)
{
	static const struct str list[] = {
		WORD("monday"), WORD("tuesday"), WORD("wednesday"), WORD("thursday"), WORD("friday"),
		WORD("saturday"), WORD("sunday"),
	};

	return is_name_of(w, list, WORDS(list));
}
