/* What is different in the bad window, found without knowing where to look; and nothing where nothing is. */
#include "analyze/contrast.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "core/hash.h"
#include "tests/unit/world.h"

/* One peculiarity of the failing requests, the rest as always. */
enum oddity { ODD_HOST, ODD_AGENT, ODD_VERSION, ODD_CAMPAIGN, ODD_KEY, ODD_SIZE, ODD_HEARTBEAT, ODD_NOTHING, ODDITIES };

static const char *pick(struct world *w, const char *const *of, size_t n)
{
	return of[(size_t)(uniform(w) * (double)n) % n];
}

/* Two hours of a shop with three hosts; from 60 to 80 minutes a fifth of the requests fail, and those are odd. */
static void shop(struct world *w, enum oddity odd)
{
	static const char *const hosts[] = { "shop-1", "shop-2", "shop-3" };
	static const char *const agents[] = { "Mozilla/5.0 (X11) Gecko/20100101 Firefox/128.0", "curl/8.5.0", "okhttp/4.9.0" };
	static const char *const routes[] = { "GET /", "GET /cart", "POST /order" };
	struct extent_writer *x = file_begin(w, "shop", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.01) {
		bool in = t >= 60 && t < 80, bad = in && uniform(w) < 0.2;
		struct event e = EVENT_INIT;
		char path[64], text[160];
		const char *host = pick(w, hosts, 3), *agent = pick(w, agents, 3), *route = pick(w, routes, 3);
		unsigned sku = (unsigned)(10000 + uniform(w) * 80000);
		e.kind = EV_HTTP;
		e.service = STR("shop");
		e.host = str_of(bad && odd == ODD_HOST ? hosts[1] : host);
		e.agent = str_of(bad && odd == ODD_AGENT ? agents[2] : agent);
		e.version = bad && odd == ODD_VERSION ? STR("2.0") : STR("1.9");
		e.route = str_of(route);
		e.route_id = hash64(e.route);
		e.bytes = (int64_t)(bad && odd == ODD_SIZE ? 90000 + 900 * uniform(w) : 500 + 900 * uniform(w));
		e.status = bad ? 500 : 200;
		e.severity = bad ? SEV_ERROR : SEV_INFO;
		/* Slow ones are kept, whatever became of them. */
		e.duration_ms = uniform(w) < 0.01 ? 900 : 10 + 10 * uniform(w);
		snprintf(path, sizeof path, "/p?sku=%u%s", bad && odd == ODD_KEY ? 44285 : sku,
			 odd == ODD_CAMPAIGN && (bad || uniform(w) < 0.05) ? "&utm_campaign=autumn" : "");
		e.path = str_of(path);
		snprintf(text, sizeof text, "%s %s %d %.*s", route, path, e.status, STR_ARG(e.agent));
		put(w, x, e, T0 + MIN(t), text);
		if (uniform(w) < 0.02 && !(odd == ODD_HEARTBEAT && in))
			line(w, x, "shop", T0 + MIN(t), SEV_INFO, "heartbeat ok");
	}
	file_end(w, x);
}

static const struct contrast *find(const struct incident *in, const char *of, const char *field, const char *value)
{
	for (size_t i = 0; i < in->n_contrasts; i++) {
		const struct contrast *c = &in->contrasts[i];
		if (str_eq(c->of, str_of(of)) && str_eq(c->field, str_of(field)) && (!value || str_eq(c->value, str_of(value))))
			return c;
	}
	return NULL;
}

Test(contrast, finds_what_the_failing_requests_have_in_common)
{
	static const struct { const char *of, *field, *value; double bad, good; } wants[ODDITIES] = {
		[ODD_HOST] = { "failed requests", "host", "shop-2", 1, 0.333 },
		[ODD_AGENT] = { "failed requests", "client kind", "okhttp", 1, 0.333 },
		[ODD_VERSION] = { "failing lines", "version", "2.0", 1, 0 },
		[ODD_CAMPAIGN] = { "failed requests", "campaign", "utm_campaign=autumn", 1, 0.05 },
		[ODD_KEY] = { "failing lines", "sku", "44285", 1, 0 },
		[ODD_SIZE] = { "requests", "bytes", NULL, 0.2, 0 },
		[ODD_HEARTBEAT] = { "lines", "gone", "heartbeat ok", 0, 0.02 },
	};
	for (int odd = 0; odd < ODDITIES; odd++) {
		struct world w;
		struct arena a;
		struct casefile c;
		world_open(&w, (uint64_t)(301 + odd));
		shop(&w, (enum oddity)odd);
		look(&w, &a, &c);
		cr_assert_eq(c.n_incidents, 1, "%d", odd);
		const struct incident *in = &c.incidents[0];
		for (int k = 0; k < ODDITIES; k++) {
			const struct contrast *x = wants[k].of ? find(in, wants[k].of, wants[k].field, wants[k].value) : NULL;
			cr_expect(!x == (k != odd || odd == ODD_NOTHING), "oddity %d: %s %s", odd, wants[k].field ? wants[k].field : "", x ? "is there" : "is missing");
			if (!x || k != odd)
				continue;
			cr_expect(x->log10_p < -5 && x->share_bad > wants[k].bad - 0.05 && x->share_bad < wants[k].bad + 0.05 &&
				  x->share_good > wants[k].good - 0.05 && x->share_good < wants[k].good + 0.05,
				  "oddity %d: %.3f %.3f %.2f", odd, x->share_bad, x->share_good, x->log10_p);
			cr_expect(x->lift > 1 ? x->share_bad > x->share_good : x->share_bad < x->share_good);
			cr_expect(odd == ODD_SIZE || x->refs.n > 0, "oddity %d has no line", odd);
		}
		arena_release(&a);
	}
}
