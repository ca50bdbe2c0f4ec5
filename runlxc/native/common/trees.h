#ifndef RUNLXC_TREES_H
#define RUNLXC_TREES_H

/* Whether the kernel has open_tree(2) and mount_setattr(2), Linux 5.12. */
int has_mount_trees(void);

#endif
