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

void spark_draw(struct spark *s, const struct incident *in, struct arena *a)
{
	size_t n = s->plot->n < s->columns ? s->plot->n : s->columns;
	char *bars = arena_alloc(a, n * BAR_BYTES + 1, 1), *marks = arena_alloc(a, n + 1, 1);
	double top = 0;
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		top = fmax(top, column_max(s->plot, i, n));
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
	for (size_t i = 0; i < in->n_timeline; i++) {
		if (str_eq(in->timeline[i].kind, STR("change")))
			mark(marks, s, n, in->timeline[i].time_ns, 'C');
		else if (str_eq(in->timeline[i].kind, STR("ineffective")) ||
			 str_eq(in->timeline[i].kind, STR("relief")))
			mark(marks, s, n, in->timeline[i].time_ns, 'x');
	}
	mark(marks, s, n, in->recovered_ns, 'R');
	mark(marks, s, n, in->onset_best_ns, 'O');
	while (n && marks[n - 1] == ' ')
		n--;
	s->bars = str_make(bars, len);
	s->marks = str_make(marks, n);
}
