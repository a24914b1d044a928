/* inquest check: the claims of a written postmortem, held against what a store's logs say. */
#include <stdio.h>

#include "analyze/claim.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "core/json.h"
#include "core/redact.h"
#include "report/glyph.h"

enum { DRAFT_MAX_BYTES = 8 << 20, OUT_MAX_BYTES = 64 << 20, QUOTE_COLUMNS = 100, WIDTH_LEAST = 60 };

struct check_options {
	struct str store;
	unsigned incident;  /* from 1; 0 = the one the draft is about */
	bool exit_status;
	bool no_redact;
};

#define AT(field) offsetof(struct check_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store; it must have been analysed", OPTION_REQUIRED, AT(store) },
	{ 0, "incident", "N", "hold it against incident N of the report (default: the one at the draft's times)", OPTION_UNSIGNED,
	  AT(incident) },
	{ 0, "exit-status", NULL, "exit with 1 when a claim is contradicted", OPTION_FLAG, AT(exit_status) },
	{ 0, "no-redact", NULL, "show secrets, tokens, mail and client addresses that stand in quoted lines", OPTION_FLAG,
	  AT(no_redact) },
	{ 0 },
};

struct checked {
	struct invocation *in;
	struct str path;             /* of the draft */
	struct claims claims;
	const struct incident *incident;
	size_t n[3];                 /* claims by verdict */
};

/* A claim that another line contradicts does not hold, whatever the logs say. */
static enum claim_verdict verdict_of(const struct claim *c)
{
	return c->conflict.len > 0 ? CLAIM_CONTRADICTED : c->verdict;
}

static struct str shown(const struct checked *k, struct str text)
{
	const struct check_options *o = k->in->options;

	return o->no_redact ? text : redact_text(text, k->in->arena);
}

/* ---- text ---- */

/* `label` and the text behind it, wrapped, in safe characters. */
static void add_wrapped(const struct checked *k, struct buf *out, const char *label, struct str text)
{
	unsigned width = k->in->terminal.width > WIDTH_LEAST ? k->in->terminal.width : WIDTH_LEAST;
	size_t begin = out->len;
	unsigned column;

	buf_addf(out, "    %s ", label);
	column = (unsigned)(out->len - begin);
	unsigned indent = column;
	for (struct str word; (word = str_word(&text)).len > 0;) {
		unsigned n = glyph_columns(word);

		if (column > indent && column + 1 + n > width) {
			buf_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_addc(out, ' ');
			column++;
		}
		glyph_add(out, word);
		column += n;
	}
	buf_addc(out, '\n');
}

static const char *color_of(const struct checked *k, enum claim_verdict v)
{
	if (!k->in->terminal.color)
		return "";
	return v == CLAIM_HOLDS ? "\x1b[32m" : v == CLAIM_CONTRADICTED ? "\x1b[1;31m" : "\x1b[33m";
}

static void add_claim(const struct checked *k, struct buf *out, const struct claim *c)
{
	static const char *const words[] = { "not in the logs", "holds", "contradicted" };
	enum claim_verdict v = verdict_of(c);

	buf_addc(out, '\n');
	glyph_add(out, k->path);
	buf_addf(out, ":%zu  %s%s%s  %s \"", c->line, color_of(k, v), words[v], k->in->terminal.color ? "\x1b[0m" : "", claim_kind_words(c->kind));
	/* What is said of a time, with the time when it does not stand in it. */
	struct str quote = c->kind != CLAIM_EVENT ? c->text : str_find(c->sentence, c->text) >= 0 ? c->sentence :
			   arena_printf(k->in->arena, "%.*s %.*s", STR_ARG(c->text), STR_ARG(c->sentence));

	glyph_add_cut(out, quote, QUOTE_COLUMNS);
	buf_addz(out, "\"\n");
	if (c->conflict.len > 0)
		add_wrapped(k, out, "text:", arena_printf(k->in->arena, "line %zu: %.*s", c->conflict_line, STR_ARG(c->conflict)));
	if (c->found.len > 0)
		add_wrapped(k, out, "logs:", shown(k, c->found));
	for (size_t i = 0; i < c->refs.n; i++) {
		const struct ref *r = &c->refs.at[i];

		buf_addz(out, "          ");
		glyph_add(out, r->source);
		buf_addf(out, ":%llu  ", (unsigned long long)r->line);
		glyph_add_cut(out, shown(k, r->text), QUOTE_COLUMNS);
		buf_addc(out, '\n');
	}
}

static void add_text(const struct checked *k, struct buf *out)
{
	const struct claims *c = &k->claims;
	int64_t end_ns = k->incident->recovered_ns;

	glyph_add(out, k->path);
	buf_addf(out, ", held against incident %.*s: %.*s – %.*s\n", STR_ARG(k->incident->id), STR_ARG(claim_time(c, k->incident->onset_best_ns)),
	         STR_ARG(end_ns == TIME_NONE ? STR("the end of the logs") : claim_time(c, end_ns)));
	if (c->note.len > 0)
		buf_addf(out, "Note: %.*s.\n", STR_ARG(c->note));
	for (size_t i = 0; i < c->list.n; i++)
		if (!k->in->common.quiet || verdict_of(&c->list.at[i]) == CLAIM_CONTRADICTED)
			add_claim(k, out, &c->list.at[i]);
	buf_addf(out, "\n%zu claims: %zu hold, %zu contradicted, %zu not in the logs\n", c->list.n, k->n[CLAIM_HOLDS], k->n[CLAIM_CONTRADICTED],
	         k->n[CLAIM_UNKNOWN]);
}

/* ---- JSON ---- */

static void add_refs(const struct checked *k, struct jsonw *w, const struct refs *refs)
{
	jsonw_key(w, "refs");
	jsonw_array(w);
	for (size_t i = 0; i < refs->n; i++) {
		jsonw_object(w);
		jsonw_key(w, "source");
		jsonw_str(w, refs->at[i].source);
		jsonw_key(w, "line");
		jsonw_u64(w, refs->at[i].line);
		jsonw_key(w, "offset");
		jsonw_u64(w, refs->at[i].offset);
		jsonw_key(w, "text");
		jsonw_str(w, shown(k, refs->at[i].text));
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void add_time(struct jsonw *w, const char *key, int64_t ns)
{
	char text[TIME_TEXT_BYTES];

	jsonw_key(w, key);
	if (ns == TIME_NONE)
		jsonw_null(w);
	else
		jsonw_str(w, str_of(time_format(ns, 0, text)));
}

static void add_json_claim(const struct checked *k, struct jsonw *w, const struct claim *c)
{
	jsonw_object(w);
	jsonw_key(w, "line");
	jsonw_u64(w, c->line);
	jsonw_key(w, "kind");
	jsonw_str(w, str_of(claim_kind_name(c->kind)));
	jsonw_key(w, "text");
	jsonw_str(w, c->text);
	jsonw_key(w, "sentence");
	jsonw_str(w, c->sentence);
	add_time(w, "from", c->from_ns);
	add_time(w, "to", c->to_ns);
	jsonw_key(w, "verdict");
	jsonw_str(w, str_of(claim_verdict_name(verdict_of(c))));
	jsonw_key(w, "found");
	jsonw_str(w, shown(k, c->found));
	jsonw_key(w, "conflict");
	if (c->conflict.len > 0) {
		jsonw_object(w);
		jsonw_key(w, "line");
		jsonw_u64(w, c->conflict_line);
		jsonw_key(w, "text");
		jsonw_str(w, c->conflict);
		jsonw_object_end(w);
	} else {
		jsonw_null(w);
	}
	add_refs(k, w, &c->refs);
	jsonw_object_end(w);
}

static void add_json(const struct checked *k, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out, 1);
	jsonw_object(&w);
	jsonw_key(&w, "schema");
	jsonw_str(&w, STR("inquest-check/1"));
	jsonw_key(&w, "draft");
	jsonw_str(&w, k->path);
	jsonw_key(&w, "incident");
	jsonw_str(&w, k->incident->id);
	jsonw_key(&w, "note");
	jsonw_str(&w, k->claims.note);
	jsonw_key(&w, "holds");
	jsonw_u64(&w, k->n[CLAIM_HOLDS]);
	jsonw_key(&w, "contradicted");
	jsonw_u64(&w, k->n[CLAIM_CONTRADICTED]);
	jsonw_key(&w, "not_in_logs");
	jsonw_u64(&w, k->n[CLAIM_UNKNOWN]);
	jsonw_key(&w, "claims");
	jsonw_array(&w);
	for (size_t i = 0; i < k->claims.list.n; i++)
		add_json_claim(k, &w, &k->claims.list.at[i]);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	buf_addc(out, '\n');
}

/* ---- the command ---- */

static bool load_changes(struct invocation *in, struct str path, struct store_change **changes, size_t *n, struct err *err)
{
	struct store *store;

	if (!store_open(path.ptr, &store, err))
		return false;
	bool good = store_load_changes(store, in->arena, changes, n, err);

	store_close(store);
	return good;
}

static bool choose_incident(const struct check_options *o, const struct casefile *file, struct checked *k, struct err *err)
{
	if (file->n_incidents == 0)
		return err_set_status(err, EXIT_USAGE, "%.*s has no incident to hold the draft against", STR_ARG(o->store));
	if (o->incident > file->n_incidents)
		return err_set_status(err, EXIT_USAGE, "--incident: the store has %zu", file->n_incidents);
	k->incident = o->incident ? &file->incidents[o->incident - 1] : claims_incident(&k->claims, file);
	return true;
}

static bool check(struct checked *k, struct err *err)
{
	const struct check_options *o = k->in->options;
	struct casefile file = { 0 };
	struct store_change *changes;
	struct str draft;
	size_t n_changes;

	if (!input_read_file(k->path, DRAFT_MAX_BYTES, k->in->arena, &draft, err) || !pipeline_load(k->in, o->store, &file, err) ||
	    !load_changes(k->in, o->store, &changes, &n_changes, err))
		return false;
	k->claims = claims_read(draft, file.n_incidents ? file.incidents[0].onset_best_ns : file.from_ns, k->in->arena);
	if (!choose_incident(o, &file, k, err))
		return false;
	if (k->claims.list.n == 0)
		return err_set_status(err, EXIT_NO_INPUT, "%.*s: nothing in it that logs could confirm: no time, duration, share or cause", STR_ARG(k->path));
	claims_compare(&k->claims);
	claims_hold(&k->claims, &file, k->incident, changes, n_changes);
	for (size_t i = 0; i < k->claims.list.n; i++)
		k->n[verdict_of(&k->claims.list.at[i])]++;
	return true;
}

static int run(struct invocation *in, struct err *err)
{
	const struct check_options *o = in->options;
	struct checked k = { .in = in, .path = in->args[0] };
	struct buf out;

	if (!check(&k, err))
		return EXIT_SYSTEM;
	buf_init(&out, OUT_MAX_BYTES);
	if (in->common.json)
		add_json(&k, &out);
	else
		add_text(&k, &out);
	bool good = fwrite(out.ptr, 1, out.len, stdout) == out.len || err_set_errno(err, "cannot write to standard output");

	buf_release(&out);
	return !good ? EXIT_SYSTEM : o->exit_status && k.n[CLAIM_CONTRADICTED] > 0 ? EXIT_INCIDENT : EXIT_DONE;
}

static const struct example examples[] = {
	{ "inquest check -s out/store.inquest postmortem.md", "Every claim with what the logs say to it." },
	{ "inquest check -q -s out/store.inquest postmortem.md --exit-status", "Only what is contradicted; 1 when anything is." },
	{ "inquest check -s out/store.inquest postmortem.md --json | jq '.claims[] | select(.verdict == \"contradicted\")'", "For programs." },
	{ 0 },
};

const struct command command_check = {
	.name = "check",
	.rank = 5,
	.arguments = "-s STORE DRAFT.md",
	.help = "hold the claims of a written postmortem against the logs",
	.about = "Reads what a postmortem in Markdown says about times, time zone, duration, timeline, users, requests and cause, and holds "
		 "each claim against the store: it holds, it is contradicted (with the figure and lines), or it is not in the logs. Claims are "
		 "also held against each other: a duration against the stated times, a date line or a day of the week against the dates.\n"
		 "The exit status is 0 whatever was found; with --exit-status it is 1 when something is contradicted.",
	.options = rows,
	.options_bytes = sizeof(struct check_options),
	.uses = USES_JSON,
	.min_args = 1,
	.max_args = 1,
	.examples = examples,
	.run = run,
};
