#include "analyze/sessions.h"

/* The word after a phrase, up to a blank, a quote or a comma. */
static struct str word_after(struct str text, const char *phrase)
{
	ptrdiff_t at = str_find(text, str_of(phrase));
	if (at < 0)
		return STR_NONE;
	struct str rest = str_from(text, (size_t)at + strlen(phrase));
	size_t n = 0;
	while (n < rest.len && !strchr(" \",;)]", rest.ptr[n]))
		n++;
	return str_head(rest, n);
}
struct str session_application(const struct kept_line *line)
{
	static const char *const phrases[] = { "application_name=", "\"application_name\":\"", "app=" };
	struct str text = line->ref.text;
	for (size_t p = 0; p < sizeof phrases / sizeof *phrases; p++) {
		struct str name = word_after(text, phrases[p]);
		if (name.len > 1)
			return name;
	}
	/* CSV: the field before the kind of the backend. */
	ptrdiff_t at = str_find(text, STR("\",\"client backend\""));
	ptrdiff_t quote = at < 0 ? -1 : str_rchr(str_head(text, (size_t)at), '"');
	return quote >= 0 && at - quote > 1 ? str_head(str_from(text, (size_t)quote + 1), (size_t)(at - quote - 1)) : STR_NONE;
}

struct str session_name(const struct facts *f, int64_t pid, int64_t until_ns)
{
	struct str user = STR_NONE;
	for (size_t i = 0; i < f->n_kept; i++) {
		const struct kept_line *k = &f->kept[i];
		if (k->pid != pid || k->time_ns > until_ns)
			continue;
		struct str name = session_application(k);
		if (name.len)
			return name;
		if (k->user.len)
			user = k->user;
	}
	return user;
}
