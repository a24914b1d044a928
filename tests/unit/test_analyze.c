/* The whole analysis over small stores made event by event: what must hold whatever the incident is. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/world.h"

/* Two hours of a front "edge" and a service "shop" behind it; from bad_from to bad_to (minutes) half of GET /cart fails in shop. */
static void traffic(struct world *w, double bad_from, double bad_to)
{
	struct extent_writer *edge = file_begin(w, "edge", ROLE_ACCESS), *shop = file_begin(w, "shop", ROLE_APP), *mail = file_begin(w, "mail", ROLE_APP);
	for (double t = 0; t < 120; t += 0.012 * (0.5 + uniform(w))) {
		bool cart = uniform(w) < 0.4;
		bool bad = cart && t >= bad_from && t < bad_to && uniform(w) < 0.5;
		bool noise = uniform(w) < 0.001;
		const char *route = cart ? "GET /cart" : "GET /";
		int status = bad || noise ? 500 : 200;
		double ms = 10 + 30 * uniform(w) * uniform(w);
		request(w, edge, "edge", T0 + MIN(t), route, status, ms + 2);
		request(w, shop, "shop", T0 + MIN(t), route, status, ms);
		if (bad)
			line(w, shop, "shop", T0 + MIN(t), SEV_ERROR, "TypeError: undefined is not a function");
		if (uniform(w) < 0.05)
			request(w, mail, "mail", T0 + MIN(t), "POST /send", 200, 20 * uniform(w));
	}
	file_end(w, edge);
	file_end(w, shop);
	file_end(w, mail);
}

static bool ruled_out(const struct incident *i, const char *entity)
{
	for (size_t k = 0; k < i->n_ruled_out; k++)
		if (str_eq(i->ruled_out[k].entity, str_of(entity)) && i->ruled_out[k].reason.len)
			return true;
	return false;
}

Test(analyze, a_quiet_archive_has_no_incident)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct world w;
		struct arena a;
		struct casefile c;
		world_open(&w, seed);
		traffic(&w, 999, 999);
		struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
		deployment(&w, x, T0 + MIN(50), "shop", "2.0", "1.9");
		file_end(&w, x);
		look(&w, &a, &c);
		cr_assert_eq(c.n_incidents, 0, "seed %d", (int)seed);
		arena_release(&a);
	}
}

Test(analyze, the_deployment_that_did_it_and_those_that_did_not)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 21);
	traffic(&w, 60, 80);
	struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
	deployment(&w, x, T0 + MIN(59.5), "shop", "2.0", "1.9");
	deployment(&w, x, T0 + MIN(58), "mail", "5.0", "4.9");
	deployment(&w, x, T0 + MIN(65), "edge", "7.1", "7.0");
	deployment(&w, x, T0 + MIN(79.8), "shop", "1.9", "2.0");
	file_end(&w, x);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	const struct incident *i = &c.incidents[0];
	cr_assert(i->onset_best_ns >= T0 + MIN(60) - 20 * NS_PER_S && i->onset_best_ns <= T0 + MIN(61), "onset %lld s off",
	          (long long)((i->onset_best_ns - T0 - MIN(60)) / NS_PER_S));
	cr_assert(i->onset_from_ns <= i->onset_best_ns && i->onset_best_ns <= i->onset_to_ns);
	cr_assert(llabs(i->recovered_ns - T0 - MIN(80)) < 60 * NS_PER_S);
	cr_assert_geq(i->n_causes, 1);
	cr_assert_eq(i->causes[0].kind, CAUSE_DEPLOYMENT);
	cr_assert(str_eq(i->causes[0].entity, STR("shop 2.0")), "%.*s", STR_ARG(i->causes[0].entity));
	cr_assert(ruled_out(i, "mail 5.0"));
	cr_assert(ruled_out(i, "edge 7.1"));
	cr_assert(i->impact.requests_failed > 100 && i->impact.requests_failed < i->impact.requests_total);
	double sum = 0;
	for (size_t k = 0; k < i->n_causes; k++)
		sum += i->causes[k].probability;
	cr_assert(sum > 0.5 && sum <= 1.0001);
	/* Every candidate is there to be argued with: probabilities add up to one, scores are the sums of their terms. */
	sum = 0;
	size_t blamed = 0, excluded = 0;
	for (size_t k = 0; k < i->n_contenders; k++) {
		const struct contender *one = &i->contenders[k];
		double score = 0;
		for (size_t t = 0; t < one->n_terms; t++) {
			score += one->terms[t].log_odds;
			cr_assert(one->terms[t].name.len && one->terms[t].text.len);
		}
		cr_assert(fabs(score - one->score) < 1e-9);
		cr_assert(k == 0 || one->probability <= i->contenders[k - 1].probability);
		sum += one->probability;
		blamed += str_eq(one->outcome, STR("blamed")) && str_eq(one->entity, STR("shop 2.0"));
		excluded += str_eq(one->outcome, STR("excluded")) && str_eq(one->entity, STR("edge 7.1"));
	}
	cr_assert(fabs(sum - 1) < 1e-9);
	cr_assert(blamed == 1 && excluded == 1);
	arena_release(&a);
}

Test(analyze, a_change_after_the_onset_never_ranks_first)
{
	for (uint64_t seed = 31; seed < 36; seed++) {
		struct world w;
		struct arena a;
		struct casefile c;
		world_open(&w, seed);
		traffic(&w, 60, 90);
		struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
		deployment(&w, x, T0 + MIN(63), "shop", "2.0", "1.9");
		file_end(&w, x);
		look(&w, &a, &c);
		cr_assert_eq(c.n_incidents, 1);
		cr_assert(c.incidents[0].n_causes && !str_eq(c.incidents[0].causes[0].entity, STR("shop 2.0")));
		cr_assert(ruled_out(&c.incidents[0], "shop 2.0"));
		arena_release(&a);
	}
}

Test(analyze, shifting_all_times_shifts_the_result)
{
	struct casefile c[2];
	struct arena a[2];
	int64_t shift = 37 * 86400 * NS_PER_S;
	for (int k = 0; k < 2; k++) {
		struct world w;
		world_open(&w, 41);
		w.shift_ns = k * shift;
		traffic(&w, 60, 75);
		struct extent_writer *x = file_begin(&w, "deploy", ROLE_CHANGE);
		deployment(&w, x, T0 + MIN(59), "shop", "2.0", "1.9");
		file_end(&w, x);
		look(&w, &a[k], &c[k]);
		cr_assert_eq(c[k].n_incidents, 1);
	}
	const struct incident *x = &c[0].incidents[0], *y = &c[1].incidents[0];
	cr_assert_eq(y->onset_best_ns - x->onset_best_ns, shift);
	cr_assert_eq(y->recovered_ns - x->recovered_ns, shift);
	cr_assert_eq(x->n_causes, y->n_causes);
	for (size_t i = 0; i < x->n_causes; i++)
		cr_assert(str_eq(x->causes[i].entity, y->causes[i].entity) && x->causes[i].probability == y->causes[i].probability, "%zu: %.*s %.17g, %.*s %.17g", i, STR_ARG(x->causes[i].entity), x->causes[i].probability, STR_ARG(y->causes[i].entity), y->causes[i].probability);
	arena_release(&a[0]);
	arena_release(&a[1]);
}

Test(analyze, without_anything_to_blame_the_answer_is_unknown)
{
	struct world w;
	struct arena a;
	struct casefile c;
	world_open(&w, 51);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS);
	for (double t = 0; t < 120; t += 0.02)
		request(&w, edge, "edge", T0 + MIN(t), "GET /", t > 60 && t < 70 && uniform(&w) < 0.3 ? 502 : 200, 12);
	file_end(&w, edge);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	cr_assert_eq(c.incidents[0].causes[0].kind, CAUSE_UNKNOWN);
	cr_assert_geq(c.n_notes, 1, "a missing change log must be said");
	arena_release(&a);
}

/* The same events, the files in another order, the events of the first in another order, too. */
static void shuffled(struct world *w, bool other_way)
{
	for (int k = 0; k < 3; k++) {
		int file = other_way ? 2 - k : k;
		struct extent_writer *x = file_begin(w, file == 0 ? "edge" : file == 1 ? "shop" : "deploy", file == 0 ? ROLE_ACCESS : file == 1 ? ROLE_APP : ROLE_CHANGE);
		w->seed = (uint64_t)file;
		for (int i = 0; file < 2 && i < 7200; i++) {
			double t = (file == 0 && other_way ? 7199 - i : i) / 60.0;
			bool bad = t >= 60 && t < 80 && i % 4 == 0;
			if (file == 0 && other_way)
				bad = t >= 60 && t < 80 && (7199 - i) % 4 == 0;
			request(w, x, file ? "shop" : "edge", T0 + MIN(t), "GET /cart", bad ? 500 : 200, 10);
			if (file && bad)
				line(w, x, "shop", T0 + MIN(t), SEV_ERROR, "TypeError: undefined is not a function");
		}
		if (file == 2)
			deployment(w, x, T0 + MIN(59), "shop", "2.0", "1.9");
		file_end(w, x);
	}
}

Test(analyze, the_order_of_files_and_lines_does_not_matter)
{
	struct buf json[2];
	for (int k = 0; k < 2; k++) {
		struct world w;
		struct arena a;
		struct casefile c;
		world_open(&w, 61);
		shuffled(&w, k == 1);
		look(&w, &a, &c);
		cr_assert_eq(c.n_incidents, 1);
		/* Where a line stands in its file is another matter. */
		for (size_t i = 0; i < c.incidents[0].n_contenders; i++)
			c.incidents[0].contenders[i].n_terms = 0;
		struct incident in = { .title = c.incidents[0].title, .onset_best_ns = c.incidents[0].onset_best_ns, .onset_from_ns = c.incidents[0].onset_from_ns,
			               .onset_to_ns = c.incidents[0].onset_to_ns, .recovered_ns = c.incidents[0].recovered_ns, .impact = c.incidents[0].impact,
			               .services = c.incidents[0].services, .n_services = c.incidents[0].n_services,
			               .contenders = c.incidents[0].contenders, .n_contenders = c.incidents[0].n_contenders };
		struct casefile bare = { .from_ns = c.from_ns, .to_ns = c.to_ns, .incidents = &in, .n_incidents = 1 };
		buf_init(&json[k], 1 << 20);
		casefile_findings(&bare, STR("1"), true, &json[k]);
		arena_release(&a);
	}
	cr_assert(str_eq(buf_str(&json[0]), buf_str(&json[1])), "%.*s\n%.*s", STR_ARG(buf_str(&json[0])), STR_ARG(buf_str(&json[1])));
	buf_release(&json[0]);
	buf_release(&json[1]);
}

Test(analyze, the_log_that_would_settle_it_is_named)
{
	struct world w;
	struct arena a;
	struct casefile c;
	bool named = false;
	world_open(&w, 71);
	struct extent_writer *edge = file_begin(&w, "edge", ROLE_ACCESS), *shop = file_begin(&w, "shop", ROLE_APP);
	for (double t = 0; t < 120; t += 0.02) {
		bool bad = t > 60 && t < 70 && uniform(&w) < 0.4;
		request(&w, edge, "edge", T0 + MIN(t), "GET /", bad ? 502 : 200, 12);
		if (bad)
			line(&w, shop, "shop", T0 + MIN(t), SEV_ERROR, "call to payments failed: connect ECONNREFUSED");
		else if (uniform(&w) < 0.1)
			line(&w, shop, "shop", T0 + MIN(t), SEV_INFO, "working");
	}
	file_end(&w, edge);
	file_end(&w, shop);
	look(&w, &a, &c);
	cr_assert_eq(c.n_incidents, 1);
	for (size_t i = 0; i < c.n_notes; i++)
		named |= str_find(c.notes[i], STR("no log of payments")) >= 0;
	cr_assert(named, "the cause is %.*s", STR_ARG(c.incidents[0].causes[0].statement));
	arena_release(&a);
}
