#include "report/spark.h"

#include <math.h>

enum { BAR_BYTES = 3, LEVELS = 8 }; /* U+2581..U+2588 take three bytes each */

static double column_max(const struct plot *p, size_t column, size_t columns)
{
	size_t from = column * p->n / columns, to = (column + 1) * p->n / columns;
	double max = NAN;

	for (size_t i = from; i < to; i++)
		if (isfinite(p->values[i]) && !(p->values[i] <= max))
			max = p->values[i];
	return max;
}

static void mark(char *marks, const struct spark *s, size_t columns, int64_t ns, char c)
{
	double span = (double)s->plot->step_ns * (double)s->plot->n;
	double at = ns == TIME_NONE ? -1 : ((double)ns - (double)s->plot->from_ns) / span * (double)columns;

	if (at >= 0 && at < (double)columns)
		marks[(size_t)at] = c;
}

/* Is the column's time one in which symptoms were really there, or, where nobody says so, in the incident? */
static bool is_bad(const struct spark *s, size_t column, size_t columns, const struct incident *in)
{
	double width = (double)s->plot->step_ns * (double)s->plot->n / (double)columns;
	double from = (double)s->plot->from_ns + width * (double)column, to = from + width;

	for (size_t i = 0; i < in->n_degraded; i++)
		if ((double)in->degraded[i].from_ns < to && (double)in->degraded[i].to_ns > from)
			return true;
	return in->n_degraded == 0 && in->onset_best_ns != TIME_NONE && to > (double)in->onset_best_ns &&
	       (in->recovered_ns == TIME_NONE || from < (double)in->recovered_ns);
}

void spark_draw(struct spark *s, const struct incident *in, struct arena *a)
{
	size_t n = s->plot->n < s->columns ? s->plot->n : s->columns;
	char *bars = arena_alloc(a, n * BAR_BYTES + 1, 1), *marks = arena_alloc(a, n + 1, 1);
	double top = 0;
	size_t len = 0;

	s->bad = arena_new_n(a, bool, n + 1);
	for (size_t i = 0; i < n; i++) {
		top = fmax(top, column_max(s->plot, i, n));
		s->bad[i] = is_bad(s, i, n, in);
	}
	s->top = top;
	for (size_t i = 0; i < n; i++) {
		double v = column_max(s->plot, i, n);

		if (!isfinite(v)) {
			bars[len++] = ' '; /* no data is not a zero */
			continue;
		}
		unsigned level = top > 0 && v > 0 ? (unsigned)ceil(v / top * LEVELS) - 1 : 0;
		memcpy(bars + len, "\xe2\x96", 2);
		bars[len + 2] = (char)(unsigned char)(0x81 + (level < LEVELS ? level : LEVELS - 1));
		len += BAR_BYTES;
	}
	memset(marks, ' ', n);
	static const struct { const char *kind; char mark; } kinds[] = {
		{ "change", 'C' }, { "ineffective", 'x' }, { "relief", 'x' }, { "mitigation", 'M' },
	};
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		for (size_t i = 0; i < in->n_timeline; i++)
			if (str_eq(in->timeline[i].kind, str_of(kinds[k].kind)))
				mark(marks, s, n, in->timeline[i].time_ns, kinds[k].mark);
	mark(marks, s, n, in->recovered_ns, 'R');
	mark(marks, s, n, in->onset_best_ns, 'O');
	while (n && marks[n - 1] == ' ')
		n--;
	s->bars = str_make(bars, len);
	s->marks = str_make(marks, n);
}
