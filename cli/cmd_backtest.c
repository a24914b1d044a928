/* inquest backtest: run over past incidents whose cause is known, and score the answers. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/pipeline.h"
#include "cli/score.h"
#include "core/json.h"

enum { TRUTH_MAX_BYTES = 1 << 20 };

struct backtest_options {
	struct str folder; /* -o; empty none */
};

static const struct option_row rows[] = {
	{ 'o', "output", "DIR", "keep each case's findings.json in DIR/<case>/", OPTION_TEXT,
	  offsetof(struct backtest_options, folder) },
	{ 0 },
};

/* One case and how it went. */
struct result {
	struct str name;
	struct score score;
	struct err err;
};

struct results {
	struct result *at;
	size_t n, cap;
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

/* The case file of a case: from its logs, or, where there are none, from the store that was made of them. */
static bool examine(struct invocation *in, struct str folder, struct str own_store, struct casefile *c, struct err *err)
{
	struct str logs = path_join(in->arena, folder, STR("logs")), kept = path_join(in->arena, folder, STR("store.inquest"));
	struct ingest_outcome outcome;

	if (!is_there(logs) && is_there(kept))
		return pipeline_examine(in, kept, c, err);
	bool good = pipeline_ingest(in, own_store, &logs, 1, &outcome, err) &&
		    pipeline_analyze(in, own_store, &outcome, c, err);

	unlink(own_store.ptr);
	return good;
}

static bool score_one(const struct backtest *b, struct invocation *in, size_t i, struct score *out, struct err *err)
{
	const struct backtest_options *o = in->options;
	struct str folder = b->folders[i], truth = STR_NONE;
	struct str store = arena_printf(in->arena, "%.*s/%zu.inquest", STR_ARG(b->scratch), i);
	struct casefile c = { 0 };

	return input_read_file(path_join(in->arena, folder, STR("truth.json")), TRUTH_MAX_BYTES, in->arena, &truth, err) &&
	       examine(in, folder, store, &c, err) && score_case(truth, &c, in->arena, out, err) &&
	       (o->folder.len == 0 || keep_findings(in->arena, o->folder, name_of(folder), &c, err));
}

static void run_case(struct backtest *b, struct invocation *in, size_t i)
{
	struct score score = { 0 };
	struct result *r = &b->results[i];

	(void)!score_one(b, in, i, &score, &r->err);
	pthread_mutex_lock(&b->lock);
	b->failed |= r->err.set;
	r->name = arena_str(b->in->arena, name_of(b->folders[i]));
	r->score = score;
	r->score.rows = arena_new_n(b->in->arena, struct score_row, score.n_rows + 1);
	pthread_mutex_unlock(&b->lock);
	memcpy(r->score.rows, score.rows, score.n_rows * sizeof *score.rows);
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

enum { WORKERS_MAX = 64 };

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
	for (size_t i = 0; i < b->n; i++)
		if (b->results[i].err.set)
			return err_set_status(err, b->results[i].err.status, "%.*s: %s", STR_ARG(b->folders[i]),
					      b->results[i].err.text);
	return true;
}

/* ---- telling -------------------------------------------------------------------------------- */

/* A number, or "-" where the truth says nothing. */
static void print_share(double share, int width, int decimals)
{
	if (share < 0)
		printf(" %*s", width, "-");
	else
		printf(" %*.*f", width, decimals, share);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "NO";
}

static void print_result(const struct result *r)
{
	if (r->score.n_rows == 0) {
		printf("%-34.*s quiet day: %s   false=%u\n", STR_ARG(r->name),
		       r->score.false_alarms == 0 ? "kept quiet" : "FALSE ALARM", r->score.false_alarms);
		return;
	}
	for (size_t i = 0; i < r->score.n_rows; i++) {
		const struct score_row *row = &r->score.rows[i];

		printf("%-34.*s %4s %5s %5s %6s", STR_ARG(r->name), yes_no(row->found), yes_no(row->top1), yes_no(row->top3),
		       yes_no(row->strict));
		print_share(row->onset_error_s, 8, 1);
		printf(" %5u", r->score.false_alarms);
		print_share(row->herrings, 5, 2);
		print_share(row->mentions, 5, 2);
		putchar('\n');
	}
}

/* A mean over what is known. */
struct mean {
	double sum, n;
};

static void mean_add(struct mean *m, double v)
{
	if (v < 0)
		return;
	m->sum += v;
	m->n++;
}

static double mean_of(struct mean m)
{
	return m.n > 0 ? m.sum / m.n : -1;
}

struct totals {
	size_t incidents, quiet, quiet_kept;
	unsigned false_alarms;
	struct mean found, top1, top3, strict, herrings, mentions;
	double onset_median_s; /* negative: none */
};

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct totals totals_of(const struct results *results, struct arena *a)
{
	struct totals t = { .onset_median_s = -1 };
	VEC(double) onsets = { 0 };

	for (size_t i = 0; i < results->n; i++) {
		const struct score *s = &results->at[i].score;

		t.false_alarms += s->false_alarms;
		t.incidents += s->n_rows;
		t.quiet += s->n_rows == 0;
		t.quiet_kept += s->n_rows == 0 && s->false_alarms == 0;
		for (size_t k = 0; k < s->n_rows; k++) {
			const struct score_row *row = &s->rows[k];

			mean_add(&t.found, row->found);
			mean_add(&t.top1, row->top1);
			mean_add(&t.top3, row->top3);
			mean_add(&t.strict, row->strict);
			mean_add(&t.herrings, row->herrings);
			mean_add(&t.mentions, row->mentions);
			if (row->onset_error_s >= 0)
				*vec_push(a, &onsets) = row->onset_error_s;
		}
	}
	if (onsets.n > 0) {
		qsort(onsets.at, onsets.n, sizeof *onsets.at, by_number);
		t.onset_median_s = onsets.at[onsets.n / 2];
	}
	return t;
}

static void print_total(const char *label, double v, int decimals)
{
	printf("  %s", label);
	print_share(v, 1, decimals);
}

static void print_table(const struct results *results, const struct totals *t)
{
	printf("%-34s %4s %5s %5s %6s %8s %5s %5s %5s\n", "case", "det", "top1", "top3", "strict", "onset_s", "false", "herr",
	       "ment");
	for (size_t i = 0; i < results->n; i++)
		print_result(&results->at[i]);
	printf("incidents %zu", t->incidents);
	print_total("det", mean_of(t->found), 3);
	print_total("top1", mean_of(t->top1), 3);
	print_total("top3", mean_of(t->top3), 3);
	print_total("strict", mean_of(t->strict), 3);
	print_total("onset median", t->onset_median_s, 0);
	printf(" s  false %u", t->false_alarms);
	print_total("herrings", mean_of(t->herrings), 3);
	print_total("mentions", mean_of(t->mentions), 3);
	printf("  quiet days kept quiet %zu/%zu\n", t->quiet_kept, t->quiet);
}

static void add_share(struct jsonw *w, const char *key, double share, unsigned decimals)
{
	jsonw_key(w, key);
	if (share < 0)
		jsonw_null(w);
	else
		jsonw_fixed(w, share, decimals);
}

static void add_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_key(w, key);
	jsonw_bool(w, value);
}

static void print_json(const struct results *results)
{
	struct buf out;
	struct jsonw w;

	buf_init(&out, TRUTH_MAX_BYTES);
	jsonw_init(&w, &out, 1);
	jsonw_array(&w);
	for (size_t i = 0; i < results->n; i++) {
		const struct result *r = &results->at[i];

		for (size_t k = 0; k < (r->score.n_rows > 0 ? r->score.n_rows : 1); k++) {
			jsonw_object(&w);
			jsonw_key(&w, "case");
			jsonw_str(&w, r->name);
			if (r->score.n_rows == 0) {
				add_bool(&w, "quiet", r->score.false_alarms == 0);
			} else {
				const struct score_row *row = &r->score.rows[k];

				add_bool(&w, "det", row->found);
				add_bool(&w, "top1", row->top1);
				add_bool(&w, "top3", row->top3);
				add_bool(&w, "strict", row->strict);
				add_share(&w, "onset", row->onset_error_s, 3);
				add_share(&w, "herr", row->herrings, 3);
				add_share(&w, "ment", row->mentions, 3);
			}
			jsonw_key(&w, "false");
			jsonw_u64(&w, r->score.false_alarms);
			jsonw_object_end(&w);
		}
	}
	jsonw_array_end(&w);
	buf_addc(&out, '\n');
	fwrite(out.ptr, 1, out.len, stdout);
	buf_release(&out);
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
	struct results results = { at, folders.n, folders.n };
	struct backtest b = { in, folders.at, at, folders.n, scratch_folder(scratch), PTHREAD_MUTEX_INITIALIZER, 0, false };

	run_all(&b, in);
	scratch_close(scratch);
	if (!settle(&b, err))
		return EXIT_SYSTEM;
	struct totals totals = totals_of(&results, in->arena);

	if (in->common.json)
		print_json(&results);
	else
		print_table(&results, &totals);
	return EXIT_DONE;
}

static const struct example examples[] = {
	{ "inquest backtest cases/", "Score every cases/<case>/ that has logs/ and truth.json." },
	{ "inquest backtest cases/ -o results/", "Keep what was found, to compare with another version." },
	{ 0 },
};

const struct command command_backtest = {
	.name = "backtest",
	.rank = 12,
	.arguments = "CASES... [-o DIR]",
	.help = "score the answers over past incidents with a known cause",
	.about = "Investigates every case in a folder, or one case, and holds the answer against its truth.json. Columns: det = the incident "
		 "was found; top1, top3 = a right cause stands at rank 1, within rank 3; strict = at rank 1 with exactly the true "
		 "kind; onset_s = error of the onset in seconds; false = incidents that are none; herr = share of the red herrings "
		 "that were ruled out; ment = share of what must be mentioned.",
	.options = rows,
	.options_bytes = sizeof(struct backtest_options),
	.uses = USES_INPUT | USES_JSON | USES_PROGRESS,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.examples = examples,
	.run = run,
};
