#include "ingest/emit.h"

#include "ingest/skeleton.h"

enum {
	QUERY_MASKED_BYTES = 512, /* of a statement inside a message */
	NORMALISED_MAX_BYTES = 8192,
};

void normalisers_init(struct normalisers *n, struct arena *a)
{
	n->templates = template_cache_new(a);
	memo_init(&n->routes, a);
	memo_init(&n->fingerprints, a);
	buf_init(&n->route, NORMALISED_MAX_BYTES);
	buf_init(&n->fingerprint, NORMALISED_MAX_BYTES);
	buf_init(&n->text, NORMALISED_MAX_BYTES);
}

void normalisers_release(struct normalisers *n)
{
	template_cache_release(n->templates);
	memo_release(&n->routes);
	memo_release(&n->fingerprints);
	buf_release(&n->route);
	buf_release(&n->fingerprint);
	buf_release(&n->text);
}

/* Many events share a second, and then their whole timestamp. */
static inline bool same_time(const struct timestamp *a, const struct timestamp *b)
{
	return a->ns == b->ns && a->offset_s == b->offset_s && a->has_zone == b->has_zone && a->order == b->order;
}

static void set_time(struct emitter *m, struct event *e)
{
	if (!e->has_time) {
		e->time_ns = m->last_ns;
		return;
	}
	bool dated = e->time.has_year && e->time.has_date;

	if (dated && m->last_dated && same_time(&m->last, &e->time)) {
		e->time_ns = m->last_ns;
		return;
	}
	m->last = e->time;
	m->last_dated = dated;
	e->time_ns = m->last_ns = clock_instant(&m->clock, &e->time);
	if (m->totals->first_ns == TIME_NONE || e->time_ns < m->totals->first_ns)
		m->totals->first_ns = e->time_ns;
	if (m->totals->last_ns == TIME_NONE || e->time_ns > m->totals->last_ns)
		m->totals->last_ns = e->time_ns;
	if (!dated)
		return;
	if (m->dated_first_ns == TIME_NONE || e->time_ns < m->dated_first_ns)
		m->dated_first_ns = e->time_ns;
	if (m->dated_last_ns == TIME_NONE || e->time_ns > m->dated_last_ns)
		m->dated_last_ns = e->time_ns;
}

/*
 * Where the statement's beginning first stands in the message; -1 nowhere. Mostly it is a slice of it, and before it stands
 * little.
 */
static ptrdiff_t find_query(struct str message, struct str query)
{
	uintptr_t from = (uintptr_t)message.ptr, at = (uintptr_t)query.ptr;
	const char *p = message.ptr, *found;

	if (at < from || at > from + message.len - query.len)
		return str_find(message, query);
	while ((found = memchr(p, query.ptr[0], (size_t)(query.ptr - p)))) {
		if (memcmp(found, query.ptr, query.len) == 0)
			return found - message.ptr;
		p = found + 1;
	}
	return query.ptr - message.ptr;
}

/*
 * A statement has its fingerprint; in the message it would make a template of every statement. It is cut
 * out of the text to be masked, where it stands in it as it is; a message that is nothing else has the
 * fingerprint for its template.
 */
static struct str without_query(struct emitter *m, const struct event *e)
{
	struct str message = e->message, query = e->query;
	ptrdiff_t at = -1;
	struct buf *b = &m->norm->text;

	if (query.len >= 6 && query.len <= message.len)
		at = find_query(message, str_head(query, QUERY_MASKED_BYTES));
	if (at < 0)
		return message;
	if (query.len == message.len)
		return e->fingerprint;
	buf_clear(b);
	buf_add(b, str_head(str_head(message, (size_t)at), NORMALISED_MAX_BYTES / 2));
	buf_add(b, STR("<*>"));
	buf_add(b, str_head(str_from(message, (size_t)at + query.len), NORMALISED_MAX_BYTES / 4));
	return buf_str(b);
}

/* Requests are for the same few hundred routes mostly. */
static void set_route(struct normalisers *n, struct event *e)
{
	uint64_t key = skeleton_path_key(e->path, e->raw, short_text_key(e->method));
	const struct memo_slot *known = key ? memo_get(&n->routes, key) : NULL;

	if (known) {
		e->route = known->text;
		e->route_id = known->id;
		return;
	}
	buf_clear(&n->route);
	route_normalise(e->method, e->path, &n->route);
	e->route = buf_str(&n->route);
	e->route_id = e->route.len > 0 ? hash64(e->route) : 0;
	if (key)
		e->route = memo_put(&n->routes, key, e->route_id, e->route);
}

/* And statements the same few hundred with other values. */
static void set_fingerprint(struct normalisers *n, struct event *e)
{
	char skeleton[SKELETON_ROOM_BYTES];
	size_t len = skeleton_statement(e->query, skeleton);
	uint64_t key = len ? hash64(str_make(skeleton, len)) : 0;
	const struct memo_slot *known = key ? memo_get(&n->fingerprints, key) : NULL;

	if (known) {
		e->fingerprint = known->text;
		e->fingerprint_id = known->id;
		return;
	}
	buf_clear(&n->fingerprint);
	query_fingerprint(e->query, &n->fingerprint);
	e->fingerprint = buf_str(&n->fingerprint);
	e->fingerprint_id = e->fingerprint.len > 0 ? hash64(e->fingerprint) : 0;
	if (key)
		e->fingerprint = memo_put(&n->fingerprints, key, e->fingerprint_id, e->fingerprint);
}

/* A hash that its decoder made is of the message as it was then. */
static struct text_key with_key(struct str message, const struct text_key *known)
{
	bool same = known->hash && known->of.ptr == message.ptr && known->of.len == message.len;

	return (struct text_key){ .of = message, .hash = same ? known->hash : 0 };
}

static struct text_key template_key(struct emitter *m, const struct event *e)
{
	return e->message_key.apart ? e->message_key : with_key(without_query(m, e), &e->message_key);
}

static void normalise(struct emitter *m, const struct format *f, struct event *e)
{
	struct normalisers *n = m->norm;

	if (e->path.len > 0)
		set_route(n, e);
	if (e->query.len > 0)
		set_fingerprint(n, e);
	/* A request a server has served is told by its route; its line is the same but for values. */
	if ((e->message.len > 0 || e->error.len > 0) &&
	    !(f->role == ROLE_ACCESS && e->kind == EV_HTTP && e->route_id != 0 && e->error.len == 0))
		e->template_id = template_of(n->templates, template_key(m, e), e->error, &e->template_text);
}

struct str program_name(struct str program)
{
	ptrdiff_t slash = str_rchr(program, '/');

	return slash < 0 ? program : str_from(program, (size_t)slash + 1);
}

bool emit_event(struct emitter *m, const struct format *f, struct event *e)
{
	set_time(m, e);
	if (e->service.len == 0 && f->role == ROLE_SYSTEM && !m->service_forced)
		e->service = program_name(e->logger); /* a machine's log: every program in it is a service */
	normalise(m, f, e);
	m->totals->events++;
	if ((m->totals->events & 0xff) == 0)
		atomic_fetch_add_explicit(m->events, 0x100, memory_order_relaxed);
	return m->sink->event(m->sink->self, m->handle, e, m->err);
}
