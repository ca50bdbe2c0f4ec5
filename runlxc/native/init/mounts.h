/* Mounts of the container, made in its mount namespace before it enters its root. */
#ifndef RUNLXC_MOUNTS_H
#define RUNLXC_MOUNTS_H

#include "../common/plan.h"

/* PATH PROPAGATION: the root file system, and the propagation of the container's first mounts. */
void run_root(struct plan *plan);
/* SOURCE TYPE DESTINATION FLAGS DATA PROPAGATION COPYUP: mount(2). */
void run_mount(struct plan *plan);
/*
 * FD DESTINATION SOURCE RECURSIVE FLAGS PROPAGATION: attaches a mount tree that the monitor has opened and
 * configured; on a kernel without detached trees it bind-mounts the source.
 */
void run_bind(struct plan *plan);
/* SOURCE DESTINATION FLAGS: bind-mounts a path that the monitor cannot open earlier, e.g. a cgroup. */
void run_bind_path(struct plan *plan);
/* DESTINATION FLAGS: remounts with other flags. */
void run_remount(struct plan *plan);
/* TARGET PATH: creates a symlink unless the path exists. */
void run_symlink(struct plan *plan);
/* PATH TYPE MAJOR MINOR MODE UID GID */
void run_device(struct plan *plan);
/* Enters the container's root. */
void run_pivot(struct plan *plan);
/* FLAGS: propagation of the root mount. */
void run_root_propagation(struct plan *plan);
void run_root_readonly(struct plan *plan);
/* PATH: masks a path, which then reads as empty. */
void run_mask(struct plan *plan);
/* PATH */
void run_readonly(struct plan *plan);

#endif
