/* The tables of a query about the archive: its files, what was changed, the messages there are. */
#include "store/catalog_tables.h"
#include "store/sql.h"

static const struct catalog_column source_columns[] = {
	{ "source", SQL_TEXT, SQL_ALWAYS, "path of the file inside the archive" },
	{ "log", SQL_TEXT, SQL_ALWAYS, "the log it is part of: its path without rotation and compression" },
	{ "format", SQL_TEXT, 0, "what it was read as; inquest formats lists them" },
	{ "service", SQL_TEXT, 0, "whose log it is" },
	{ "host", SQL_TEXT, 0, "where it was written" },
	{ "zone", SQL_TEXT, 0, "how its times were placed: stated, inferred, assumed" },
	{ "lines", SQL_INTEGER, SQL_ALWAYS, "lines read" },
	{ "events", SQL_INTEGER, SQL_ALWAYS, "events in them" },
	{ "continuation", SQL_INTEGER, SQL_ALWAYS, "further lines of events" },
	{ "rejected", SQL_INTEGER, SQL_ALWAYS, "lines that were not understood" },
	{ "first", SQL_TIME, 0, "time of the first event" },
	{ "last", SQL_TIME, 0, "time of the last event" },
	{ 0 },
};

static bool fill_sources(struct sql *sql, struct filling *f, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < sql->events.extents.n; i++) {
		const struct extent_row *x = &sql->events.extents.at[i];
		const struct str texts[] = { x->path, x->logical, x->format, x->service, x->host, x->zone };

		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			fill_text(f, texts[k]);
		fill_number(f, x->lines);
		fill_number(f, x->events);
		fill_number(f, x->continuation);
		fill_number(f, x->rejected);
		fill_time(f, x->first_ns);
		fill_time(f, x->last_ns);
		fill_row(f);
	}
	return true;
}

const struct catalog_table table_sources = {
	.name = "sources",
	.help = "a file that was read, or a part by which one has grown",
	.columns = source_columns,
	.fill = fill_sources,
};

static const struct catalog_column change_columns[] = {
	{ "time", SQL_TIME, 0, "when it was made, or began" },
	{ "until", SQL_TIME, 0, "when it ended, where the log says so" },
	{ "kind", SQL_TEXT, SQL_ALWAYS, "deployment, rollback, config_change, feature_flag, schema_migration, scheduled_job, restart, ..." },
	{ "service", SQL_TEXT, 0, "what was changed" },
	{ "host", SQL_TEXT, 0, "where" },
	{ "version", SQL_TEXT, SQL_SAID, "the new version" },
	{ "previous", SQL_TEXT, SQL_SAID, "the one before" },
	{ "actor", SQL_TEXT, SQL_SAID, "who did it" },
	{ "key", SQL_TEXT, SQL_SAID, "name of the setting or flag" },
	{ "old_value", SQL_TEXT, SQL_SAID, "its value before" },
	{ "new_value", SQL_TEXT, SQL_SAID, "its value from then on" },
	{ "status", SQL_TEXT, SQL_SAID, "how it went" },
	{ "id", SQL_TEXT, SQL_SAID, "its number where it was recorded" },
	{ "text", SQL_TEXT, SQL_SAID, "what the log says of it" },
	{ "source", SQL_TEXT, SQL_ALWAYS, "path of the file inside the archive" },
	{ "line", SQL_INTEGER, SQL_ALWAYS, "number of its first line there" },
	{ "offset", SQL_INTEGER, SQL_ALWAYS, "of that line in the unpacked file, bytes" },
	{ 0 },
};

static bool fill_changes(struct sql *sql, struct filling *f, struct err *err)
{
	struct store_change *changes;
	size_t n;

	if (!store_load_changes(sql->store, &sql->arena, &changes, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct store_change *c = &changes[i];
		const struct str texts[] = { str_of(change_kind_name(c->kind)), c->service, c->host, c->version,
					     c->previous, c->actor, c->key, c->old_value, c->new_value, c->status,
					     c->id, c->text, c->ref.source };

		fill_time(f, c->time_ns);
		fill_time(f, c->end_ns);
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			fill_text(f, texts[k]);
		fill_number(f, c->ref.line);
		fill_number(f, c->ref.offset);
		fill_row(f);
	}
	return true;
}

const struct catalog_table table_changes = {
	.name = "changes",
	.help = "a change that a log records: a deployment, a setting, a flag, a migration, a job, a restart",
	.columns = change_columns,
	.fill = fill_changes,
};

static const struct catalog_column template_columns[] = {
	{ "template", SQL_TEXT, SQL_ALWAYS | SQL_SAID, "the message without what varies (<*>), as in events" },
	{ "family", SQL_TEXT, SQL_SAID, "what it has in common with those that differ in variables only" },
	{ "severity", SQL_TEXT, 0, "the highest it was logged with" },
	{ "format", SQL_TEXT, 0, "of the log" },
	{ 0 },
};

static bool fill_templates(struct sql *sql, struct filling *f, struct err *err)
{
	struct store_template *templates;
	size_t n;

	if (!store_load_templates(sql->store, &sql->arena, &templates, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		fill_text(f, templates[i].text);
		fill_text(f, templates[i].group_text);
		fill_text(f, str_of(severity_name(templates[i].severity)));
		fill_text(f, templates[i].format);
		fill_row(f);
	}
	return true;
}

const struct catalog_table table_templates = {
	.name = "templates",
	.help = "a message, whatever varies in it",
	.columns = template_columns,
	.fill = fill_templates,
};
