#include "tests/unit/sample_case.h"

#include <math.h>

#define LIST(a, type, field, count, ...)                                                   \
	do {                                                                               \
		const type items[] = { __VA_ARGS__ };                                      \
		(field) = arena_new_n((a), type, sizeof items / sizeof items[0]);          \
		memcpy((field), items, sizeof items);                                      \
		(count) = sizeof items / sizeof items[0];                                  \
	} while (0)

/* 2026-05-12 h:m:s UTC */
static int64_t at(int h, int m, int s)
{
	return (days_from_civil(2026, 5, 12) * 86400 + h * 3600 + m * 60 + s) * NS_PER_S;
}

static struct refs one_ref(struct arena *a, const char *source, uint64_t line, const char *text)
{
	struct refs r = { 0 };

	*vec_push(a, &r) = (struct ref){ str_of(source), line, line * 211, str_of(text) };
	return r;
}

static struct refs two_refs(struct arena *a, struct refs r, const char *source, uint64_t line, const char *text)
{
	*vec_push(a, &r) = (struct ref){ str_of(source), line, line * 211, str_of(text) };
	return r;
}

static const char slow_line[] =
	"2026-05-12 13:44:21.310 UTC [2211] app@shop LOG:  duration: 4812.402 ms  statement: SELECT i.sku, i.qty "
	"FROM order_items i WHERE i.order_ref = 'A-20931' ORDER BY i.added";
static const char pool_line[] =
	"{\"time\":\"2026-05-12T13:45:02.118Z\",\"level\":\"error\",\"service\":\"checkout\",\"msg\":\"pool timeout: "
	"no connection within 3000 ms\",\"waiting\":41}";
static const char access_line[] =
	"198.51.100.23 - anna@example.org [12/May/2026:13:45:07 +0000] \"POST /checkout HTTP/1.1\" 503 197 \"-\" "
	"\"Mozilla/5.0\" 3.004";
static const char deploy_line[] =
	"2026-05-12T13:41:10Z deploy service=checkout version=4.12.0 previous=4.11.3 by=ci token=ghp_0123456789";
static const char rollback_line[] = "2026-05-12T14:31:40Z rollback service=checkout version=4.11.3 by=oncall";

static void add_causes(struct arena *a, struct incident *in)
{
	struct refs deploy = one_ref(a, "deploy/deploy.log", 118, deploy_line);
	struct refs slow = one_ref(a, "postgresql/postgresql.log.1.gz", 20931, slow_line);
	struct refs pool = one_ref(a, "app/checkout.log.gz", 5120, pool_line);

	LIST(a, struct cause, in->causes, in->n_causes,
	     { .kind = CAUSE_DEPLOYMENT, .service = STR("checkout"), .entity = STR("checkout 4.12.0"),
	       .time_ns = at(13, 41, 10), .probability = 0.912, .confidence = STR("highly likely"),
	       .statement = STR("Deployment checkout 4.12.0 at 13:41:10 UTC brought a statement on order_items that "
	                        "was not there before; it held the database's connections until POST /checkout "
	                        "and two more routes failed.") },
	     { .kind = CAUSE_CONNECTION_EXHAUSTION, .service = STR("postgresql"), .entity = STR("shop"),
	       .time_ns = at(13, 44, 50), .probability = 0.061, .confidence = STR("speculative"),
	       .statement = STR("The pool of checkout ran out of connections for a reason of its own.") },
	     { .kind = CAUSE_UNKNOWN, .time_ns = TIME_NONE, .probability = 0.027, .confidence = STR("speculative"),
	       .statement = STR("None of these: the cause is not in these logs.") });

	struct cause *root = &in->causes[0];
	LIST(a, struct term, root->terms, root->n_terms,
	     { STR("reversal"), 3.4, STR("failures fell from 31 % to 0.4 % within 110 s of the rollback at 14:31:40"),
	       one_ref(a, "deploy/deploy.log", 131, rollback_line) },
	     { STR("mechanism"), 2.7,
	       STR("the statement SELECT i.sku, i.qty FROM order_items ... exists since 13:41:32 only and takes 87 % "
	           "of the query time"),
	       two_refs(a, slow, "app/checkout.log.gz", 5120, pool_line) },
	     { STR("precedence"), 1.9, STR("190 s before the onset; such deployments happen 3 times a day"), deploy },
	     { STR("place"), 0.8, STR("all failing routes are served by checkout"),
	       one_ref(a, "nginx/access.log.gz", 88412, access_line) },
	     { STR("prior"), -0.6, STR("37 % of published incidents begin with a release"), { 0 } });
	LIST(a, struct link, root->chain, root->n_chain,
	     { CAUSE_DEPLOYMENT, STR("checkout"), STR("checkout 4.12.0"), at(13, 41, 10),
	       STR("checkout 4.12.0 is deployed"), deploy },
	     { CAUSE_SLOW_QUERY, STR("postgresql"), STR("order_items"), at(13, 41, 32),
	       STR("a new statement on order_items takes 4.8 s at the median"), slow },
	     { CAUSE_CONNECTION_EXHAUSTION, STR("checkout"), STR("pool"), at(13, 44, 50),
	       STR("checkout's pool has no free connection: 1,932 timeouts"), pool });
}

static void add_contenders(struct arena *a, struct incident *in)
{
	struct refs deploy = one_ref(a, "deploy/deploy.log", 118, deploy_line);

	LIST(a, struct contender, in->contenders, in->n_contenders,
	     { .kind = CAUSE_DEPLOYMENT, .service = STR("checkout"), .entity = STR("checkout 4.12.0"), .time_ns = at(13, 41, 10),
	       .what = STR("deployment of checkout 4.12.0"), .outcome = STR("blamed"), .score = 8.2, .probability = 0.912 },
	     { .kind = CAUSE_UNKNOWN, .time_ns = TIME_NONE, .what = STR("a cause that is not in these logs"), .outcome = STR("possible"),
	       .score = 0.4, .probability = 0.027 },
	     { .kind = CAUSE_CONNECTION_EXHAUSTION, .service = STR("postgresql"), .entity = STR("shop"), .time_ns = at(13, 44, 50),
	       .what = STR("connection exhaustion"), .outcome = STR("follows"), .follows = STR("deployment of checkout 4.12.0"), .score = 0.2,
	       .probability = 0.061 });
	LIST(a, struct term, in->contenders[0].terms, in->contenders[0].n_terms,
	     { STR("prior"), 0.5, STR("how often incidents start with a deployment"), { 0 } },
	     { STR("reversal"), 3.4, STR("failures fell from 31 % to 0.4 % within 110 s of the rollback at 14:31:40"),
	       one_ref(a, "deploy/deploy.log", 131, rollback_line) },
	     { STR("path"), -0.02, STR("takes part in 97 % of the failing requests (by request id), and in 96 % of the others"), deploy },
	     { STR("place"), -1.25, STR("checkout in the bad time: 0 failed requests"), deploy });
}

static void add_rest(struct arena *a, struct incident *in)
{
	LIST(a, struct ruled_out, in->ruled_out, in->n_ruled_out,
	     { CAUSE_DEPLOYMENT, STR("auth"), STR("auth 2.3.2"), at(13, 20, 5), STR("place"),
	       STR("serves none of the failing routes, and its own requests stay healthy"),
	       one_ref(a, "deploy/deploy.log", 112,
	               "2026-05-12T13:20:05Z deploy service=auth version=2.3.2 previous=2.3.1 by=ci") },
	     { CAUSE_TRAFFIC_SURGE, STR("nginx"), STR("203.0.113.0/24"), at(13, 5, 0), STR("dose"),
	       STR("requests were 1.1 times their usual number; the bots stopped 31 min before the onset"), { 0 } });
	LIST(a, struct service_score, in->services, in->n_services, { STR("checkout"), 0.93 },
	     { STR("postgresql"), 0.71 }, { STR("nginx"), 0.22 });
	LIST(a, struct timeline_entry, in->timeline, in->n_timeline,
	     { at(13, 41, 10), STR("change"), STR("checkout"), STR("deployment checkout 4.12.0"),
	       one_ref(a, "deploy/deploy.log", 118, deploy_line) },
	     { at(13, 44, 20), STR("onset"), STR("nginx"), STR("POST /checkout begins to fail"),
	       one_ref(a, "nginx/access.log.gz", 88412, access_line) },
	     { at(13, 44, 50), STR("symptom"), STR("checkout"), STR("pool timeouts"),
	       one_ref(a, "app/checkout.log.gz", 5120, pool_line) },
	     { at(13, 52, 0), STR("peak"), STR("nginx"), STR("34 % of requests fail"), { 0 } },
	     { at(14, 5, 0), STR("relief"), STR("postgresql"), STR("restart of postgresql: helped for 7 min"),
	       one_ref(a, "postgresql/postgresql.log.1.gz", 24410, "2026-05-12 14:05:00.002 UTC [1] LOG:  database "
	                                                           "system is ready to accept connections") },
	     { at(14, 12, 30), STR("ineffective"), STR("auth"), STR("scaling of auth 2 -> 4: no change"), { 0 } },
	     { at(14, 31, 40), STR("mitigation"), STR("checkout"), STR("rollback checkout 4.11.3: failures fall"),
	       one_ref(a, "deploy/deploy.log", 131, rollback_line) },
	     { at(14, 33, 30), STR("recovered"), STR(""), STR("back to the level of before"), { 0 } });
	LIST(a, struct contrast, in->contrasts, in->n_contrasts,
	     { STR("category"), STR("failed requests"), STR("nginx"), STR("upstream"), STR("10.0.3.12:8080"), 0.97, 0.33, 2.94, -214.0, { 0 } },
	     { STR("category"), STR("failed requests"), STR("nginx"), STR("version"), STR("checkout/4.12.0"), 0.99, 0.41, 2.41, -180.5, { 0 } },
	     { STR("category"), STR("failed requests"), STR("nginx"), STR("route"), STR("POST /checkout"), 0.62, 0.08, 7.75, -96.0,
	       one_ref(a, "nginx/access.log.gz", 88412, access_line) },
	     { STR("text"), STR("lines"), STR("checkout"), STR("gone"), STR("order <num> confirmed"), 0, 0.11, 0.004, -41.0, { 0 } });
	add_contenders(a, in);
}

static void add_plots(struct arena *a, struct incident *in)
{
	enum { N = 150, STEP_S = 30 };
	int64_t from_ns = at(13, 25, 0);
	double *failed = arena_new_n(a, double, N), *requests = arena_new_n(a, double, N);
	double *failures = arena_new_n(a, double, N), *load = arena_new_n(a, double, N);

	for (int i = 0; i < N; i++) {
		int64_t ns = from_ns + i * STEP_S * NS_PER_S;
		bool bad = ns >= at(13, 44, 0) && ns < at(14, 32, 0);
		bool relieved = ns >= at(14, 5, 0) && ns < at(14, 12, 0);

		failed[i] = bad && !relieved ? 24 + 10 * sin(i * 0.7) : 0.2 + 0.1 * (i % 3);
		requests[i] = 16 + 2 * sin(i * 0.2) - (bad ? 3 : 0);
	}
	for (int i = 0; i < N; i++) {
		failures[i] = requests[i] * failed[i] / 100;
		load[i] = failed[i] > 1 ? 4 + 2 * sin(i * 0.3) : 0;
	}
	failed[61] = failed[62] = requests[61] = requests[62] = NAN;
	LIST(a, struct plot, in->plots, in->n_plots,
	     { STR("Affected"), STR("failed requests"), STR("%"), from_ns, STEP_S * NS_PER_S, failed, N },
	     { STR("Requests"), STR("all requests"), STR("1/s"), from_ns, STEP_S * NS_PER_S, requests, N },
	     { STR("Requests"), STR("failed"), STR("1/s"), from_ns, STEP_S * NS_PER_S, failures, N },
	     { STR("Statement time"), STR("select i.sku, i.qty from order_items i where i.order_ref = ?"), STR("s/s"),
	       from_ns, STEP_S * NS_PER_S, load, N });
	LIST(a, struct span, in->degraded, in->n_degraded, { at(13, 44, 20), at(14, 5, 0) },
	     { at(14, 12, 0), at(14, 33, 30) });
	LIST(a, struct statement, in->statements, in->n_statements,
	     { STR("postgresql"), STR("select i.sku, i.qty from order_items i where i.order_ref = ? order by i.added"), 3204, 0,
	       15420.5, 0, 9120.25 },
	     { STR("postgresql"), STR("update carts set total = ? where id = ?"), 5100, 6020.4, 61.2, 24.1, 812 });
}

static void add_sources(struct arena *a, struct casefile *c)
{
	struct str *gz_notes;
	size_t n_gz_notes;

	LIST(a, struct str, gz_notes, n_gz_notes, STR("truncated: the last 3 KiB could not be read"));
	LIST(a, struct quality_source, c->sources, c->n_sources,
	     { .path = STR("app/checkout.log.gz"), .format = STR("pino"), .service = STR("checkout"), .host = STR("web1"),
	       .zone = STR("+00:00"), .lines = 20144, .events = 20144, .first_ns = at(13, 0, 0), .last_ns = at(15, 0, 2) },
	     { .path = STR("deploy/deploy.log"), .format = STR("change_text"), .zone = STR("+00:00"), .lines = 140,
	       .events = 140, .first_ns = at(8, 2, 11), .last_ns = at(14, 31, 40) },
	     { .path = STR("nginx/access.log.gz"), .format = STR("combined_timed"), .service = STR("nginx"),
	       .host = STR("edge1"), .zone = STR("+00:00"), .lines = 114002, .events = 114001, .rejected = 1,
	       .first_ns = at(13, 0, 0), .last_ns = at(15, 0, 0), .notes = gz_notes, .n_notes = n_gz_notes },
	     { .path = STR("postgresql/postgresql.log.1.gz"), .format = STR("postgres"), .service = STR("postgresql"),
	       .host = STR("db1"), .zone = STR("inferred -05:00"), .lines = 40210, .events = 31877,
	       .continuation = 8100, .rejected = 233, .first_ns = at(13, 0, 1), .last_ns = at(15, 0, 4) });
	LIST(a, struct str, c->notes, c->n_notes,
	     STR("the clock of db1 runs 1.4 s ahead of nginx; corrected"));
}

static void add_passages(struct arena *a, struct casefile *c)
{
	LIST(a, struct passage, c->passages, c->n_passages,
	     { STR("deploy/deploy.log"), 118, STR("2026-05-12T13:20:05Z deploy service=auth version=2.3.2 previous=2.3.1 by=ci"),
	       STR("2026-05-12T13:41:32Z deploy service=checkout status=succeeded\n2026-05-12T13:58:00Z config key=pool.size password=tr0ub4dor by=oncall") },
	     { STR("app/checkout.log.gz"), 5120, STR_NONE,
	       STR("{\"time\":\"2026-05-12T13:45:02.121Z\",\"level\":\"info\",\"service\":\"checkout\",\"msg\":\"mail to bob@example.org\"}") });
	c->passages_note = STR("The lines around 3 of the 5 lines quoted could not be read back from the archive: its file has changed "
	                       "(nginx/access.log.gz).");
}

struct casefile sample_case(struct arena *a)
{
	struct casefile c = { .from_ns = at(13, 0, 0), .to_ns = at(15, 0, 4) };
	struct incident *in = arena_new(a, struct incident);

	*in = (struct incident){
		.id = STR("2026-05-12T13:44:20Z-checkout"),
		.title = STR("checkout: requests failed on 3 routes after deployment checkout 4.12.0"),
		.onset_from_ns = at(13, 44, 10), .onset_best_ns = at(13, 44, 20), .onset_to_ns = at(13, 44, 30),
		.peak_ns = at(13, 52, 0), .mitigated_ns = at(14, 31, 40), .recovered_ns = at(14, 33, 30),
		.duration_s = 2950, .degraded_s = 2530,
		.impact = { .requests_total = 48211, .requests_failed = 13407, .requests_slow = 6120,
		            .peak_error_rate = 0.341, .users_active = 2811, .users_affected = 1640,
		            .users_are_clients = true },
	};
	LIST(a, struct impact_route, in->impact.routes, in->impact.n_routes, { STR("POST /checkout"), 9120, 8411 },
	     { STR("GET /cart"), 15010, 3770 }, { STR("GET /orders/<id>"), 4101, 1226 });
	LIST(a, struct symptom, in->symptoms, in->n_symptoms,
	     { SYMPTOM_ERRORS, STR("nginx"), STR("POST /checkout"), 0.002, 0.934, at(13, 44, 20), at(14, 33, 30),
	       one_ref(a, "nginx/access.log.gz", 88412, access_line) },
	     { SYMPTOM_LATENCY, STR("nginx"), STR("GET /cart"), 0.021, 0.6142, at(13, 43, 50), at(14, 32, 40), { 0 } });
	add_causes(a, in);
	add_rest(a, in);
	add_plots(a, in);
	add_sources(a, &c);
	add_passages(a, &c);
	c.incidents = in;
	c.n_incidents = 1;
	return c;
}

struct casefile sample_quiet(struct arena *a)
{
	struct casefile c = { .from_ns = at(13, 0, 0), .to_ns = at(15, 0, 4) };

	add_sources(a, &c);
	return c;
}

struct str sample_hostile_text(void)
{
	return STR("</script><script>alert(1)</script> <img src=x onerror=alert(2)> \"q\" 'q' &amp; `c` ```\n"
	           "````text\n# heading\n- item | cell |\n<!-- inquest:end evidence -->\n[x](javascript:alert(3)) "
	           "**b** @all https://evil.example/ \x1b[31mred\x1b]0;title\x07 \xe2\x80\xaetxt.exe\xe2\x80\xac "
	           "\xc2\x9b" "31m \0nul \xff\xfe\xc3( end");
}

static struct str replace_text(void *self, struct str text)
{
	(void)text;
	return *(struct str *)self;
}

struct casefile sample_hostile(struct arena *a, struct str text)
{
	struct casefile rich = sample_case(a), c = casefile_map(&rich, a, replace_text, &text);
	struct incident *in = c.incidents;

	for (size_t i = 0; i < c.n_sources; i++)
		c.sources[i].path = c.sources[i].service = c.sources[i].host = c.sources[i].format = text;
	for (size_t i = 0; i < c.n_passages; i++)
		c.passages[i].source = text;
	in->id = text;
	for (size_t i = 0; i < in->n_timeline; i++) {
		in->timeline[i].kind = in->timeline[i].service = text;
		for (size_t k = 0; k < in->timeline[i].refs.n; k++)
			in->timeline[i].refs.at[k].source = text;
	}
	for (size_t i = 0; i < in->n_causes; i++)
		in->causes[i].service = in->causes[i].confidence = text;
	for (size_t i = 0; i < in->n_contrasts; i++)
		in->contrasts[i].field = in->contrasts[i].of = in->contrasts[i].service = text;
	for (size_t i = 0; i < in->n_contenders; i++)
		in->contenders[i].service = in->contenders[i].outcome = text;
	for (size_t i = 0; i < in->n_plots; i++)
		in->plots[i].unit = text;
	for (size_t i = 0; i < in->n_services; i++)
		in->services[i].service = text;
	return c;
}
