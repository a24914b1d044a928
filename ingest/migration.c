#include "ingest/migration.h"

#include "ingest/words.h"

/* What stands between two marks; empty unless both are there. */
static struct str between(struct str text, struct str before, struct str after)
{
	ptrdiff_t at = str_find(text, before);
	struct str rest;

	if (at < 0)
		return STR_NONE;
	rest = str_from(text, (size_t)at + before.len);
	at = str_find(rest, after);
	return at < 0 ? STR_NONE : str_head(rest, (size_t)at);
}

/* The first word without the punctuation behind it. */
static struct str word_at(struct str s)
{
	struct str w = str_word(&s);

	while (w.len && memchr(",;.:", w.ptr[w.len - 1], 4))
		w.len--;
	return str_unquote(w);
}

/* Migrating schema "public" to version "7 - add index"; version 7.add index in later releases */
static bool flyway(struct str m, struct change *c)
{
	struct str text, rest;
	ptrdiff_t at;

	if (str_starts(m, STR("Migrating schema "))) {
		c->status = STR("started");
	} else if (str_starts(m, STR("Migration of schema ")) && str_find(m, STR(" failed")) > 0) {
		c->status = STR("failed");
	} else if (str_starts(m, STR("Successfully applied ")) && str_find(m, STR(" to schema ")) > 0) {
		c->status = STR("succeeded");
		at = str_find(m, STR("now at version "));
		if (at >= 0)
			c->version = word_at(str_from(m, (size_t)at + 15));
	} else {
		return false;
	}
	at = str_find(m, STR("schema "));
	c->service = word_at(str_from(m, (size_t)at + 7));
	text = between(m, STR("to version \""), STR("\""));
	if (text.len) {
		c->key = text;
		c->version = word_at(str_trim(str_cut(text, '-', &rest)));
	}
	return c->key.len || c->version.len;
}

/* ChangeSet db/changelog.xml::17::ann ran successfully in 12ms */
static bool liquibase(struct str m, struct change *c)
{
	struct str id, file;
	ptrdiff_t at;

	if (str_starts(m, STR("ChangeSet "))) {
		if (str_find(m, STR(" ran successfully")) < 0)
			return false;
		c->status = STR("succeeded");
		id = str_from(m, 10);
	} else if (str_starts(m, STR("Running Changeset: "))) {
		c->status = STR("started");
		id = str_from(m, 19);
	} else {
		return false;
	}
	id = str_word(&id);
	at = str_find(id, STR("::"));
	if (at < 0)
		return false;
	file = str_head(id, (size_t)at);
	at = str_rchr(id, ':');
	c->actor = str_from(id, (size_t)at + 1);
	c->key = str_head(id, (size_t)at - 1);
	return c->key.len > file.len;
}

/* Running upgrade 1975ea83b712 -> 27c6a30d7c24, add column */
static bool alembic(struct str m, struct change *c)
{
	struct str rest;
	ptrdiff_t arrow = str_find(m, STR(" -> "));

	if ((!str_starts(m, STR("Running upgrade ")) && !str_starts(m, STR("Running downgrade "))) ||
	    arrow < 0)
		return false;
	rest = str_from(m, str_starts(m, STR("Running upgrade")) ? 16 : 18);
	if (rest.len && rest.ptr[0] != '-' && rest.ptr[0] != ' ')
		c->previous = word_at(rest);
	rest = str_from(m, (size_t)arrow + 4);
	c->version = word_at(rest);
	c->key = c->version;
	c->status = STR("started");
	return c->version.len > 0;
}

/* == 20160101120000 AddNote: migrating ====      == 20160101120000 AddNote: migrated (0.0036s) ==== */
static bool rails(struct str m, struct change *c)
{
	struct str rest = str_from(m, 3), id, name;

	if (!str_starts(m, STR("== ")))
		return false;
	id = str_word(&rest);
	if (id.len < 8 || id.ptr[0] < '0' || id.ptr[0] > '9')
		return false;
	if (str_find(m, STR(": migrating")) > 0 || str_find(m, STR(": reverting")) > 0)
		c->status = STR("started");
	else if (str_find(m, STR(": migrated")) > 0 || str_find(m, STR(": reverted")) > 0)
		c->status = STR("succeeded");
	else
		return false;
	name = word_at(rest);
	c->version = id.ptr[id.len - 1] == ':' ? str_head(id, id.len - 1) : id;
	c->key = name.len && name.ptr[0] != '=' && str_find(rest, STR(":")) > 0 ? name : c->version;
	return true;
}

/* Applying shop.0007_add_note... OK      Applying migration `20240101_add_note` */
static bool applying(struct str m, struct change *c)
{
	struct str rest = str_from(m, 9), word;
	ptrdiff_t dots;

	if (!str_starts(m, STR("Applying ")))
		return false;
	if (str_starts(rest, STR("migration "))) {
		c->key = word_at(str_from(rest, 10));
		c->status = STR("started");
		return c->key.len > 0;
	}
	word = str_word(&rest);
	dots = str_find(word, STR("..."));
	if (dots <= 0 || str_find(str_head(word, (size_t)dots), STR(".0")) < 0)
		return false;
	c->key = str_head(word, (size_t)dots);
	c->service = str_cut(c->key, '.', &word);
	c->status = str_starts(str_trim(rest), STR("OK")) ? STR("succeeded") : STR("started");
	return true;
}

/* Migration AddNote1700000000000 has been executed successfully. */
static bool typeorm(struct str m, struct change *c)
{
	if (!str_starts(m, STR("Migration ")) || str_find(m, STR(" has been executed successfully")) < 0)
		return false;
	c->key = word_at(str_from(m, 10));
	c->status = STR("succeeded");
	return true;
}

bool migration_may(struct str s)
{
	static const struct str begins[] = { WORD("Migrating schema "), WORD("Migration "), WORD("Successfully applied "),
					     WORD("ChangeSet "),        WORD("Running "),   WORD("== "),
					     WORD("Applying ") };

	s = str_trim(s);
	for (size_t i = 0; i < WORDS(begins); i++)
		if (str_starts(s, begins[i]))
			return true;
	return false;
}

void migration_apply(struct event *e, struct arena *scratch)
{
	struct change c = { .kind = CHANGE_MIGRATION, .end_ns = TIME_NONE };
	struct str m = str_trim(str_head(e->message, 512));
	struct change *kept;

	if (e->kind != EV_LINE || m.len < 12)
		return;
	switch (m.ptr[0]) {
	case 'M':
		if (!flyway(m, &c) && !typeorm(m, &c))
			return;
		break;
	case 'S':
		if (!flyway(m, &c))
			return;
		break;
	case 'C':
		if (!liquibase(m, &c))
			return;
		break;
	case 'R':
		if (!alembic(m, &c) && !liquibase(m, &c))
			return;
		break;
	case '=':
		if (!rails(m, &c))
			return;
		break;
	case 'A':
		if (!applying(m, &c))
			return;
		break;
	default: return;
	}
	c.text = e->message;
	e->kind = EV_CHANGE;
	kept = arena_new(scratch, struct change);
	*kept = c;
	e->change = kept;
}
