/* What people write: claims are read out of any text and held against a case; a draft and a layout are taken or refused. */
#include "analyze/claim.h"
#include "report/draft.h"
#include "report/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_claims(struct str text, struct arena *a)
{
	double course[4] = { 0, 40, 40, 0 };
	struct plot plot = { .name = STR("failed requests"), .unit = STR("%"), .from_ns = 0, .step_ns = 600 * NS_PER_S, .values = course, .n = 4 };
	struct cause cause = { .kind = CAUSE_SLOW_QUERY, .service = STR("db"), .entity = STR("orders: select 1"), .probability = 0.9, .time_ns = TIME_NONE };
	struct incident in = { .onset_from_ns = 600 * NS_PER_S, .onset_best_ns = 610 * NS_PER_S, .onset_to_ns = 620 * NS_PER_S, .recovered_ns = 1800 * NS_PER_S,
			       .mitigated_ns = TIME_NONE, .duration_s = 1190, .degraded_s = 900, .causes = &cause, .n_causes = 1, .plots = &plot, .n_plots = 1 };
	struct casefile file = { .from_ns = 0, .to_ns = 2400 * NS_PER_S, .incidents = &in, .n_incidents = 1 };
	struct store_change change = { .time_ns = 700 * NS_PER_S, .end_ns = TIME_NONE, .kind = CHANGE_DEPLOYMENT, .service = STR("web"), .version = STR("2.0") };
	struct claims c = claims_read(text, 0, a);

	claims_compare(&c);
	claims_hold(&c, &file, &in, &change, 1);
	for (size_t i = 0; i < c.list.n; i++)
		if (c.list.at[i].line == 0 || c.list.at[i].text.len > text.len * 3)
			BUG("a claim lies outside of the text");
}

static void update_draft(struct str text)
{
	static const struct draft_policy replace = { .edited = DRAFT_REPLACE };
	struct err err = ERR_INIT;
	struct draft_changes changes;
	struct buf once, twice;

	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	if (draft_update(text, text, &replace, &once, &changes, &err)) {
		if (!draft_update(buf_str(&once), text, &replace, &twice, &changes, &err) || !str_eq(buf_str(&once), buf_str(&twice)))
			BUG("an update is not idempotent");
	}
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	read_claims(text, &a);
	update_draft(text);
	if (template_check(text, &err))
		template_for_draft(text, text, &a);
	arena_release(&a);
	return 0;
}
