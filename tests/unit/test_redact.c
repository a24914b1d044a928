#include <criterion/criterion.h>
#include <time.h>

#include "core/buf.h"
#include "core/redact.h"
#include "tests/unit/sample_case.h"

struct row { const char *text, *want; };

static void expect(const struct row *rows, size_t n)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < n; i++) {
		struct str got = redact_text(str_of(rows[i].text), &a);

		cr_expect(str_eq(got, str_of(rows[i].want)), "\n  text: %s\n  got:  %.*s\n  want: %s", rows[i].text,
		          STR_ARG(got), rows[i].want);
		cr_expect(str_eq(redact_text(got, &a), got), "twice is not once: %.*s", STR_ARG(got));
	}
	arena_release(&a);
}
#define EXPECT(rows) expect((rows), sizeof(rows) / sizeof((rows)[0]))

Test(redact, values_of_keys_that_name_secrets)
{
	static const struct row rows[] = {
		{ "user=app password=hunter2 db=shop", "user=app password=[secret] db=shop" },
		{ "password: hunter2", "password: [secret]" },
		{ "password: swordfish", "password: [secret]" },
		{ "config web: api_token changed from abc123secret to def456secret by ci", "config web: api_token changed from [secret] to [secret] by ci" },
		{ "db_password was rotated from 'old one' to 'new one'", "db_password was rotated from '[secret]' to '[secret]'" },
		{ "api_token: k7Xq91 -> k7Xq92 by ci", "api_token: [secret] -> [secret] by ci" },
		{ "set password='a1' -> 'b2'", "set password='[secret]' -> '[secret]'" },
		{ "token changed from valid to expired", "token changed from valid to expired" },
		{ "timeout_ms changed from 2000 to 500", "timeout_ms changed from 2000 to 500" },
		{ "wrong password: swordfish", "wrong password: [secret]" },
		{ "{\"user\":\"a\",\"password\":\"h\\\"unter 2\",\"n\":1}", "{\"user\":\"a\",\"password\":\"[secret]\",\"n\":1}" },
		{ "{\\\"api_key\\\":\\\"k 1\\\",\\\"n\\\":1}", "{\\\"api_key\\\":\\\"[secret]\\\",\\\"n\\\":1}" },
		{ "{\"pin\":1234}", "{\"pin\":[secret]}" },
		{ "PGPASSWORD=x1 psql", "PGPASSWORD=[secret] psql" },
		{ "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPx", "AWS_SECRET_ACCESS_KEY=[secret]" },
		{ "GET /reset?token=9f8e7d&lang=en", "GET /reset?token=[secret]&lang=en" },
		{ "GET /x?user%5Bpassword%5D=a1&b=2", "GET /x?user%5Bpassword%5D=[secret]&b=2" },
		{ "user[password]=a1", "user[password]=[secret]" },
		{ "mysqldump --password=s3 --user=root", "mysqldump --password=[secret] --user=root" },
		{ "vault --token abc --addr x", "vault --token [secret] --addr x" },
		{ "ALTER USER app WITH PASSWORD 'x y'", "ALTER USER app WITH PASSWORD '[secret]'" },
		{ "CREATE USER a IDENTIFIED BY 'a1'", "CREATE USER a IDENTIFIED BY '[secret]'" },
		{ "client_secret => 'abc'", "client_secret => '[secret]'" },
		{ "X-Api-Key: 12ab34cd", "X-Api-Key: [secret]" },
		{ "Authorization: Bearer abc.def", "Authorization: Bearer [secret]" },
		{ "-H 'Authorization: Basic dXNlcjpwYXNz' -v", "-H 'Authorization: Basic [secret]' -v" },
		{ "\"authorization\":\"Bearer abc\"", "\"authorization\":\"Bearer [secret]\"" },
		{ "Cookie: sid=1; theme=dark\r\nHost: x", "Cookie: [secret]\r\nHost: x" },
		{ "password=\"unterminated", "password=\"[secret]" },
		{ "secret_key_base: 3f1a9cd84b2e", "secret_key_base: [secret]" },
		{ "AccountName=x;AccountKey=Zm9vYmFyYmF6==;Suffix=y", "AccountName=x;AccountKey=[secret];Suffix=y" },
		{ "passcode=1234", "passcode=[secret]" },
		{ "session=8f2c41aa90 sid=8f2c41aa90", "session=[secret] sid=[secret]" },
		{ "GET /go?to=%2Fx%3Fa%3D1", "GET /go?to=%2Fx%3Fa%3D1" },
		{ "GET /go?to=password%3Dhunter2%26x", "GET /go?to=password%3D[secret]%26x" },
		{ "https://hooks.slack.com/services/T0/B0/aBcD end", "https://hooks.slack.com/services/[secret] end" },
		{ "auth token 9f8e7d6c5b4a3f2e1d0c", "auth token [token]" },
	};
	EXPECT(rows);
}

Test(redact, words_that_are_no_secrets_stay)
{
	static const char *const rows[] = {
		"",
		"FATAL: password authentication failed for user \"app\"",
		"SyntaxError: Unexpected token: foo in JSON",
		"invalid token: expired",
		"token: refresh failed for session",
		"wrong password: too short",
		"auth: upstream timeout after 15ms",
		"max_tokens=4096 token_type=bearer password_reset=true",
		"password=null token=<*> secret=\"\" pwd=*** apikey=${API_KEY}",
		"PWD=/srv/app OLDPWD=/srv",
		"config timeouts.auth_ms 3000 -> 15",
		"rotate secret db/app",
		"Basic authentication is required; bearer of news",
		"if (token == end) return pass::first;",
		"std::vector<T>::at: index 5",
		"session=active session: 8f2c41aa90 sid=7 /x?a%40b=1 /x?to=a%3Db token rotation",
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str got = redact_text(str_of(rows[i]), &a);

		cr_expect(str_eq(got, str_of(rows[i])), "\n  text: %s\n  got:  %.*s", rows[i], STR_ARG(got));
		cr_expect(got.ptr == rows[i], "copied in vain");
	}
	arena_release(&a);
}

Test(redact, tokens_and_keys_by_their_shape)
{
	static const struct row rows[] = {
		{ "sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln to x", "sent [token] to x" },
		{ "Bearer 8f2c41aa90b1", "Bearer [token]" },
		{ "use AKIAIOSFODNN7EXAMPLE now", "use [aws key] now" },
		{ "ghp_abcdefghijklmnopqrstuvwxyz012345", "[api key]" },
		{ "key sk_live_0123456789abcdef01.", "key [api key]" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- tail", "[private key] tail" },
		{ "key=\\n-----BEGIN PRIVATE KEY-----\\nMIIE", "key=\\n[private key]" },
		{ "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----" },
		{ "commit 3f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b", "commit 3f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b" },
		{ "trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 4bf92f3577b34da6a3ce929d0e0e4736" },
		{ "id 550e8400-e29b-41d4-a716-446655440000", "id 550e8400-e29b-41d4-a716-446655440000" },
		{ "AKIAIOSFODNN7 is short", "AKIAIOSFODNN7 is short" },
	};
	EXPECT(rows);
}

Test(redact, credentials_in_connection_strings)
{
	static const struct row rows[] = {
		{ "postgres://app:s3cret@db.internal:5432/shop", "postgres://app:[secret]@db.internal:5432/shop" },
		{ "redis://:pw@10.0.0.5/0", "redis://:[secret]@10.0.0.5/0" },
		{ "root:hunter2@tcp(127.0.0.1:3306)/shop", "root:[secret]@tcp(127.0.0.1:3306)/shop" },
		{ "https://user:p@ss@example.org/x", "https://user:[secret]@example.org/x" },
		{ "http://10.0.0.5:8080/health", "http://10.0.0.5:8080/health" },
		{ "proxy_pass http://web1:8080/@scope/pkg", "proxy_pass http://web1:8080/@scope/pkg" },
		{ "Server=db;Password=abc;Encrypt=true", "Server=db;Password=[secret];Encrypt=true" },
	};
	EXPECT(rows);
}

Test(redact, cards_that_pass_luhn)
{
	static const struct row rows[] = {
		{ "card 4111111111111111 declined", "card [card] declined" },
		{ "card=5500-0000-0000-0004,", "card=[card]," },
		{ "4111 1111 1111 1111", "[card]" },
		{ "amex 3782 822463 10005", "amex [card]" },
		{ "4111111111111112", "4111111111111112" },
		{ "epoch 1778593460000 1778593460000000", "epoch 1778593460000 1778593460000000" },
		{ "id x4111111111111111", "id x4111111111111111" },
		{ "order 41111111111111110", "order 41111111111111110" },
		{ "4111.1111.1111.1111", "4111.1111.1111.1111" },
	};
	EXPECT(rows);
}

Test(redact, public_addresses_become_their_network)
{
	static const struct row rows[] = {
		{ "198.51.100.23 - - [12/May/2026:13:45:07 +0000]", "198.51.100.x - - [12/May/2026:13:45:07 +0000]" },
		{ "client: 203.0.113.7, server: shop", "client: 203.0.113.x, server: shop" },
		{ "from 203.0.113.7:4711.", "from 203.0.113.x:4711." },
		{ "peer /203.0.113.7:4711", "peer /203.0.113.x:4711" },
		{ "seen 203.0.113.7.", "seen 203.0.113.x." },
		{ "for=2001:db8:7:1::42;", "for=2001:db8:7::x;" },
		{ "[2001:db8:7::1]:443", "[2001:db8:7::x]:443" },
		{ "2001:db8::1: refused", "2001:db8:0::x: refused" },
		{ "net 203.0.113.0/24", "net 203.0.113.0/24" },
		{ "10.0.3.12:8080 172.31.0.1 192.168.1.1 127.0.0.1 169.254.1.1 100.64.3.3 0.0.0.0 255.255.255.0",
		  "10.0.3.12:8080 172.31.0.1 192.168.1.1 127.0.0.1 169.254.1.1 100.64.3.3 0.0.0.0 255.255.255.0" },
		{ "::1 fe80::1 fd00::7 ff02::1", "::1 fe80::1 fd00::7 ff02::1" },
		{ "Chrome/120.0.0.0 Safari/537.36", "Chrome/120.0.0.0 Safari/537.36" },
		{ "version 2.3.1.4, checkout 4.12.0", "version 2.3.1.4, checkout 4.12.0" },
		{ "13:45:07 aa:bb:cc:dd:ee:ff 256.1.1.1 1.2.3 1.2.3.4.5 01.2.3.4",
		  "13:45:07 aa:bb:cc:dd:ee:ff 256.1.1.1 1.2.3 1.2.3.4.5 01.2.3.4" },
		{ "ip-10-0-0-1 bad::cafe abc::def", "ip-10-0-0-1 bad::cafe abc::def" },
	};
	EXPECT(rows);
}

Test(redact, mail_addresses_get_a_stable_mark)
{
	static const char *const rows[] = { "Anna@Example.org", "by anna@example.org.", "<anna@example.org>", "mailto:anna@example.org",
					     "/x?mail=Anna%40example.org&b=1" };
	static const char *const stay[] = { "git@10.0.0.7", "pkg@1.2.3", "@scope/pkg", "a@b", "x@File.cpp:187", "user@host", "@", "x@" };
	struct arena a;
	struct str first;

	arena_init(&a);
	first = redact_text(str_of(rows[0]), &a);
	cr_assert(str_starts(first, STR("[e-mail ")) && str_ends(first, STR("]")) && first.len == 13);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect(str_find(redact_text(str_of(rows[i]), &a), first) >= 0, "%s", rows[i]);
	cr_expect(str_find(redact_text(STR("bob@example.org"), &a), first) < 0);
	for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
		cr_expect(str_eq(redact_text(str_of(stay[i]), &a), str_of(stay[i])), "%s", stay[i]);
	arena_release(&a);
}

/* What looks ahead must not look again and again: a repeated pattern of ten times the length takes about ten times as long. */
Test(redact, hostile_repetition_ends)
{
	static const char *const rows[] = {
		"password=<", "token='", "\\\"password\\\":\\\"", "a://", "eyJ.", "x@a.", "-----BEGIN ", "4111 ", "::", "a:b:",
		"bearer ", "\\", "password", "identified by '", "cookie: ", "1.2.3.", "key-----BEGIN RSA PRIVATE KEY-----",
	};
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, 1 << 22);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&b);
		while (b.len < 1 << 20)
			buf_addz(&b, rows[i]);
		clock_t begin = clock();
		struct str got = redact_text(buf_str(&b), &a);
		cr_expect(got.len > 0);
		/* Quadratic would be minutes. */
		cr_expect((clock() - begin) / CLOCKS_PER_SEC < 5, "%s", rows[i]);
		arena_reset(&a);
	}
	buf_release(&b);
	arena_release(&a);
}

Test(redact, a_case_file_keeps_what_names_things)
{
	struct arena a;

	arena_init(&a);
	struct casefile c = sample_case(&a), r = redact_casefile(&c, &a);
	const struct incident *in = &r.incidents[0];
	cr_expect(str_eq(in->causes[0].entity, STR("checkout 4.12.0")));
	cr_expect(str_eq(in->causes[0].statement, c.incidents[0].causes[0].statement));
	cr_expect(str_eq(in->ruled_out[1].entity, STR("203.0.113.0/24")));
	cr_expect(str_eq(in->contrasts[0].value, STR("10.0.3.12:8080")));
	cr_expect(str_find(in->timeline[1].refs.at[0].text, STR("198.51.100.x - [e-mail ")) == 0);
	cr_expect(str_find(in->causes[0].chain[0].refs.at[0].text, STR("token=[secret]")) > 0);
	/* The original is as it was. */
	cr_expect(str_find(c.incidents[0].timeline[1].refs.at[0].text, STR("198.51.100.23")) == 0);
	cr_expect(in->plots == c.incidents[0].plots || in->plots[0].values == c.incidents[0].plots[0].values);
	arena_release(&a);
}
