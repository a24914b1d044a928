#include "report/renderer.h"

const struct renderer *renderer_by_name(struct str name)
{
	for (const struct renderer *const *r = renderer_registry; *r; r++)
		if (str_eq(name, str_of((*r)->name)))
			return *r;
	return NULL;
}
