/* Sentences of change logs. */
#include <criterion/criterion.h>

#include "ingest/change.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

struct row {
	const char *text;
	enum change_kind kind;
	/* service, version, previous, actor, key, old, new, status */
	const char *service, *version, *previous, *actor, *key, *old_value, *new_value, *status;
};

static void check(const struct row *r, struct arena *a)
{
	struct change_draft d = { .kind = CHANGE_OPERATION };
	struct event e = EVENT_INIT;

	change_sentence(&d, str_of(r->text));
	cr_expect(change_resolve(&d, str_of(r->text), a, &e), "%s: no change", r->text);
	if (!e.change)
		return;
	const struct {
		const char *name, *wanted;
		struct str got;
	} fields[] = {
		{ "kind", change_kind_name(r->kind), str_of(change_kind_name(e.change->kind)) },
		{ "service", r->service, e.change->service },
		{ "version", r->version, e.change->version },
		{ "previous", r->previous, e.change->previous },
		{ "actor", r->actor, e.change->actor },
		{ "key", r->key, e.change->key },
		{ "old", r->old_value, e.change->old_value },
		{ "new", r->new_value, e.change->new_value },
		{ "status", r->status, e.change->status },
	};
	for (size_t i = 0; i < COUNT(fields); i++)
		cr_expect(str_eq(fields[i].got, str_of(fields[i].wanted)),
			  "%s\n  %s is '%.*s'\n  wanted '%s'", r->text, fields[i].name,
			  STR_ARG(fields[i].got), fields[i].wanted);
}

Test(change, understands_sentences)
{
	static const struct row rows[] = {
		{ "deploy auth 2.3.1 -> 2.4.0 by ci: started (change=SHOP-1501)", CHANGE_DEPLOYMENT, "auth",
		  "2.4.0", "2.3.1", "ci", "", "", "", "started" },
		{ "deploy auth 2.3.1->2.4.0", CHANGE_DEPLOYMENT, "auth", "2.4.0", "2.3.1", "", "", "", "",
		  "" },
		{ "Deploying web v4.7.3 to production", CHANGE_DEPLOYMENT, "web", "v4.7.3", "", "", "", "",
		  "", "started" },
		{ "Deployed catalog:3.7.5 (abc1234) by ci in 32s", CHANGE_DEPLOYMENT, "catalog", "3.7.5", "",
		  "ci", "", "", "", "succeeded" },
		{ "catalog: deployed version 3.7.5", CHANGE_DEPLOYMENT, "catalog", "3.7.5", "", "", "", "",
		  "", "succeeded" },
		{ "Deployment of catalog 3.7.5 failed: timeout", CHANGE_DEPLOYMENT, "catalog", "3.7.5", "",
		  "", "", "", "", "failed" },
		{ "started deployment of auth 2.4.0 user=ann", CHANGE_DEPLOYMENT, "auth", "2.4.0", "", "ann",
		  "", "", "", "started" },
		{ "rolled back catalog 3.9.2 to 3.7.4", CHANGE_ROLLBACK, "catalog", "3.7.4", "3.9.2", "", "",
		  "", "", "succeeded" },
		{ "rollback web to v4.7.2 by ann", CHANGE_ROLLBACK, "web", "v4.7.2", "", "ann", "", "", "",
		  "" },
		{ "config: set timeouts.auth_ms=15 (was 3000) on web by ann", CHANGE_CONFIG, "web", "", "",
		  "ann", "timeouts.auth_ms", "3000", "15", "" },
		{ "config change on web: timeouts.auth_ms changed from 3000 to 15", CHANGE_CONFIG, "web", "",
		  "", "", "timeouts.auth_ms", "3000", "15", "" },
		{ "config service=web from=4.7.2 to=4.7.2 user=ann status=started key=\"a.b\" old=\"3000\" "
		  "new=\"15\"",
		  CHANGE_CONFIG, "web", "4.7.2", "4.7.2", "ann", "a.b", "3000", "15", "started" },
		{ "feature flag search_v2 enabled by mia", CHANGE_FLAG, "", "", "", "mia", "search_v2", "",
		  "on", "" },
		{ "enabled feature flag search_v2 for web", CHANGE_FLAG, "web", "", "", "", "search_v2", "",
		  "on", "" },
		{ "flag search_v2: off -> on (by mia)", CHANGE_FLAG, "", "", "", "mia", "search_v2", "off",
		  "on", "" },
		{ "flag search_v2 turned off", CHANGE_FLAG, "", "", "", "", "search_v2", "", "off", "" },
		{ "scaled web from 3 to 5", CHANGE_SCALING, "web", "", "", "", "", "3", "5", "succeeded" },
		{ "scale up web 3 -> 5 by ann", CHANGE_SCALING, "web", "", "", "ann", "", "3", "5", "" },
		{ "restart catalog by ops", CHANGE_RESTART, "catalog", "", "", "ops", "", "", "", "" },
		{ "Restarting service catalog", CHANGE_RESTART, "catalog", "", "", "", "", "", "",
		  "started" },
		{ "migrate shopdb 20260301_01 -> 20260324_01 by ci: started (sql=ALTER_TABLE)",
		  CHANGE_MIGRATION, "shopdb", "20260324_01", "20260301_01", "ci", "20260324_01", "", "",
		  "started" },
		{ "deployment.apps/web restarted", CHANGE_RESTART, "web", "", "", "", "", "", "",
		  "succeeded" },
		{ "deployment.apps/web image updated", CHANGE_DEPLOYMENT, "web", "", "", "", "", "", "",
		  "succeeded" },
		{ "kubectl rollout undo deployment/web", CHANGE_ROLLBACK, "web", "", "", "", "", "", "", "" },
		{ "kubectl set image deployment/web web=registry.local/shop/web:4.7.3", CHANGE_DEPLOYMENT,
		  "web", "4.7.3", "", "", "", "", "", "" },
		{ "Release \"web\" has been upgraded. Happy Helming!", CHANGE_DEPLOYMENT, "web", "", "", "",
		  "", "", "", "succeeded" },
		{ "helm upgrade web shop/web --version 4.7.3", CHANGE_DEPLOYMENT, "web", "4.7.3", "", "", "",
		  "", "", "" },
		{ "failover of postgres to replica db-2", CHANGE_FAILOVER, "postgres", "", "", "", "", "", "",
		  "" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], &a);
	arena_release(&a);
}

Test(change, finds_no_change_in_other_sentences)
{
	static const char *const texts[] = {
		"GET /cart 200 in 12 ms",
		"connection reset by peer",
		"Rollback was a success!",
		"",
		"-> -> ->",
		"by by by",
		"user ann signed in",
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct change_draft d = { .kind = CHANGE_OPERATION };
		struct event e = EVENT_INIT;

		change_sentence(&d, str_of(texts[i]));
		cr_expect(!change_resolve(&d, str_of(texts[i]), &a, &e) && !e.change, "%s", texts[i]);
	}
	arena_release(&a);
}

Test(change, knows_fields_by_their_many_names)
{
	static const struct {
		const char *name;
		enum change_part part;
	} rows[] = {
		{ "deployed_by", PART_ACTOR },
		{ "deployedBy", PART_ACTOR },
		{ "Deployed At", PART_TIME },
		{ "new-version", PART_VERSION },
		{ "oldVersion", PART_PREVIOUS },
		{ "result", PART_STATUS },
		{ "service", PART_SERVICE },
		{ "flag", PART_FLAG },
		{ "@timestamp", PART_TIME },
		{ "colour", PART_NONE },
		{ "", PART_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect(change_part_parse(str_of(rows[i].name)) == rows[i].part, "%s", rows[i].name);
}

Test(change, tells_versions_from_words)
{
	static const char *const versions[] = { "1.2.3",   "v2",        "20260324_01",
						"1ba4170", "2.0.0-rc1", "20260324" };
	static const char *const words[] = {
		"web", "5", "3000", "production", "feedback", "10.0.0.1:80", ""
	};

	for (size_t i = 0; i < COUNT(versions); i++)
		cr_expect(change_looks_like_version(str_of(versions[i])), "%s", versions[i]);
	for (size_t i = 0; i < COUNT(words); i++)
		cr_expect(!change_looks_like_version(str_of(words[i])), "%s", words[i]);
}
