/*
 * made_store: a store of N events over one day, written event by event, for measuring the analysis alone: `made_store
 * STORE N`. A front, four services on three hosts each, a database; from noon on one service fails for forty minutes after a
 * deployment. Requests carry ids through the services, clients, user agents and sizes. The same N gives the same store.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/event.h"
#include "core/hash.h"
#include "store/writer.h"

enum { SERVICES = 4, HOSTS = 3, ROUTES = 12, AGENTS = 6, CLIENTS = 4000, STATEMENTS = 40, LINES = 30 };
static const int64_t day_ns = INT64_C(86400000000000), start_ns = INT64_C(1780000000) / 86400 * 86400 * INT64_C(1000000000);

static uint64_t seed = 20260129;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 33) + 0.5) / 2147483648.0;
}

static unsigned pick(unsigned n)
{
	return (unsigned)(uniform() * n) % n;
}

static struct str names[1024];

/* "head n tail", made once. */
static struct str name(unsigned kind, const char *head, unsigned n, const char *tail)
{
	struct str *at = &names[(kind * 128 + n) % 1024];
	static char texts[1024][96];

	if (!at->len) {
		char *text = texts[at - names];

		snprintf(text, sizeof texts[0], "%s%u%s", head, n, tail);
		*at = str_of(text);
	}
	return *at;
}

struct maker {
	struct store_writer *w;
	struct extent_writer *x;
	struct extent_totals totals;
	struct err err;
	uint64_t lines;
};

static void fail(const struct maker *m)
{
	fprintf(stderr, "made_store: %s\n", m->err.text);
	exit(1);
}

static void file_begin(struct maker *m, struct str path, struct str service, struct str host, enum format_role role)
{
	static uint64_t content;
	const struct extent_info info = { .path = path, .logical = path, .service = service, .host = host, .format = STR("made"),
		                          .role = (uint8_t)role, .zone_known = true, .content_id = ++content };

	m->totals = (struct extent_totals){ .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	if (!extent_begin(m->w, &info, &m->x, &m->err))
		fail(m);
}

static void file_end(struct maker *m)
{
	if (!extent_finish(m->x, &m->totals, &m->err))
		fail(m);
}

static void put(struct maker *m, struct event *e, int64_t ns, struct str raw)
{
	e->time_ns = ns;
	e->has_time = true;
	e->line = ++m->totals.lines;
	e->offset = e->line * 200;
	e->raw = raw;
	e->lines = 1;
	m->totals.events++;
	if (m->totals.first_ns == TIME_NONE)
		m->totals.first_ns = ns;
	m->totals.last_ns = ns;
	if (!extent_add(m->x, e, &m->err))
		fail(m);
}

static bool bad_time(double t)
{
	return t >= 0.5 && t < 0.528;
}

static void requests(struct maker *m, struct str service, struct str host, bool front, unsigned number, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		struct event e = EVENT_INIT;
		double t = ((double)i + uniform()) / (double)n;
		unsigned route = pick(ROUTES), client = pick(CLIENTS);
		bool fails = uniform() < (bad_time(t) && (front ? route < 3 : number == 1) ? 0.4 : 0.0005);
		char text[160], address[32], trace[24];

		e.kind = EV_HTTP;
		e.service = service;
		e.host = host;
		e.method = STR("GET");
		e.route = name(0, "GET /things/", route, "/:id");
		e.route_id = hash64(e.route);
		e.status = fails ? 500 : 200;
		e.severity = fails ? SEV_ERROR : SEV_INFO;
		e.duration_ms = 5 - 40 * log(uniform()) * (fails ? 10 : 1);
		e.bytes = (int64_t)(200 + 20000 * uniform() * uniform());
		/* What happens at the same time in several services is one request. */
		snprintf(trace, sizeof trace, "%016llx", (unsigned long long)(t * 1e6) * UINT64_C(0x9e3779b97f4a7c15));
		e.request_id = str_of(trace);
		if (front) {
			snprintf(address, sizeof address, "10.%u.%u.7", client / 250, client % 250);
			e.client = str_of(address);
			e.agent = name(1, "Browser", pick(AGENTS), "/1.0");
			e.referrer = STR("https://www.example.org/");
		}
		snprintf(text, sizeof text, "%.*s %d", STR_ARG(e.route), e.status);
		put(m, &e, start_ns + (int64_t)(t * (double)day_ns), str_of(text));
		if (fails && !front) {
			struct event l = EVENT_INIT;

			l.service = service;
			l.host = host;
			l.severity = SEV_ERROR;
			l.message = bad_time(t) ? STR("TypeError: cannot read properties of undefined") : STR("request failed");
			l.template_text = l.message;
			l.template_id = hash64(l.message);
			put(m, &l, start_ns + (int64_t)(t * (double)day_ns), l.message);
		}
	}
}

static void lines(struct maker *m, struct str service, struct str host, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		struct event e = EVENT_INIT;

		e.service = service;
		e.host = host;
		e.severity = SEV_INFO;
		e.message = name(2, "step ", pick(LINES), " of the work is done");
		e.template_text = e.message;
		e.template_id = hash64(e.message);
		put(m, &e, start_ns + (int64_t)(((double)i + uniform()) / (double)n * (double)day_ns), e.message);
	}
}

static void statements(struct maker *m, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		struct event e = EVENT_INIT;

		e.kind = EV_QUERY;
		e.service = STR("postgresql");
		e.severity = SEV_INFO;
		e.fingerprint = name(3, "select * from table_", pick(STATEMENTS), " where id = ?");
		e.fingerprint_id = hash64(e.fingerprint);
		e.duration_ms = 1 - 10 * log(uniform());
		e.message = e.fingerprint;
		put(m, &e, start_ns + (int64_t)(((double)i + uniform()) / (double)n * (double)day_ns), e.message);
	}
}

static void deployment(struct maker *m)
{
	struct change c = { .kind = CHANGE_DEPLOYMENT, .service = STR("service-1"), .version = STR("2.0"), .previous = STR("1.9"),
		            .end_ns = TIME_NONE, .text = STR("deploy service-1 1.9 -> 2.0") };
	struct event e = EVENT_INIT;

	e.kind = EV_CHANGE;
	e.change = &c;
	put(m, &e, start_ns + day_ns / 2 - 60 * NS_PER_S, c.text);
}

int main(int argc, char **argv)
{
	struct maker m = { .err = ERR_INIT };
	uint64_t n = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (n < 1000) {
		fprintf(stderr, "usage: made_store STORE EVENTS\n");
		return 2;
	}
	unlink(argv[1]);
	if (!store_writer_open(argv[1], &m.w, &m.err))
		fail(&m);
	file_begin(&m, STR("front/access.log"), STR("front"), STR("front-1"), ROLE_ACCESS);
	requests(&m, STR("front"), STR("front-1"), true, 0, n / 4);
	file_end(&m);
	for (unsigned s = 0; s < SERVICES; s++)
		for (unsigned h = 0; h < HOSTS; h++) {
			struct str service = name(4, "service-", s, ""), host = name(5, "host-", s * HOSTS + h, "");

			file_begin(&m, name(6, "app/host-", s * HOSTS + h, ".log"), service, host, ROLE_APP);
			requests(&m, service, host, false, s, n * 3 / 8 / (SERVICES * HOSTS));
			lines(&m, service, host, n / 4 / (SERVICES * HOSTS));
			file_end(&m);
		}
	file_begin(&m, STR("db/postgresql.log"), STR("postgresql"), STR("db-1"), ROLE_DATABASE);
	statements(&m, n / 8);
	file_end(&m);
	file_begin(&m, STR("deploy.log"), STR("deploy"), STR_NONE, ROLE_CHANGE);
	deployment(&m);
	file_end(&m);
	if (!store_writer_settle(m.w, &m.err) || !store_writer_close(m.w, &m.err))
		fail(&m);
	return 0;
}
