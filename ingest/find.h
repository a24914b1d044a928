/*
 * find: from the paths a user gives to the files to be read, in one fixed order (bytewise
 * by display path within each argument), whatever order the file system has. Directories
 * are walked to the bottom; symbolic links are followed, but every file counts once, however
 * many names it has (device and inode), and no directory is entered twice. Sockets, pipes
 * and devices inside directories are passed over with a note; given by name, a pipe is read.
 */
#ifndef INGEST_FIND_H
#define INGEST_FIND_H

#include "core/arena.h"

struct found_file {
	struct str path;     /* to be opened, NUL behind its end; "-" is standard input */
	struct str display;  /* relative to the argument that named it, '/' separated; distinct among all */
	size_t argument;     /* index of that argument */
	uint64_t size_bytes; /* 0 for what has no size */
	int64_t mtime_ns;    /* TIME_NONE for what has none */
	uint64_t dev, ino;   /* identity while the system runs */
	bool once;           /* cannot be opened again: standard input, a pipe, a terminal */
};

struct found {
	VEC(struct found_file) files;
	VEC(struct str) notes;  /* one whole sentence each: what was left out and why */
	size_t n_failed;        /* of these: could not be read */
};

/* Never fails: what cannot be read is a note. Memory belongs to `a`. */
void find_files(const struct str *paths, size_t n, struct arena *a, struct found *out);

#endif
