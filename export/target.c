#include "export/target.h"

#include "core/redact.h"
#include "core/timestamp.h"

enum { OUT_MAX_BYTES = 64 << 20, FLUSH_BYTES = 256 * 1024, NAME_MAX_BYTES = 64 };

const struct export_target *export_by_name(struct str name)
{
	for (const struct export_target *const *t = export_registry; *t; t++)
		if (str_eq(name, str_of((*t)->name)))
			return *t;
	return NULL;
}

bool export_run(struct store *s, const struct export_target *t, const struct export_options *o, struct export_sink *sink,
		struct err *err)
{
	struct export_job job = { .options = o, .sink = sink };

	arena_init(&job.arena);
	buf_init(&job.out, OUT_MAX_BYTES);
	bool good = query_open(s, STR("SELECT 1"), &job.query, err) && t->write(&job, err);

	query_close(job.query);
	buf_release(&job.out);
	arena_release(&job.arena);
	return good;
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool export_name_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_byte(name.ptr[i]))
			return false;
	return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

struct str export_name(struct str path, struct arena *a)
{
	struct str name = str_from(path, (size_t)(str_rchr(path, '/') + 1));
	ptrdiff_t dot = str_rchr(name, '.');
	char out[NAME_MAX_BYTES];

	name = str_head(dot > 0 ? str_head(name, (size_t)dot) : name, sizeof out);
	for (size_t i = 0; i < name.len; i++)
		out[i] = is_name_byte(name.ptr[i]) ? name.ptr[i] : '_';
	return name.len > 0 ? arena_str(a, str_make(out, name.len)) : STR("store");
}

bool export_open(struct export_job *job, const char *file, struct err *err)
{
	buf_clear(&job->out);
	return job->sink->open(job->sink->self, file, err);
}

static bool pass_on(struct export_job *job, struct err *err)
{
	if (job->out.full)
		return err_set(err, "a row is too large to be exported");
	bool good = job->sink->write(job->sink->self, buf_str(&job->out), err);

	buf_clear(&job->out);
	return good;
}

bool export_flush(struct export_job *job, struct err *err)
{
	return job->out.len < FLUSH_BYTES || pass_on(job, err);
}

bool export_close(struct export_job *job, struct err *err)
{
	return pass_on(job, err) && job->sink->close(job->sink->self, err);
}

/* Is there anything that has to be replaced? */
static bool is_clean(struct str text)
{
	for (size_t i = 0; i < text.len;) {
		size_t n = text.ptr[i] == '\n' || text.ptr[i] == '\t' ? 1 : str_printable_at(text, i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

struct str export_text(struct export_job *job, struct str text, bool said)
{
	struct buf clean;

	if (said && job->options->redact)
		text = redact_text(text, &job->arena);
	if (is_clean(text))
		return text;
	buf_init(&clean, OUT_MAX_BYTES);
	for (size_t i = 0; i < text.len;) {
		size_t n = text.ptr[i] == '\n' || text.ptr[i] == '\t' ? 1 : str_printable_at(text, i);
		size_t skip = n ? n : str_utf8_at(text, i);
		bool line_end = text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';

		if (!line_end)
			buf_add(&clean, n ? str_make(text.ptr + i, n) : STR("\xef\xbf\xbd"));
		i += skip ? skip : 1;
	}
	text = arena_str(&job->arena, buf_str(&clean));
	buf_release(&clean);
	return text;
}

bool export_has(const struct catalog_table *t)
{
	return !t->view && strcmp(t->name, "events") != 0 && !str_starts(str_of(t->name), STR("inquest_"));
}

struct str export_window(struct export_job *job, const char *column, const char *and)
{
	const struct export_options *o = job->options;
	char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
	struct str sql = STR("");

	if (o->since_ns != TIME_NONE)
		sql = arena_printf(&job->arena, "%s %s >= '%s'", and, column, time_format(o->since_ns, 9, from));
	if (o->until_ns != TIME_NONE)
		sql = arena_printf(&job->arena, "%.*s%s %s < '%s'", STR_ARG(sql), sql.len > 0 ? " AND" : and, column,
				   time_format(o->until_ns, 9, to));
	return sql;
}

struct str export_select(struct export_job *job, const struct catalog_table *t)
{
	bool timed = strcmp(t->columns[0].name, "time") == 0;
	struct str window = timed ? export_window(job, "time", t->hidden ? " AND" : " WHERE") : STR("");

	/* What is counted comes in steps. */
	if (t->hidden)
		return arena_printf(&job->arena, "SELECT * FROM %s WHERE step = %u%.*s", t->name, job->options->step_s, STR_ARG(window));
	return arena_printf(&job->arena, "SELECT * FROM %s%.*s", t->name, STR_ARG(window));
}
