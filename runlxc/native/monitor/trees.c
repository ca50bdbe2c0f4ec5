/* Detached mount trees. The monitor opens them in the host's mount namespace as the host's root; the init attaches them. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/fail.h"
#include "../common/trees.h"
#include "descriptors.h"

/* Missing in some C libraries, linux/mount.h. */
struct attributes {
	uint64_t set, clear, propagation, userns_fd;
};
#define TREE_CLONE 1
#define ATTR_IDMAP 0x00100000
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

void run_tree(struct plan *plan)
{
	int wanted = plan_number(plan);
	const char *path = plan_string(plan);
	unsigned recursive = plan_number(plan) ? AT_RECURSIVE : 0;
	int fd;

	if (!has_mount_trees())
		return;
	fd = syscall(SYS_open_tree, AT_FDCWD, path, TREE_CLONE | recursive);
	if (fd < 0)
		fail_errno("mounts: cannot open the source %s", path);
	if (fd == wanted)
		return;
	dup2(fd, wanted);
	close(fd);
}

static int change(int fd, unsigned recursive, struct attributes *attributes)
{
	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attributes,
		       sizeof(*attributes));
}

void run_attributes(struct plan *plan)
{
	int fd = plan_number(plan), recursive = plan_number(plan);
	struct attributes attributes = { .set = plan_number(plan) };

	attributes.clear = plan_number(plan);
	attributes.propagation = plan_number(plan);
	if (has_mount_trees() && change(fd, recursive, &attributes) < 0)
		fail_errno("mounts: cannot set the options of a bind mount");
}

void run_tree_attributes(struct plan *plan)
{
	if (!has_mount_trees())
		fail("mounts: recursive options need Linux 5.12");
	run_attributes(plan);
}

static void write_map(pid_t pid, const char *name, char **lines)
{
	char path[64], map[4096] = "";
	size_t used = 0;
	int fd;

	for (; *lines && used < sizeof(map); lines++)
		used += snprintf(map + used, sizeof(map) - used, "%s\n", *lines);
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, map, strlen(map)) < 0)
		fail_errno("mounts: uidMappings or gidMappings: cannot write %s", name);
	close(fd);
}

static pid_t wait_in_namespace(int *ready)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)!write(ready[1], unshare(CLONE_NEWUSER) == 0 ? "1" : "0", 1);
	for (;;)
		pause();
}

/* Creates a user namespace that is used only for its maps. */
static int user_namespace(char **uids, char **gids)
{
	int ready[2], fd;
	char path[64], reply = '0';
	pid_t child;

	if (pipe2(ready, O_CLOEXEC) < 0 || (child = wait_in_namespace(ready)) < 0)
		fail_errno("mounts: cannot create a user namespace");
	if (read(ready[0], &reply, 1) != 1 || reply != '1')
		fail("mounts: cannot create a user namespace");
	write_map(child, "uid_map", uids);
	write_map(child, "gid_map", gids);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	return fd;
}

void run_idmap(struct plan *plan)
{
	int fd = plan_number(plan), recursive = plan_number(plan);
	char **uids = plan_list(plan), **gids = plan_list(plan);
	struct attributes attributes = { .set = ATTR_IDMAP };
	int namespace = user_namespace(uids, gids);

	if (!has_mount_trees())
		fail("mounts: mappings of a mount need Linux 5.12");
	attributes.userns_fd = namespace;
	if (change(fd, recursive, &attributes) < 0)
		fail_errno("mounts: cannot map the owners of a mount");
	close(namespace);
}
