#include "cli/summary.h"

#include "cli/text.h"

enum { PATH_COLUMN_MIN = 12, PATH_COLUMN_MAX = 60, SAMPLES_SHOWN = 2, SAMPLE_BYTES = 160 };

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static bool has_trouble(const struct file_outcome *f)
{
	return f->rejected > 0 || f->truncated || f->damaged;
}

static void print_row(FILE *to, const struct file_outcome *f, int path_column)
{
	char lines[NUMBER_BYTES], events[NUMBER_BYTES], more[NUMBER_BYTES], rejected[NUMBER_BYTES];

	fputs("  ", to);
	text_print_clean(to, f->path, SIZE_MAX);
	for (int column = (int)f->path.len; column < path_column; column++)
		fputc(' ', to);
	if (f->skipped) {
		fprintf(to, "  %-18.*s %10s\n", STR_ARG(f->format), "known");
		return;
	}
	fprintf(to, "  %-18.*s %10s %10s %10s %9s\n", STR_ARG(f->format), text_grouped(f->lines, lines),
		text_grouped(f->events, events), text_grouped(f->continuation, more), text_grouped(f->rejected, rejected));
}

static void print_notes(FILE *to, const struct file_outcome *f)
{
	for (size_t i = 0; i < f->n_notes; i++) {
		fputs("      ", to);
		text_print_clean(to, f->notes[i], SIZE_MAX);
		fputc('\n', to);
	}
	for (size_t i = 0; i < f->n_samples && i < SAMPLES_SHOWN; i++) {
		fputs("      not understood: line ", to);
		text_print_clean(to, f->samples[i], SAMPLE_BYTES);
		fputc('\n', to);
	}
}

static void print_table(FILE *to, const struct ingest_outcome *o, bool all_files)
{
	int path_column = PATH_COLUMN_MIN;
	bool any = false;

	for (size_t i = 0; i < o->n_files; i++) {
		if (!all_files && !has_trouble(&o->files[i]))
			continue;
		any = true;
		if ((int)o->files[i].path.len > path_column && o->files[i].path.len <= PATH_COLUMN_MAX)
			path_column = (int)o->files[i].path.len;
	}
	if (!any)
		return;
	fprintf(to, "  %-*s  %-18s %10s %10s %10s %9s\n", path_column, "file", "format", "lines", "events", "further",
		"rejected");
	for (size_t i = 0; i < o->n_files; i++) {
		if (!all_files && !has_trouble(&o->files[i]))
			continue;
		print_row(to, &o->files[i], path_column);
		print_notes(to, &o->files[i]);
	}
}

void summary_problems(FILE *to, const struct ingest_outcome *o)
{
	for (size_t i = 0; i < o->report.n_notes; i++) {
		fputs("  ", to);
		text_print_clean(to, o->report.notes[i], SIZE_MAX);
		fputc('\n', to);
	}
}

void summary_print(FILE *to, const struct ingest_outcome *o, bool all_files)
{
	const struct ingest_report *r = &o->report;
	char lines[NUMBER_BYTES], events[NUMBER_BYTES], more[NUMBER_BYTES], rejected[NUMBER_BYTES];

	/* Every line has its place: it begins an event, goes on with one, or was not understood. */
	if (r->files > 0)
		fprintf(to, "Read %zu file%s: %s line%s = %s event%s + %s further line%s of events + %s rejected.\n",
			r->files, plural(r->files), text_grouped(r->lines, lines), plural(r->lines),
			text_grouped(r->events, events), plural(r->events), text_grouped(r->continuation, more),
			plural(r->continuation), text_grouped(r->rejected, rejected));
	if (r->files_skipped > 0)
		fprintf(to, "%zu file%s skipped: the same content was read before.\n", r->files_skipped,
			plural(r->files_skipped));
	if (r->files_elsewhere > 0)
		fprintf(to, "%zu file%s left to the other shards.\n", r->files_elsewhere, r->files_elsewhere == 1 ? " is" : "s are");
	if (r->files_not_log > 0)
		fprintf(to, "%zu file%s skipped: not logs.\n", r->files_not_log, plural(r->files_not_log));
	if (r->files_empty > 0)
		fprintf(to, "%zu file%s empty.\n", r->files_empty, r->files_empty == 1 ? " is" : "s are");
	if (r->files_failed > 0)
		fprintf(to, "%zu file%s could not be read.\n", r->files_failed, plural(r->files_failed));
	summary_problems(to, o);
	print_table(to, o, all_files);
}

const char *summary_no_input(const struct ingest_outcome *o)
{
	const struct ingest_report *r = &o->report;

	if (r->files == 0 && r->files_failed == 0 && r->files_empty == 0 && r->files_not_log == 0)
		return "no log files were found";
	if (r->files_failed > 0 && r->events == 0 && r->files_not_log == 0 && r->lines == 0)
		return "none of the files could be read";
	if (r->files_empty > 0 && r->files_not_log == 0 && r->lines == 0)
		return "the files are empty";
	if (r->lines == 0)
		return "the files are not logs";
	return "no line was understood; 'inquest formats --explain PATH' says why";
}
