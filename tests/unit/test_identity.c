/* What a path says about a log. */
#include <criterion/criterion.h>

#include "ingest/identity.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(identity, rotations_of_one_log_share_its_name)
{
	static const struct {
		const char *path, *logical, *date;
		int rotation;
	} rows[] = {
		{ "app/web.log", "app/web.log", "", -1 },
		{ "app/web.log.gz", "app/web.log", "", -1 },
		{ "app/web.log.2.gz", "app/web.log", "", 2 },
		{ "app/auth.log-20260618-0340.gz", "app/auth.log", "2026-06-18T03:40:00Z", -1 },
		{ "nginx/access.log-20260618", "nginx/access.log", "2026-06-18T00:00:00Z", -1 },
		{ "x/app.2026-03-24_100000", "x/app", "2026-03-24T10:00:00Z", -1 },
		{ "pg/postgresql-2026-01-29_220502.csv.gz", "pg/postgresql.csv", "2026-01-29T22:05:02Z", -1 },
		{ "postgresql-Mon.log", "postgresql.log", "", -1 },
		{ "app.3.log", "app.log", "", 3 },
		{ "app-2026-01-29.3.log.gz", "app.log", "2026-01-29T00:00:00Z", 3 },
		{ "s/app-20260129T170000Z.log.xz", "s/app.log", "2026-01-29T17:00:00Z", -1 },
		{ "error.log.2026-01-29T13-05.zst", "error.log", "2026-01-29T13:05:00Z", -1 },
		{ "access_log.1623456789", "access_log", "2021-06-12T00:13:09Z", -1 },
		{ "2026-01-29/app.log", "app.log", "2026-01-29T00:00:00Z", -1 },
		{ "logs/2026/01/29/app.log", "logs/app.log", "2026-01-29T00:00:00Z", -1 },
		{ "logs/2026/01/29/13/app.log", "logs/app.log", "2026-01-29T13:00:00Z", -1 },
		{ "backup-2026-01-29.tar.gz/app.log", "backup.tar.gz/app.log", "2026-01-29T00:00:00Z", -1 },
		{ "u_ex260129.log", "u_ex.log", "2026-01-29T00:00:00Z", -1 },
		{ "messages.old", "messages", "", -1 },
		{ "web-1/app.log", "web-1/app.log", "", -1 },
		{ "web-7.log", "web-7.log", "", -1 },
		{ "mysql-5.7.19.log", "mysql-5.7.19.log", "", -1 },
		{ "mysql-5.7.19", "mysql-5.7.19", "", -1 },
		{ "syslog-auth-1.1", "syslog-auth-1", "", 1 },
		{ "syslog-auth-1.2.gz", "syslog-auth-1", "", 2 },
		{ "/var/log/syslog.1", "/var/log/syslog", "", 1 },
		{ "", "", "", -1 },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct log_name n;
		char text[TIME_TEXT_BYTES] = "";

		log_name_parse(&n, str_of(rows[i].path), &a);
		if (n.date_ns != TIME_NONE)
			time_format(n.date_ns, 0, text);
		cr_expect(str_eq(n.logical, str_of(rows[i].logical)), "%s: %.*s", rows[i].path,
			  STR_ARG(n.logical));
		cr_expect_str_eq(text, rows[i].date, "%s: %s", rows[i].path, text);
		cr_expect(n.rotation == rows[i].rotation, "%s: %ld", rows[i].path, (long)n.rotation);
	}
	arena_release(&a);
}

Test(identity, services_and_hosts)
{
	static const struct format access = { .id = "a", .service = "nginx", .role = ROLE_ACCESS };
	static const struct format database = { .id = "d", .service = "postgresql", .role = ROLE_DATABASE };
	static const struct format redis = { .id = "r", .service = "redis", .role = ROLE_SERVER };
	static const struct format app = { .id = "j", .role = ROLE_APP };
	static const struct format system = { .id = "s", .role = ROLE_SYSTEM };
	static const struct {
		const char *logical;
		const struct format *format;
		const char *service, *host;
	} rows[] = {
		{"app/auth.log", &app, "auth", ""},
		{"payments/app.log", &app, "payments", ""},
		{"payments/logs/current", &app, "payments", ""},
		{"payments-api.log", &app, "payments-api", ""},
		{"payments.error.log", &app, "payments", ""},
		{"web-1/payments.log", &app, "payments", "web-1"},
		{"web-1/app.log", &app, "web", "web-1"},
		{"hosts/app01/catalog/stdout.log", &app, "catalog", "app01"},
		{"app.log", &app, "app", ""},
		{"logs/server.log", &app, "server", ""},
		{"ip-10-0-0-1/orders.log", &app, "orders", "ip-10-0-0-1"},
		{"db-2.shop.example/orders.log", &app, "orders", "db-2.shop.example"},
		{"nginx/access.log", &access, "nginx", ""},
		{"access.log", &access, "nginx", ""},
		{"web-2/access.log", &access, "nginx", "web-2"},
		{"apache2/other_vhosts_access.log", &access, "apache2", ""},
		{"edge-nginx/access.log", &access, "nginx", ""},
		{"shop-nginx/access.log", &access, "shop-nginx", ""},
		{"postgresql/postgresql.csv", &database, "postgresql", ""},
		{"postgresql-15-main.log", &database, "postgresql", ""},
		{"orders-db/postgresql.log", &database, "orders-db", ""},
		{"db01/postgresql.log", &database, "postgresql", "db01"},
		{"redis/redis-server.log", &redis, "redis", ""},
		{"redis-sessions.log", &redis, "redis-sessions", ""},
		{"var/log/messages", &system, "", ""},
		{"var/log/syslog", &system, "", ""},
		{"containers/"
		 "cart-7d9f_shop_cart-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log",
		 &app, "cart", ""},
		{"pods/shop_cart-7d9f/cart/0.log", &app, "cart", ""},
		{"containers/3f4e5d6c7b8a/3f4e5d6c7b8a-json.log", &system, "", ""},
		{"", &app, "", ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str service = identity_service(str_of(rows[i].logical), rows[i].format);
		struct str host = identity_host(str_of(rows[i].logical));

		cr_expect(str_eq(service, str_of(rows[i].service)), "%s: service '%.*s'", rows[i].logical,
			  STR_ARG(service));
		cr_expect(str_eq(host, str_of(rows[i].host)), "%s: host '%.*s'", rows[i].logical,
			  STR_ARG(host));
	}
}
