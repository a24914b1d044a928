#include "cli/evidence.h"

const char evidence_gone[] = "its file is not there";
const char evidence_unreadable[] = "its file cannot be read";
const char evidence_changed[] = "its file has changed";

const struct found_file *evidence_file(const struct found *files, struct str path)
{
	const struct found_file *best = NULL;

	for (size_t i = 0; i < files->files.n; i++) {
		const struct found_file *f = &files->files.at[i];

		if (str_starts(path, f->display) && (path.len == f->display.len || path.ptr[f->display.len] == '/') &&
		    (!best || f->display.len > best->display.len))
			best = f;
	}
	return best;
}

bool evidence_is_text_of(const struct store_place *place, const struct input_stream *stream)
{
	if (stream->content_id == place->content_id)
		return true;
	for (size_t i = 0; i < place->end_offset && i < stream->head.len && stream->head.len < INPUT_HEAD_BYTES + 1; i++)
		if (stream->head.ptr[i] == '\n' &&
		    input_content_id(str_head(stream->head, i + 1)) == place->content_id)
			return true;
	return false;
}

/* An input that stands at *at in the text, at or before `from`. NULL with the reason. */
static struct input *open_at(const struct found_file *file, struct str source, const struct store_place *place,
			     uint64_t *at, const char **reason)
{
	const struct input_point point = { place->at.out_offset, place->at.in_offset, place->at.bits, place->at.window };
	struct input_stream stream;
	struct err err = ERR_INIT;
	struct input *in;

	*reason = evidence_unreadable;
	if (!input_open(file->path.ptr, file->display, NULL, &in, &err))
		return NULL;
	if (!input_find(in, source, &stream)) {
		*reason = evidence_gone;
	} else if (!evidence_is_text_of(place, &stream)) {
		*reason = evidence_changed;
	} else if (place->at.out_offset == 0) {
		*at = 0;
		*reason = NULL;
		return in;
	} else {
		input_close(in);
		*at = place->at.out_offset;
		if (!input_open_at(file->path.ptr, &point, &in, &err))
			return NULL;
		*reason = NULL;
		return in;
	}
	input_close(in);
	return NULL;
}

static struct str without_cr(struct str line)
{
	return line.len && line.ptr[line.len - 1] == '\r' ? str_head(line, line.len - 1) : line;
}

/* Up to `context` lines of a text, the first or the last ones. */
static struct str *take_lines(struct str text, size_t context, bool last, struct arena *a, size_t *n)
{
	struct str *lines = arena_new_n(a, struct str, context + 1), rest = text;

	*n = 0;
	while (rest.len && context > 0) {
		struct str line = without_cr(str_cut(rest, '\n', &rest));

		if (*n == context && !last)
			break;
		if (*n == context) {
			memmove(lines, lines + 1, (context - 1) * sizeof *lines);
			--*n;
		}
		lines[(*n)++] = line;
	}
	return lines;
}

bool evidence_cut(struct str text, size_t offset, const struct ref *ref, size_t context, bool partial, struct arena *a,
		  struct surroundings *out)
{
	struct str rest, unused, before = str_head(text, offset);
	struct str kept = str_cut(ref->text, '\n', &unused);

	if (offset >= text.len || (offset > 0 && text.ptr[offset - 1] != '\n'))
		return false;
	struct str line = without_cr(str_cut(str_from(text, offset), '\n', &rest));
	/* What was kept may be cut, or be without what its packing added. */
	if (kept.len && str_find(line, str_head(kept, line.len)) < 0)
		return false;
	if (partial) /* it begins inside of a line */
		str_cut(before, '\n', &before);
	out->before = take_lines(before, context, true, a, &out->n_before);
	out->after = take_lines(rest, context, false, a, &out->n_after);
	return true;
}

struct input *evidence_open(struct store *s, const struct found *files, struct str source, uint64_t from, struct arena *a,
			    uint64_t *at, const char **reason, struct err *err)
{
	const struct found_file *file = evidence_file(files, source);
	struct store_place place;

	*reason = evidence_gone;
	if (!store_find_place(s, source, from, a, &place, err) || !file || file->once || !place.known)
		return NULL;
	struct input *in = open_at(file, source, &place, at, reason);

	if (in || place.at.out_offset == 0)
		return in;
	place.at = (struct checkpoint){ 0 }; /* packed again since, or a member: from its beginning */
	return open_at(file, source, &place, at, reason);
}
