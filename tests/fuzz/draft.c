/*
 * A postmortem people edited, and the fresh sections for it, divided by a line "===": what is brought up to date once
 * is up to date, and nothing outside of the sections is touched.
 */
#include "report/draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size }, draft = all, fresh = all;
	ptrdiff_t cut = str_find(all, STR("\n===\n"));
	struct draft_changes changes = { 0 }, again = { 0 };
	struct buf once, twice;

	if (cut >= 0) {
		draft = str_head(all, (size_t)cut + 1);
		fresh = str_from(all, (size_t)cut + 5);
	}
	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	for (int k = 0; k < 2; k++) {
		const struct draft_policy policy = { .edited = k ? DRAFT_REPLACE : DRAFT_KEEP };
		struct err err = ERR_INIT;

		buf_clear(&once);
		buf_clear(&twice);
		if (!draft_update(draft, fresh, &policy, &once, &changes, &err))
			continue;
		if (!draft_update(buf_str(&once), fresh, &policy, &twice, &again, &err))
			BUG("what was brought up to date cannot be again");
		if (!str_eq(buf_str(&once), buf_str(&twice)))
			BUG("what was brought up to date is not");
		if (again.stale != changes.stale || again.missing != changes.missing)
			BUG("sections were lost or made up");
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
