/* Paths below the container's root file system, whose symlinks may not lead out of it. */
#ifndef RUNLXC_ROOTPATH_H
#define RUNLXC_ROOTPATH_H

enum missing {
	MISSING_FAILS,
	MISSING_DIRECTORY, /* make it, and all above it */
	MISSING_FILE,      /* the same, ended by an empty file */
};

/* Resolves paths below this directory from now on. */
void set_root(int fd);
int root_fd(void);

/*
 * Opens a path, O_PATH: symlinks are followed as a process with this root would follow them, ".." ends at the root. Answers -1
 * with errno if that fails.
 */
int open_in_root(const char *path, enum missing missing);
/* The directory above a path, made if it is missing, and the path's last name. */
int open_parent_in_root(const char *path, const char **name);
/* A path by which the kernel finds an open file; each call overwrites the one of four calls before. */
const char *fd_path(int fd);

#endif
