/* inquest export: counts and findings of a store, for databases, dashboards and monitoring. */
#include "cli/command.h"
#include "cli/export_sink.h"
#include "cli/output.h"
#include "core/timestamp.h"

struct export_command_options {
	struct str store;
	struct str to;     /* target */
	struct str output; /* file or folder; empty = standard output */
	struct str name;   /* of the store; empty = that of its file */
	unsigned step;     /* seconds; 0 = 60 */
	bool no_redact;
};

#define AT(field) offsetof(struct export_command_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store to export", OPTION_REQUIRED, AT(store) },
	{ 't', "to", "TARGET", "clickhouse, grafana, openmetrics or postgres", OPTION_REQUIRED, AT(to) },
	{ 'o', "output", "FILE|DIR", "write there; a folder for clickhouse and postgres (else default: standard output)", OPTION_TEXT,
	  AT(output) },
	{ 0, "name", "NAME", "what the store is called where many are loaded (default: its file's name)", OPTION_TEXT, AT(name) },
	{ 0, "step", "SECONDS", "length of the time that is counted together, a multiple of 10 (default 60)", OPTION_UNSIGNED, AT(step) },
	{ 0, "no-redact", NULL, "export secrets, tokens, mail and client addresses that stand in quoted lines, too", OPTION_FLAG,
	  AT(no_redact) },
	{ 0 },
};

enum { STEP_DEFAULT_S = 60, STEP_MAX_S = 86400 };

static bool find_options(struct invocation *in, const struct export_target **t, struct export_options *out, struct err *err)
{
	const struct export_command_options *o = in->options;
	struct buf names;

	*out = (struct export_options){ .name = o->name.len > 0 ? o->name : export_name(o->store, in->arena),
					.since_ns = in->common.since_ns,
					.until_ns = in->common.until_ns,
					.step_s = o->step > 0 ? o->step : STEP_DEFAULT_S,
					.redact = !o->no_redact };
	*t = export_by_name(o->to);
	if (!*t) {
		buf_init(&names, ERR_TEXT_BYTES);
		for (size_t i = 0; export_registry[i]; i++)
			buf_addf(&names, "%s%s", i > 0 ? ", " : "", export_registry[i]->name);
		err_set_status(err, EXIT_USAGE, "--to: '%.*s' is none of %.*s", STR_ARG(o->to), STR_ARG(buf_str(&names)));
		buf_release(&names);
		return false;
	}
	if (!export_name_good(out->name))
		return err_set_status(err, EXIT_USAGE, "--name: letters, digits, '.', '_' and '-', at most 64");
	if (out->step_s % 10 || out->step_s > STEP_MAX_S)
		return err_set_status(err, EXIT_USAGE, "--step: a multiple of 10, at most a day (%d)", STEP_MAX_S);
	if ((*t)->folder && o->output.len == 0)
		return err_set_status(err, EXIT_USAGE, "--to %s writes several files: -o DIR says where", (*t)->name);
	return true;
}

static int run(struct invocation *in, struct err *err)
{
	const struct export_command_options *o = in->options;
	const struct export_target *t;
	struct export_options options;
	struct file_sink sink;
	struct store *store;

	if (!find_options(in, &t, &options, err) || !store_open(o->store.ptr, &store, err))
		return EXIT_SYSTEM;
	file_sink_init(&sink, o->output, t->folder, in->arena);
	bool good = (!t->folder || output_make_folder(o->output, err)) && export_run(store, t, &options, &sink.sink, err);

	file_sink_end(&sink);
	store_close(store);
	return good ? EXIT_DONE : EXIT_SYSTEM;
}

static const struct example examples[] = {
	{ "inquest export -s out/store.inquest --to postgres -o out/postgres && cd out/postgres && psql -X -f load.sql logs",
	  "Counts and findings as tables in the database logs." },
	{ "inquest export -s out/store.inquest --to grafana -o out/annotations.json", "Incidents and changes, to be drawn over any graph." },
	{ "inquest export -s night.inquest --to openmetrics -o /var/lib/node_exporter/inquest.prom", "The figures of a night." },
	{ 0 },
};

const struct command command_export = {
	.name = "export",
	.rank = 14,
	.arguments = "-s STORE --to TARGET [-o FILE|DIR]",
	.help = "counts and findings for PostgreSQL, ClickHouse, Grafana, Prometheus",
	.about = "Writes what was counted and found for other programs: tables with their schema for PostgreSQL and ClickHouse, "
		 "annotations for Grafana, gauges for Prometheus. Single events stay in the store. What was loaded under the same "
		 "name before is replaced. --since and --until hold for counts, changes and connections.\n"
		 "Exports are redacted like reports.",
	.options = rows,
	.options_bytes = sizeof(struct export_command_options),
	.uses = USES_WINDOW,
	.examples = examples,
	.run = run,
};
