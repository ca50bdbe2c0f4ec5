/* The mounts of the container, made in its own mount namespace before it gets its root. */
#ifndef RUNLXC_MOUNTS_H
#define RUNLXC_MOUNTS_H

#include "../common/plan.h"

/* PATH PROPAGATION: the root file system; the propagation of all mounts that the container begins with. */
void run_root(struct plan *plan);
/* SOURCE TYPE DESTINATION FLAGS DATA PROPAGATION COPYUP: mount(2). */
void run_mount(struct plan *plan);
/*
 * FD DESTINATION SOURCE RECURSIVE FLAGS PROPAGATION: a mount tree that the monitor has opened and given its options; on a kernel
 * without such trees the source is bind mounted here.
 */
void run_bind(struct plan *plan);
/* SOURCE DESTINATION FLAGS: a path that exists only now, e.g. a cgroup. */
void run_bind_path(struct plan *plan);
/* DESTINATION FLAGS: once more, with other flags. */
void run_remount(struct plan *plan);
/* TARGET PATH: a symlink, unless something is there. */
void run_symlink(struct plan *plan);
/* PATH TYPE MAJOR MINOR MODE UID GID */
void run_device(struct plan *plan);
/* The container gets its root. */
void run_pivot(struct plan *plan);
/* FLAGS: propagation of the root mount. */
void run_root_propagation(struct plan *plan);
void run_root_readonly(struct plan *plan);
/* PATH: reads as empty. */
void run_mask(struct plan *plan);
/* PATH */
void run_readonly(struct plan *plan);

#endif
