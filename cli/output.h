/*
 * output: files and folders the program writes. A file is written beside its
 * place and renamed, so a reader sees the old one or the whole new one; a scratch folder
 * is removed again even when the program is stopped by a signal.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

/* mkdir -p. */
NODISCARD bool output_make_folder(struct str path, struct err *err);
NODISCARD bool output_write_file(struct str path, struct str bytes, struct err *err);
NODISCARD bool output_rename(struct str from, struct str to, struct err *err);
/* All bytes of a file, at most max_bytes. */
NODISCARD bool input_read_file(struct str path, size_t max_bytes, struct arena *a, struct str *out, struct err *err);
/* "folder/name" */
struct str path_join(struct arena *a, struct str folder, struct str name);
/* A word as a shell reads it back: quoted when it must be. */
void shell_word(struct buf *out, struct str word);

/* A folder for files that live as long as one command. */
struct scratch;
/* Inside `parent`, or for the empty slice in TMPDIR. NULL and err on failure. Call before any other thread is started. */
struct scratch *scratch_open(struct str parent, struct arena *a, struct err *err);
struct str scratch_folder(const struct scratch *s);
/* Removes the folder and the files in it. NULL is fine. */
void scratch_close(struct scratch *s);

#endif
