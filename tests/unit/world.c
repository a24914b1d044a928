#include "tests/unit/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "core/hash.h"

double uniform(struct world *w)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(w->seed >> 33) + 0.5) / 2147483648.0;
}

void world_open(struct world *w, uint64_t seed)
{
	*w = (struct world){ .seed = seed };
	snprintf(w->path, sizeof w->path, "/tmp/inquest-test-%d-%llu.db", (int)getpid(), (unsigned long long)seed);
	unlink(w->path);
	cr_assert(store_writer_open(w->path, &w->w, &w->err), "%s", w->err.text);
}

struct extent_writer *file_begin(struct world *w, const char *service, enum format_role role)
{
	struct extent_writer *x;
	struct extent_info info = { .path = str_of(service), .logical = str_of(service), .service = str_of(service), .format = STR("test"),
		                    .role = (uint8_t)role, .zone_known = true, .content_id = ++w->files };
	cr_assert(extent_begin(w->w, &info, &x, &w->err), "%s", w->err.text);
	return x;
}

void file_end(struct world *w, struct extent_writer *x)
{
	struct extent_totals t = { .lines = 1, .events = 1, .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	cr_assert(extent_finish(x, &t, &w->err), "%s", w->err.text);
}

void put(struct world *w, struct extent_writer *x, struct event e, int64_t ns, const char *text)
{
	e.time_ns = ns + w->shift_ns;
	e.has_time = true;
	e.raw = str_of(text);
	e.lines = 1;
	if (e.message.len) {
		e.template_text = e.message;
		e.template_id = hash64(e.message);
	}
	cr_assert(extent_add(x, &e, &w->err), "%s", w->err.text);
}

void request(struct world *w, struct extent_writer *x, const char *service, int64_t ns, const char *route, int status, double ms)
{
	traced_request(w, x, service, ns, route, status, ms, "");
}

void traced_request(struct world *w, struct extent_writer *x, const char *service, int64_t ns, const char *route, int status, double ms, const char *id)
{
	struct event e = EVENT_INIT;
	char text[200];
	e.kind = EV_HTTP;
	e.service = str_of(service);
	e.route = str_of(route);
	e.route_id = hash64(e.route);
	e.status = status;
	e.duration_ms = ms;
	e.severity = status >= 500 ? SEV_ERROR : SEV_INFO;
	e.request_id = str_of(id);
	snprintf(text, sizeof text, "%s %d %.0f", route, status, ms);
	put(w, x, e, ns, text);
}

void line(struct world *w, struct extent_writer *x, const char *service, int64_t ns, enum severity severity, const char *message)
{
	struct event e = EVENT_INIT;
	e.service = str_of(service);
	e.severity = severity;
	e.message = str_of(message);
	put(w, x, e, ns, message);
}

void deployment(struct world *w, struct extent_writer *x, int64_t ns, const char *service, const char *version, const char *previous)
{
	struct change c = { .kind = CHANGE_DEPLOYMENT, .service = str_of(service), .version = str_of(version), .previous = str_of(previous), .end_ns = TIME_NONE };
	struct event e = EVENT_INIT;
	char text[120];
	e.kind = EV_CHANGE;
	e.change = &c;
	snprintf(text, sizeof text, "deploy %s %s -> %s", service, previous, version);
	c.text = str_of(text);
	put(w, x, e, ns, text);
}

void look(struct world *w, struct arena *a, struct casefile *c)
{
	struct store *s;
	struct analyze_options o = { .since_ns = TIME_NONE, .until_ns = TIME_NONE };
	cr_assert(store_writer_settle(w->w, &w->err) && store_writer_close(w->w, &w->err), "%s", w->err.text);
	arena_init(a);
	cr_assert(store_open(w->path, &s, &w->err), "%s", w->err.text);
	cr_assert(analyze_run(s, &o, a, c, &w->err), "%s", w->err.text);
	store_close(s);
	unlink(w->path);
}

size_t look_count(struct world *w)
{
	struct arena a;
	struct casefile c;
	look(w, &a, &c);
	size_t n = c.n_incidents;
	arena_release(&a);
	return n;
}

double look_blame(struct world *w, const char *entity)
{
	struct arena a;
	struct casefile c;
	double p = 0;
	look(w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.incidents[0].n_causes; i++)
		if (str_eq(c.incidents[0].causes[i].entity, str_of(entity)))
			p = c.incidents[0].causes[i].probability;
	arena_release(&a);
	return p;
}
