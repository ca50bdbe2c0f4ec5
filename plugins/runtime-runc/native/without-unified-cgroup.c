/*
 * Runs an OCI runtime in a mount namespace where the cgroup v2 hierarchy of a hybrid host, /sys/fs/cgroup/unified, is not
 * to be seen: crun 1.8 refuses to work where it is ("cgroups in hybrid mode not supported").
 *
 * It is meant as the interpreter of a script of one line, so that whoever calls the runtime needs a path and nothing else:
 *
 *     #!/path/to/without-unified-cgroup /usr/bin/crun
 *
 * In a new namespace an empty tmpfs covers it. Uncovered, the directory below would be the host's: crun makes a directory
 * there for each container, for /proc/PID/cgroup names the hierarchy, and never removes it. So they end with the runtime.
 *
 * Only this one mount becomes a slave, and only in the new namespace: the tmpfs does not reach the host, while all other
 * mounts keep their peers, so that rshared volumes of a container still propagate in both directions. On a host whose
 * mounts are private, what a hook of the runtime's namespace mounts ends with the runtime.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define UNIFIED "/sys/fs/cgroup/unified"

static int fail(const char *what)
{
	fprintf(stderr, "without-unified-cgroup: %s: %s\n", what, strerror(errno));
	return 1;
}

/* EINVAL and ENOENT: it is no mount point, so there is nothing to hide (mount(2)). */
static int cover_unified(void)
{
	if (mount(NULL, UNIFIED, NULL, MS_SLAVE, NULL) < 0)
		return errno == EINVAL || errno == ENOENT ? 0 : fail("mount --make-slave " UNIFIED);
	if (mount("tmpfs", UNIFIED, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") < 0)
		return fail("a tmpfs over " UNIFIED);
	return 0;
}

/* argv as execve(2) gives it to an interpreter: itself, the argument in the script's first line, the script, arguments. */
int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: the first line of a script: #!/path/to/without-unified-cgroup RUNTIME\n", stderr);
		return 2;
	}
	if (unshare(CLONE_NEWNS) < 0)
		return fail("a new mount namespace");
	if (cover_unified())
		return 1;
	argv[2] = argv[1];
	execv(argv[1], argv + 2);
	return fail(argv[1]);
}
