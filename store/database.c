#include "store/database.h"


void statements_init(struct statements *s)
{
	*s = (struct statements){ 0 };
	map_init(&s->index);
	arena_init(&s->arena);
}

void statements_release(struct statements *s)
{
	map_release(&s->index);
	arena_release(&s->arena);
}

void statements_clear(struct statements *s)
{
	map_clear(&s->index);
	arena_reset(&s->arena);
	s->rows.at = NULL;
	s->rows.n = s->rows.cap = 0;
}

/* The row of these ids, made when there is room; else the one for all others, which is the first. */
static struct statement_row *row_of(struct statements *s, const struct statement_row *like)
{
	uint64_t key = hash64_mix(hash64_mix(like->fingerprint, like->service), hash64_mix(like->host, like->db));
	bool is_new;
	uint64_t *slot;

	if (s->rows.n >= STATEMENT_ROWS_MAX) {
		slot = map_get(&s->index, key);
		return &s->rows.at[slot ? *slot - 1 : 0];
	}
	slot = map_put(&s->index, key, &is_new);
	if (is_new) {
		*vec_push(&s->arena, &s->rows) = *like;
		*slot = s->rows.n;
	}
	return &s->rows.at[*slot - 1];
}

static void add_number(int64_t *sum, int64_t n)
{
	if (n < 0)
		return;
	if (*sum < 0)
		*sum = 0;
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

/* What llround(ms * 1e3) gives, which is a call: the difference to the whole part is exact. */
static inline uint64_t microseconds(double ms)
{
	if (!(ms >= 0 && ms < 1e15))
		return 0;
	double us = ms * 1e3;
	int64_t whole = (int64_t)us;

	return (uint64_t)whole + (us - (double)whole >= 0.5);
}

/* The row of a statement in its database: nearly always the one that was found for its shape the last time. */
static struct statement_row *row_for(struct statements *s, struct roster *names, const struct event *e, const struct agg_answer *a)
{
	uint64_t key = short_text_key(e->db), db;
	struct statement_row like = { .min_us = UINT64_MAX, .rows = -1, .examined = -1, .first_ns = TIME_NONE,
				      .last_ns = TIME_NONE };

	if (a->memo->statement && a->memo->statement_db == key)
		return &s->rows.at[a->memo->statement - 1];
	if (s->rows.n == 0) {
		/* what no row is left for */
		struct statement_row other = like;

		other.fingerprint = hash64(OTHER_TEXT);
		roster_add(names, other.fingerprint, OTHER_TEXT);
		row_of(s, &other);
	}
	like.fingerprint = a->shape->names[SHAPE_FINGERPRINT];
	like.service = a->shape->names[SHAPE_SERVICE];
	like.host = a->shape->names[SHAPE_HOST];
	db = e->db.len > 0 ? hash64(e->db) : 0;
	/* 0 as well where there is no room for its name */
	like.db = db != 0 && roster_add(names, db, e->db) ? db : 0;
	struct statement_row *r = row_of(s, &like);

	a->memo->statement = (uint32_t)(r - s->rows.at) + 1;
	a->memo->statement_db = key;
	return r;
}

void statements_add(struct statements *s, struct roster *names, const struct event *e, const struct agg_answer *a)
{
	if (e->kind != EV_QUERY || (!a->memo->statement && a->shape->names[SHAPE_FINGERPRINT] == 0))
		return;
	struct statement_row *r = row_for(s, names, e, a);

	r->calls++;
	r->failed += a->failed;
	if (!isnan(e->duration_ms)) {
		uint64_t us = microseconds(e->duration_ms);

		r->timed++;
		r->sum_us += us;
		r->min_us = us < r->min_us ? us : r->min_us;
		r->max_us = us > r->max_us ? us : r->max_us;
	}
	if (!isnan(e->lock_ms))
		r->lock_us += microseconds(e->lock_ms);
	add_number(&r->rows, e->rows);
	add_number(&r->examined, e->examined);
	if (e->time_ns == TIME_NONE)
		return;
	if (r->first_ns == TIME_NONE || e->time_ns < r->first_ns)
		r->first_ns = e->time_ns;
	if (r->last_ns == TIME_NONE || e->time_ns > r->last_ns)
		r->last_ns = e->time_ns;
}

void db_events_init(struct db_events *d)
{
	*d = (struct db_events){ 0 };
	arena_init(&d->arena);
	map_init(&d->by_pid);
}

void db_events_release(struct db_events *d)
{
	arena_release(&d->arena);
	map_release(&d->by_pid);
}

void db_events_clear(struct db_events *d)
{
	arena_reset(&d->arena);
	map_clear(&d->by_pid);
	d->rows.at = NULL;
	d->rows.n = d->rows.cap = 0;
	memset(d->n, 0, sizeof d->n);
}

/* Is it one to be kept by itself? */
static bool wanted(const struct event *e, uint8_t role)
{
	switch (e->kind) {
	case EV_LOCK_WAIT:
	case EV_DEADLOCK:
	case EV_CANCEL:
	case EV_CHECKPOINT:
	case EV_TEMP_FILE:
	case EV_VACUUM:
		return true;
	case EV_CONN_REFUSED:
	case EV_AUTH_FAILURE:
	case EV_START:
	case EV_STOP:
	case EV_CRASH:
	case EV_RELOAD:
	case EV_REPLICATION:
		return role == ROLE_DATABASE;
	case EV_LINE:
	case EV_HTTP:
	case EV_QUERY:
	case EV_CONN_OPEN:
	case EV_CONN_CLOSE:
	case EV_CHANGE:
	case EV_UPSTREAM:
	case EV_CACHE:
	case EV_STATE:
	case EV_STATS:
	case EVENT_KIND_COUNT:
		return false;
	}
	return false;
}

static struct str keep(struct db_events *d, struct str text)
{
	return arena_str(&d->arena, str_head(text, DB_TEXT_BYTES));
}

/* What stands behind `mark`, up to `end`. */
static struct str behind(struct str text, struct str mark, char end)
{
	ptrdiff_t at = str_find(text, mark);
	struct str rest;

	return at < 0 ? STR_NONE : str_cut(str_from(text, (size_t)at + mark.len), end, &rest);
}

/* A further line about the event that its process wrote last: the statement, or who holds the lock. */
static void add_remark(struct db_events *d, const struct event *e)
{
	uint64_t *at = map_get(&d->by_pid, (uint64_t)e->pid);
	struct db_event *r = at ? &d->rows.at[*at - 1] : NULL;

	if (!r || r->time_ns == TIME_NONE || e->time_ns - r->time_ns > NS_PER_S || e->time_ns < r->time_ns)
		return;
	if (e->fingerprint.len > 0) {
		if (r->query.len == 0)
			r->query = keep(d, e->fingerprint);
		return;
	}
	if (r->holder.len > 0)
		return;
	r->holder = keep(d, behind(e->message, STR("holding the lock: "), '.'));
	if (r->holder.len == 0)
		r->holder = keep(d, behind(e->message, STR("blocked by process "), '.'));
	if (r->object.len == 0)
		r->object = keep(d, behind(e->message, STR(" waits for "), ';'));
}

void db_events_add(struct db_events *d, const struct event *e, uint8_t role)
{
	if (!wanted(e, role)) {
		if (e->kind == EV_LINE && e->severity == SEV_NONE && e->pid > 0 && d->rows.n > 0)
			add_remark(d, e);
		return;
	}
	if (d->n[e->kind]++ >= DB_EVENTS_MAX)
		return;
	ptrdiff_t held = str_find(e->detail, STR(", held by "));
	double ms = isnan(e->duration_ms) ? e->lock_ms : e->duration_ms;
	struct db_event *r;
	bool is_new;

	r = vec_push(&d->arena, &d->rows);
	*r = (struct db_event){ .kind = e->kind, .time_ns = e->time_ns, .pid = e->pid, .bytes = e->bytes,
				.line = e->line, .offset = e->offset };
	r->us = ms >= 0 && ms < 1e15 ? llround(ms * 1e3) : -1;
	r->service = keep(d, e->service);
	r->host = keep(d, e->host);
	r->db = keep(d, e->db);
	r->user = keep(d, e->user);
	r->object = keep(d, held > 0 ? str_head(e->detail, (size_t)held)
				     : e->kind == EV_LOCK_WAIT ? e->detail : STR_NONE);
	r->holder = keep(d, e->holder);
	r->query = keep(d, e->fingerprint);
	r->text = keep(d, e->message);
	if (e->pid > 0)
		*map_put(&d->by_pid, (uint64_t)e->pid, &is_new) = d->rows.n;
}
