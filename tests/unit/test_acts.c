#include "analyze/acts.h"

#include <criterion/criterion.h>

#define MIN(m) ((int64_t)(m) * 60 * NS_PER_S)

static struct store_change record(int64_t ns, enum change_kind kind, const char *service, const char *version, const char *previous, const char *status)
{
	return (struct store_change){ .time_ns = ns, .end_ns = TIME_NONE, .kind = kind, .service = str_of(service), .version = str_of(version),
		                      .previous = str_of(previous), .status = str_of(status) };
}

static struct store_change setting(int64_t ns, const char *service, const char *key, const char *old, const char *new)
{
	struct store_change c = record(ns, CHANGE_CONFIG, service, "", "", "");
	c.key = str_of(key);
	c.old_value = str_of(old);
	c.new_value = str_of(new);
	return c;
}

static void build(struct facts *f, struct arena *a, const struct store_change *c, size_t n)
{
	static struct service services[] = { { .name = { "web", 3 } }, { .name = { "postgresql", 10 } } };
	arena_init(a);
	*f = (struct facts){ .arena = a, .services = services, .n_services = 2 };
	acts_build(f, c, n);
}

Test(acts, start_and_end_are_one)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = {
		record(MIN(10), CHANGE_DEPLOYMENT, "web", "4.2", "4.1", "started"),
		record(MIN(11), CHANGE_DEPLOYMENT, "web", "4.2", "4.1", "succeeded"),
		record(MIN(30), CHANGE_DEPLOYMENT, "web", "4.3", "4.2", "started"),
		record(MIN(34), CHANGE_DEPLOYMENT, "web", "4.3", "4.2", "failed"),
	};
	build(&f, &a, c, 4);
	cr_assert_eq(f.n_acts, 2);
	cr_assert_eq(f.acts[0].begin_ns, MIN(10));
	cr_assert_eq(f.acts[0].end_ns, MIN(11));
	cr_assert(str_eq(f.acts[0].entity, STR("web 4.2")));
	cr_assert(!f.acts[0].failed && f.acts[1].failed);
	cr_assert_eq(f.acts[0].undone_by, -1);
	arena_release(&a);
}

Test(acts, a_record_of_the_end_alone_began_earlier)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = {
		record(MIN(10), CHANGE_DEPLOYMENT, "web", "4.2", "4.1", "succeeded"),
		record(MIN(30), CHANGE_DEPLOYMENT, "web", "4.3", "4.2", "deployed by ann"),
	};
	build(&f, &a, c, 2);
	cr_assert_eq(f.n_acts, 2);
	cr_assert_eq(f.acts[0].end_ns, MIN(10));
	cr_assert_eq(f.acts[0].begin_ns, MIN(10) - 30 * NS_PER_S);
	cr_assert_eq(f.acts[1].begin_ns, MIN(30));
	arena_release(&a);
}

Test(acts, rollback_and_setting_back_are_paired)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = {
		record(MIN(10), CHANGE_DEPLOYMENT, "web", "4.2", "4.1", ""),
		setting(MIN(12), "web", "pool.size", "20", "2"),
		setting(MIN(13), "web", "cache.ttl", "60", "5"),
		record(MIN(50), CHANGE_ROLLBACK, "web", "4.1", "4.2", ""),
		setting(MIN(60), "web", "pool.size", "2", "20"),
	};
	build(&f, &a, c, 5);
	cr_assert_eq(f.n_acts, 5);
	cr_assert_eq(f.acts[0].undone_by, 3);
	cr_assert_eq(f.acts[1].undone_by, 4);
	cr_assert_eq(f.acts[4].undoes, 1);
	cr_assert_eq(f.acts[2].undone_by, -1);
	cr_assert(str_eq(f.acts[1].entity, STR("pool.size 20 -> 2")));
	arena_release(&a);
}

Test(acts, a_further_deployment_is_no_rollback)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = {
		record(MIN(10), CHANGE_DEPLOYMENT, "web", "4.2", "4.1", ""),
		record(MIN(90), CHANGE_DEPLOYMENT, "web", "4.3", "4.2", ""),
		record(MIN(95), CHANGE_DEPLOYMENT, "postgresql", "15.4", "15.3", ""),
	};
	build(&f, &a, c, 3);
	for (size_t i = 0; i < f.n_acts; i++)
		cr_assert_eq(f.acts[i].undone_by, -1);
	arena_release(&a);
}

Test(acts, a_reset_of_all_takes_back_every_setting_of_the_server)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = {
		setting(MIN(10), "postgresql", "enable_indexscan", "", "off"),
		setting(MIN(11), "postgresql", "enable_hashjoin", "", "off"),
		setting(MIN(12), "web", "pool.size", "4.1", "4.1"),
		setting(MIN(20), "postgresql", "ALL", "", "default"),
	};
	build(&f, &a, c, 4);
	cr_assert_eq(f.n_acts, 4);
	cr_expect_eq(f.acts[0].undone_by, 3);
	cr_expect_eq(f.acts[1].undone_by, 3);
	cr_expect_eq(f.acts[2].undone_by, -1);
	cr_expect(str_eq(f.acts[2].entity, STR("pool.size")), "versions of the service are no values");
	arena_release(&a);
}

Test(acts, flags_toggle)
{
	struct facts f;
	struct arena a;
	struct store_change on = record(MIN(10), CHANGE_FLAG, "", "", "", ""), off = record(MIN(20), CHANGE_FLAG, "", "", "", "");
	on.key = off.key = STR("new_search");
	on.new_value = off.old_value = STR("true");
	on.old_value = off.new_value = STR("false");
	struct store_change c[] = { on, off };
	build(&f, &a, c, 2);
	cr_assert_eq(f.n_acts, 2);
	cr_assert_eq(f.acts[0].undone_by, 1);
	cr_assert(str_eq(f.acts[0].entity, STR("new_search")));
	arena_release(&a);
}

Test(acts, secrets_and_certificates_are_kinds_of_their_own)
{
	struct facts f;
	struct arena a;
	struct store_change c[] = { setting(MIN(1), "web", "db.password", "", ""), setting(MIN(5), "web", "tls_cert_file", "a.pem", "b.pem"),
		                    setting(MIN(9), "web", "timeouts.auth_ms", "3000", "15") };
	build(&f, &a, c, 3);
	cr_assert_eq(f.acts[0].kind, CHANGE_CREDENTIAL);
	cr_assert_eq(f.acts[1].kind, CHANGE_CERTIFICATE);
	cr_assert_eq(f.acts[2].kind, CHANGE_CONFIG);
	arena_release(&a);
}

/* A switch raised in steps is one change until it goes back or off; what several services say of it is said of one switch. */
Test(acts, a_switch_goes_up_in_steps)
{
	static const struct { const char *from, *to; int minute; const char *service; } steps[] = {
		{ "0", "25", 10, "" }, { "", "25", 10, "web" }, { "", "25", 10, "postgresql" }, { "25", "80", 20, "" }, { "80", "0", 30, "" },
	};
	struct facts f;
	struct arena a;
	struct store_change c[5];
	for (size_t i = 0; i < 5; i++) {
		c[i] = record(MIN(steps[i].minute) + (int64_t)i * NS_PER_S, CHANGE_FLAG, steps[i].service, "", "", "");
		c[i].key = STR("express_checkout");
		c[i].old_value = str_of(steps[i].from);
		c[i].new_value = str_of(steps[i].to);
	}
	build(&f, &a, c, 5);
	cr_assert_eq(f.n_acts, 3);
	cr_expect_eq(f.acts[0].undone_by, 2, "switching off ends the first step");
	cr_expect_eq(f.acts[1].undone_by, 2, "and the second");
	cr_expect(f.acts[0].shared && !f.acts[0].service.len, "two services saw it");
	arena_release(&a);
}
