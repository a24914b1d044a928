#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, SUFFIX_BYTES = 16, READ_BYTES = 64 * 1024 };

/* The path with its NUL, for system calls. */
static bool path_z(struct str path, char out[static PATH_BYTES], struct err *err)
{
	if (path.len == 0 || path.len >= PATH_BYTES - SUFFIX_BYTES || memchr(path.ptr, '\0', path.len))
		return err_set_status(err, EXIT_USAGE, "%.*s: not a usable path", STR_ARG(path));
	memcpy(out, path.ptr, path.len);
	out[path.len] = '\0';
	return true;
}

bool output_make_folder(struct str path, struct err *err)
{
	char z[PATH_BYTES];
	struct stat st;

	if (!path_z(path, z, err))
		return false;
	for (size_t i = 1; i <= path.len; i++) {
		if (z[i] != '/' && z[i] != '\0')
			continue;
		char kept = z[i];

		z[i] = '\0';
		if (mkdir(z, 0777) != 0 && errno != EEXIST)
			return err_set_errno(err, "cannot make the folder %s", z);
		z[i] = kept;
	}
	if (stat(z, &st) != 0)
		return err_set_errno(err, "cannot use the folder %s", z);
	return S_ISDIR(st.st_mode) || err_set(err, "%s is in the way: a folder is needed there", z);
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

/* Before the old file is replaced; what cannot be synchronised (a pipe, some file systems) need not be. */
static bool on_disk(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

bool output_write_file(struct str path, struct str bytes, struct err *err)
{
	char z[PATH_BYTES], beside[PATH_BYTES + SUFFIX_BYTES];
	struct stat st;

	if (!path_z(path, z, err))
		return false;
	snprintf(beside, sizeof beside, "%s.%d.tmp", z, (int)getpid());
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_set_errno(err, "cannot write %s", z);
	/* A draft that is replaced keeps its mode. */
	bool good = write_all(fd, bytes) && (stat(z, &st) != 0 || fchmod(fd, st.st_mode & 0777) == 0) && on_disk(fd);

	if (!good)
		err_set_errno(err, "cannot write %s", z);
	if (close(fd) != 0 && good)
		good = err_set_errno(err, "cannot write %s", z);
	if (good && rename(beside, z) != 0)
		good = err_set_errno(err, "cannot write %s", z);
	if (!good)
		unlink(beside);
	return good;
}

bool output_rename(struct str from, struct str to, struct err *err)
{
	char from_z[PATH_BYTES], to_z[PATH_BYTES];

	if (!path_z(from, from_z, err) || !path_z(to, to_z, err))
		return false;
	return rename(from_z, to_z) == 0 || err_set_errno(err, "cannot write %s", to_z);
}

bool input_read_file(struct str path, size_t max_bytes, struct arena *a, struct str *out, struct err *err)
{
	char z[PATH_BYTES], chunk[READ_BYTES];
	struct buf bytes;
	ssize_t n;

	if (!path_z(path, z, err))
		return false;
	int fd = open(z, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set_errno(err, "cannot read %s", z);
	buf_init(&bytes, max_bytes);
	while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(&bytes, str_make(chunk, (size_t)n));
	bool good = n == 0 || err_set_errno(err, "cannot read %s", z);

	close(fd);
	if (good && bytes.full)
		good = err_set(err, "%s is larger than %zu bytes", z, max_bytes);
	if (good)
		*out = arena_str(a, buf_str(&bytes));
	buf_release(&bytes);
	return good;
}

struct str path_join(struct arena *a, struct str folder, struct str name)
{
	bool slash = str_ends(folder, STR("/"));

	return arena_printf(a, "%.*s%s%.*s", STR_ARG(folder), slash ? "" : "/", STR_ARG(name));
}

void shell_word(struct buf *out, struct str word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
	bool quote = word.len == 0;

	for (size_t i = 0; i < word.len; i++)
		quote |= !memchr(plain, word.ptr[i], sizeof plain - 1);
	if (!quote) {
		buf_add(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == '\'')
			buf_addz(out, "'\\''");
		else
			buf_addc(out, word.ptr[i]);
	}
	buf_addc(out, '\'');
}
