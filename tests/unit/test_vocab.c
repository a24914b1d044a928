/* The shared vocabulary, and the words logs use for it. */
#include <criterion/criterion.h>

#include "core/vocab.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(vocab, every_id_has_its_names)
{
	cr_expect_str_eq(severity_name(SEV_WARN), "warn");
	cr_expect_str_eq(severity_name(SEV_NONE), "");
	for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
		cr_expect(strlen(event_kind_name((enum event_kind)i)) > 0);
	for (unsigned i = 0; i < SYMPTOM_KIND_COUNT; i++)
		cr_expect(strlen(symptom_kind_name((enum symptom_kind)i)) > 0 &&
		          strlen(symptom_kind_words((enum symptom_kind)i)) > 0);
	for (unsigned i = 0; i < CAUSE_KIND_COUNT; i++)
		cr_expect(strlen(cause_kind_name((enum cause_kind)i)) > 0 &&
		          strlen(cause_kind_words((enum cause_kind)i)) > 0);
	for (unsigned i = 0; i < CHANGE_KIND_COUNT; i++) {
		enum change_kind k = (enum change_kind)i, back;
		cr_expect(strlen(change_kind_words(k)) > 0);
		cr_expect(change_kind_parse_strict(str_of(change_kind_name(k)), &back) && back == k, "%s",
		          change_kind_name(k));
	}
	cr_expect_eq(change_kind_cause(CHANGE_ROLLBACK), CAUSE_DEPLOYMENT);
	cr_expect_eq(change_kind_cause(CHANGE_FLAG), CAUSE_FEATURE_FLAG);
}

Test(vocab, reads_levels_of_all_loggers)
{
	static const struct {
		const char *word;
		enum severity severity;
	} rows[] = {
		{ "WARN", SEV_WARN },
		{ "warning", SEV_WARN },
		{ "W", SEV_WARN },
		{ "err", SEV_ERROR },
		{ "ERROR", SEV_ERROR },
		{ "E", SEV_ERROR },
		{ "SEVERE", SEV_ERROR },
		{ "fail", SEV_ERROR },
		{ "crit", SEV_FATAL },
		{ "CRITICAL", SEV_FATAL },
		{ "emerg", SEV_FATAL },
		{ "PANIC", SEV_FATAL },
		{ "alert", SEV_FATAL },
		{ "Fatal", SEV_FATAL },
		{ "notice", SEV_NOTICE },
		{ "Note", SEV_NOTICE },
		{ "info", SEV_INFO },
		{ "LOG", SEV_INFO },
		{ "DEBUG5", SEV_TRACE },
		{ "debug", SEV_DEBUG },
		{ "FINEST", SEV_TRACE },
		{ "trace", SEV_TRACE },
		{ "Information", SEV_INFO },
		{ "30", SEV_INFO },
		{ "50", SEV_ERROR },
		{ "60", SEV_FATAL },
		{ "35", SEV_INFO },
		{ "7", SEV_NONE },
		{ "", SEV_NONE },
		{ "warned", SEV_NONE },
		{ "GET", SEV_NONE },
		{ "99", SEV_NONE },
		{ "3x", SEV_NONE },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(severity_parse(str_of(rows[i].word)), rows[i].severity, "%s", rows[i].word);
	cr_expect_eq(severity_from_syslog(0), SEV_FATAL);
	cr_expect_eq(severity_from_syslog(3), SEV_ERROR);
	cr_expect_eq(severity_from_syslog(5), SEV_NOTICE);
	cr_expect_eq(severity_from_syslog(7), SEV_DEBUG);
	cr_expect_eq(severity_from_syslog(8), SEV_NONE);
	cr_expect_eq(severity_from_syslog(-1), SEV_NONE);
}

Test(vocab, reads_kinds_of_change)
{
	static const struct {
		const char *word;
		enum change_kind kind;
	} rows[] = {
		{ "deploy", CHANGE_DEPLOYMENT },
		{ "Deployment", CHANGE_DEPLOYMENT },
		{ "release.created", CHANGE_DEPLOYMENT },
		{ "rollback", CHANGE_ROLLBACK },
		{ "deployment_rollback", CHANGE_ROLLBACK },
		{ "rolled back", CHANGE_ROLLBACK },
		{ "config", CHANGE_CONFIG },
		{ "ConfigChanged", CHANGE_CONFIG },
		{ "flag.updated", CHANGE_FLAG },
		{ "feature-environment-enabled", CHANGE_FLAG },
		{ "featureToggle", CHANGE_FLAG },
		{ "migrate", CHANGE_MIGRATION },
		{ "schema migration", CHANGE_MIGRATION },
		{ "autoscale", CHANGE_SCALING },
		{ "restart", CHANGE_RESTART },
		{ "cron", CHANGE_JOB },
		{ "secret-rotation", CHANGE_CREDENTIAL },
		{ "tls", CHANGE_CERTIFICATE },
		{ "install", CHANGE_PACKAGE },
		{ "failover", CHANGE_FAILOVER },
		{ "firewall", CHANGE_NETWORK },
		{ "coffee", CHANGE_OPERATION },
		{ "", CHANGE_OPERATION },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(change_kind_parse(str_of(rows[i].word)), rows[i].kind, "%s", rows[i].word);
	enum change_kind k = CHANGE_JOB;
	cr_expect_not(change_kind_parse_strict(STR("coffee"), &k));
	cr_expect_not(change_kind_parse_strict(STR("undeployable"), &k));
	cr_expect_eq(k, CHANGE_JOB);
}
