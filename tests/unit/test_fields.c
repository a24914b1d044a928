/* Keys into fields: the alias table, scopes, ranks, units and what depends on the neighbours. */
#include <criterion/criterion.h>

#include "ingest/fields.h"

static struct arena scratch;

static void begin(void)
{
	arena_init(&scratch);
}

static void end(void)
{
	arena_release(&scratch);
}

TestSuite(fields, .init = begin, .fini = end);

static struct event decoded(const char *json)
{
	static struct field_cache cache;
	struct fields f;
	struct event e;
	/* Again, by the shape. */
	for (int i = 0; i < 2; i++) {
		event_clear(&e);
		fields_init(&f, &cache, &scratch);
		cr_assert(fields_read_json(&f, str_of(json), &e), "%s", json);
	}
	return e;
}

static void expect_text(struct str got, const char *want, const char *what)
{
	cr_expect(str_eq(got, str_of(want)), "%s is '%.*s', wanted '%s'", what, STR_ARG(got), want);
}

/* Some write when under the name that says how long elsewhere; MongoDB's extended JSON wraps its times. */
Test(fields, reads_times_of_unusual_members)
{
	static const struct {
		const char *json;
		int64_t s;
	} rows[] = {
		{ "{\"requestTime\":\"29/Jan/2026:17:43:00 +0000\",\"status\":\"200\"}", 1769708580 },
		{ "{\"atype\":\"authenticate\",\"ts\":{\"$date\":\"2026-01-29T17:43:00.000+00:00\"}}", 1769708580 },
		{ "{\"req_start_time\":\"2026/01/29 17:43:00\",\"http_status\":\"200\"}", 1769708580 },
		/* the better known one wins, wherever it stands */
		{ "{\"system_time\":\"2020-01-01T00:00:00Z\",\"timestamp\":\"2026-01-29T17:43:00Z\"}", 1769708580 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = decoded(rows[i].json);
		cr_expect(e.has_time && e.time.ns == rows[i].s * NS_PER_S, "%s: %lld", rows[i].json, (long long)(e.time.ns / NS_PER_S));
	}
	struct event e = decoded("{\"requestTime\":\"0.250\",\"status\":\"200\"}");
	cr_expect(!e.has_time && e.duration_ms > 249 && e.duration_ms < 251);
}

/* Every spelling that field_fold makes the same must be found; the binary search finds nothing in an unsorted table. */
Test(fields, finds_keys_however_they_are_written)
{
	static const struct {
		const char *key;
		enum field is;
	} rows[] = {
		{ "status", FIELD_STATUS },
		{ "statusCode", FIELD_STATUS },
		{ "http.response.status_code", FIELD_STATUS },
		{ "@timestamp", FIELD_TIME },
		{ "ts", FIELD_TIME },
		{ "asctime", FIELD_TIME },
		{ "req_start_time", FIELD_TIME },
		{ "system_time", FIELD_TIME },
		{ "log_creation_date", FIELD_TIME },
		{ "EdgeStartTimestamp", FIELD_TIME },
		{ "expiry_time", FIELD_NONE },
		{ "next_run_date", FIELD_NONE },
		{ "started_at", FIELD_NONE },
		{ "start_time_ms", FIELD_NONE },
		{ "log.level", FIELD_LEVEL },
		{ "lvl", FIELD_LEVEL },
		{ "severity", FIELD_LEVEL },
		{ "short_message", FIELD_MESSAGE },
		{ "msg", FIELD_MESSAGE },
		{ "err", FIELD_ERROR },
		{ "error.stack_trace", FIELD_STACK },
		{ "exc_info", FIELD_STACK },
		{ "responseTime", FIELD_DURATION },
		{ "duration_ms", FIELD_DURATION },
		{ "event.duration", FIELD_DURATION },
		{ "svc", FIELD_SERVICE },
		{ "service.name", FIELD_SERVICE },
		{ "hostname", FIELD_HOST },
		{ "X-Forwarded-For", FIELD_FORWARDED },
		{ "trace_id", FIELD_REQUEST_ID },
		{ "reqId", FIELD_REQUEST_ID },
		{ "user.id", FIELD_USER },
		{ "logger_name", FIELD_LOGGER },
		{ "upstream_addr", FIELD_UPSTREAM },
		{ "zzz", FIELD_NONE },
		{ "", FIELD_NONE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq((int)field_lookup(STR_NONE, str_of(rows[i].key)).field, (int)rows[i].is, "%s",
			     rows[i].key);
}

/* Every fifth row: a row that stands in the wrong place hides others from the search. */
Test(fields, are_in_order_for_the_search)
{
	/* clang-format off */
	static const char *const keys[] = {
		"account", "affectedrows", "application", "args", "attrs", "backtrace", "buildversion",
		"caller", "channel", "clientaddr", "clientusername", "computer", "contextdata",
		"controlleraction", "custom", "date", "dbinstance", "dbsql", "destinationport",
		"downstreamstatus", "durationmicros", "durationnanos", "durationseconds", "durms",
		"elapsedmillis", "elapseds", "elapsedusec", "epochms", "errmsg", "errorcode",
		"errorname", "errortype", "errtype", "eventdate", "eventtime", "exceptioncode",
		"exceptionstacktrace", "exctext", "executiontime", "fields", "function", "host",
		"httpclientip", "httpreferrer", "httprequestpath", "httprequestresponsesize",
		"httpresponsesize", "httpstatuscode", "httpxforwardedfor", "instanceid", "iso8601",
		"kuberneteshost", "l", "latencyns", "level", "lockms", "logevent", "login",
		"logseverity", "machine", "messageisotimestamp", "metadata", "ms", "name",
		"netpeername", "nodename", "operation", "originstatus", "path", "peeraddress",
		"peerservice", "prio", "processingtimems", "project", "querytext", "receivetimestamp",
		"remote", "remotepeer", "reqheadersreferer", "reqmethod", "request",
		"requestdurationseconds", "requestheadersxrequestid", "requestline", "requestreferer",
		"requesttime", "requestuseragent", "rescontentlength", "resourcehostname", "resp",
		"responsebytes", "responsesize", "responsetimems", "resstatus", "role", "rowsaffected",
		"s", "serveraddress", "servicename", "severitynumber", "source", "spanidtrace",
		"sqltext", "startutc", "subsystem", "syslogtimestamp", "tagversion", "textpayload",
		"thrownname", "timelocal", "timestampms", "timeunixnano", "tookinnanos", "totaltimems",
		"transactionid", "updatedat", "upstreamduration", "upstreamname", "upstreamstatus",
		"urlfull", "user", "userid", "usrid", "version", "xb3traceid", "xrequestid",
	};
	/* clang-format on */
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		cr_expect_neq((int)field_lookup(STR_NONE, str_of(keys[i])).field, FIELD_NONE, "%s",
			      keys[i]);
}

Test(fields, outside_wins_over_groups_and_errors_keep_to_themselves)
{
	struct event e = decoded(
		"{\"fields\":{\"message\":\"inner\",\"path\":\"/"
		"in\"},\"message\":\"outer\",\"method\":\"GET\","
		"\"path\":\"/out\",\"status\":500,\"err\":{\"message\":\"boom\",\"status\":404,\"path\":\"/"
		"etc/x\","
		"\"code\":\"EIO\"}}");
	expect_text(e.message, "outer", "message");
	expect_text(e.path, "/out", "path");
	cr_expect_eq(e.status, 500);
	expect_text(e.error, "boom", "error");
	expect_text(e.sqlstate, "EIO", "code");
}

Test(fields, reads_nested_requests)
{
	struct event e = decoded(
		"{\"jsonPayload\":{\"httpRequest\":{\"requestMethod\":\"GET\",\"requestUrl\":"
		"\"https://h.example.test/a?b=1\",\"status\":503,\"latency\":\"0.250s\",\"remoteIp\":"
		"\"198.51.100.7\"},\"message\":\"m\"}}");
	cr_expect_eq((int)e.kind, EV_HTTP);
	expect_text(e.path, "/a?b=1", "path");
	expect_text(e.client, "198.51.100.7", "client");
	cr_expect_float_eq(e.duration_ms, 250, 1e-9);
	cr_expect_eq((int)e.severity, SEV_ERROR);
}

Test(fields, durations_have_the_unit_of_key_text_or_family)
{
	static const struct {
		const char *json;
		double ms;
	} rows[] = {
		{ "{\"duration\":12.5}", 12.5 },
		{ "{\"duration\":\"1.5s\"}", 1500 },
		{ "{\"latency\":\"850\\u00b5s\"}", 0.85 },
		{ "{\"took\":\"221micros\"}", 0.221 },
		{ "{\"duration_us\":1500}", 1.5 },
		{ "{\"elapsedMilliseconds\":7}", 7 },
		{ "{\"duration_seconds\":0.25}", 250 },
		{ "{\"event.duration\":2500000}", 2.5 },
		{ "{\"ts\":1773540005.25,\"duration\":0.25}", 250 },
		{ "{\"time\":\"2026-01-01T00:00:00Z\",\"duration\":250000000}", 250 },
		{ "{\"message\":\"query took 4.5ms\"}", 4.5 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = decoded(rows[i].json);
		cr_expect_float_eq(e.duration_ms, rows[i].ms, 1e-6, "%s gives %g", rows[i].json,
				   e.duration_ms);
	}
}

Test(fields, levels_are_words_or_numbers_of_several_families)
{
	static const struct {
		const char *json;
		enum severity is;
	} rows[] = {
		{ "{\"level\":30}", SEV_INFO },
		{ "{\"level\":\"50\"}", SEV_ERROR },
		{ "{\"level\":3,\"version\":\"1.1\"}", SEV_ERROR },
		{ "{\"level_value\":40000}", SEV_ERROR },
		{ "{\"levelno\":30}", SEV_WARN },
		{ "{\"severity\":\"WARNING\"}", SEV_WARN },
		{ "{\"@l\":\"Error\"}", SEV_ERROR },
		{ "{\"status\":\"error\",\"msg\":\"x\"}", SEV_ERROR },
		{ "{\"level\":\"nonsense\"}", SEV_NONE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq((int)decoded(rows[i].json).severity, (int)rows[i].is, "%s", rows[i].json);
}

Test(fields, times_in_every_magnitude_and_in_parts)
{
	static const char *const rows[] = {
		"{\"ts\":1773540005.115}",
		"{\"ts\":1773540005115}",
		"{\"time\":\"1773540005115000\"}",
		"{\"t\":1773540005115000000}",
		"{\"@timestamp\":\"2026-03-15T02:00:05.115Z\"}",
		"{\"time\":\"2026-03-15T03:00:05,115+01:00\"}",
		"{\"instant\":{\"epochSecond\":1773540005,\"nanoOfSecond\":115000000}}",
		"{\"date\":\"2026-03-15\",\"time\":\"02:00:05.115\"}",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = decoded(rows[i]);
		cr_expect(e.has_time, "%s", rows[i]);
		cr_expect_eq(e.time.ns / NS_PER_MS, INT64_C(1773540005115), "%s", rows[i]);
	}
}

Test(fields, names_depend_on_their_neighbours)
{
	struct event e = decoded("{\"name\":\"shop\",\"hostname\":\"web-1\",\"level\":30,\"msg\":\"m\"}");
	expect_text(e.service, "shop", "service");
	e = decoded("{\"name\":\"app.pool\",\"levelname\":\"INFO\",\"message\":\"m\"}");
	expect_text(e.logger, "app.pool", "logger");
	expect_text(e.service, "", "service");
	e = decoded("{\"host\":\"web-1\",\"level\":\"info\",\"msg\":\"m\",\"method\":\"GET\",\"path\":\"/"
		    "\",\"status\":200}");
	expect_text(e.host, "web-1", "host");
	e = decoded("{\"host\":\"shop.example.test\",\"method\":\"GET\",\"path\":\"/\",\"status\":200}");
	expect_text(e.host, "", "host");
	e = decoded("{\"@version\":\"1\",\"version\":\"2.4.0\",\"msg\":\"m\"}");
	expect_text(decoded("{\"@version\":\"1\",\"msg\":\"m\"}").version, "", "version");
	expect_text(decoded("{\"msg\":\"m\",\"client\":\"3.9.0\"}").client, "", "client");
}

Test(fields, traces_go_to_the_detail_and_their_root_to_the_error)
{
	struct event e = decoded("{\"level\":\"error\",\"message\":\"failed\",\"exc_info\":\"Traceback "
				 "(most recent call last):\\n"
				 "  File \\\"a.py\\\", line 1, in f\\nValueError: no such id\"}");
	expect_text(e.error, "ValueError: no such id", "error");
	cr_expect(str_starts(e.detail, STR("Traceback")));
	e = decoded("{\"level\":\"error\",\"message\":\"failed\\nsecond line\",\"error\":true}");
	expect_text(e.message, "failed", "message");
	expect_text(e.detail, "second line", "detail");
	expect_text(e.error, "", "error");
}

Test(fields, cache_never_changes_the_result)
{
	static const char *const rows[] = {
		"{\"level\":\"info\",\"msg\":\"a\",\"status\":200}",
		"{\"msg\":\"a\",\"level\":\"info\",\"status\":200}",
		"{\"level\":\"warn\",\"err\":{\"message\":\"x\"},\"msg\":\"b\"}",
		"{\"level\":\"warn\",\"req\":{\"message\":\"x\"},\"msg\":\"b\"}",
	};
	struct field_cache *cache = arena_new(&scratch, struct field_cache);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct fields f;
			struct event e = EVENT_INIT, plain = decoded(rows[i]);
			fields_init(&f, cache, &scratch);
			cr_assert(fields_put_json(&f, str_of(rows[i])));
			fields_finish(&f, &e, UNIT_NONE);
			cr_expect(str_eq(e.message, plain.message) && str_eq(e.error, plain.error) &&
					  e.severity == plain.severity && e.status == plain.status,
				  "%s", rows[i]);
		}
	}
}

Test(fields, flags_and_settings_that_changed_are_changes)
{
	struct event e =
		decoded("{\"level\":\"info\",\"service\":\"catalog\",\"flag\":\"search_v2\",\"old\":false,"
			"\"value\":true,\"msg\":\"feature flag updated\"}");
	cr_assert_eq((int)e.kind, EV_CHANGE);
	cr_assert_not_null(e.change);
	cr_expect_eq((int)e.change->kind, CHANGE_FLAG);
	expect_text(e.change->key, "search_v2", "key");
	expect_text(e.change->old_value, "false", "old value");
	expect_text(e.change->new_value, "true", "new value");
	e = decoded(
		"{\"level\":\"info\",\"key\":\"pool.max\",\"new\":5,\"msg\":\"config setting changed\"}");
	cr_expect_eq((int)e.kind, EV_CHANGE);
	e = decoded("{\"level\":\"info\",\"key\":\"cart:7\",\"value\":5,\"msg\":\"cache entry updated\"}");
	cr_expect_eq((int)e.kind, EV_LINE);
	e = decoded(
		"{\"level\":\"error\",\"flag\":\"x\",\"value\":1,\"msg\":\"flag could not be updated\"}");
	cr_expect_eq((int)e.kind, EV_LINE);
}

Test(fields, refuse_what_is_no_object)
{
	static const char *const rows[] = { "", "[1]", "{\"a\":", "{\"a\" 1}", "12", "{\"a\":{\"b\":}}" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fields f;
		fields_init(&f, NULL, &scratch);
		cr_expect_not(fields_put_json(&f, str_of(rows[i])), "%s", rows[i]);
	}
}
