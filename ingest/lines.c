#include "ingest/lines.h"

#include "core/err.h"

void lines_init(struct lines *l, size_t (*read)(void *self, char *out, size_t cap), void *self,
                size_t max_line_bytes)
{
	*l = (struct lines){ .read = read, .self = self };
	l->max_line_bytes = max_line_bytes ? max_line_bytes : LINES_MAX_LINE_BYTES;
	/* An open record, the line being read behind it, and a chunk to look for its end. */
	buf_init(&l->buf, 2 * l->max_line_bytes + LINES_MAX_RECORD_BYTES + 2 * LINES_CHUNK_BYTES);
}

void lines_release(struct lines *l)
{
	buf_release(&l->buf);
}

void lines_resume(struct lines *l, uint64_t offset, uint64_t number)
{
	l->next_offset = offset;
	l->number = number;
	l->begun = offset > 0;
}

/* Room behind what is there, after moving what is to be kept to the front. */
static void make_room(struct lines *l)
{
	size_t keep = l->at;
	if (l->record_open) {
		keep = (size_t)(l->record.ptr - l->buf.ptr);
		/* Lines that did not fit into the record lie between it and what is unread: there may be no end of them. */
		size_t behind = keep + l->record.len + 1;
		if (l->at > behind) {
			memmove(l->buf.ptr + behind, l->buf.ptr + l->at, l->buf.len - l->at);
			l->buf.len -= l->at - behind;
			l->at = behind;
			l->buf.ptr[behind - 1] = '\n'; /* should the next line join after all */
		}
	}
	if (keep) {
		l->buf.len -= keep;
		memmove(l->buf.ptr, l->buf.ptr + keep, l->buf.len);
		l->at -= keep;
	}
	if (l->buf.cap - l->buf.len < LINES_CHUNK_BYTES / 2 && !buf_reserve(&l->buf, LINES_CHUNK_BYTES))
		BUG("lines: more is kept than the caps allow");
	if (l->record_open)
		l->record.ptr = l->buf.ptr;
}

/* Reads behind what is there. False at the end of the stream. */
static bool fill(struct lines *l)
{
	if (l->ended)
		return false;
	make_room(l);
	size_t n = l->read(l->self, l->buf.ptr + l->buf.len, l->buf.cap - l->buf.len);
	l->buf.len += n;
	l->ended = n == 0;
	return n > 0;
}

static uint64_t count_line_ends(struct str s)
{
	uint64_t n = 0;
	for (ptrdiff_t at; (at = str_chr(s, '\n')) >= 0; s = str_from(s, (size_t)at + 1))
		n++;
	return n;
}

static struct str array_head(struct lines *l)
{
	while (l->buf.len - l->at < JSON_ARRAY_HEAD_BYTES && fill(l))
		;
	return str_head(str_make(l->buf.ptr + l->at, l->buf.len - l->at), JSON_ARRAY_HEAD_BYTES);
}

/* Passes over what stands before an array that is a member of an object. */
static bool enter_wrapper(struct lines *l, struct str head)
{
	size_t n = json_array_wrapper(head);

	l->number += count_line_ends(str_head(head, n));
	l->at += n;
	l->next_offset += n;
	return n > 0;
}

/* Passes over what stands behind the array, to the end of its line; the next line, or what follows at once, may be another one. */
static void leave_wrapper(struct lines *l)
{
	const char *end;
	struct str head = array_head(l);

	/* Firehose writes one behind the other without a line end. */
	if (str_starts(head, STR("}{"))) {
		l->at++;
		l->next_offset++;
		if (enter_wrapper(l, str_from(head, 1)))
			return;
	}
	do {
		end = memchr(l->buf.ptr + l->at, '\n', l->buf.len - l->at);
		size_t n = end ? (size_t)(end - (l->buf.ptr + l->at)) + 1 : l->buf.len - l->at;

		l->at += n;
		l->next_offset += n;
	} while (!end && fill(l));
	l->number += end != NULL;
	enter_wrapper(l, array_head(l));
}

static void look_for_array(struct lines *l)
{
	if (l->at == l->buf.len || !memchr("[{ \t\r\n", l->buf.ptr[l->at], 6))
		return;
	struct str head = array_head(l);
	l->array = json_array_begins(head);
	l->number = l->array ? 1 : 0;
	if (l->array)
		l->wrapped = enter_wrapper(l, head);
}

static void skip_bom(struct lines *l)
{
	l->begun = true;
	while (l->buf.len - l->at < 3 && fill(l))
		;
	if (l->buf.len - l->at >= 3 && memcmp(l->buf.ptr + l->at, "\xef\xbb\xbf", 3) == 0) {
		l->at += 3;
		l->next_offset += 3;
	}
	look_for_array(l);
}

/* Passes over what stands before an object. */
static void skip_gap(struct lines *l)
{
	size_t n;

	l->number += l->line_ends;
	for (;;) {
		n = json_array_gap(str_make(l->buf.ptr + l->at, l->buf.len - l->at), &l->number);
		l->at += n;
		l->next_offset += n;
		if (l->at == l->buf.len ? !fill(l) : !l->wrapped || l->buf.ptr[l->at] == '{')
			break;
		if (l->wrapped && l->at < l->buf.len && l->buf.ptr[l->at] != '{')
			leave_wrapper(l);
	}
	l->in_object = l->at < l->buf.len && l->buf.ptr[l->at] == '{';
	l->object = (struct json_object_scan){ 0 };
}

/* Does the line end within these bytes? Then *used is how many of them are its own, with its end. */
static bool ends_within(struct lines *l, const char *p, size_t n, size_t *used)
{
	bool closed;

	if (l->in_object) {
		*used = json_object_scan(&l->object, str_make(p, n), &closed);
		return closed;
	}
	const char *end = memchr(p, '\n', n);

	*used = end ? (size_t)(end - p) + 1 : n;
	return end != NULL;
}

/* Cuts at the cap, but not through a UTF-8 sequence. */
static size_t cut_length(const char *text, size_t cap)
{
	size_t n = cap;
	while (n > 0 && cap - n < 3 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/*
 * The unread bytes are more than a line may have and hold no end: keeps `keep` of them, reads over the rest.
 * Returns the length of the whole line, its end included; *at is where it starts, l->at behind it.
 */
static uint64_t pass_over(struct lines *l, size_t keep, size_t *at)
{
	uint64_t length = l->buf.len - l->at;
	l->buf.len = l->at + keep;
	make_room(l);
	*at = l->at;
	size_t from = l->buf.len;
	for (;;) {
		size_t n = l->read(l->self, l->buf.ptr + from, l->buf.cap - from);
		if (n == 0) {
			l->ended = true;
			l->at = from;
			return length;
		}
		size_t used;
		if (ends_within(l, l->buf.ptr + from, n, &used)) {
			l->at = from + used;
			l->buf.len = from + n;
			return length + used;
		}
		length += n;
	}
}

/* Looks for the end of the line at l->at. False when the stream ended before there was a byte of it. */
static bool find_end(struct lines *l, size_t *length, bool *found)
{
	*found = false;
	for (;;) {
		size_t unread = l->buf.len - l->at;
		if (unread > l->searched) {
			size_t used;
			if (ends_within(l, l->buf.ptr + l->at + l->searched, unread - l->searched, &used)) {
				*length = l->searched + used - !l->in_object;
				*found = true;
				return true;
			}
		}
		l->searched = *length = unread;
		if (unread > l->max_line_bytes + 1)
			return true;
		if (!fill(l))
			return unread > 0;
	}
}

/* The next line when it lies in the buffer and needs no cutting, as nearly all do. */
static inline bool next_at_hand(struct lines *l)
{
	size_t unread = l->buf.len - l->at;

	if (!l->begun || l->array || l->searched || unread == 0)
		return false;
	const char *p = l->buf.ptr + l->at;
	const char *end = memchr(p, '\n', unread);

	if (!end || (size_t)(end - p) > l->max_line_bytes)
		return false;
	size_t length = (size_t)(end - p);

	l->cut = l->unfinished = false;
	l->number++;
	l->offset = l->next_offset;
	l->next_offset += length + 1;
	l->at += length + 1;
	l->text = str_make(p, length - (length && p[length - 1] == '\r'));
	return true;
}

bool lines_next(struct lines *l)
{
	if (next_at_hand(l))
		return true;
	size_t length; /* of the line without its '\n' */
	bool found;
	if (!l->begun)
		skip_bom(l);
	if (l->array)
		skip_gap(l);
	if (!find_end(l, &length, &found)) {
		l->text = STR_NONE;
		return false;
	}
	size_t at = l->at;
	size_t kept = length;
	if (length && l->buf.ptr[at + length - 1] == '\r')
		kept--;
	l->cut = kept > l->max_line_bytes;
	if (l->cut) {
		kept = cut_length(l->buf.ptr + at, l->max_line_bytes);
		l->cut_lines++;
	}
	l->searched = 0;
	l->number += !l->array;
	l->offset = l->next_offset;
	if (found || l->ended) {
		size_t end = found && !l->in_object;
		l->at += length + end;
		l->next_offset += length + end;
		l->unfinished = !found;
	} else {
		l->next_offset += pass_over(l, kept, &at);
		l->unfinished = l->ended;
	}
	l->text = str_make(l->buf.ptr + at, kept);
	if (l->array)
		l->line_ends = l->in_object ? count_line_ends(l->text) : found;
	return true;
}

void lines_pass(struct lines *l, uint32_t n, size_t bytes)
{
	l->number += n;
	l->at += bytes + 1;
	l->next_offset += bytes + 1;
}

void lines_begin(struct lines *l)
{
	l->record_open = true;
	l->record = l->text;
	l->record_number = l->number;
	l->record_offset = l->offset;
	l->record_lines = 1;
}

bool lines_extend(struct lines *l)
{
	if (!l->record_open)
		return false;
	if (l->record.len + 1 + l->text.len > LINES_MAX_RECORD_BYTES) {
		l->left_out_lines++;
		return false;
	}
	size_t end = (size_t)(l->record.ptr - l->buf.ptr) + l->record.len;
	size_t at = (size_t)(l->text.ptr - l->buf.ptr);
	if (at != end + 1) {
		l->buf.ptr[end] = '\n';
		memmove(l->buf.ptr + end + 1, l->text.ptr, l->text.len);
		l->text.ptr = l->buf.ptr + end + 1;
	}
	l->record.len += 1 + l->text.len;
	l->record_lines++;
	return true;
}

void lines_end(struct lines *l)
{
	l->record_open = false;
	l->record = STR_NONE;
	l->record_lines = 0;
}
