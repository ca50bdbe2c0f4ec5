#include "tree.h"
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* linux/mount.h, which older headers lack. */
#define CLONE_TREE 1
#define WHOLE_TREE 0x8000
#define FROM_FD 0x4
#define TO_FD 0x40
#define ATTR_READ_ONLY 0x1
#define ATTR_NO_SUID 0x2
#define ATTR_NO_DEV 0x4

struct attributes {
	unsigned long long set;
	unsigned long long clear;
	unsigned long long propagation;
	unsigned long long userns;
};

int is_directory(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

static int is_link(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISLNK(found.st_mode);
}

/* Copies the first name of a path; returns what follows it, or NULL if the path is at its end. */
static const char *next_name(const char *path, char *name)
{
	size_t length;

	path += strspn(path, "/");
	length = strcspn(path, "/");
	if (!length)
		return NULL;
	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(name, path, length);
	name[length] = '\0';
	return path + length;
}

static int open_name(int directory, const char *name)
{
	int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && is_link(fd)) {
		close(fd);
		errno = ELOOP;
		return -1;
	}
	return fd;
}

static int walk(int directory, const char *path, int creates, int ends_in_directory)
{
	char name[NAME_MAX + 1];
	int at = dup(directory);

	errno = 0;
	while (at >= 0 && (path = next_name(path, name))) {
		int is_last = path[strspn(path, "/")] == '\0';
		int next = open_name(at, name);

		if (next < 0 && errno == ENOENT && creates) {
			int made = !is_last || ends_in_directory ? mkdirat(at, name, 0755)
								 : mknodat(at, name, S_IFREG | 0444, 0);

			next = made == 0 ? open_name(at, name) : -1;
		}
		close(at);
		at = next;
	}
	if (at >= 0 && errno == ENAMETOOLONG) {
		close(at);
		return -1;
	}
	return at;
}

static int walk_below(const char *root, const char *path, int creates, int ends_in_directory)
{
	int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = directory < 0 ? -1 : walk(directory, path, creates, ends_in_directory);
	int error = errno;

	close(directory);
	errno = error;
	return fd;
}

int open_strictly(int directory, const char *path)
{
	return walk(directory, path, 0, 0);
}

int open_target(const char *path, int is_directory)
{
	return walk_below("/", path, 1, is_directory);
}

/* Linux before 5.12: sets the attributes of one mount. */
static void remount(int tree, int flags, const char *name)
{
	char path[64];
	unsigned long attributes = MS_NOSUID | MS_NODEV | (flags & TREE_READ_ONLY ? MS_RDONLY : 0);

	snprintf(path, sizeof(path), OLD_ROOT "/proc/self/fd/%d", tree);
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | attributes, NULL) < 0)
		fail("cannot mount %s", name);
}

static int clone_tree(int source, int flags)
{
	int whole = flags & TREE_RECURSIVE ? WHOLE_TREE : 0;

	return syscall(SYS_open_tree, source, "", CLONE_TREE | O_CLOEXEC | AT_EMPTY_PATH | whole);
}

static int move_tree(int tree, int target)
{
	return syscall(SYS_move_mount, tree, "", target, "", FROM_FD | TO_FD);
}

void mount_tree(int source, int target, int flags, const char *name)
{
	/* Mounts that the host makes later would be writable: what is to be read gets none. */
	struct attributes attributes = {
		.set = ATTR_NO_SUID | ATTR_NO_DEV | (flags & TREE_READ_ONLY ? ATTR_READ_ONLY : 0),
		.propagation = flags & TREE_READ_ONLY ? MS_PRIVATE : 0,
	};
	int whole = flags & TREE_RECURSIVE ? WHOLE_TREE : 0;
	int tree = clone_tree(source, flags);
	int is_set;

	if (tree < 0)
		fail("cannot mount %s", name);
	is_set = syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | whole, &attributes, sizeof(attributes)) == 0;
	if (!is_set && errno != ENOSYS)
		fail("cannot mount %s", name);
	if (!is_set && whole) {
		close(tree);
		tree = clone_tree(source, flags & ~TREE_RECURSIVE);
	}
	if (move_tree(tree, target) < 0)
		fail("cannot mount %s", name);
	if (!is_set)
		remount(tree, flags, name);
	close(tree);
}

void mount_device(const char *name)
{
	int source = walk_below(OLD_ROOT "/dev", name, 0, 0);
	int directory = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int target = walk(directory, name, 1, 0);
	int tree = source < 0 ? -1 : clone_tree(source, 0);

	if (tree < 0 || target < 0 || move_tree(tree, target) < 0)
		fail("cannot mount /dev/%s", name);
	close(tree);
	close(target);
	close(directory);
	close(source);
}
