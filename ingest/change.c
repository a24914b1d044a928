#include "ingest/change.h"

void change_set(struct change_draft *d, enum change_part f, struct str value)
{
	value = str_trim(value);
	if (f == PART_NONE || value.len == 0 || str_eq(value, STR("-")) ||
	    str_eq_nocase(value, STR("null")) || str_eq_nocase(value, STR("none")) ||
	    str_eq_nocase(value, STR("n/a")))
		return;
	/* "config redis: started (key=session.ttl ...)": what stood in the setting's place is where it is set. */
	if (f == PART_KEY && d->part[f].len && d->part[PART_SERVICE].len == 0 && !str_eq(d->part[f], value)) {
		d->part[PART_SERVICE] = d->part[f];
		d->part[f] = value;
		return;
	}
	/* Of several names of a revision ("ref", "sha") the one that names a single state wins. */
	if (d->part[f].len == 0 || (f == PART_REVISION && !change_looks_like_version(d->part[f]) &&
				    change_looks_like_version(value)))
		d->part[f] = value;
}

static bool read_verb(struct change_draft *d, struct str word)
{
	static const char *const generic[] = { "added",   "removed", "updated", "changed",  "created",
					       "deleted", "edited",  "revoked", "modified", "replaced" };
	struct change_word v;
	bool known = change_word_find(word, &v);
	enum change_kind kind;

	if (known && (!d->has_kind || d->strength < v.strength || v.kind == CHANGE_ROLLBACK)) {
		/* "Release web has been upgraded": two words that agree are sure. */
		d->strength = d->has_kind && d->kind == v.kind ? CHANGE_SURE : v.strength;
		d->kind = v.kind;
		d->tense = str_of(v.tense);
	} else if (known) {
		if (d->kind == v.kind) {
			d->strength = CHANGE_SURE;
			if (v.tense[0])
				d->tense = str_of(v.tense);
		}
		return true;
	} else if (d->has_kind) {
		for (size_t i = 0; i < sizeof generic / sizeof generic[0]; i++) {
			if (str_eq_nocase(word, str_of(generic[i]))) {
				d->strength = CHANGE_SURE;
				return true;
			}
		}
		if (change_kind_parse_strict(word, &kind) && kind == d->kind)
			d->strength = CHANGE_SURE;
		return false;
	} else if (change_kind_parse_strict(word, &kind)) {
		d->kind = kind;
		d->strength = CHANGE_UNSURE;
	} else {
		return false;
	}
	d->has_kind = true;
	d->verb = word;
	return true;
}

bool change_verb(struct change_draft *d, struct str word)
{
	struct change_word known;
	size_t from = 0;
	bool read = false;

	if (change_word_find(word, &known))
		return read_verb(d, word);
	/* "secret.rotated", "feature-environment-enabled": each part may tell. */
	for (size_t i = 0; i <= word.len && word.len <= 64; i++) {
		if (i < word.len && !memchr(".-_/: ", word.ptr[i], 6))
			continue;
		if (i > from)
			read = read_verb(d, str_make(word.ptr + from, i - from)) || read;
		from = i + 1;
	}
	return read;
}

bool change_looks_like_version(struct str s)
{
	size_t digits = 0, letters = 0, dots = 0, hex = 0, marks = 0;

	if (s.len == 0 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			letters++;
		else if (c == '.')
			dots++;
		else if (c == '_' || c == '-' || c == '+' || c == '~')
			marks++;
		else
			return false;
		hex += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
	}
	if (s.len > 1 && (s.ptr[0] == 'v' || s.ptr[0] == 'V' || s.ptr[0] == 'r') && s.ptr[1] >= '0' &&
	    s.ptr[1] <= '9')
		return true;
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9' && (dots || marks || letters == 0))
		return dots || marks || digits >= 6;
	return hex == s.len && s.len >= 7 && digits && letters; /* a commit */
}

/* "SHOP-1420 ranking v2 behind flag": the ticket in front of a free text. */
static struct str ticket_in(struct str text)
{
	struct str rest = text, word = str_word(&rest);
	size_t n = 0, digits;

	while (n < word.len && ((word.ptr[n] >= 'A' && word.ptr[n] <= 'Z') ||
				(n && word.ptr[n] >= '0' && word.ptr[n] <= '9')))
		n++;
	if (n < 2 || n >= word.len || word.ptr[n] != '-')
		return STR_NONE;
	for (digits = n + 1; digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9';)
		digits++;
	return digits > n + 1 ? str_head(word, digits) : STR_NONE;
}

static struct str first_of(struct str a, struct str b)
{
	return a.len ? a : b;
}

static bool same_side_values(enum change_kind k)
{
	return k == CHANGE_CONFIG || k == CHANGE_FLAG || k == CHANGE_SCALING || k == CHANGE_CREDENTIAL ||
	       k == CHANGE_NETWORK;
}

/* What a comment says behind a name: "key=upstream.timeout_ms old=3000 new=15 OPS-8291". */
static struct str word_in_text(struct str text, struct str name)
{
	ptrdiff_t at = str_find_nocase(text, name);
	struct str rest = at < 0 ? STR_NONE : str_from(text, (size_t)at + name.len);
	return at > 0 && text.ptr[at - 1] != ' ' && text.ptr[at - 1] != '(' ? STR_NONE : str_unquote(str_word(&rest));
}

bool change_resolve(const struct change_draft *d, struct str text, struct arena *scratch, struct event *e)
{
	const struct str *f = d->part;
	struct change *c;
	enum change_kind kind = d->kind;
	bool known = d->has_kind;
	bool values = f[PART_OLD].len || f[PART_NEW].len;

	if (f[PART_FLAG].len) {
		kind = CHANGE_FLAG;
		known = true;
	} else if (f[PART_MIGRATION].len) {
		kind = CHANGE_MIGRATION;
		known = true;
	} else if (!known && f[PART_KEY].len && values) {
		kind = CHANGE_CONFIG;
		known = true;
	} else if (!known && f[PART_VERSION].len && f[PART_PREVIOUS].len) {
		kind = CHANGE_DEPLOYMENT;
		known = true;
	}
	if (!known)
		return false;
	c = arena_new(scratch, struct change);
	c->kind = kind;
	c->end_ns = TIME_NONE;
	c->service = first_of(f[PART_SERVICE],
			      kind == CHANGE_FLAG || kind == CHANGE_CONFIG ? STR_NONE : f[PART_SERVICE_WEAK]);
	c->version = first_of(f[PART_VERSION], f[PART_REVISION]);
	c->previous = f[PART_PREVIOUS];
	c->key = first_of(f[PART_FLAG], first_of(f[PART_MIGRATION], f[PART_KEY]));
	if (kind == CHANGE_CREDENTIAL || kind == CHANGE_CERTIFICATE || kind == CHANGE_JOB ||
	    kind == CHANGE_PACKAGE)
		c->key = first_of(c->key, f[PART_SERVICE_WEAK]);
	c->old_value = f[PART_OLD];
	c->new_value = f[PART_NEW];
	if (same_side_values(kind)) {
		c->old_value = first_of(c->old_value, d->left);
		c->new_value = first_of(c->new_value, d->right);
	} else {
		if (d->right.len) {
			/* "rolled back web 4.7.3 to 4.7.2" */
			c->previous = first_of(c->previous, first_of(d->left, c->version));
			c->version = d->right;
		} else {
			c->previous = first_of(c->previous, d->left);
		}
	}
	if (same_side_values(kind) && !c->key.len)
		c->key = word_in_text(f[PART_TEXT], STR("key="));
	/* Values that the comment states go before the versions that a table has columns for. */
	if (same_side_values(kind) && !values) {
		c->old_value = first_of(word_in_text(f[PART_TEXT], STR("old=")), c->old_value);
		c->new_value = first_of(word_in_text(f[PART_TEXT], STR("new=")), c->new_value);
	}
	if (kind != CHANGE_SCALING && same_side_values(kind) && c->key.len && !c->new_value.len && c->version.len) {
		/* A table of deployments has no other columns for a setting's values. */
		c->old_value = c->previous;
		c->new_value = c->version;
		c->previous = c->version = STR_NONE;
	}
	if (kind == CHANGE_SCALING) {
		/* Numbers of instances, not versions, whatever the fields are called. */
		c->old_value = first_of(c->old_value, c->previous);
		c->new_value = first_of(c->new_value, c->version);
		c->previous = c->version = STR_NONE;
	}
	if (kind == CHANGE_MIGRATION)
		c->key = first_of(c->key, c->version);
	c->actor = f[PART_ACTOR];
	c->status = first_of(change_status(f[PART_STATUS]), d->tense);
	c->id = ticket_in(f[PART_ID]);
	c->text = text;
	if (c->id.len == 0 && str_chr(f[PART_ID], ' ') < 0)
		c->id = f[PART_ID];
	if (c->id.len == 0)
		c->id = ticket_in(f[PART_TEXT]);
	/* Of what? A status of something with a number of its own will do. */
	if (c->service.len == 0 && c->version.len == 0 && c->key.len == 0 && c->new_value.len == 0 &&
	    (c->id.len == 0 || c->status.len == 0))
		return false;
	e->kind = EV_CHANGE;
	e->change = c;
	e->user = first_of(e->user, c->actor);
	e->version = c->version;
	e->host = first_of(e->host, f[PART_HOST]);
	e->message = text;
	e->severity = str_eq(c->status, STR("failed")) ? SEV_ERROR : SEV_INFO;
	return true;
}
