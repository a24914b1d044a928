/*
 * gunzip: gzip (RFC 1952) as found in archives of logs, read by hand so that damage costs as
 * little as possible:
 *   - members follow one another, some of them empty, with zero padding or other bytes between or behind;
 *   - data that stops short gives all that can be inflated;
 *   - a member that is damaged gives what came out before the damage, and reading goes on at the next
 *     member that can be found by its header (three fixed bytes, sane flags, and data that inflates).
 */
#include "ingest/inflate.h"
#include "ingest/layer.h"
#include "ingest/points.h"

enum {
	IN_BYTES = 128 << 10,      /* packed bytes read at a time */
	HISTORY_BYTES = 32 << 10,  /* of those already used, kept to look for a header behind damage */
	TRIAL_BYTES = 16 << 10,    /* packed bytes a candidate for a member is tried on */
	TRIAL_OUT_BYTES = 1 << 10, /* what must come out of it */
	NAME_BYTES = 256,          /* longer file names are cut */
	FIELD_BYTES = 4096,        /* and this long they are no names */
	HEADER_BYTES = 10,
	TRAILER_BYTES = 8,
};

enum flag { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, RESERVED = 0xe0 };

enum state { BETWEEN, BODY, TRAILER, SEARCH, END };

struct gunzip {
	struct layer layer;
	struct inflater *inflater, *trial;
	enum state state;
	unsigned char *in;        /* IN_BYTES + HISTORY_BYTES */
	size_t at, to;            /* unread: in[at .. to) */
	uint64_t in_offset;       /* place of in[0] in the packed stream */
	bool input_ended;
	uint64_t member_offset;   /* where the current member's header starts */
	uint64_t member_bytes;    /* text of it so far */
	uint64_t search_from;     /* packed place where SEARCH begins */
	uint64_t damage_at;       /* packed place of what makes it necessary */
	bool in_member;           /* which is inside a member, not between two */
	uint32_t crc;
	uint64_t text_bytes;      /* of all members */
	bool line_open;           /* the text so far does not end with '\n' */
	bool any;                 /* there was a member */
	int64_t mtime_ns;         /* of the first one */
	char name[NAME_BYTES];
	size_t name_bytes;
	struct points points;
	bool resumed;             /* the current member was begun in its middle: its checksum says nothing */
};

/* At least n unread bytes, if there are so many (n <= IN_BYTES). */
static bool need(struct gunzip *g, size_t n)
{
	enum { ALL_BYTES = IN_BYTES + HISTORY_BYTES };
	while (g->to - g->at < n && !g->input_ended) {
		if (ALL_BYTES - g->to < LAYER_MIN_ROOM || g->at >= IN_BYTES) {
			size_t drop = g->at > HISTORY_BYTES ? g->at - HISTORY_BYTES : 0;
			memmove(g->in, g->in + drop, g->to - drop);
			g->at -= drop;
			g->to -= drop;
			g->in_offset += drop;
		}
		if (g->to == ALL_BYTES)
			return false;
		size_t got = layer_read(g->layer.below, (char *)g->in + g->to, ALL_BYTES - g->to);
		g->to += got;
		g->input_ended = got == 0;
	}
	return g->to - g->at >= n;
}

static uint64_t place(const struct gunzip *g)
{
	return g->in_offset + g->at;
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_header(const unsigned char *p)
{
	return p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && !(p[3] & RESERVED);
}

/* The NUL-terminated string at *from in the unread bytes: its length; false when it does not end in time. */
static bool text_field(struct gunzip *g, size_t *from, size_t *length)
{
	for (size_t n = 0; n < FIELD_BYTES; n++) {
		if (!need(g, *from + n + 1))
			return false;
		if (g->in[g->at + *from + n] == '\0') {
			*length = n;
			*from += n + 1;
			return true;
		}
	}
	return false;
}

/* Length of the header at the front of the unread bytes; 0 when it is incomplete or endless. */
static size_t header_length(struct gunzip *g, bool remember)
{
	size_t length = HEADER_BYTES, text;
	unsigned flags = g->in[g->at + 3];
	if (flags & FEXTRA) {
		if (!need(g, length + 2))
			return 0;
		length += 2u + g->in[g->at + length] + (size_t)g->in[g->at + length + 1] * 256;
		if (!need(g, length))
			return 0;
	}
	if (flags & FNAME) {
		size_t from = length;
		if (!text_field(g, &length, &text))
			return 0;
		if (remember) {
			g->name_bytes = text < NAME_BYTES ? text : NAME_BYTES;
			memcpy(g->name, g->in + g->at + from, g->name_bytes);
		}
	}
	if (flags & FCOMMENT && !text_field(g, &length, &text))
		return 0;
	if (flags & FHCRC)
		length += 2;
	return need(g, length) ? length : 0;
}

static void stop_short(struct gunzip *g)
{
	g->layer.shared->truncated = true;
	unpacking_note(g->layer.shared, "the gzip data stops short: %llu bytes of text could be read",
	               (unsigned long long)g->text_bytes);
	g->state = END;
}

static void begin_member(struct gunzip *g)
{
	uint32_t seconds = le32(g->in + g->at + 4);
	size_t length = header_length(g, !g->any);
	if (!length) {
		stop_short(g);
		return;
	}
	if (!g->any && seconds)
		g->mtime_ns = seconds * NS_PER_S;
	g->any = true;
	g->member_offset = place(g);
	g->member_bytes = 0;
	g->crc = 0;
	g->resumed = false;
	g->at += length;
	inflater_reset(g->inflater);
	g->state = BODY;
}

/* Behind a member: another one, padding, garbage, or nothing. */
static void between(struct gunzip *g)
{
	uint64_t from = place(g);
	while (need(g, 1) && g->in[g->at] == 0)
		g->at++;
	uint64_t zeros = place(g) - from;
	if (need(g, HEADER_BYTES) && is_header(g->in + g->at)) {
		begin_member(g);
		return;
	}
	if (!need(g, 1)) {
		if (zeros)
			unpacking_note(g->layer.shared, "%llu zero bytes behind the gzip data were left out",
			               (unsigned long long)zeros);
		g->state = END;
		return;
	}
	size_t left = g->to - g->at;
	if (left < HEADER_BYTES && g->in[g->at] == 0x1f && (left < 2 || g->in[g->at + 1] == 0x8b)) {
		stop_short(g);
		return;
	}
	g->search_from = g->damage_at = place(g);
	g->in_member = false;
	g->state = SEARCH;
}

/* Does a member seem to start at the front of the unread bytes? */
static bool try_member(struct gunzip *g)
{
	if (!is_header(g->in + g->at))
		return false;
	size_t length = header_length(g, false);
	if (!length)
		return false;
	need(g, length + TRIAL_BYTES);
	unsigned char text[TRIAL_OUT_BYTES];
	unsigned char *in = g->in + g->at + length, *out = text;
	size_t in_bytes = g->to - g->at - length, room = sizeof text;
	inflater_reset(g->trial);
	for (;;) {
		size_t before = in_bytes + room;
		enum inflate_status status = inflater_run(g->trial, &in, &in_bytes, &out, &room);
		if (status == INFLATE_BAD)
			return false;
		if (status == INFLATE_END) {
			/* A few bytes are easily a deflate stream: the checksum must agree. */
			return in_bytes >= TRAILER_BYTES &&
			       inflate_crc32(0, text, sizeof text - room) == le32(in);
		}
		if (!room || in_bytes + room == before)
			return !room || g->input_ended;
	}
}

/* What SEARCH found, in words. */
static void report(struct gunzip *g, bool found)
{
	struct unpacking *u = g->layer.shared;
	unsigned long long at = g->damage_at, to = place(g), text = g->text_bytes;
	if (!g->in_member) {
		/* Behind the last member it is what some tool appended; gzip ignores it, too. */
		u->damaged |= found;
		unpacking_note(u, "%llu bytes %s the gzip data, at byte %llu, were left out", to - at,
		               found ? "inside" : "behind", at);
		return;
	}
	u->damaged = true;
	if (found)
		unpacking_note(u, "the gzip data is damaged at byte %llu, after %llu bytes of text: "
		                  "reading went on at byte %llu", at, text, to);
	else
		unpacking_note(u, "the gzip data is damaged at byte %llu: %llu bytes of text could be read",
		               at, text);
}

/* Looks for a member from search_from on, which may lie back by as much as the history goes. */
static void search(struct gunzip *g)
{
	if (g->search_from < g->in_offset)
		g->search_from = g->in_offset;
	g->at = (size_t)(g->search_from - g->in_offset);
	while (need(g, HEADER_BYTES)) {
		const unsigned char *p = memchr(g->in + g->at, 0x1f, g->to - g->at - (HEADER_BYTES - 1));
		if (!p) {
			g->at = g->to - (HEADER_BYTES - 1);
			continue;
		}
		g->at = (size_t)(p - g->in);
		if (try_member(g))
			break;
		g->at++;
	}
	bool found = need(g, HEADER_BYTES);
	if (!found)
		g->at = g->to;
	report(g, found);
	g->state = found ? BETWEEN : END;
}

static void end_member(struct gunzip *g)
{
	if (!need(g, TRAILER_BYTES)) {
		stop_short(g);
		return;
	}
	const unsigned char *p = g->in + g->at;
	if (!g->resumed && (le32(p) != g->crc || le32(p + 4) != (uint32_t)g->member_bytes)) {
		g->layer.shared->damaged = true;
		unpacking_note(g->layer.shared,
		               "the checksum of the gzip member at byte %llu is wrong: its text may be, too",
		               (unsigned long long)g->member_offset);
	}
	g->at += TRAILER_BYTES;
	g->state = BETWEEN;
}

/* One run of the inflater over what is there, in pieces when a point is due; `to` is where the output began. */
static enum inflate_status run(struct gunzip *g, const unsigned char *to, unsigned char **out, size_t *room)
{
	unsigned char *in = g->in + g->at;
	size_t in_bytes = g->to - g->at, all = in_bytes;
	uint64_t bits;
	bool due = points_due(&g->points, g->text_bytes + (uint64_t)(*out - to));
	if (due && in_bytes > POINT_PIECE_BYTES)
		in_bytes = POINT_PIECE_BYTES;
	size_t given = in_bytes;
	if (g->points.take)
		inflater_watch_blocks(g->inflater, due);
	enum inflate_status status = inflater_run(g->inflater, &in, &in_bytes, out, room);
	g->at = g->to - all + given - in_bytes;
	uint64_t text_offset = g->text_bytes + (uint64_t)(*out - to);
	if (due && status == INFLATE_MORE && inflater_at_block(g->inflater, &bits))
		points_found(&g->points, text_offset, place(g) * 8 - bits, to, (size_t)(*out - to));
	else if (due)
		points_missed(&g->points, text_offset);
	return status;
}

/* Inflates into out; returns the bytes. */
static size_t body(struct gunzip *g, char *to, size_t cap)
{
	unsigned char *out = (unsigned char *)to;
	size_t room = cap;
	enum inflate_status status = INFLATE_MORE;
	bool short_input = false;
	while (room && status == INFLATE_MORE && !short_input) {
		size_t before = g->to - g->at + room;
		status = run(g, (unsigned char *)to, &out, &room);
		size_t left = g->to - g->at;
		short_input = status == INFLATE_MORE && room && left + room == before && !need(g, left + 1);
	}
	size_t n = cap - room;
	g->crc = inflate_crc32(g->crc, (unsigned char *)to, n);
	g->member_bytes += n;
	g->text_bytes += n;
	points_passed(&g->points, g->text_bytes, (unsigned char *)to, n);
	if (n)
		g->line_open = to[n - 1] != '\n';
	if (short_input) {
		stop_short(g);
	} else if (status == INFLATE_END) {
		g->state = TRAILER;
	} else if (status == INFLATE_BAD) {
		g->search_from = g->member_offset + 1;
		g->damage_at = place(g);
		g->in_member = true;
		g->state = SEARCH;
	}
	return n;
}

static size_t gunzip_read(struct layer *self, char *out, size_t cap)
{
	struct gunzip *g = (struct gunzip *)self;
	size_t n = 0;
	while (n < cap && g->state != END) {
		switch (g->state) {
		case BETWEEN:
			between(g);
			break;
		case BODY:
			n += body(g, out + n, cap - n);
			break;
		case TRAILER:
			end_member(g);
			break;
		case SEARCH:
			search(g);
			if (g->state == BETWEEN && g->line_open) {
				/* What is missing ended a line somewhere: its halves are not one. */
				out[n++] = '\n';
				g->text_bytes++;
				g->line_open = false;
			}
			break;
		case END:
			break;
		}
	}
	return n;
}

static void gunzip_close(struct layer *self)
{
	struct gunzip *g = (struct gunzip *)self;
	inflater_close(g->inflater);
	inflater_close(g->trial);
}

struct layer *gunzip_layer_open(struct layer *below)
{
	struct arena *a = below->shared->arena;
	struct gunzip *g = arena_new(a, struct gunzip);
	g->layer = (struct layer){ .read = gunzip_read,
		                   .close = gunzip_close,
		                   .below = below,
		                   .shared = below->shared,
		                   .unpacks = true };
	g->inflater = inflater_open(a);
	g->trial = inflater_open(a);
	g->in = arena_new_n(a, unsigned char, IN_BYTES + HISTORY_BYTES);
	g->mtime_ns = TIME_NONE;
	return &g->layer;
}

struct layer *gunzip_layer_resume(struct layer *below, const struct input_point *point)
{
	struct layer *l = gunzip_layer_open(below);
	struct gunzip *g = (struct gunzip *)l;
	unsigned char first = 0;
	g->in_offset = point->packed_offset - (point->bits > 0);
	g->text_bytes = point->text_offset;
	g->any = g->resumed = true;
	g->state = BODY;
	if (point->bits && need(g, 1))
		first = g->in[g->at++];
	inflater_resume(g->inflater, point->bits, first, point->window);
	return l;
}

void gunzip_on_point(struct layer *self, input_take_point *take, void *taker)
{
	struct gunzip *g = (struct gunzip *)self;
	points_init(&g->points, take, taker, self->shared->arena);
}

int64_t gunzip_mtime_ns(const struct layer *self)
{
	return ((const struct gunzip *)self)->mtime_ns;
}

struct str gunzip_name(const struct layer *self)
{
	const struct gunzip *g = (const struct gunzip *)self;
	return str_make(g->name, g->name_bytes);
}
