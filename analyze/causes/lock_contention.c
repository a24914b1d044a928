#include <math.h>

#include "analyze/dense.h"
#include "analyze/sessions.h"
#include "analyze/terms.h"

/*
 * Statements that queue behind a lock. Who holds it decides: a migration that holds its own lock is the root and the
 * queue its effect; a migration (or any statement) that itself waits for a session is only the first in the queue.
 */
static const int64_t early_ns = 120 * NS_PER_S;

static bool in_outbreak(const struct inquiry *q, const struct kept_line *k)
{
	return k->time_ns >= q->o->onset_from_ns - early_ns && k->time_ns <= q->o->end_ns;
}

/* The statement logged with a wait says more than the relation's number does. */
static struct str statement_of(const struct inquiry *q, const struct kept_line *wait, struct ref *line)
{
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->pid != wait->pid || k->pid < 0 || !k->fingerprint_id || k->ref.line < wait->ref.line || k->ref.line > wait->ref.line + 6 ||
		    !str_eq(k->ref.source, wait->ref.source))
			continue;
		*line = k->ref;
		ptrdiff_t at = str_find_nocase(k->ref.text, STR("STATEMENT:"));
		if (at >= 0)
			return str_trim(str_from(k->ref.text, (size_t)at + 10));
		/* A record that holds more than the statement (CSV, JSON): the statement's own text. */
		struct str text = store_name(q->f->store, k->fingerprint_id);
		return text.len ? arena_str(q->arena, text) : str_trim(k->ref.text);
	}
	return STR_NONE;
}

static int64_t holder_of(struct str text)
{
	struct str phrase = STR("holding the lock: ");
	ptrdiff_t at = str_find(text, phrase);
	if (at < 0)
		return -1;
	struct str rest = str_from(text, (size_t)at + phrase.len);
	size_t n = 0;
	int64_t pid;
	while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
		n++;
	return str_to_i64(str_head(rest, n), &pid) ? pid : -1;
}

/* The session that most waiting ones name as the holder of the lock; -1 none. */
static int64_t main_holder(const struct inquiry *q, struct ref *line)
{
	enum { MAX_HOLDERS = 32 };
	struct { int64_t pid; size_t waits; struct ref line; } all[MAX_HOLDERS];
	size_t n = 0, best = 0;
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		int64_t pid = in_outbreak(q, k) ? holder_of(k->ref.text) : -1;
		size_t h = 0;
		while (pid >= 0 && h < n && all[h].pid != pid)
			h++;
		if (pid < 0 || h == MAX_HOLDERS)
			continue;
		if (h == n) {
			all[n].pid = pid;
			all[n].waits = 0;
			all[n++].line = k->ref;
		}
		all[h].waits++;
		if (all[h].waits > all[best].waits)
			best = h;
	}
	if (!n)
		return -1;
	*line = all[best].line;
	return all[best].pid;
}


static void raise_lock_contention(struct inquiry *q)
{
	double waits = 0;
	int64_t first = TIME_NONE;
	struct str service = STR_NONE;
	for (size_t i = 0; i < q->f->n_series; i++) {
		const struct series *s = &q->f->series[i];
		if (s->kind != SERIES_EVENT || (s->code != EV_LOCK_WAIT && s->code != EV_DEADLOCK))
			continue;
		double before_s = (double)(q->o->onset_from_ns - early_ns - q->f->from_ns) / 1e9;
		double during_s = (double)(q->o->end_ns - q->o->onset_from_ns + early_ns) / 1e9;
		double before = series_between(s, q->f->from_ns, q->o->onset_from_ns - early_ns);
		double more = series_between(s, q->o->onset_from_ns - early_ns, q->o->end_ns) - (before_s > 0 ? before * during_s / before_s : 0);
		if (more <= 0)
			continue;
		waits += more;
		service = s->service;
		int64_t t = series_first(s, q->o->onset_from_ns - early_ns, q->o->end_ns);
		if (first == TIME_NONE || t < first)
			first = t;
	}
	if (waits < 3) {
		raise_family(q, CAUSE_LOCK_CONTENTION);
		return;
	}
	struct refs refs = { 0 };
	struct str statement = STR_NONE;
	for (size_t i = 0; i < q->f->n_kept && refs.n < 4; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if ((k->kind != EV_LOCK_WAIT && k->kind != EV_DEADLOCK) || !in_outbreak(q, k))
			continue;
		struct ref line;
		struct str text = statement_of(q, k, &line);
		*vec_push(q->arena, &refs) = k->ref;
		if (text.len && !statement.len) {
			statement = text;
			*vec_push(q->arena, &refs) = line;
		}
	}
	struct candidate *c = inquiry_raise(q, CAUSE_LOCK_CONTENTION, service, statement.len ? str_head(statement, 200) : service, first);
	if (!c)
		return;
	c->refs = refs;
	c->share = fmin(1, waits / q->failures);
	c->what = statement.len ? arena_printf(q->arena, "lock contention behind \"%.*s\"", STR_ARG(str_head(statement, 160)))
	                        : str_of("lock contention in the database");
	struct ref held;
	int64_t holder = main_holder(q, &held);
	struct str who = holder >= 0 ? session_name(q->f, holder, q->o->end_ns + early_ns) : STR_NONE;
	if (who.len) {
		c->what = arena_printf(q->arena, "%.*s, held by %.*s (session %lld)", STR_ARG(c->what), STR_ARG(str_head(who, 60)), (long long)holder);
		*vec_push(q->arena, &c->refs) = held;
	}
	term_add(q, c, "signal", waits / q->failures > 0.1 ? 2.2 : 1.2, &refs, "%.0f lock waits that are not usual, %.0f for every 100 failed requests",
	         waits, 100 * waits / q->failures);
}

static bool changes_schema(struct str text)
{
	static const char *const words[] = { "alter ", "create ", "drop ", "lock table", "reindex", "vacuum full", "cluster " };
	for (size_t w = 0; w < sizeof words / sizeof *words; w++)
		if (str_find_nocase(text, str_of(words[w])) >= 0)
			return true;
	return false;
}

/* Did this session change the schema around the outbreak? */
static bool session_changes_schema(const struct inquiry *q, int64_t pid)
{
	for (size_t i = 0; i < q->f->n_kept; i++) {
		const struct kept_line *k = &q->f->kept[i];
		if (k->pid == pid && k->time_ns >= q->o->onset_from_ns - 600 * NS_PER_S && k->time_ns <= q->o->end_ns && changes_schema(k->ref.text))
			return true;
	}
	return false;
}

/*
 * Does a change of the schema itself wait for a session that changes nothing? Its own wait is logged, then, and the
 * holder named there never logs such a statement.
 */
static bool held_by_other(const struct inquiry *q, struct ref *line)
{
	bool ddl_waits = false;
	for (size_t i = 0; i < q->f->n_kept && !ddl_waits; i++) {
		const struct kept_line *k = &q->f->kept[i];
		ddl_waits = in_outbreak(q, k) && k->kind == EV_LOCK_WAIT && str_find_nocase(k->ref.text, STR("waiting for AccessExclusiveLock")) >= 0 &&
		            session_changes_schema(q, k->pid);
	}
	int64_t holder = main_holder(q, line);
	return ddl_waits && holder >= 0 && !session_changes_schema(q, holder);
}

static void test_lock_contention(struct inquiry *q, struct candidate *c)
{
	if (c->family) {
		test_family(q, c);
		return;
	}
	struct ref line;
	term_prior(q, c);
	term_timing(q, c, c->time_ns, &c->refs);
	if (held_by_other(q, &line)) {
		struct refs refs = { &line, 1, 1 };
		term_add(q, c, "holder", 2.0, &refs, "the lock is held by a session that does not change the schema: whoever asks for it queues behind that session");
	}
	term_depth(q, c);
}

const struct cause_rule cause_lock_contention = { CAUSE_LOCK_CONTENTION, "statements queue behind a lock", raise_lock_contention,
	                                          test_lock_contention };
