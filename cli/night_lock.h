/*
 * night_lock: one nightly at a time. The lock is the kernel's (flock), so it ends with the process, however that ends; the file
 * only says who holds it.
 */
#ifndef CLI_NIGHT_LOCK_H
#define CLI_NIGHT_LOCK_H

#include "core/arena.h"
#include "core/err.h"

/* Takes it; *fd is to be given to night_unlock. False with EXIT_BUSY and who holds it when another run does. */
NODISCARD bool night_lock(struct str path, struct arena *a, int *fd, struct err *err);
void night_unlock(int fd);

#endif
