/*
 * again: texts that were read before, by an earlier run or as a copy in this one. What is new in
 * them is what goes beyond the bytes that were read.
 */
#include "ingest/again.h"

#include <fcntl.h>
#include <unistd.h>

/*
 * Size of the unpacked text where that can be told without unpacking it: of plain files, and of gzip by
 * its last bytes.
 */
static bool quick_size(const struct planned_path *path, const struct planned *p, uint64_t *out)
{
	unsigned char tail[4];
	int fd;
	bool good;

	if (p->whole)
		return false;
	if (p->plain) {
		*out = path->found->size_bytes;
		return true;
	}
	if (!p->gzip || path->found->size_bytes < 18)
		return false;
	fd = open(path->found->path.ptr, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	good = pread(fd, tail, 4, (off_t)path->found->size_bytes - 4) == 4;
	close(fd);
	*out = (uint64_t)tail[0] | (uint64_t)tail[1] << 8 | (uint64_t)tail[2] << 16 | (uint64_t)tail[3] << 24;
	return good;
}

/* Of two texts that begin alike, the second one's identity: its log's name tells it from the first. */
static uint64_t id_beside(const struct planned *p)
{
	return hash64_mix(p->file.content_id, hash64(p->file.logical));
}

/*
 * A text that was short then was identified by all of it up to its last line end, or, without any, by all of it:
 * the longest such beginning of `head` that is known.
 */
static bool find_beginning(struct ingest *g, struct planned *p, struct str head, struct err *err)
{
	struct { size_t *at; size_t n, cap; } ends = { 0 };
	struct arena a;
	bool known = false, good = true;
	uint64_t bytes = 0;
	ptrdiff_t at;

	arena_init(&a);
	for (struct str rest = head; (at = str_chr(rest, '\n')) >= 0;) {
		size_t end = head.len - rest.len + (size_t)at + 1;

		if (ends.n == 0 && end > 1)
			*vec_push(&a, &ends) = end - 1;
		*vec_push(&a, &ends) = end;
		rest = str_from(head, end);
	}
	uint64_t *ids = arena_new_n(&a, uint64_t, ends.n);

	hash64_beginnings(head, ends.at, ends.n, ids);
	for (size_t n = ends.n; good && !known && n-- > 0;) {
		good = g->sink->known(g->sink->self, ids[n], &known, &bytes, err);
		known = known && bytes >= ends.at[n]; /* else that id was another text's */
		if (known) {
			p->known_id = ids[n];
			p->known_bytes = bytes;
		}
	}
	arena_release(&a);
	return good;
}

bool again_find(struct ingest *g, struct planned *p, struct str head, struct err *err)
{
	uint64_t beside;
	bool known;

	if (!g->sink->known || p->file.content_id == 0)
		return true;
	if (!g->sink->known(g->sink->self, p->file.content_id, &known, &p->known_bytes, err))
		return false;
	if (!known)
		return find_beginning(g, p, head, err);
	p->known_id = p->file.content_id;
	if (!g->sink->known(g->sink->self, id_beside(p), &known, &beside, err))
		return false;
	if (known) {
		p->beside = true;
		p->file.content_id = p->known_id = id_beside(p);
		p->known_bytes = beside;
	}
	return true;
}

/*
 * The plan was made from an earlier look at the text. Should it have been exchanged since, it is what it is now that
 * will count as read.
 */
static void look_again(struct planned *p, struct str head)
{
	uint64_t planned = p->beside ? p->begins_id : p->file.content_id;

	if (plan_content_id(head) == planned)
		return;
	if (input_content_id(str_head(head, p->identity_bytes)) != planned) {
		p->known_bytes = 0;
		p->beside = false;
	}
	if (!p->beside)
		p->file.content_id = plan_content_id(head);
}

bool again_check(struct ingest *g, const struct planned_path *path, struct planned *p, struct str head)
{
	uint64_t size;
	struct input_stream stream;
	struct input *in;
	struct arena a;
	bool skip = false;
	char c;

	look_again(p, head);
	if (p->known_bytes == 0)
		return false;
	if (quick_size(path, p, &size))
		skip = size <= p->known_bytes && (p->plain || size == (p->known_bytes & UINT32_MAX));
	if (!skip) {
		arena_init(&a);
		if (run_open(g, path, p, &in, &stream, &a)) {
			skip = input_skip(in, p->known_bytes) < p->known_bytes || input_read(in, &c, 1) == 0;
			input_close(in);
		}
		arena_release(&a);
	}
	if (skip)
		p->file.content_id = p->known_id;
	else
		p->file.resume_offset = p->known_bytes;
	return skip;
}

static void note_copy(struct ingest *g, const struct planned *p, bool more)
{
	struct arena a;

	arena_init(&a);
	run_note_text(g, &a, p->file.path,
		  more ? "what it has in common is counted once, in " : "its content is counted once, in ",
		  p->original->file.path);
	arena_release(&a);
}

/* Both waves of one text. */
static bool run_alone(struct ingest *g, unsigned worker, struct planned_path *path, struct planned *p,
		      struct err *err)
{
	struct path_progress progress = { g, 0 };
	struct input_stream stream;
	struct input *in;
	struct arena a;
	bool good = true;

	arena_init(&a);
	for (int wave = p->yearless ? WAVE_DATED : WAVE_YEARLESS;
	     good && p->action != PLAN_KNOWN && wave <= WAVE_YEARLESS; wave++) {
		if (!run_open(g, path, p, &in, &stream, &a)) {
			run_count_failed(g);
			break;
		}
		good = run_text(g, worker, path, p, in, &stream, (enum wave)wave, &progress, err);
		input_close(in);
	}
	arena_release(&a);
	return good;
}

/*
 * A copy of a long text: what goes beyond the original is read; all of it, when both only begin alike, or when the
 * original was not read in this run.
 */
static bool run_copy(struct ingest *g, unsigned worker, struct planned_path *path, struct planned *p,
		     struct err *err)
{
	struct planned *original = p->original;
	struct input_stream stream;
	struct input *in;
	struct arena a;
	bool more = false, same = true, known;

	arena_init(&a);
	if (original->read_bytes > 0 && !p->whole && original->chain && run_open(g, path, p, &in, &stream, &a)) {
		same = text_begins_like(in, original->chain, original->read_bytes, &more);
		input_close(in);
	}
	arena_release(&a);
	p->action = p->yearless ? PLAN_WALK : PLAN_READ;
	if (original->read_bytes == 0 && !(p->begins_id != original->begins_id && original->known_bytes >= p->identity_bytes))
		return run_alone(g, worker, path, p, err);
	if (same && !more) {
		note_copy(g, p, false);
		run_count_skipped(g);
		return true;
	}
	if (same) {
		note_copy(g, p, true);
		p->file.resume_offset = original->read_bytes;
		p->checked = true;
	} else {
		p->beside = true;
		p->file.content_id = p->known_id = id_beside(p);
		p->known_bytes = 0;
		if (g->sink->known && !g->sink->known(g->sink->self, p->known_id, &known, &p->known_bytes, err))
			return false;
	}
	bool good = run_alone(g, worker, path, p, err);

	if (same && p->read_bytes > original->read_bytes)
		original->read_bytes = p->read_bytes;
	return good;
}

bool again_copies(struct ingest *g, unsigned worker, struct planned *original, struct err *err)
{
	for (size_t i = 0; i < g->n_paths; i++)
		for (size_t k = 0; k < g->paths[i].n_texts; k++)
			if (g->paths[i].texts[k]->original == original &&
			    !run_copy(g, worker, &g->paths[i], g->paths[i].texts[k], err))
				return false;
	return true;
}
