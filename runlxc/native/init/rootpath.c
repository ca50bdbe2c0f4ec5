#include "rootpath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel's limit, path_resolution(7). */
#define MAX_SYMLINKS 40
#define MAX_DEPTH 128

struct walk {
	/* The rest of the path, which is not yet resolved. */
	char rest[2 * PATH_MAX];
	/* The directories that were passed, for "..". The first is the root, which stays open. */
	int passed[MAX_DEPTH];
	int depth;
	int symlinks;
};

static int root = -1;

void set_root(int fd)
{
	root = fd;
}

int root_fd(void)
{
	return root;
}

static int leave(struct walk *walk, int depth)
{
	for (; walk->depth > depth; walk->depth--)
		close(walk->passed[walk->depth]);
	return walk->passed[walk->depth];
}

static int abandon(struct walk *walk, int error)
{
	leave(walk, 0);
	errno = error;
	return -1;
}

/* Removes the first name from the rest; returns 0 if the rest is empty. */
static int next_name(struct walk *walk, char *name)
{
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");

	if (!length)
		return 0;
	if (length > NAME_MAX)
		length = NAME_MAX;
	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	return 1;
}

static int is_last(const struct walk *walk)
{
	return !walk->rest[strspn(walk->rest, "/")];
}

static int make(const struct walk *walk, const char *name, enum missing missing)
{
	int parent = walk->passed[walk->depth];
	int file;

	if (missing == MISSING_FAILS)
		return -1;
	if (missing == MISSING_DIRECTORY || !is_last(walk))
		return mkdirat(parent, name, 0755);
	file = openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	return file < 0 ? -1 : close(file);
}

static int follow(struct walk *walk, int link)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

	close(link);
	if (length < 0)
		return -1;
	target[length] = '\0';
	if (++walk->symlinks > MAX_SYMLINKS || length + strlen(walk->rest) + 2 > sizeof(walk->rest)) {
		errno = ELOOP;
		return -1;
	}
	memmove(walk->rest + length + 1, walk->rest, strlen(walk->rest) + 1);
	memcpy(walk->rest, target, length);
	walk->rest[length] = '/';
	if (target[0] == '/')
		leave(walk, 0);
	return 0;
}

static int enter(struct walk *walk, const char *name, enum missing missing)
{
	struct stat info;
	int parent = walk->passed[walk->depth];
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && make(walk, name, missing) == 0)
		fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) < 0)
		return -1;
	if (S_ISLNK(info.st_mode))
		return follow(walk, fd);
	if (walk->depth + 1 == MAX_DEPTH) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	walk->passed[++walk->depth] = fd;
	return 0;
}

int open_in_root(const char *path, enum missing missing)
{
	struct walk walk = { .passed = { root } };
	char name[NAME_MAX + 1];
	int found;

	if (snprintf(walk.rest, PATH_MAX, "%s", path) >= PATH_MAX)
		return abandon(&walk, ENAMETOOLONG);
	while (next_name(&walk, name)) {
		if (!strcmp(name, "."))
			continue;
		if (!strcmp(name, ".."))
			leave(&walk, walk.depth > 0 ? walk.depth - 1 : 0);
		else if (enter(&walk, name, missing) < 0)
			return abandon(&walk, errno);
	}
	found = fcntl(walk.passed[walk.depth], F_DUPFD_CLOEXEC, 3);
	leave(&walk, 0);
	return found;
}

int open_parent_in_root(const char *path, const char **name)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 0, path);
	return open_in_root(parent, MISSING_DIRECTORY);
}

const char *fd_path(int fd)
{
	static char paths[4][32];
	static int turn;
	char *path = paths[turn = (turn + 1) % 4];

	snprintf(path, sizeof(paths[0]), "/proc/self/fd/%d", fd);
	return path;
}
