#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/fail.h"
#include "../common/trees.h"
#include "copyup.h"
#include "rootpath.h"

#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x4
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif

void run_root(struct plan *plan)
{
	const char *path = plan_string(plan);
	unsigned long propagation = plan_number(plan);
	int fd;

	if (mount(NULL, "/", NULL, propagation, NULL) < 0)
		fail_errno("rootfsPropagation: cannot set the propagation of the host's mounts");
	/* pivot_root(2) requires a mount point. */
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
		fail_errno("root.path: cannot bind mount %s", path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail_errno("root.path: cannot open %s", path);
	set_root(fd);
}

/* The runtime has checked the path, but a symlink may still lead into /proc. */
static void refuse_hidden_proc(int target, const char *destination)
{
	struct statfs info;

	if (strncmp(destination, "/proc", 5) && fstatfs(target, &info) == 0 && info.f_type == PROC_SUPER_MAGIC)
		fail("mounts: \"%s\" cannot be mounted because it is inside /proc", destination);
}

static int target_of(const char *destination, enum missing missing)
{
	int fd = open_in_root(destination, missing);

	if (fd < 0)
		fail_errno("mounts: cannot create the mount point %s in the rootfs", destination);
	if (missing != MISSING_FAILS)
		refuse_hidden_proc(fd, destination);
	return fd;
}

static void propagate(const char *destination, unsigned long flags)
{
	int target;

	if (!flags)
		return;
	target = target_of(destination, MISSING_FAILS);
	if (mount(NULL, fd_path(target), NULL, flags, NULL) < 0)
		fail_errno("mounts: cannot set the propagation of %s", destination);
	close(target);
}

/* Without a mode option the file system gets the mode of its mount point. */
static void keep_mode(const char *type, const char *data, const char *destination, mode_t mode)
{
	int mounted;

	if (strcmp(type, "tmpfs") || strstr(data, "mode=") || !mode)
		return;
	mounted = target_of(destination, MISSING_FAILS);
	chmod(fd_path(mounted), mode & 07777);
	close(mounted);
}

static mode_t mode_of(const char *path)
{
	struct stat info;
	int fd = open_in_root(path, MISSING_FAILS);
	mode_t mode = fd >= 0 && fstat(fd, &info) == 0 ? info.st_mode : 0;

	if (fd >= 0)
		close(fd);
	return mode;
}

void run_mount(struct plan *plan)
{
	const char *source = plan_string(plan), *type = plan_string(plan), *destination = plan_string(plan);
	unsigned long flags = plan_number(plan);
	const char *data = plan_string(plan);
	unsigned long propagation = plan_number(plan);
	int copies = plan_number(plan);
	/* The mount is filled first, then made read-only. */
	unsigned long first = copies ? flags & ~MS_RDONLY : flags;
	mode_t mode = mode_of(destination);
	int target = target_of(destination, MISSING_DIRECTORY);

	if (mount(source, fd_path(target), type, first, data) < 0)
		fail_errno("mounts: cannot mount %s on %s", type, destination);
	if (copies)
		copy_up(target, destination);
	keep_mode(type, data, destination, first & MS_RDONLY ? 0 : mode);
	close(target);
	if (first != flags) {
		target = target_of(destination, MISSING_FAILS);
		if (mount(NULL, fd_path(target), NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0)
			fail_errno("mounts: cannot make %s read-only", destination);
		close(target);
	}
	propagate(destination, propagation);
}

static enum missing like(int source)
{
	struct stat info;

	if (fstat(source, &info) < 0)
		fail_errno("mounts: cannot stat a source");
	return S_ISDIR(info.st_mode) ? MISSING_DIRECTORY : MISSING_FILE;
}

static void bind_path(const char *path, const char *destination, unsigned long recursive, unsigned long flags)
{
	int source = open(path, O_PATH | O_CLOEXEC), target;

	if (source < 0)
		fail_errno("mounts: cannot open %s", path);
	target = target_of(destination, like(source));
	if (mount(fd_path(source), fd_path(target), NULL, MS_BIND | recursive, NULL) < 0)
		fail_errno("mounts: cannot bind mount %s on %s", path, destination);
	close(source);
	close(target);
	target = target_of(destination, MISSING_FAILS);
	if (flags && mount(NULL, fd_path(target), NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0)
		fail_errno("mounts: cannot set the flags of %s", destination);
	close(target);
}

static void attach_tree(int source, const char *destination)
{
	int target = target_of(destination, like(source));

	if (syscall(SYS_move_mount, source, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		fail_errno("mounts: cannot bind mount on %s", destination);
	close(source);
	close(target);
}

void run_bind(struct plan *plan)
{
	int source = plan_number(plan);
	const char *destination = plan_string(plan), *path = plan_string(plan);
	unsigned long recursive = plan_number(plan), flags = plan_number(plan), propagation = plan_number(plan);

	if (has_mount_trees()) {
		attach_tree(source, destination);
	} else {
		bind_path(path, destination, recursive, flags);
		propagate(destination, propagation);
	}
}

void run_bind_path(struct plan *plan)
{
	const char *path = plan_string(plan), *destination = plan_string(plan);

	bind_path(path, destination, MS_REC, plan_number(plan));
}

void run_remount(struct plan *plan)
{
	const char *destination = plan_string(plan);
	unsigned long flags = plan_number(plan);
	int target = target_of(destination, MISSING_FAILS);

	if (mount(NULL, fd_path(target), NULL, MS_REMOUNT | flags, NULL) < 0)
		fail_errno("mounts: cannot remount %s", destination);
	close(target);
}

void run_symlink(struct plan *plan)
{
	const char *target = plan_string(plan), *path = plan_string(plan), *name;
	int parent = open_parent_in_root(path, &name);

	if (parent < 0)
		fail_errno("cannot create the directory of %s in the rootfs", path);
	/* An existing link is kept, and a read-only file system cannot have a new one. */
	if (symlinkat(target, parent, name) < 0 && errno != EEXIST && errno != EROFS)
		fail_errno("cannot create the symlink %s", path);
	close(parent);
}
