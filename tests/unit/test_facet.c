#include <criterion/criterion.h>
#include <stdio.h>

#include "store/facet.h"

struct row { const char *text, *want; };

static void expect(struct str (*facet)(struct str), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str got = facet(str_of(rows[i].text));
		cr_expect(str_eq(got, str_of(rows[i].want)), "%s: got %.*s, want %s", rows[i].text,
			  STR_ARG(got), rows[i].want);
	}
}
#define EXPECT(facet, rows) expect((facet), (rows), sizeof(rows) / sizeof((rows)[0]))

Test(facet, families_of_agents)
{
	static const struct row rows[] = {
		{"", "" },
		{"-", "" },
		{"curl/7.88.1", "curl" },
		{"python-requests/2.31.0", "python-requests" },
		{"Go-http-client/1.1", "Go-http-client" },
		{"kube-probe/1.27", "kube-probe" },
		{"ShopApp/5.2.1 (iPhone; iOS 17.1; Scale/3.00)", "ShopApp" },
		{"okhttp/4.9.0", "okhttp" },
		{"Wget", "Wget" },
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
		 "Chrome/120.0.0.0 Safari/537.36",
		 "Chrome"},
		{"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 "
		 "Safari/537.36 Edg/120.0",
		 "Edge"},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox" },
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		 "Version/17.2 Safari/605.1.15",
		 "Safari"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
		 "Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1",
		 "Chrome"},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot" },
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
		 "+http://www.bing.com/bingbot.htm) Chrome/103.0 Safari/537.36",
		 "bingbot"},
		{"Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)", "Internet Explorer" },
		{"Opera/9.80 (Windows NT 6.0) Presto/2.12.388 Version/12.14", "Opera" },
		{"Mozilla/5.0", "Mozilla" },
		{"  \t ", "" },
		{"/(;,", "" },
	};
	EXPECT(facet_agent, rows);
}

Test(facet, hosts_of_referrers)
{
	static const struct row rows[] = {
		{ "-", "" },
		{ "", "" },
		{ "https://www.example.org/path?q=1", "www.example.org" },
		{ "https://user:secret@www.example.org:8443/path", "www.example.org" },
		{ "http://[2001:db8::1]:80/x", "[2001:db8::1]" },
		{ "http://[2001:db8::1", "" },
		{ "android-app://com.example.search/", "com.example.search" },
		{ "https://example.org", "example.org" },
		{ "/relative", "" },
		{ "https://", "" },
	};
	EXPECT(facet_referrer, rows);
}

Test(facet, campaigns_of_links)
{
	static const struct row rows[] = {
		{ "/x", "" },
		{ "/x?", "" },
		{ "/x?a=1&utm_source=mail&utm_campaign=spring&utm_medium=e", "utm_campaign=spring" },
		{ "/x?utm_source=mail&b", "utm_source=mail" },
		{ "/x?gclid=Cj0KCQ", "gclid" },
		{ "/x?gclid=&fbclid=IwAR", "fbclid" },
		{ "/x?campaign=a&cid=7", "campaign=a" },
		{ "/x?utm_campaign=", "" },
		{ "/utm_campaign=x", "" },
	};
	EXPECT(facet_campaign, rows);
}

/* Wherever the query begins, and whatever stands before the parameter. */
Test(facet, campaigns_behind_paths_of_all_lengths)
{
	char text[128];
	for (int path = 0; path < 40; path++) {
		for (int other = 0; other < 40; other++) {
			int n = snprintf(text, sizeof text, "/%.*s?%.*s&cid=7&utm=x", path, "ccccccccccccccccccccccccccccccccccccccccc", other,
					 "x=cid=1?cid=2.campaign=3ggggggggggggggggggg");
			struct str got = facet_campaign(str_make(text, (size_t)n));
			cr_assert(str_eq(got, STR("cid=7")), "%s: got %.*s", text, STR_ARG(got));
			cr_assert_eq(facet_campaign(str_make(text, (size_t)path + 1)).len, 0);
		}
	}
}

/* Four numbers below 256 of one to three digits, and nothing else. */
Test(facet, addresses_of_all_forms)
{
	static const struct { const char *text; int value; } octets[] = {
		{ "0", 0 }, { "7", 7 }, { "09", 9 }, { "10", 10 }, { "99", 99 }, { "000", 0 }, { "100", 100 }, { "199", 199 },
		{ "200", 200 }, { "249", 249 }, { "255", 255 }, { "", -1 }, { "256", -1 }, { "299", -1 }, { "300", -1 }, { "999", -1 },
		{ "0000", -1 }, { "1000", -1 }, { "x", -1 }, { "2/", -1 }, { ":", -1 },
	};
	enum { N = sizeof octets / sizeof *octets };
	for (unsigned i = 0; i < N * N * N * N; i++) {
		char text[32];
		unsigned k[4] = { i % N, i / N % N, i / N / N % N, i / N / N / N };
		uint32_t address = 0;
		bool good = true;
		for (unsigned j = 0; j < 4; j++) {
			good = good && octets[k[j]].value >= 0;
			address = address << 8 | (uint32_t)octets[k[j]].value;
		}
		int n = snprintf(text, sizeof text, "%s.%s.%s.%s", octets[k[0]].text, octets[k[1]].text, octets[k[2]].text,
				 octets[k[3]].text);
		struct client c = client_parse(str_make(text, (size_t)n));
		if (good)
			cr_assert(c.id == (address ? address : 1) && c.net, "%s", text);
		else
			cr_assert(c.net == 0 || strchr(text, ':'), "%s", text);
	}
	/* One number too few or too many. */
	cr_expect_eq(client_parse(STR("203.0.113")).net, 0);
	cr_expect_eq(client_parse(STR("20.30.113.4.5")).net, 0);
}

Test(facet, networks_of_clients)
{
	static const struct row rows[] = {
		{ "203.0.113.77", "203.0.113.0/24" },
		{ "203.0.113.77:51234", "203.0.113.0/24" },
		{ "::ffff:203.0.113.77", "203.0.113.0/24" },
		{ "2001:db8:1:2::5", "2001:db8:1::/48" },
		{ "[2001:db8:1:2::5]:443", "2001:db8:1::/48" },
		{ "::1", "0:0:0::/48" },
		{ "0.0.0.0", "0.0.0.0/24" },
		{ "203.0.113", "" },
		{ "203.0.113.256", "" },
		{ "203.0.113.7x", "" },
		{ "203.0.1130.7", "" },
		{ "localhost", "" },
		{ "unix:", "" },
		{ "[::1", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[FACET_TEXT_BYTES];
		uint64_t net = client_parse(str_of(rows[i].text)).net;
		struct str got = net ? client_net_text(net, room) : STR_NONE;
		cr_expect(str_eq(got, str_of(rows[i].want)), "%s: got %.*s", rows[i].text, STR_ARG(got));
	}
}

Test(facet, one_client_is_one_id)
{
	static const char *const same[][2] = {
		{ "203.0.113.77", "203.0.113.77:51234" }, { "203.0.113.77", "::ffff:203.0.113.77" },
		{ "2001:db8::5", "[2001:db8::5]:443" },   { "host.example.org", "host.example.org" },
	};
	static const char *const other[] = { "203.0.113.78", "0.0.0.0", "2001:db8::6", "host-2", "unix:" };
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		struct client a = client_parse(str_of(same[i][0])), b = client_parse(str_of(same[i][1]));
		cr_expect(a.id == b.id && a.hash == b.hash && a.net == b.net, "%s", same[i][1]);
		for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
			struct client c = client_parse(str_of(other[k]));
			cr_expect(c.id != a.id && c.hash != a.hash && c.id != 0);
		}
	}
	cr_expect_eq(client_parse(STR("203.0.113.77")).id, 0xcb00714dU);
}

Test(facet, details_of_events)
{
	struct event e = EVENT_INIT;
	e.user = STR("app");
	e.db = STR("shop");
	e.upstream = STR("10.0.0.5:8080");
	e.message = STR("process 7 still waiting for AccessExclusiveLock on relation 5 after 1000 ms");
	static const struct { enum event_kind kind; const char *want;
	} rows[] = {
		{EV_CONN_OPEN, "app"},
		{EV_AUTH_FAILURE, "app"},
		{EV_LOCK_WAIT, "AccessExclusiveLock"},
		{EV_DEADLOCK, "AccessExclusiveLock"},
		{EV_UPSTREAM, "10.0.0.5:8080"},
		{EV_CHECKPOINT, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		e.kind = rows[i].kind;
		cr_expect(str_eq(event_detail(&e), str_of(rows[i].want)), "%s", event_kind_name(e.kind));
	}
	e.user = STR_NONE;
	e.kind = EV_CONN_OPEN;
	cr_expect(str_eq(event_detail(&e), STR("shop")));
	e.message = STR("Lock wait timeout exceeded");
	e.kind = EV_LOCK_WAIT;
	cr_expect_eq(event_detail(&e).len, 0);
}
