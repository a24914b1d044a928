/* The normalisers: masks of messages, routes of paths, fingerprints of statements. */
#include <criterion/criterion.h>

#include "core/buf.h"
#include "ingest/template.h"

#define TEXT(lit) ((struct text_key){ .of = STR(lit) })

struct row {
	const char *in, *out;
};

static void check(const struct row *rows, size_t n, void (*make)(struct str in, struct buf *out))
{
	struct buf b;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&b);
		make(str_of(rows[i].in), &b);
		cr_expect(str_eq(buf_str(&b), str_of(rows[i].out)), "%s\n  gave   %.*s\n  wanted %s",
			  rows[i].in, STR_ARG(buf_str(&b)), rows[i].out);
	}
	buf_release(&b);
}

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(normalise, masks_what_varies_and_keeps_the_words)
{
	static const struct row rows[] = {
		{"Took 19.84 seconds to build instance.", "Took <*> to build instance."},
		{"took 12ms", "took <*>"},
		{"PacketResponder 1 for block blk_-6952295868487656571 terminating",
		 "PacketResponder <*> for block blk_<*> terminating"},
		{"delete blk_1 blk_22 blk_-3", "delete blk_<*>"},
		{"Connection from 10.0.0.7:4711 refused", "Connection from <*> refused"},
		{"peer [2001:db8::17]:443 and fe80::1", "peer [<*>]:<*> and <*>"},
		{"link aa:bb:cc:dd:ee:0f up", "link <*> up"},
		{"std::vector::at", "std::vector::at"},
		{"open \"/srv/www/a.html\" failed (2: No such file or directory)",
		 "open \"<*>\" failed (<*>: No such file or directory)"},
		{"GET https://shop.example/cart?id=7 gave 502", "GET <*> gave <*>"},
		{"(shop) CMD (/srv/shop/bin/cleanup.sh --all)", "(shop) CMD (<*>/cleanup.sh --all)"},
		{"(root) CMD (/usr/lib/sa/sa1 1 1)", "(root) CMD (<*>/sa<*>)"},
		{"(root) CMD (/)", "(root) CMD (/)"},
		{"GET /cart/17 HTTP/1.1", "GET <*> HTTP/<*>"},
		{"mail to ann@shop.example bounced", "mail to <*> bounced"},
		{"request 550e8400-e29b-41d4-a716-446655440000 done", "request <*> done"},
		{"commit a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 deployed", "commit <*> deployed"},
		{"pool-3-thread-12 started", "pool-<*> started"},
		{"worker3 uses ssh2", "worker<*> uses ssh<*>"},
		{"uid=0 euid=1000 user=root", "uid=<*> euid=<*> user=root"},
		{"at Fri Jun 17 07:07:00 2005 again", "at <*> again"},
		{"2026-01-29T22:05:02.123+01:00 boot", "<*> boot"},
		{"sizes 1, 2, 3 and 4", "sizes <*> and <*>"},
		{"10,508 bytes (10.2 KB) sent", "<*> sent"},
		{"lifetime <1 sec", "lifetime <*>"},
		{"x = -1, y = +2.5", "x = <*>, y = <*>"},
		{"org.apache.zookeeper.server.NIOServerCnxn closed",
		 "org.apache.zookeeper.server.NIOServerCnxn closed"},
		{"db-1.shop.example is down", "<*> is down"},
		{"cache.internal:6379 is down", "<*> is down"},
		{"at main.c:93", "at main.c:<*>"},
		{"relation \"orders\" does not exist", "relation \"orders\" does not exist"},
		{"\x1b[31mred\x1b[0m   alert\n\tnext", "red alert next"},
		{"conf/site/a.yml loaded, and/or text/html", "<*> loaded, and/or text/html"},
		{"start org.example.shop/.Orders now", "start <*> now"},
		{"act=org.example.action.VIEW in org.example.action.VIEW", "act=<*> in org.example.action.VIEW"},
		{"mode=a.b of x", "mode=a.b of x"},
		{"", ""},
		{"   ", ""},
		{"no change here", "no change here"},
	};

	check(rows, COUNT(rows), template_mask);
}

Test(normalise, template_ids_depend_on_the_text_only)
{
	struct arena a;
	struct template_cache *c;
	struct str text;
	uint64_t id;

	arena_init(&a);
	c = template_cache_new(&a);
	id = template_of(c, TEXT("took 5 ms"), STR_NONE, &text);
	cr_assert(id == hash64(STR("took <*>")));
	cr_assert(str_eq(text, STR("took <*>")));
	cr_assert(template_of(c, TEXT("took 6 ms"), STR_NONE, &text) == id);
	cr_assert(template_of(c, TEXT("took 6 ms"), STR("took 6 ms"), &text) == id);
	cr_assert(template_of(c, TEXT("took 6 ms"), STR("refused"), &text) ==
		  hash64(STR("took <*>: refused")));
	cr_assert(template_of(c, TEXT(""), STR("refused"), &text) == hash64(STR("refused")));
	cr_assert(template_of(c, TEXT(""), STR_NONE, &text) == 0);
	template_cache_release(c);
	arena_release(&a);
}

static void make_route(struct str in, struct buf *out)
{
	struct str path, method = str_cut(in, ' ', &path);

	route_normalise(method, path, out);
}

Test(normalise, routes_fold_what_a_client_can_vary)
{
	static const struct row rows[] = {
		{"GET /products/1173?page=2", "GET /products/:id"},
		{"GET /", "GET /"},
		{"GET /login/", "GET /login"},
		{"GET //login//x/", "GET /login/x"},
		{"POST /api/v2/users/550e8400-e29b-41d4-a716-446655440000/keys",
		 "POST /api/v2/users/:id/keys"},
		{"GET /orders/ORD-2026-000123", "GET /orders/:id"},
		{"GET /product-12", "GET /product-:id"},
		{"GET /oauth2/token", "GET /oauth2/token"},
		{"GET /u/ann@shop.example", "GET /u/:id"},
		{"GET /search/red%20shoes", "GET /search/:id"},
		{"GET /item/17.json", "GET /item/:id.json"},
		{"GET /assets/app.3fb2a1.css", "GET /…/*.css"},
		{"GET /favicon.ICO", "GET /…/*.ico"},
		{"GET /a/b/c/d/e/f/g/h", "GET /a/b/c/d/e/f/…"},
		{"GET http://shop.example/cart?x=1", "GET /cart"},
		{"GET http://shop.example", "GET /"},
		{"GET /.git/config", "GET /.…/…"},
		{"GET /.well-known/health", "GET /.well-known/health"},
		{"GET /wp-admin/setup-config.php", "GET /wp-admin/…"},
		{"GET /blog/how-to-keep-a-log-of-it-all", "GET /blog/:id"},
		{"OPTIONS *", "OPTIONS *"},
		{"CONNECT shop.example:443", "CONNECT *"},
		{" /cart", "/cart"},
		{"\x16\x03 \x01", "(not a path)"},
		{"GET ", ""},
	};

	check(rows, COUNT(rows), make_route);
}

Test(normalise, fingerprints_fold_values_and_keep_the_statement)
{
	static const struct row rows[] = {
		{"SELECT * FROM orders WHERE id = 17", "select * from orders where id = ?"},
		{"select  *\n from orders where id=$1", "select * from orders where id = ?"},
		{"SELECT * FROM orders WHERE id = ? ;", "select * from orders where id = ?"},
		{"select \"o\".\"id\" from \"orders\" \"o\" where \"o\".\"id\" = 'x''y'",
		 "select o.id from orders o where o.id = ?"},
		{"select * from `orders` where name = \"bob \\\" x\"", "select * from orders where name = ?"},
		{"SELECT a FROM t WHERE a IN (1, 2, 3) AND b in ('x')",
		 "select a from t where a in (?+) and b in (?+)"},
		{"SELECT a FROM t WHERE a IN (SELECT b FROM u WHERE c = 1)",
		 "select a from t where a in (select b from u where c = ?)"},
		{"INSERT INTO t (a, b) VALUES (1, now()), (2, 'it''s')", "insert into t(a, b) values (?+)"},
		{"INSERT INTO t VALUES ('a);'), (E'\\'') RETURNING id",
		 "insert into t values (?+) returning id"},
		{"/* app:web */ select 1 -- tail\n + 2", "select ? + ?"},
		{"UPDATE t SET a = -5, b = NULL, c = true WHERE d IS NOT NULL",
		 "update t set a = ?, b = ?, c = ? where d is not null"},
		{"select count(*) from t limit 10 offset 20", "select count(*) from t limit ? offset ?"},
		{"select $$a 'b'$$, $t$x$t$, 0x1F, 1.5e-3", "select ?, ?, ?, ?"},
		{"select x::text, '1'::int from t where j->>'k' = :name",
		 "select x::text, ?::int from t where j ->> ? = ?"},
		{"select * from t where a = any(array[1, 2, 3])",
		 "select * from t where a = any (array[?+])"},
		{"select * from t where a between 1 and 2 or a like 'x%'",
		 "select * from t where a between ? and ? or a like ?"},
		{"select * from t where x = 'unterminated", "select * from t where x = ?"},
		{"delete from t1 where a5 = 5", "delete from t1 where a5 = ?"},
		{"BEGIN", "begin"},
		{"", ""},
	};

	check(rows, COUNT(rows), query_fingerprint);
}

Test(normalise, hostile_input_is_bounded)
{
	struct buf in, out;

	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 16);
	for (int i = 0; i < 200000; i++)
		buf_addc(&in, "/a.-'\"(%0<,:"[i % 12]);
	for (size_t cut = 0; cut < 400; cut++) {
		struct str s = str_head(str_from(buf_str(&in), cut % 12), cut * 499);

		buf_clear(&out);
		template_mask(s, &out);
		cr_assert(out.len <= 1000);
		buf_clear(&out);
		route_normalise(STR("GET"), s, &out);
		cr_assert(out.len <= 200);
		buf_clear(&out);
		query_fingerprint(s, &out);
		cr_assert(out.len <= 2000);
	}
	buf_release(&in);
	buf_release(&out);
}
