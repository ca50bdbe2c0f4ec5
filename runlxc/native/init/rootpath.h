/* Resolves paths below the container's root file system; symlinks cannot lead out of it. */
#ifndef RUNLXC_ROOTPATH_H
#define RUNLXC_ROOTPATH_H

enum missing {
	MISSING_FAILS,
	MISSING_DIRECTORY, /* create it, and its parents */
	MISSING_FILE,      /* create an empty file, and its parents */
};

/* Sets the directory below which paths are resolved. */
void set_root(int fd);
int root_fd(void);

/*
 * Opens a path with O_PATH. Symlinks are resolved as for a process with this root; ".." stops at the root. Returns -1
 * and sets errno on failure.
 */
int open_in_root(const char *path, enum missing missing);
/* Opens the parent directory of a path, which is created if it does not exist, and returns the last name. */
int open_parent_in_root(const char *path, const char **name);
/* Returns a path to an open file below /proc; each call overwrites the result of the fourth call before. */
const char *fd_path(int fd);

#endif
