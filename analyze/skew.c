#include "analyze/skew.h"

/* Clocks that are off by more than this are off by hours: that is a zone, which the store settles. */
static const int64_t most_ns = 20 * 60 * NS_PER_S;
/* A restart belongs to its record from a little before to a while after: tools write before or after the deed. */
static const int64_t slack_ns = 45 * NS_PER_S;
enum { MAX_OFFSETS = 256 };

static bool restarts(const struct act *act)
{
	return act->kind == CHANGE_DEPLOYMENT || act->kind == CHANGE_ROLLBACK || act->kind == CHANGE_RESTART;
}

/* Is there a start, stop or reload of a service within `slack` of an instant? The nearest, or TIME_NONE. */
static int64_t nearest_own(const struct facts *f, ptrdiff_t service, int64_t ns, int64_t slack)
{
	int64_t best = TIME_NONE, distance = slack + 1;
	for (size_t i = 0; i < f->n_kept; i++) {
		const struct kept_line *k = &f->kept[i];
		if (k->kind != EV_START && k->kind != EV_STOP && k->kind != EV_RELOAD)
			continue;
		int64_t d = k->time_ns > ns ? k->time_ns - ns : ns - k->time_ns;
		if (d < distance && facts_service(f, k->service) == service) {
			distance = d;
			best = k->time_ns;
		}
	}
	return best;
}

static struct str log_of(const struct act *act)
{
	return act->refs.n ? act->refs.at[0].source : STR_NONE;
}

/* Records of a log whose service shows a restart at begin + offset. */
static size_t matches(const struct facts *f, struct str log, int64_t offset, size_t *of)
{
	size_t n = 0;
	*of = 0;
	for (size_t i = 0; i < f->n_acts; i++) {
		const struct act *act = &f->acts[i];
		ptrdiff_t service = facts_service(f, act->service);
		if (!restarts(act) || service < 0 || !str_eq(log_of(act), log) || nearest_own(f, service, act->begin_ns, most_ns + slack_ns) == TIME_NONE)
			continue;
		(*of)++;
		n += nearest_own(f, service, act->begin_ns + offset, slack_ns) != TIME_NONE;
	}
	return n;
}

/* Does the log state no zone, so that it may be hours off? */
static bool zoneless(const struct facts *f, struct str log)
{
	for (size_t i = 0; i < f->n_sources; i++)
		if (f->sources[i].logical.len && str_starts(log, f->sources[i].logical))
			return !f->sources[i].zone_known;
	return false;
}

/*
 * The zone of a log that states none: the whole or half hours by which at least two of its records, and two thirds of them, meet
 * the restarts they made. 0 when there is no such offset, or more than one as good.
 */
static int64_t zone_offset(const struct facts *f, struct str log, size_t *met, size_t *of)
{
	int64_t best = 0;
	size_t second = 0;
	*met = 0;
	for (int half = -28; half <= 28; half++) {
		int64_t offset = half * 1800 * NS_PER_S;
		size_t n = 0, all = 0;
		for (size_t i = 0; i < f->n_acts; i++) {
			const struct act *act = &f->acts[i];
			ptrdiff_t service = facts_service(f, act->service);
			int64_t at;
			if (act->begin_ns == TIME_NONE || __builtin_add_overflow(act->begin_ns, offset, &at))
				continue;
			if (!restarts(act) || service < 0 || !str_eq(log_of(act), log) || at < f->from_ns || at > f->to_ns)
				continue;
			all++;
			n += nearest_own(f, service, at, slack_ns) != TIME_NONE;
		}
		if (n > *met) {
			second = *met;
			*met = n;
			*of = all;
			best = offset;
		} else if (n > second) {
			second = n;
		}
	}
	return *met >= 2 && *met > second && *met * 3 >= *of * 2 ? best : 0;
}

static void move_log(struct facts *f, struct str log, int64_t offset, size_t met, size_t of)
{
	char words[TIME_TEXT_BYTES];
	for (size_t i = 0; i < f->n_acts; i++)
		if (str_eq(log_of(&f->acts[i]), log)) {
			f->acts[i].begin_ns += offset;
			f->acts[i].end_ns += offset;
		}
	*vec_push(f->arena, &f->skew_notes) = arena_printf(f->arena, "The clock of %.*s is %s %s: %zu of its %zu records miss the restarts they made by that time, and were moved.",
	                                                  STR_ARG(log), duration_format(offset < 0 ? -offset : offset, words), offset < 0 ? "fast" : "slow", met, of);
}

static void correct_log(struct facts *f, struct str log)
{
	size_t met, all;
	int64_t hours = zoneless(f, log) ? zone_offset(f, log, &met, &all) : 0;
	if (hours) {
		move_log(f, log, hours, met, all);
		return;
	}

	size_t of, in_time = matches(f, log, 0, &of), best = in_time;
	int64_t offset = 0;
	if (!of || in_time * 3 > of)
		return;
	size_t tried = 0;
	for (size_t i = 0; i < f->n_acts && tried < MAX_OFFSETS; i++) {
		const struct act *act = &f->acts[i];
		ptrdiff_t service = facts_service(f, act->service);
		if (!restarts(act) || service < 0 || !str_eq(log_of(act), log))
			continue;
		int64_t own = nearest_own(f, service, act->begin_ns, most_ns);
		if (own == TIME_NONE)
			continue;
		size_t n = matches(f, log, own - act->begin_ns, &of);
		tried++;
		if (n > best) {
			best = n;
			offset = own - act->begin_ns;
		}
	}
	if (!offset || best * 3 < of * 2)
		return;
	move_log(f, log, offset, best, of);
}

void skew_correct(struct facts *f)
{
	size_t records = f->n_acts;
	for (size_t i = 0; i < records; i++) {
		bool done = false;
		for (size_t j = 0; j < i && !done; j++)
			done = str_eq(log_of(&f->acts[j]), log_of(&f->acts[i]));
		if (!done && log_of(&f->acts[i]).len)
			correct_log(f, log_of(&f->acts[i]));
	}
}
