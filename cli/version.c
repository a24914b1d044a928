#include "cli/version.h"

#include <archive.h>
#ifdef HAVE_ISAL
#include <isa-l.h>
#endif
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>

#include "core/err.h"
#include "report/assets.h"

enum { PCRE2_TEXT_BYTES = 64 };

/* What libarchive was linked with stands behind its own version: "libarchive 3.6.2 zlib/1.2.13 liblzma/5.4.1 ...". */
static void add_archive(struct buf *out)
{
	struct str text = str_of(archive_version_details());

	str_word(&text);
	buf_addf(out, "tar, zip, bzip2, xz and others: libarchive %.*s\n", STR_ARG(str_trim(text)));
}

static void add_regular_expressions(struct buf *out)
{
	char version[PCRE2_TEXT_BYTES];
	uint32_t jit = 0;

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > PCRE2_TEXT_BYTES)
		BUG("a version that is a novel");
	pcre2_config(PCRE2_CONFIG_VERSION, version);
	pcre2_config(PCRE2_CONFIG_JIT, &jit);
	buf_addf(out, "formats of your own: PCRE2 %s, %s\n", version, jit ? "compiled" : "not compiled, and slower for it");
}

void version_text(struct buf *out)
{
	struct str plots = asset_plots_about();

	buf_addz(out, "inquest " INQUEST_VERSION "\n");
#ifdef HAVE_ISAL
	buf_addf(out, "gzip: ISA-L %d.%d.%d, zlib %s\n", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION, zlibVersion());
#else
	buf_addf(out, "gzip: zlib %s; slower than with ISA-L\n", zlibVersion());
#endif
	add_archive(out);
	buf_addf(out, "zstd: libzstd %s\n", ZSTD_versionString());
	buf_addf(out, "store: SQLite %s\n", sqlite3_libversion());
	add_regular_expressions(out);
	buf_addf(out, "plots in pages: %.*s\n", STR_ARG(plots));
}
