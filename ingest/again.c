/*
 * again: texts that were read before, by an earlier run or as a copy in this one. What is new in
 * them is what goes beyond the bytes that were read.
 */
#include "ingest/again.h"

#include <fcntl.h>
#include <unistd.h>

enum { PREFIXES_MAX = 256 }; /* line ends looked at for a text that has grown */

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

/*
 * How far an earlier run has read this text, by its id or, when it was short then, by the id of one of its first
 * line ends, the longest first. 0: it is not known.
 */
static bool known_bytes(struct ingest *g, const struct planned *p, struct str head, uint64_t *out, struct err *err)
{
	size_t ends[PREFIXES_MAX], n = 0;
	bool known = false;

	*out = 0;
	if (!g->sink->known)
		return true;
	if (!g->sink->known(g->sink->self, p->file.content_id, &known, out, err))
		return false;
	for (size_t i = 0; !known && i < head.len && n < PREFIXES_MAX; i++)
		if (head.ptr[i] == '\n')
			ends[n++] = i + 1;
	while (!known && n-- > 0) {
		if (!g->sink->known(g->sink->self, input_content_id(str_head(head, ends[n])), &known, out, err))
			return false;
		known = known && *out >= ends[n]; /* else that id was another text's */
	}
	if (!known)
		*out = 0;
	return true;
}

bool again_check(struct ingest *g, const struct planned_path *path, struct planned *p, struct str head, bool *skip,
		 struct err *err)
{
	uint64_t bytes, size;
	struct input_stream stream;
	struct input *in;
	struct arena a;
	char c;

	*skip = false;
	if (!known_bytes(g, p, head, &bytes, err))
		return false;
	if (bytes == 0)
		return true;
	if (quick_size(path, p, &size)) {
		*skip = size <= bytes && (p->plain || size == (bytes & UINT32_MAX));
	}
	if (!*skip) {
		arena_init(&a);
		if (run_open(g, path, p, &in, &stream, &a)) {
			*skip = input_skip(in, bytes) < bytes || input_read(in, &c, 1) == 0;
			input_close(in);
		}
		arena_release(&a);
	}
	if (!*skip)
		p->file.resume_offset = bytes;
	return true;
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
		if (!run_open(g, path, p, &in, &stream, &a))
			break;
		good = run_text(g, worker, path, p, in, &stream, (enum wave)wave, &progress, err);
		input_close(in);
	}
	arena_release(&a);
	return good;
}

/* A copy of a long text: what goes beyond the original is read; all of it, when it is no copy after all. */
static bool run_copy(struct ingest *g, unsigned worker, struct planned_path *path, struct planned *p,
		     struct err *err)
{
	struct planned *original = p->original;
	struct path_progress progress = { g, 0 };
	struct input_stream stream;
	struct input *in;
	struct arena a;
	bool more = false, same = true, good = true;

	arena_init(&a);
	if (original->read_bytes == 0) { /* skipped or unreadable: this one stands for itself */
		p->action = p->yearless ? PLAN_WALK : PLAN_READ;
		good = run_alone(g, worker, path, p, err);
		arena_release(&a);
		return good;
	}
	if (!p->whole && original->chain && run_open(g, path, p, &in, &stream, &a)) {
		same = text_begins_like(in, original->chain, original->read_bytes, &more);
		input_close(in);
	}
	if (same && !more) {
		note_copy(g, p, false);
		run_count_skipped(g);
	} else if (run_open(g, path, p, &in, &stream, &a)) {
		if (same) {
			note_copy(g, p, true);
			p->file.resume_offset = original->read_bytes;
		} else { /* both begin alike, that is all */
			p->file.content_id = hash64_mix(p->file.content_id, hash64(p->file.logical));
		}
		if (p->yearless) {
			struct text_plan plan = run_text_plan(g, p);

			text_walk(&g->workers[worker], &plan, in, STR_NONE, &p->walk);
			input_close(in);
			good = run_open(g, path, p, &in, &stream, &a);
		}
		good = good && run_read(g, worker, p, in, &progress, err);
		if (same && p->read_bytes > original->read_bytes)
			original->read_bytes = p->read_bytes;
		input_close(in);
	}
	arena_release(&a);
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
