#include "report/words.h"

#include <math.h>

/* A time broken down as people read it. */
struct shown {
	char text[TIME_TEXT_BYTES]; /* of time_format in the zone's wall clock */
	int32_t offset_s;
};

static const char dash[] = " – "; /* en dash between the ends of a span */

static struct shown show(const struct words *w, int64_t ns)
{
	struct shown s = { .offset_s = w->zone ? zone_offset_at(w->zone, ns) : 0 };
	int64_t wall_ns;

	/* A time at the very end of what 64 bits hold is shown as it is. */
	if (__builtin_add_overflow(ns, s.offset_s * NS_PER_S, &wall_ns))
		wall_ns = ns;
	time_format(wall_ns, 0, s.text);
	return s;
}

/* "2026-01-29T22:05:02Z": the date is what stands before the T. */
static struct str shown_date(const struct shown *s)
{
	struct str rest;

	return str_cut(str_of(s->text), 'T', &rest);
}

static struct str shown_clock(const struct shown *s)
{
	struct str rest, tail;

	str_cut(str_of(s->text), 'T', &rest);
	return str_cut(rest, 'Z', &tail);
}

struct str words_date(const struct words *w, int64_t ns)
{
	if (ns == TIME_NONE)
		return STR("unknown");
	struct shown s = show(w, ns);
	return arena_str(w->arena, shown_date(&s));
}

struct str words_clock(const struct words *w, int64_t ns)
{
	if (ns == TIME_NONE)
		return STR("unknown");
	struct shown s = show(w, ns);
	return arena_str(w->arena, shown_clock(&s));
}

struct str words_zone(const struct words *w, int64_t ns)
{
	int32_t offset = w->zone && ns != TIME_NONE ? zone_offset_at(w->zone, ns) : 0;
	int minutes = (offset < 0 ? -offset : offset) / 60;

	if (offset == 0)
		return STR("UTC");
	if (minutes % 60)
		return arena_printf(w->arena, "UTC%c%d:%02d", offset < 0 ? '-' : '+', minutes / 60,
				    minutes % 60);
	return arena_printf(w->arena, "UTC%c%d", offset < 0 ? '-' : '+', minutes / 60);
}

struct str words_time(const struct words *w, int64_t ns)
{
	if (ns == TIME_NONE)
		return STR("unknown");
	struct shown s = show(w, ns);
	return arena_printf(w->arena, "%.*s %.*s %.*s", STR_ARG(shown_date(&s)), STR_ARG(shown_clock(&s)),
	                    STR_ARG(words_zone(w, ns)));
}

struct str words_span(const struct words *w, int64_t from_ns, int64_t to_ns)
{
	if (from_ns == TIME_NONE || to_ns == TIME_NONE)
		return words_time(w, from_ns == TIME_NONE ? to_ns : from_ns);
	struct shown from = show(w, from_ns), to = show(w, to_ns);
	bool same_day = str_eq(shown_date(&from), shown_date(&to));
	/* Over a change of the clocks each end needs its own zone. */
	struct str zone_from = from.offset_s == to.offset_s ? STR_NONE : words_zone(w, from_ns);

	return arena_printf(w->arena, "%.*s %.*s%s%.*s%s%.*s%s%.*s %.*s", STR_ARG(shown_date(&from)),
	                    STR_ARG(shown_clock(&from)), zone_from.len ? " " : "", STR_ARG(zone_from), dash,
	                    same_day ? 0 : (int)shown_date(&to).len, shown_date(&to).ptr, same_day ? "" : " ",
	                    STR_ARG(shown_clock(&to)), STR_ARG(words_zone(w, to_ns)));
}

struct str words_seconds(const struct words *w, double seconds)
{
	char text[TIME_TEXT_BYTES];

	if (!isfinite(seconds) || seconds < 0 || seconds > 1e9)
		return STR("unknown");
	return arena_str(w->arena, str_of(duration_format((int64_t)llround(seconds) * NS_PER_S, text)));
}

struct str words_share(const struct words *w, double share)
{
	double percent = share * 100;

	if (!isfinite(percent))
		return STR("unknown");
	if (percent == 0 || fabs(percent) >= 99.95)
		return arena_printf(w->arena, "%.0f %%", percent);
	return arena_printf(w->arena, fabs(percent) < 0.095 ? "%.2f %%" : "%.1f %%", percent);
}

struct str words_count(const struct words *w, uint64_t n)
{
	char digits[32];
	size_t at = sizeof digits;

	for (unsigned place = 0; n || place == 0; place++, n /= 10) {
		if (place && place % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + n % 10);
	}
	return arena_str(w->arena, str_make(digits + at, sizeof digits - at));
}

struct str words_number(const struct words *w, double v)
{
	if (!isfinite(v))
		return STR("unknown");
	if (fabs(v) >= 1000 && fabs(v) < 1e15)
		return arena_printf(w->arena, "%s%.*s", v < 0 ? "-" : "",
		                    STR_ARG(words_count(w, (uint64_t)llround(fabs(v)))));
	return arena_printf(w->arena, "%.3g", v);
}

struct str words_moment(const struct words *w, const struct incident *in, int64_t ns)
{
	struct str clock = words_clock(w, ns), date = words_date(w, ns);

	if (in->onset_best_ns == TIME_NONE || str_eq(date, words_date(w, in->onset_best_ns)))
		return clock;
	return arena_printf(w->arena, "%.*s %.*s", STR_ARG(date), STR_ARG(clock));
}

struct str words_plural(const struct words *w, size_t n, const char *several)
{
	struct str all = str_of(several);

	if (n != 1)
		return all;
	if (str_ends(all, STR("ies")))
		return arena_printf(w->arena, "%.*sy", (int)all.len - 3, all.ptr);
	return arena_printf(w->arena, "%.*s", (int)all.len - 1, all.ptr);
}

struct str words_window(const struct words *w, const struct casefile *c, const struct incident *in)
{
	if (in->recovered_ns != TIME_NONE)
		return words_span(w, in->onset_best_ns, in->recovered_ns);
	return arena_printf(w->arena, "%.*s, still going on at the end of the logs (%.*s)",
	                    STR_ARG(words_time(w, in->onset_best_ns)), STR_ARG(words_time(w, c->to_ns)));
}

struct str words_degraded(const struct words *w, const struct incident *in)
{
	struct str length = words_seconds(w, in->degraded_s);

	if (!isfinite(in->degraded_s) || in->degraded_s <= 0 || in->degraded_s >= in->duration_s ||
	    str_eq(length, words_seconds(w, in->duration_s)))
		return STR_NONE;
	return arena_printf(w->arena, "degraded for %.*s of it", STR_ARG(length));
}

struct str words_length(const struct words *w, const struct incident *in)
{
	struct str length = words_seconds(w, in->duration_s), degraded = words_degraded(w, in);

	return degraded.len ? arena_printf(w->arena, "%.*s, %.*s", STR_ARG(length), STR_ARG(degraded)) : length;
}

size_t words_failing_routes(const struct impact *i)
{
	size_t n = 0;

	while (n < i->n_routes && i->routes[n].failed > 0)
		n++;
	return n ? n : i->n_routes;
}

struct str words_unharmed(const struct words *w, const struct impact *i)
{
	enum { NAMED = 3 };
	size_t failing = words_failing_routes(i), n = i->n_routes - failing;
	struct str list = STR_NONE;

	if (n == 0)
		return STR_NONE;
	for (size_t k = 0; k < n && k < NAMED; k++)
		list = arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(list), k == 0 ? "" : k + 1 == n ? " and " : ", ", STR_ARG(i->routes[failing + k].route));
	if (n > NAMED)
		list = arena_printf(w->arena, "%.*s and %zu more", STR_ARG(list), n - NAMED);
	return arena_printf(w->arena, "No failures on %.*s.", STR_ARG(list));
}

struct str words_peak(const struct words *w, const struct impact *i)
{
	double share = i->requests_total ? (double)i->requests_failed / (double)i->requests_total : 0;

	if (!isfinite(i->peak_error_rate) || !(i->peak_error_rate > share))
		return STR_NONE;
	return arena_printf(w->arena, "at worst %.*s", STR_ARG(words_share(w, i->peak_error_rate)));
}

struct str words_requests(const struct words *w, const struct impact *i)
{
	struct str slow = STR_NONE, peak = STR_NONE;

	if (i->requests_total == 0)
		return STR("the logs hold no requests of this window");
	if (i->requests_slow)
		slow = arena_printf(w->arena, ", %.*s %s slow", STR_ARG(words_count(w, i->requests_slow)),
		                    i->requests_slow == 1 ? "was" : "were");
	if (words_peak(w, i).len)
		peak = arena_printf(w->arena, ", %.*s", STR_ARG(words_peak(w, i)));
	return arena_printf(w->arena, "%.*s of %.*s requests failed (%.*s%.*s)%.*s",
			    STR_ARG(words_count(w, i->requests_failed)),
			    STR_ARG(words_count(w, i->requests_total)),
			    STR_ARG(words_share(w, (double)i->requests_failed / (double)i->requests_total)),
			    STR_ARG(peak), STR_ARG(slow));
}

struct str words_users(const struct words *w, const struct impact *i)
{
	if (i->users_active == 0)
		return STR_NONE;
	return arena_printf(
		w->arena, "%.*s of %.*s %s affected (%.*s)", STR_ARG(words_count(w, i->users_affected)),
		STR_ARG(words_count(w, i->users_active)), i->users_are_clients ? "client addresses" : "users",
		STR_ARG(words_share(w, (double)i->users_affected / (double)i->users_active)));
}

static struct str level(const struct words *w, enum symptom_kind kind, double v)
{
	return kind == SYMPTOM_VOLUME_LOSS ? arena_printf(w->arena, "%.*s/s", STR_ARG(words_number(w, v)))
					   : words_share(w, v);
}

struct str words_symptom(const struct words *w, const struct symptom *s)
{
	struct str what = str_of(symptom_kind_words(s->kind));

	if (s->route.len)
		what = arena_printf(w->arena, "%.*s on %.*s", STR_ARG(what), STR_ARG(s->route));
	if (s->service.len)
		what = arena_printf(w->arena, s->route.len ? "%.*s (%.*s)" : "%.*s of %.*s", STR_ARG(what),
		                    STR_ARG(s->service));
	if (s->kind == SYMPTOM_ALERT)
		return what;
	return arena_printf(w->arena, "%.*s: %.*s before, %.*s at worst", STR_ARG(what),
	                    STR_ARG(level(w, s->kind, s->baseline)), STR_ARG(level(w, s->kind, s->peak)));
}

struct str words_ref(const struct words *w, const struct ref *r)
{
	return arena_printf(w->arena, "%.*s:%llu", STR_ARG(r->source), (unsigned long long)r->line);
}

struct str words_timeline_kind(struct str kind)
{
	static const struct { const char *kind, *words; } rows[] = {
		{ "change", "Change" },         { "onset", "Onset" },         { "symptom", "Symptom" },
		{ "peak", "Peak" },             { "mitigation", "Mitigated" }, { "ineffective", "No effect" },
		{ "relief", "Brief relief" },   { "recovered", "Recovered" }, { "alert", "Alert" },
		{ "lifecycle", "Start or stop" }, { "evidence", "Evidence" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eq(kind, str_of(rows[i].kind)))
			return str_of(rows[i].words);
	return kind;
}

bool words_is_landmark(const struct timeline_entry *e)
{
	static const char *const others[] = { "evidence", "symptom", "lifecycle" };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (str_eq(e->kind, str_of(others[i])))
			return false;
	return true;
}

bool words_helped(const struct timeline_entry *e)
{
	return str_eq(e->kind, STR("mitigation"));
}

bool words_did_not_hold(const struct timeline_entry *e)
{
	return str_eq(e->kind, STR("ineffective")) || str_eq(e->kind, STR("relief"));
}

struct str words_excerpt(const struct words *w, struct str line, unsigned columns)
{
	static const char *const keys[] = { "\"msg\":", "\"message\":", "\"error\":", "\"err\":" };

	size_t from = line.len;

	if (line.len <= columns || line.ptr[0] != '{')
		return line;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		ptrdiff_t at = str_find(line, str_of(keys[i]));

		from = at >= 0 && (size_t)at < from ? (size_t)at : from;
	}
	/* What stands near the beginning is shown anyway; a short end leaves room for what is before it. */
	if (from == line.len || from <= columns / 3)
		return line;
	if (line.len - from < columns - 1) {
		size_t key = from;

		for (from = line.len - (columns - 1); from < key && (line.ptr[from - 1] != ',' || line.ptr[from] != '"');)
			from++;
	}
	return arena_printf(w->arena, "…%.*s", STR_ARG(str_from(line, from)));
}

struct str words_contrast_field(const struct contrast *x)
{
	static const struct { const char *field, *words; } rows[] = {
		{ "new", "new line" }, { "gone", "line that is gone" }, { "more", "line, more often" }, { "fewer", "line, less often" },
	};

	for (size_t i = 0; str_eq(x->kind, STR("text")) && i < sizeof rows / sizeof rows[0]; i++)
		if (str_eq(x->field, str_of(rows[i].field)))
			return str_of(rows[i].words);
	return x->field;
}

struct str words_contrast(const struct words *w, const struct contrast *x)
{
	struct str where = x->service.len ? arena_printf(w->arena, " (%.*s)", STR_ARG(x->service)) : STR_NONE, field = words_contrast_field(x);

	if (!str_eq(field, x->field)) /* says of what itself */
		return arena_printf(w->arena, "%.*s%.*s", STR_ARG(field), STR_ARG(where));
	return arena_printf(w->arena, "%.*s of %.*s%.*s", STR_ARG(field), STR_ARG(x->of), STR_ARG(where));
}
