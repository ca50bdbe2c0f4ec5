/* Opens what the init cannot access itself: paths of the host, sockets, mount trees. */
#ifndef RUNLXC_DESCRIPTORS_H
#define RUNLXC_DESCRIPTORS_H

#include "../common/plan.h"

/* FD PATH FLAGS: open(2), with this descriptor number. */
void run_open(struct plan *plan);
/* FD PATH MODE: a new FIFO, opened with O_PATH. */
void run_fifo(struct plan *plan);
/* FD PATH: a Unix socket, connected. */
void run_connect(struct plan *plan);
/* FD PATH: a sealed copy in memory of an executable. */
void run_copy(struct plan *plan);
/* FD PATH RECURSIVE: a detached bind mount, open_tree(2). */
void run_tree(struct plan *plan);
/* FD RECURSIVE SET CLEAR PROPAGATION: mount_setattr(2). */
void run_attributes(struct plan *plan);
/* The same for all mounts below, which the init cannot do on a kernel without mount_setattr(2). */
void run_tree_attributes(struct plan *plan);
/* FD RECURSIVE UIDS GIDS: maps the owners of a tree's files; lines of /proc/PID/uid_map. */
void run_idmap(struct plan *plan);
/* RESOURCE HARD: raises the monitor's limit, since an init in a user namespace cannot raise its own. */
void run_raise_limit(struct plan *plan);
/* PATH FLAG FIELD: fails if the path is not a namespace of this type, a CLONE_NEW… number. */
void run_check_namespace(struct plan *plan);
/* VALUE: /proc/self/oom_score_adj */
void run_oom(struct plan *plan);

#endif
