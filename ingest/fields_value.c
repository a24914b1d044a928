#include "ingest/fields_value.h"

#include "core/digits.h"
#include "ingest/access.h"
#include "ingest/request_text.h"

enum { EPOCH_BYTES_USUAL = 13, EXACT_DIGITS = 15 /* every such number is a double */ };

struct str value_text_of_odd(struct str text)
{
	struct str s = str_trim(text);
	return str_eq(s, STR("-")) || str_eq(s, STR("null")) || str_eq(s, STR("None")) || str_eq(s, STR("<nil>")) ? STR_NONE : s;
}

bool value_is_number(struct str s)
{
	double unused;
	return s.len > 0 && (is_digit(s.ptr[0]) || s.ptr[0] == '-') && str_to_double(s, &unused);
}

bool value_time(struct timestamp_last *last, struct str text, struct timestamp *out)
{
	struct str s = str_trim(text), whole;
	/* What can be remembered is longer than an epoch. */
	if (s.len > EPOCH_BYTES_USUAL ? timestamp_recall(last, &s, out) || timestamp_parse_epoch(s, out) :
					timestamp_parse_epoch(s, out) || timestamp_recall(last, &s, out))
		return true;
	if (value_is_number(s))
		return false;
	if (s.len && (s.ptr[0] == '[' || s.ptr[0] == '"'))
		s = str_from(s, 1);
	whole = s;
	if (!timestamp_parse_iso(&s, out))
		return timestamp_parse(&s, out);
	timestamp_remember(last, whole, whole.len - s.len, out);
	return true;
}

bool field_time(struct str text, struct timestamp *out)
{
	struct timestamp_last none = { 0 };
	return value_time(&none, text, out);
}

enum severity field_level(struct str text)
{
	int64_t n;
	struct str s = str_trim(text);
	if (s.len == 0)
		return SEV_NONE;
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9' && str_to_i64(s, &n)) {
		if (n <= 7)
			return severity_from_syslog((int)n);
		if (n >= 1000)
			n = n / 1000 + 10; /* logback's 20000 is INFO */
		return n <= 100 ? severity_from_pino(n) : SEV_NONE;
	}
	return severity_parse(s);
}

bool value_duration(struct str s, enum field_unit unit, struct str epoch, double *ms)
{
	uint64_t whole;
	double n;
	if (s.len - 1 < EXACT_DIGITS && digits_number(s.ptr, s.len, &whole)) {
		n = (double)whole;
	} else if (!str_to_double(s, &n)) {
		if (duration_parse_ms(s, ms) || duration_text(s, ms))
			return true;
		return unit == UNIT_S && seconds_list_ms(s, ms);
	}
	if (!(n >= 0))
		return false;
	if (unit == UNIT_NONE) {
		bool zap = str_chr(epoch, '.') > 0;
		bool nanoseconds = n >= 1e7 && str_chr(s, '.') < 0 && str_chr(s, 'e') < 0;
		unit = zap ? UNIT_S : nanoseconds ? UNIT_NS : UNIT_MS;
	}
	static const double to_ms[] = {
		[UNIT_NONE] = 1, [UNIT_NS] = 1e-6, [UNIT_US] = 1e-3, [UNIT_MS] = 1, [UNIT_S] = 1e3
	};
	*ms = n * to_ms[unit];
	return true;
}

struct str value_path(struct str url)
{
	if (url.ptr[0] == '/')
		return url;
	ptrdiff_t scheme = str_find(str_head(url, 15), STR("://"));
	if (scheme <= 0)
		return url;
	struct str rest = str_from(url, (size_t)scheme + 3);
	ptrdiff_t slash = str_chr(rest, '/');
	return slash < 0 ? STR("/") : str_from(rest, (size_t)slash);
}

bool value_is_version(struct str s)
{
	if (s.len < 3 || s.len > 64 || str_eq(s, STR("1.0")) || str_eq(s, STR("1.1")) ||
	    str_chr(s, ' ') >= 0)
		return false;
	return str_chr(s, '.') > 0 || s.len >= 7;
}

bool value_request(struct event *e)
{
	if (e->status < 0 || (!e->path.len && !e->method.len))
		return false;
	e->kind = EV_HTTP;
	if (e->severity == SEV_NONE)
		e->severity = severity_from_status(e->status);
	return true;
}
