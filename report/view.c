#include "report/view.h"

#include "core/redact.h"

struct casefile view_casefile(const struct casefile *c, const struct render_options *o, struct arena *a)
{
	return o->redact ? redact_casefile(c, a) : *c;
}

bool view_plot_is_drawable(const struct plot *p)
{
	int64_t span_ns, end_ns;

	return p->n > 0 && p->n <= INT32_MAX && p->step_ns > 0 && p->from_ns > -INT64_MAX / 2 &&
	       !__builtin_mul_overflow(p->step_ns, (int64_t)p->n, &span_ns) &&
	       !__builtin_add_overflow(p->from_ns, span_ns, &end_ns) && end_ns < INT64_MAX / 2;
}

const struct plot *view_failures(const struct incident *in)
{
	for (size_t i = 0; i < in->n_plots; i++)
		if (view_plot_is_drawable(&in->plots[i]))
			return &in->plots[i];
	return NULL;
}
