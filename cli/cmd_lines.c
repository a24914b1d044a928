/* inquest lines: a line of the logs by its place, "FILE:LINE" as reports quote it, with those around it. */
#include <stdio.h>

#include "cli/evidence.h"
#include "cli/pipeline.h"
#include "cli/text.h"
#include "core/json.h"
#include "core/redact.h"

enum {
	CONTEXT = 3, CONTEXT_MAX = 10000, /* lines on each side */
	LINE_MAX_BYTES = 64 << 10,        /* a line is cut there */
	CHUNK_BYTES = 64 << 10,
	NAMED_MAX = 5,                    /* sources that may have been meant */
};

struct lines_options {
	struct str store, archive, context;
	bool no_redact;
};

#define AT(field) offsetof(struct lines_options, field)

static const struct option_row rows[] = {
	{ 's', "store", "STORE", "the store that the report was made from", OPTION_REQUIRED, AT(store) },
	{ 0, "archive", "PATH", "what the store was read from; without it, only lines that the store keeps are shown", OPTION_TEXT, AT(archive) },
	{ 'C', "context", "N", "lines to show before and after (3)", OPTION_TEXT, AT(context) },
	{ 0, "no-redact", NULL, "show secrets, tokens, mail and client addresses", OPTION_FLAG, AT(no_redact) },
	{ 0 },
};

/* What one argument asks for: lines [from, to] of a source, of which [first, last] were named. */
struct wanted {
	struct str source;
	uint64_t first, last, from, to; /* `to` at most the last line */
};

struct lines {
	const struct invocation *call;
	struct store *store;
	struct quality_source *sources;
	size_t n_sources;
	struct kept_line *kept;
	size_t n_kept;
	struct found files;
	uint64_t context;
	uint64_t shown;      /* lines, in all */
	bool in_key;         /* what is read stands inside a private key */
};

/* ---- what is asked for ---- */

static bool unknown_source(const struct lines *l, struct str name, struct err *err)
{
	struct str tail = str_from(name, (size_t)(str_rchr(name, '/') + 1));
	struct buf names;
	size_t n = 0;

	buf_init(&names, ERR_TEXT_BYTES);
	for (size_t i = 0; i < l->n_sources && n < NAMED_MAX; i++)
		if (tail.len && str_find(l->sources[i].path, tail) >= 0)
			buf_addf(&names, "%s%.*s", n++ ? ", " : "; it has ", STR_ARG(l->sources[i].path));
	err_set_status(err, EXIT_USAGE, "the store has no file %.*s%.*s", STR_ARG(name), STR_ARG(buf_str(&names)));
	buf_release(&names);
	return false;
}

/* The source of that path; else the only one that ends with it: "access.log" for "web1/nginx/access.log". */
static bool find_source(const struct lines *l, struct str name, struct str *out, struct err *err)
{
	struct str end = arena_printf(l->call->arena, "/%.*s", STR_ARG(name));
	size_t n = 0;

	for (size_t i = 0; i < l->n_sources; i++) {
		struct str path = l->sources[i].path;

		if (str_eq(path, name)) {
			*out = path;
			return true;
		}
		if (str_ends(path, end) && (n == 0 || !str_eq(path, *out))) {
			*out = path;
			n++;
		}
	}
	return n == 1 || unknown_source(l, name, err);
}

/* "FILE:LINE" or "FILE:LINE-LINE" */
static bool read_wanted(const struct lines *l, struct str word, struct wanted *w, struct err *err)
{
	ptrdiff_t colon = str_rchr(word, ':');
	struct str last, first = str_cut(str_from(word, (size_t)(colon + 1)), '-', &last);
	uint64_t lines = 0;

	if (colon <= 0 || !str_to_u64(first, &w->first) || w->first == 0 || (last.len && !str_to_u64(last, &w->last)))
		return err_set_status(err, EXIT_USAGE, "'%.*s' is no FILE:LINE", STR_ARG(word));
	w->last = last.len ? w->last : w->first;
	if (w->last < w->first)
		return err_set_status(err, EXIT_USAGE, "'%.*s' ends before it begins", STR_ARG(word));
	if (!find_source(l, str_head(word, (size_t)colon), &w->source, err))
		return false;
	for (size_t i = 0; i < l->n_sources; i++)
		lines += str_eq(l->sources[i].path, w->source) ? l->sources[i].lines : 0;
	if (w->first > lines)
		return err_set_status(err, EXIT_USAGE, "%.*s has %llu lines", STR_ARG(w->source), (unsigned long long)lines);
	w->from = w->first > l->context ? w->first - l->context : 1;
	w->last = w->last < lines ? w->last : lines;
	w->to = w->last + l->context < lines ? w->last + l->context : lines;
	return true;
}

/* ---- showing ---- */

/* What of a line may be shown; a private key goes over several. */
static struct str masked(struct lines *l, struct str text)
{
	const struct lines_options *o = l->call->options;
	bool was_in_key = l->in_key;

	if (str_find(text, STR("-----BEGIN ")) >= 0 && str_find(text, STR("PRIVATE KEY")) >= 0)
		l->in_key = true;
	if (str_find(text, STR("-----END ")) >= 0)
		l->in_key = false;
	if (o->no_redact)
		return text;
	return was_in_key ? STR("[private key]") : redact_text(text, l->call->arena);
}

static void show(struct lines *l, const struct wanted *w, uint64_t number, struct str text)
{
	bool asked = number >= w->first && number <= w->last, bold = asked && l->call->terminal.color;

	if (str_ends(text, STR("\r")))
		text.len--;
	text = masked(l, text);
	if (number < w->from || number > w->to)
		return;
	if (l->call->common.json) {
		struct buf line;
		struct jsonw j;

		buf_init(&line, 16 * LINE_MAX_BYTES);
		jsonw_init(&j, &line, 0);
		jsonw_object(&j);
		jsonw_key(&j, "source");
		jsonw_str(&j, w->source);
		jsonw_key(&j, "line");
		jsonw_u64(&j, number);
		jsonw_key(&j, "text");
		jsonw_str(&j, text);
		jsonw_object_end(&j);
		printf("%.*s\n", STR_ARG(buf_str(&line)));
		buf_release(&line);
	} else {
		printf("%s%c %*llu  ", bold ? "\033[1m" : "", asked ? '>' : ' ', 8, (unsigned long long)number);
		text_print_clean(stdout, text, LINE_MAX_BYTES);
		printf("%s\n", bold ? "\033[0m" : "");
	}
	l->shown++;
}

/* ---- from the archive ---- */

/* The event that begins at or before a line, as near as may be. */
struct search {
	const struct lines *lines;
	const struct wanted *wanted;
	uint64_t line, offset;
};

static bool look_at(void *self, const struct scan_row *row)
{
	struct search *s = self;

	if (row->line <= s->wanted->from && row->line > s->line && row->source < s->lines->n_sources &&
	    str_eq(s->lines->sources[row->source].path, s->wanted->source)) {
		s->line = row->line;
		s->offset = row->offset;
	}
	return true;
}

/* Reads on from line `number` and shows what is wanted. */
static void read_on(struct lines *l, const struct wanted *w, struct input *in, uint64_t number)
{
	struct buf line;
	char *chunk = arena_alloc(l->call->arena, CHUNK_BYTES, 1);
	size_t got;

	buf_init(&line, LINE_MAX_BYTES); /* what does not fit is left out */
	l->in_key = false;
	while (number <= w->to && (got = input_read(in, chunk, CHUNK_BYTES)) > 0) {
		struct str rest = str_make(chunk, got);

		for (ptrdiff_t end; number <= w->to && (end = str_chr(rest, '\n')) >= 0; rest = str_from(rest, (size_t)end + 1)) {
			buf_add(&line, str_head(rest, (size_t)end));
			show(l, w, number++, buf_str(&line));
			buf_clear(&line);
		}
		buf_add(&line, str_head(rest, LINE_MAX_BYTES - line.len));
	}
	if (line.len > 0 && number <= w->to)
		show(l, w, number, buf_str(&line));
	buf_release(&line);
}

/* False with the reason, or with err. */
static bool show_archive(struct lines *l, const struct wanted *w, const char **reason, struct err *err)
{
	struct search s = { l, w, 0, 0 };
	uint64_t at = 0;

	if (!store_scan(l->store, INT64_MIN, INT64_MAX, SCAN_PLACE, look_at, &s, err))
		return false;
	struct input *in = evidence_open(l->store, &l->files, w->source, s.offset, l->call->arena, &at, reason, err);

	if (!in)
		return false;
	if (input_skip(in, s.offset - at) == s.offset - at)
		read_on(l, w, in, s.line ? s.line : 1);
	input_close(in);
	return true;
}

/* ---- from the store ---- */

static void show_kept(struct lines *l, const struct wanted *w)
{
	uint64_t next = w->from;

	while (next <= w->to) {
		const struct ref *r = NULL;

		for (size_t i = 0; i < l->n_kept; i++) {
			const struct ref *x = &l->kept[i].ref;

			if (x->line >= next && x->line <= w->to && (!r || x->line < r->line) && str_eq(x->source, w->source))
				r = x;
		}
		if (!r)
			return;
		struct str line, rest = r->text;

		l->in_key = false;
		for (next = r->line; rest.len; next++) {
			line = str_cut(rest, '\n', &rest);
			show(l, w, next, line);
		}
		next += next == r->line;
	}
}

static bool show_wanted(struct lines *l, const struct wanted *w, struct err *err)
{
	const struct lines_options *o = l->call->options;
	const char *reason = "--archive PATH reads all lines back";
	uint64_t before = l->shown;

	if (!l->call->common.json) {
		fputs(before ? "\n" : "", stdout);
		text_print_clean(stdout, w->source, LINE_MAX_BYTES);
		fputc('\n', stdout);
	}
	if (o->archive.len && show_archive(l, w, &reason, err))
		return true;
	if (err->set)
		return false;
	show_kept(l, w);
	if (!l->call->common.quiet && l->shown - before < w->to - w->from + 1)
		fprintf(stderr, "The store itself keeps %llu of these %llu lines: %s.\n", (unsigned long long)(l->shown - before),
			(unsigned long long)(w->to - w->from + 1), reason);
	return true;
}

static bool show_all(struct lines *l, struct err *err)
{
	const struct invocation *call = l->call;
	struct wanted *w = arena_new_n(call->arena, struct wanted, call->n_args);

	if (!store_load_quality(l->store, call->arena, &l->sources, &l->n_sources, err) ||
	    !store_load_kept(l->store, call->arena, &l->kept, &l->n_kept, err))
		return false;
	for (size_t i = 0; i < call->n_args; i++)
		if (!read_wanted(l, call->args[i], &w[i], err))
			return false;
	for (size_t i = 0; i < call->n_args; i++)
		if (!show_wanted(l, &w[i], err))
			return false;
	return true;
}

static int run(struct invocation *call, struct err *err)
{
	const struct lines_options *o = call->options;
	struct lines l = { .call = call, .context = CONTEXT };

	if (o->context.len && (!str_to_u64(o->context, &l.context) || l.context > CONTEXT_MAX)) {
		err_set_status(err, EXIT_USAGE, "--context: '%.*s' is no number up to %d", STR_ARG(o->context), CONTEXT_MAX);
		return EXIT_USAGE;
	}
	if (!store_open(o->store.ptr, &l.store, err))
		return EXIT_SYSTEM;
	if (o->archive.len)
		find_files(&o->archive, 1, call->arena, &l.files);
	bool good = show_all(&l, err);

	store_close(l.store);
	return !good ? EXIT_SYSTEM : l.shown > 0 ? EXIT_DONE : EXIT_NO_INPUT;
}

static const struct example examples[] = {
	{ "inquest lines -s out/store.inquest --archive logs/ nginx/access.log.2.gz:31589", "A line that a report quotes, with three before and after." },
	{ "inquest lines -s out/store.inquest --archive logs/ -C 40 app/web.log:100-120", "Some more." },
	{ "inquest lines -s out/store.inquest app/web.log:5120", "What the store itself keeps of it." },
	{ 0 },
};

const struct command command_lines = {
	.name = "lines",
	.rank = 7,
	.arguments = "-s STORE [--archive PATH] FILE:LINE...",
	.help = "from a place that a report quotes to its lines",
	.about = "Shows lines by their place, FILE:LINE or FILE:LINE-LINE as every report quotes them, with those before and after. The store "
		 "says where decompression can start, so it takes no longer in a large file. FILE is a path inside the archive, or the end of "
		 "one that only one file has.\n"
		 "Without --archive, and where the archive has changed, the lines that the store keeps are shown: those it quotes, the first of "
		 "every template, changes, and a sample of what is notable.",
	.options = rows,
	.options_bytes = sizeof(struct lines_options),
	.uses = USES_JSON,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
