#include "analyze/explains.h"

#include <criterion/criterion.h>

/* What a kind of cause brings about: often, now and then, never. */
Test(explains, kinds)
{
	static const struct { enum cause_kind cause, condition; double least, most; } rows[] = {
		{ CAUSE_DEPLOYMENT, CAUSE_SLOW_QUERY, 1, 1 },         { CAUSE_DEPLOYMENT, CAUSE_CERTIFICATE, 0, 0 },
		{ CAUSE_DEPLOYMENT, CAUSE_DNS, 0, 0 },                { CAUSE_DEPLOYMENT, CAUSE_HOST_FAULT, 0, 0 },
		{ CAUSE_DEPLOYMENT, CAUSE_CREDENTIAL, 0.1, 0.5 },     { CAUSE_CONFIG_CHANGE, CAUSE_DNS, 1, 1 },
		{ CAUSE_CONFIG_CHANGE, CAUSE_HOST_FAULT, 0, 0 },      { CAUSE_SCHEDULED_JOB, CAUSE_LOCK_CONTENTION, 1, 1 },
		{ CAUSE_CREDENTIAL, CAUSE_CREDENTIAL, 1, 1 },         { CAUSE_CREDENTIAL, CAUSE_SLOW_QUERY, 0, 0 },
		{ CAUSE_CACHE_FAILURE, CAUSE_SLOW_QUERY, 1, 1 },      { CAUSE_DEPENDENCY_FAILURE, CAUSE_SLOW_QUERY, 0, 0 },
		{ CAUSE_TRAFFIC_SURGE, CAUSE_CONNECTION_EXHAUSTION, 1, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double s = explains_condition(rows[i].cause, rows[i].condition, NULL);
		cr_expect(s >= rows[i].least && s <= rows[i].most, "%d -> %d: %g", (int)rows[i].cause, (int)rows[i].condition, s);
	}
	for (enum cause_kind k = 0; k < CAUSE_KIND_COUNT; k++) {
		cr_expect_eq(explains_condition(CAUSE_UNKNOWN, k, NULL), 0, "nothing follows from an unknown cause");
		cr_expect_eq(explains_condition(k, CAUSE_UNKNOWN, NULL), 0, "an unknown cause follows from nothing");
	}
}

/* A version rarely fills a disk; it does use up what a process holds. */
Test(explains, disks)
{
	const struct family disk = { .resource = "disk space" }, files = { .resource = "file descriptors" };
	cr_expect_lt(explains_condition(CAUSE_DEPLOYMENT, CAUSE_RESOURCE_EXHAUSTION, &disk), 0.5);
	cr_expect_lt(explains_condition(CAUSE_FEATURE_FLAG, CAUSE_RESOURCE_EXHAUSTION, &disk), 0.5);
	cr_expect_eq(explains_condition(CAUSE_DEPLOYMENT, CAUSE_RESOURCE_EXHAUSTION, &files), 1);
	cr_expect_eq(explains_condition(CAUSE_CONFIG_CHANGE, CAUSE_RESOURCE_EXHAUSTION, &disk), 1);
}
