#include "cli/export_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/output.h"

static bool sink_open(void *self, const char *name, struct err *err)
{
	struct file_sink *s = self;

	if (s->path.len == 0) {
		s->file = stdout;
		return true;
	}
	s->name = s->folder ? path_join(s->arena, s->path, str_of(name)) : arena_str(s->arena, s->path);
	s->beside = arena_printf(s->arena, "%.*s.%d.tmp", STR_ARG(s->name), (int)getpid());
	int fd = open(s->beside.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	s->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!s->file && fd >= 0)
		close(fd);
	return s->file || err_set_errno(err, "cannot write %s", s->name.ptr);
}

static bool sink_write(void *self, struct str bytes, struct err *err)
{
	struct file_sink *s = self;

	return fwrite(bytes.ptr, 1, bytes.len, s->file) == bytes.len ||
	       err_set_errno(err, "cannot write %s", s->path.len ? s->name.ptr : "to standard output");
}

/* What cannot be synchronised (a pipe, some file systems) need not be. */
static bool on_disk(FILE *file)
{
	return fsync(fileno(file)) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

static bool sink_close(void *self, struct err *err)
{
	struct file_sink *s = self;
	FILE *file = s->file;

	if (s->path.len == 0) {
		s->file = NULL;
		return fflush(file) == 0 || err_set_errno(err, "cannot write to standard output");
	}
	if (fflush(file) != 0 || !on_disk(file))
		return err_set_errno(err, "cannot write %s", s->name.ptr);
	s->file = NULL;
	bool good = fclose(file) == 0 && rename(s->beside.ptr, s->name.ptr) == 0;

	if (!good) {
		err_set_errno(err, "cannot write %s", s->name.ptr);
		unlink(s->beside.ptr);
	}
	return good;
}

void file_sink_init(struct file_sink *s, struct str path, bool folder, struct arena *a)
{
	*s = (struct file_sink){ .arena = a, .path = path, .folder = folder };
	s->sink = (struct export_sink){ .open = sink_open, .write = sink_write, .close = sink_close, .self = s };
}

void file_sink_end(struct file_sink *s)
{
	if (!s->file || s->path.len == 0)
		return;
	fclose(s->file);
	unlink(s->beside.ptr);
	s->file = NULL;
}
