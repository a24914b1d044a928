/* inquest backtest: run over past incidents whose cause is known, and score the answers. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/backtest.h"
#include "cli/baseline.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "core/redact.h"

enum { TRUTH_MAX_BYTES = 1 << 20, TABLE_MAX_BYTES = 64 << 20, WORKERS_MAX = 64 };

struct backtest_options {
	struct str folder; /* -o; empty none */
	struct str json;   /* --json; empty none, "-" standard output */
};

static const struct option_row rows[] = {
	{ 'o', "output", "DIR", "keep each case's findings.json in DIR/<case>/", OPTION_TEXT,
	  offsetof(struct backtest_options, folder) },
	{ 0, "json", "FILE", "write everything as JSON; - is standard output, instead of the table", OPTION_TEXT,
	  offsetof(struct backtest_options, json) },
	{ 0 },
};

/* ---- finding cases -------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool is_case(struct str folder, struct arena *a)
{
	struct stat st;

	return stat(path_join(a, folder, STR("truth.json")).ptr, &st) == 0 && S_ISREG(st.st_mode);
}

/* The folders in `root` that hold a truth.json, sorted; `root` itself when it holds one. */
static bool list_cases(struct str root, struct arena *a, struct str **out, size_t *n, struct err *err)
{
	VEC(struct str) folders = { 0 };
	DIR *dir = opendir(root.ptr);

	if (!dir)
		return err_set_status(err, EXIT_NO_INPUT, "%.*s is not a folder that can be read", STR_ARG(root));
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		struct str folder = path_join(a, root, str_of(entry->d_name));

		if (entry->d_name[0] != '.' && is_case(folder, a))
			*vec_push(a, &folders) = folder;
	}
	closedir(dir);
	if (folders.n == 0 && is_case(root, a))
		*vec_push(a, &folders) = root;
	if (folders.n == 0)
		return err_set_status(err, EXIT_NO_INPUT, "%.*s holds no case: a folder with truth.json and logs/", STR_ARG(root));
	qsort(folders.at, folders.n, sizeof *folders.at, by_text);
	*out = folders.at;
	*n = folders.n;
	return true;
}

/* ---- running -------------------------------------------------------------------------------- */

static bool keep_findings(struct arena *a, struct str folder, struct str name, const struct casefile *c, struct err *err)
{
	const struct render_options options = { .redact = true, .version = INQUEST_VERSION };
	struct str own = path_join(a, folder, name);

	return output_make_folder(own, err) &&
	       pipeline_write(c, pipeline_renderer("json"), &options, path_join(a, own, STR("findings.json")), err);
}

/* The last part of a folder's path. */
static struct str name_of(struct str folder)
{
	while (folder.len > 1 && str_ends(folder, STR("/")))
		folder = str_head(folder, folder.len - 1);
	return str_from(folder, (size_t)(str_rchr(folder, '/') + 1));
}

static bool is_there(struct str path)
{
	return access(path.ptr, F_OK) == 0;
}

/* Cases are taken one by one by workers; results stand in the order of the folders. */
struct backtest {
	const struct invocation *in;
	struct str *folders;
	struct result *results; /* one a folder */
	size_t n;
	struct str scratch;     /* folder for stores of the logs */
	pthread_mutex_t lock;   /* of what follows, and of the invocation's arena */
	size_t next;
	bool failed;
};

/* What is said of a store, as a report says it, and what baselines say of it. */
static bool score_store(struct invocation *in, struct str store, const struct truths *truths, const struct casefile *c,
			struct score *out, struct err *err)
{
	struct casefile said = redact_casefile(c, in->arena);
	struct store *reader;

	*out = score_case(truths, &said, in->arena);
	if (!store_open(store.ptr, &reader, err))
		return false;
	bool good = baseline_judge(truths, reader, in->arena, out, err);

	store_close(reader);
	return good;
}

/* A case, from its logs or, where there are none, from the store that was made of them. */
static bool score_folder(struct invocation *in, struct str folder, struct str own_store, const struct truths *truths,
			 struct score *out, struct err *err)
{
	const struct backtest_options *o = in->options;
	struct str logs = path_join(in->arena, folder, STR("logs")), kept = path_join(in->arena, folder, STR("store.inquest"));
	bool read = is_there(logs) || !is_there(kept);
	struct str store = read ? own_store : kept;
	struct ingest_outcome outcome;
	struct casefile c = { 0 };

	bool good = (read ? pipeline_ingest(in, store, &logs, 1, &outcome, err) &&
				    pipeline_analyze(in, store, &outcome, (struct archive){ 0 }, &c, err)
			  : pipeline_examine(in, store, &c, err)) &&
		    score_store(in, store, truths, &c, out, err) &&
		    (o->folder.len == 0 || keep_findings(in->arena, o->folder, name_of(folder), &c, err));

	if (read)
		unlink(store.ptr);
	return good;
}

/* Logs that cannot be read are a miss like any other; what else goes wrong ends the run. */
static bool score_one(const struct backtest *b, struct invocation *in, size_t i, struct result *r)
{
	static const struct casefile nothing = { .from_ns = TIME_NONE, .to_ns = TIME_NONE };
	struct str folder = b->folders[i], text = STR_NONE;
	struct str store = arena_printf(in->arena, "%.*s/%zu.inquest", STR_ARG(b->scratch), i);
	struct truths truths;

	if (!input_read_file(path_join(in->arena, folder, STR("truth.json")), TRUTH_MAX_BYTES, in->arena, &text, &r->err) ||
	    !truths_read(text, in->arena, &truths, &r->err))
		return false;
	if (score_folder(in, folder, store, &truths, &r->score, &r->err))
		return true;
	r->missing = true;
	r->score = score_case(&truths, &nothing, in->arena);
	return r->err.status == EXIT_NO_INPUT;
}

/* What outlives the worker's own memory. */
static void keep(struct arena *a, struct result *r, struct str name)
{
	struct score_row *kept = arena_new_n(a, struct score_row, r->score.n_rows + 1);
	double *stated = arena_new_n(a, double, r->score.false_alarms + 1);

	r->name = arena_str(a, name);
	for (size_t i = 0; i < r->score.n_rows; i++) {
		kept[i] = r->score.rows[i];
		kept[i].kind = arena_str(a, kept[i].kind);
	}
	for (size_t i = 0; i < r->score.false_alarms; i++)
		stated[i] = r->score.false_stated[i];
	r->score.rows = kept;
	r->score.false_stated = stated;
}

static void run_case(struct backtest *b, struct invocation *in, size_t i)
{
	struct result *r = &b->results[i];
	bool good = score_one(b, in, i, r);

	pthread_mutex_lock(&b->lock);
	b->failed |= !good;
	keep(b->in->arena, r, name_of(b->folders[i]));
	pthread_mutex_unlock(&b->lock);
}

/* The next case's number, or false at the end or after a failure. */
static bool take(struct backtest *b, size_t *i)
{
	pthread_mutex_lock(&b->lock);
	bool more = b->next < b->n && !b->failed;

	*i = b->next;
	b->next += more;
	pthread_mutex_unlock(&b->lock);
	return more;
}

static void *work(void *self)
{
	struct backtest *b = self;
	struct invocation own = *b->in;
	struct arena arena;
	size_t i;

	arena_init(&arena);
	own.arena = &arena;
	while (take(b, &i)) {
		run_case(b, &own, i);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return NULL;
}

/* As many workers as --jobs says, or cores; each reads its archive with one thread. Alone, a case gets them all. */
static void run_all(struct backtest *b, struct invocation *in)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = in->common.jobs > 0 ? in->common.jobs : cores > 0 ? (size_t)cores : 1;
	size_t n = wanted < b->n ? wanted : b->n, started = 0;
	pthread_t workers[WORKERS_MAX];

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	if (n > 1) {
		in->common.jobs = 1;
		in->common.no_progress = true;
	}
	for (size_t i = 1; i < n; i++)
		started += pthread_create(&workers[started], NULL, work, b) == 0;
	work(b);
	for (size_t i = 0; i < started; i++)
		pthread_join(workers[i], NULL);
}

/* The first failure by order of the cases, with the name of the case. */
static bool settle(const struct backtest *b, struct err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct result *r = &b->results[i];

		if (r->err.set && !(r->missing && r->err.status == EXIT_NO_INPUT))
			return err_set_status(err, r->err.status, "%.*s: %s", STR_ARG(b->folders[i]), r->err.text);
	}
	return true;
}

/* How many could not be read, each named on standard error. */
static size_t name_missing(const struct backtest *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (!b->results[i].missing)
			continue;
		fprintf(stderr, "inquest: %.*s counts as missed: %s\n", STR_ARG(b->folders[i]), b->results[i].err.text);
		n++;
	}
	return n;
}

static bool tell(const struct invocation *in, const struct backtest *b, struct err *err)
{
	const struct backtest_options *o = in->options;
	struct tally tally = tally_of(b->results, b->n, in->arena);
	bool only_json = str_eq(o->json, STR("-")), good = true;
	struct buf out;

	buf_init(&out, TABLE_MAX_BYTES);
	if (!only_json)
		backtest_table(b->results, b->n, &tally, &out);
	if (out.len > 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len)
		good = err_set_errno(err, "cannot write to standard output");
	buf_clear(&out);
	if (o->json.len > 0)
		backtest_json(b->results, b->n, &tally, &out);
	if (only_json && fwrite(out.ptr, 1, out.len, stdout) != out.len)
		good = err_set_errno(err, "cannot write to standard output");
	else if (o->json.len > 0 && !only_json)
		good = good && output_write_file(o->json, buf_str(&out), err);
	buf_release(&out);
	return good;
}

static int run(struct invocation *in, struct err *err)
{
	VEC(struct str) folders = { 0 };

	for (size_t i = 0; i < in->n_args; i++) {
		struct str *found = NULL;
		size_t n = 0;

		if (!list_cases(in->args[i], in->arena, &found, &n, err))
			return EXIT_NO_INPUT;
		for (size_t k = 0; k < n; k++)
			*vec_push(in->arena, &folders) = found[k];
	}
	struct scratch *scratch = scratch_open(STR_NONE, in->arena, err);

	if (!scratch)
		return EXIT_SYSTEM;
	struct result *at = arena_new_n(in->arena, struct result, folders.n);
	struct backtest b = { in, folders.at, at, folders.n, scratch_folder(scratch), PTHREAD_MUTEX_INITIALIZER, 0, false };

	run_all(&b, in);
	scratch_close(scratch);
	if (!settle(&b, err) || !tell(in, &b, err))
		return EXIT_SYSTEM;
	return name_missing(&b) > 0 ? EXIT_NO_INPUT : EXIT_DONE;
}

static const struct example examples[] = {
	{ "inquest backtest cases/", "Score every cases/<case>/ that has truth.json and logs/ (or store.inquest)." },
	{ "inquest backtest cases/ -o results/", "Keep what was found, to compare with another version." },
	{ "inquest backtest cases/ --json figures.json", "Keep the figures, too." },
	{ 0 },
};

const struct command command_backtest = {
	.name = "backtest",
	.rank = 12,
	.arguments = "CASES... [-o DIR] [--json FILE]",
	.help = "score the answers over past incidents with a known cause",
	.about = "Investigates every case in a folder, or one case, and holds the answer against its truth.json. Columns: det = the incident "
		 "was found; top1, top3 = a right cause stands at rank 1, within rank 3; strict = at rank 1 with exactly the true "
		 "kind; onset_s = error of the onset in seconds; false = incidents that are none; herr = share of the red herrings "
		 "that were ruled out; ment = share of what must be mentioned. Below: the same by true kind, whether stated "
		 "probabilities can be believed, and what answers without any analysis would have scored.\n"
		 "A case whose logs cannot be read counts as missed, is named, and makes the exit status 3.",
	.options = rows,
	.options_bytes = sizeof(struct backtest_options),
	.uses = USES_INPUT | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
