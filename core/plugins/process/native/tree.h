/* Mounts by descriptors, so that no path is looked up twice. */
#ifndef POUCH_TREE_H
#define POUCH_TREE_H

#define TREE_READ_ONLY 1
#define TREE_RECURSIVE 2

/* Where the root of the host is while the new one is built. */
#define OLD_ROOT "/.old"

/*
 * Opens a path below a directory with O_PATH, and follows no symbolic link. Returns -1 with ELOOP if a part of it is
 * one.
 */
int open_strictly(int directory, const char *path);

/* The same below /, where missing directories are created, and at the end a directory or an empty file. */
int open_target(const char *path, int is_directory);

/* Mounts what a descriptor refers to on what another one refers to, without set-user-ID programs and devices. */
void mount_tree(int source, int target, int flags, const char *name);

/* Mounts a device of the host. */
void mount_device(const char *name);

int is_directory(int fd);

#endif
