#include "ingest/format.h"

const struct format *format_by_id(struct str id)
{
	for (size_t i = 0; format_registry[i]; i++)
		if (str_eq(id, str_of(format_registry[i]->id)))
			return format_registry[i];
	return NULL;
}
