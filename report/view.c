#include "report/view.h"

#include "core/redact.h"

struct casefile view_casefile(const struct casefile *c, const struct render_options *o, struct arena *a)
{
	return o->redact ? redact_casefile(c, a) : *c;
}

const struct plot *view_failures(const struct incident *in)
{
	const struct plot *first = NULL;

	for (size_t i = 0; i < in->n_plots; i++) {
		const struct plot *p = &in->plots[i];

		if (p->n == 0 || p->step_ns <= 0)
			continue;
		if (str_find_nocase(p->name, STR("fail")) >= 0 || str_find_nocase(p->name, STR("error")) >= 0)
			return p;
		first = first ? first : p;
	}
	return first;
}
