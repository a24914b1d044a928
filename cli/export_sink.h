/*
 * export_sink: where an export goes: one file, standard output, or the files of a folder. A file appears under its
 * name when it is whole, as output_write_file does it, but is written piece by piece.
 */
#ifndef CLI_EXPORT_SINK_H
#define CLI_EXPORT_SINK_H

#include <stdio.h>

#include "export/target.h"

struct file_sink {
	struct export_sink sink; /* what the export gets */
	struct arena *arena;
	struct str path;         /* file or folder; empty: standard output */
	bool folder;
	FILE *file;              /* the one that is open; NULL none */
	struct str name, beside; /* of it, and under what it is written */
};

void file_sink_init(struct file_sink *s, struct str path, bool folder, struct arena *a);
/* Takes away what was begun and not closed. */
void file_sink_end(struct file_sink *s);

#endif
