/* Migrations announced in messages of other logs. */
#include <criterion/criterion.h>

#include "ingest/migration.h"

Test(migration, recognises_the_tools_announcements)
{
	static const struct {
		const char *message, *key, *version, *previous, *status;
	} rows[] = {
		{ "Migrating schema \"public\" to version \"7 - add idx\"", "7 - add idx", "7", "",
		  "started" },
		{ "Successfully applied 1 migration to schema \"public\", now at version v7 (execution time "
		  "00:00.053s)",
		  "", "v7", "", "succeeded" },
		{ "ChangeSet db/changelog.xml::17::ann ran successfully in 12ms", "db/changelog.xml::17", "",
		  "", "succeeded" },
		{ "Running upgrade 1975ea83b712 -> 27c6a30d7c24, add column", "27c6a30d7c24", "27c6a30d7c24",
		  "1975ea83b712", "started" },
		{ "Running upgrade  -> 27c6a30d7c24, first", "27c6a30d7c24", "27c6a30d7c24", "", "started" },
		{ "== 20160101120000 AddNote: migrated (0.0036s) ====", "AddNote", "20160101120000", "",
		  "succeeded" },
		{ "== 20160101120000-add-note: migrating =======", "20160101120000-add-note",
		  "20160101120000-add-note", "", "started" },
		{ "Applying shop.0007_add_note... OK", "shop.0007_add_note", "", "", "succeeded" },
		{ "Applying migration `20240101_add_note`", "20240101_add_note", "", "", "started" },
		{ "Migration AddNote1700000000000 has been executed successfully.", "AddNote1700000000000",
		  "", "", "succeeded" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = EVENT_INIT;

		e.message = str_of(rows[i].message);
		migration_apply(&e, &a);
		cr_expect(e.kind == EV_CHANGE && e.change, "%s is not recognised", rows[i].message);
		if (!e.change)
			continue;
		cr_expect(e.change->kind == CHANGE_MIGRATION);
		cr_expect(str_eq(e.change->key, str_of(rows[i].key)), "%s: key is '%.*s'", rows[i].message,
			  STR_ARG(e.change->key));
		cr_expect(str_eq(e.change->version, str_of(rows[i].version)), "%s: version is '%.*s'",
			  rows[i].message, STR_ARG(e.change->version));
		cr_expect(str_eq(e.change->previous, str_of(rows[i].previous)), "%s: previous is '%.*s'",
			  rows[i].message, STR_ARG(e.change->previous));
		cr_expect(str_eq(e.change->status, str_of(rows[i].status)), "%s: status is '%.*s'",
			  rows[i].message, STR_ARG(e.change->status));
	}
	arena_release(&a);
}

Test(migration, leaves_other_messages_alone)
{
	static const char *const messages[] = {
		"Migrating user 17 to the new plan",
		"Applying discount... OK",
		"Running upgrade of the cache",
		"== 3 items ==",
		"Successfully applied coupon to cart",
		"Migration of cart 17 done",
		"ChangeSet x",
		"",
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		struct event e = EVENT_INIT;

		e.message = str_of(messages[i]);
		migration_apply(&e, &a);
		cr_expect(e.kind == EV_LINE && !e.change, "%s is taken for a migration", messages[i]);
	}
	arena_release(&a);
}
