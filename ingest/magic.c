/* What a stream's first bytes say it is. */
#include "ingest/layer.h"

struct magic {
	size_t at;
	const char *bytes;
	size_t len;
	enum packing packing;
	const char *kind; /* for what is not unpacked */
};
#define AT(at, bytes) (at), (bytes), sizeof(bytes) - 1

static const struct magic magics[] = {
	{ AT(0, "\x1f\x9d"), PACKED_COMPRESS, NULL },
	{ AT(0, "\x28\xb5\x2f\xfd"), PACKED_ZSTD, NULL },
	{ AT(0, "\xfd" "7zXZ\0"), PACKED_XZ, NULL },
	{ AT(0, "LZIP"), PACKED_LZIP, NULL },
	{ AT(0, "\x04\x22\x4d\x18"), PACKED_LZ4, NULL },
	{ AT(0, "PK\x03\x04"), PACKED_ZIP, NULL },
	{ AT(0, "PK\x05\x06"), PACKED_ZIP, NULL },
	{ AT(0, "PK\x07\x08PK"), PACKED_ZIP, NULL },
	{ AT(0, "7z\xbc\xaf\x27\x1c"), PACKED_7ZIP, NULL },
	{ AT(0, "Rar!\x1a\x07"), PACKED_RAR, NULL },
	/* Not UTF-16: UTF-32 begins like it. */
	{ AT(0, "\xff\xfe\0\0"), PACKED_NOT, "UTF-32 text" },
	{ AT(0, "\xff\xfe"), PACKED_UTF16_LE, NULL },
	{ AT(0, "\xfe\xff"), PACKED_UTF16_BE, NULL },
	{ AT(0, "\x89PNG\r\n"), PACKED_NOT, "PNG image" },
	{ AT(0, "\xff\xd8\xff"), PACKED_NOT, "JPEG image" },
	{ AT(0, "GIF8"), PACKED_NOT, "GIF image" },
	{ AT(0, "%PDF-"), PACKED_NOT, "PDF document" },
	{ AT(0, "\x7f" "ELF"), PACKED_NOT, "ELF program" },
	{ AT(0, "SQLite format 3\0"), PACKED_NOT, "SQLite database" },
	{ AT(0, "LPKSHHRH"), PACKED_NOT, "systemd journal, to be exported with journalctl -o json" },
	{ AT(0, "\xfe" "bin"), PACKED_NOT, "MySQL binary log" },
	{ AT(0, "\xd4\xc3\xb2\xa1"), PACKED_NOT, "packet capture" },
	{ AT(0, "\x0a\x0d\x0d\x0a"), PACKED_NOT, "packet capture" },
	{ AT(0, "ElfFile\0"), PACKED_NOT, "Windows event log, to be exported as text" },
	{ AT(0, "\xca\xfe\xba\xbe"), PACKED_NOT, "Java class" },
	{ AT(0, "JAVA PROFILE "), PACKED_NOT, "Java heap dump" },
	{ AT(0, "PGDMP"), PACKED_NOT, "PostgreSQL dump" },
};

static const struct magic *match(struct str head)
{
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const struct magic *m = &magics[i];
		if (head.len >= m->at + m->len && memcmp(head.ptr + m->at, m->bytes, m->len) == 0)
			return m;
	}
	return NULL;
}

/* The number in a tar header's field: octal digits between blanks and NULs. */
static bool octal(struct str field, uint64_t *out)
{
	size_t i = 0;
	uint64_t v = 0;
	while (i < field.len && field.ptr[i] == ' ')
		i++;
	size_t from = i;
	for (; i < field.len && field.ptr[i] >= '0' && field.ptr[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(field.ptr[i] - '0');
	*out = v;
	return i > from && (i == field.len || field.ptr[i] == ' ' || field.ptr[i] == '\0');
}

/* By the header's checksum: old tars have no magic. */
static bool is_tar(struct str head)
{
	enum { BLOCK = 512, SUM_AT = 148, SUM_BYTES = 8 };
	uint64_t said;
	if (head.len < BLOCK || head.ptr[0] == '\0' || !octal(str_make(head.ptr + SUM_AT, SUM_BYTES), &said))
		return false;
	uint64_t sum = SUM_BYTES * ' ';
	int64_t signed_sum = SUM_BYTES * ' '; /* of tars by very old programs */
	for (size_t i = 0; i < BLOCK; i++) {
		if (i >= SUM_AT && i < SUM_AT + SUM_BYTES)
			continue;
		sum += (unsigned char)head.ptr[i];
		signed_sum += (signed char)head.ptr[i];
	}
	return sum == said || signed_sum == (int64_t)said;
}

static bool all_in(struct str s, const char *set)
{
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || !strchr(set, s.ptr[i]))
			return false;
	return true;
}

/* The portable ASCII formats: "070701" or "070702" and 104 hexadecimal digits, "070707" and 70 octal ones. */
static bool is_cpio(struct str head)
{
	if (str_starts(head, STR("070701")) || str_starts(head, STR("070702")))
		return head.len >= 110 && all_in(str_make(head.ptr + 6, 104), "0123456789abcdefABCDEF");
	return str_starts(head, STR("070707")) && head.len >= 76 &&
	       all_in(str_make(head.ptr + 6, 70), "01234567");
}

/* LZMA alone has no magic: the usual properties, a round dictionary size, an unknown or small length. */
static bool is_lzma(struct str head)
{
	if (head.len < 13 || memcmp(head.ptr, "\x5d\0\0", 3) != 0)
		return false;
	const char *length = head.ptr + 5;
	return memcmp(length, "\xff\xff\xff\xff\xff\xff\xff\xff", 8) == 0 ||
	       memcmp(length + 5, "\0\0\0", 3) == 0;
}

static bool is_bzip2(struct str head)
{
	return head.len >= 10 && memcmp(head.ptr, "BZh", 3) == 0 &&
	       head.ptr[3] >= '1' && head.ptr[3] <= '9' &&
	       (memcmp(head.ptr + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
	        memcmp(head.ptr + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

enum packing packing_of(struct str head)
{
	if (head.len >= 4 && memcmp(head.ptr, "\x1f\x8b\x08", 3) == 0 && !((unsigned char)head.ptr[3] & 0xe0))
		return PACKED_GZIP;
	if (is_bzip2(head))
		return PACKED_BZIP2;
	/* A zstd stream may begin with a skippable frame. */
	if (head.len >= 4 && ((unsigned char)head.ptr[0] & 0xf0) == 0x50 &&
	    memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0)
		return PACKED_ZSTD;
	const struct magic *m = match(head);
	if (m)
		return m->packing;
	if (is_tar(head))
		return PACKED_TAR;
	if (is_cpio(head))
		return PACKED_CPIO;
	return is_lzma(head) ? PACKED_LZMA : PACKED_NOT;
}

const char *packing_name(enum packing p)
{
	static const char *const names[] = {
		[PACKED_NOT] = "",           [PACKED_GZIP] = "gzip",         [PACKED_UTF16_LE] = "utf-16",
		[PACKED_UTF16_BE] = "utf-16", [PACKED_ZSTD] = "zstd",        [PACKED_BZIP2] = "bzip2",
		[PACKED_XZ] = "xz",          [PACKED_LZMA] = "lzma",         [PACKED_LZIP] = "lzip",
		[PACKED_LZ4] = "lz4",        [PACKED_COMPRESS] = "compress", [PACKED_TAR] = "tar",
		[PACKED_ZIP] = "zip",        [PACKED_CPIO] = "cpio",         [PACKED_7ZIP] = "7zip",
		[PACKED_RAR] = "rar",
	};
	return names[p];
}

struct str binary_kind(struct str head)
{
	const struct magic *m = match(head);
	if (m && m->kind)
		return str_of(m->kind);
	/* Zero bytes in front are a log that was truncated under its writer, those at the end a crash. */
	while (head.len && head.ptr[0] == '\0')
		head = str_from(head, 1);
	while (head.len && head.ptr[head.len - 1] == '\0')
		head.len--;
	size_t odd = 0;
	for (size_t i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.ptr[i];
		odd += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\b' && c != 0x1b;
	}
	return odd > head.len / 20 ? STR("binary data") : STR_NONE;
}
