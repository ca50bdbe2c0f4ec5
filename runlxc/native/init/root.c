/* Enters the container's root, and masks paths in it or makes them read-only. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "mounts.h"
#include "rootpath.h"

void run_pivot(struct plan *plan)
{
	int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), new;

	(void)plan;
	if (old < 0 || fchdir(root_fd()) < 0)
		fail_errno("cannot enter the rootfs");
	/* With "." for both, the old root is mounted over the new one, pivot_root(2), NOTES. */
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		fail_errno("pivot_root");
	if (fchdir(old) < 0)
		fail_errno("cannot enter the old root");
	/* Unmounting here must not propagate to the host. */
	if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 || umount2(".", MNT_DETACH) < 0)
		fail_errno("cannot unmount the old root");
	new = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (new < 0 || chdir("/") < 0)
		fail_errno("cannot enter the new root");
	close(old);
	close(root_fd());
	set_root(new);
}

void run_root_propagation(struct plan *plan)
{
	if (mount(NULL, "/", NULL, plan_number(plan), NULL) < 0)
		fail_errno("linux.rootfsPropagation");
}

/* A remount must repeat the flags of the mount; in a user namespace it must not clear them. */
static unsigned long flags_of(const char *path)
{
	static const struct { unsigned long statvfs, mount; } pairs[] = {
		{ ST_NOSUID, MS_NOSUID }, { ST_NODEV, MS_NODEV }, { ST_NOEXEC, MS_NOEXEC },
		{ ST_NOATIME, MS_NOATIME }, { ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME },
	};
	struct statvfs info;
	unsigned long flags = 0;

	if (statvfs(path, &info) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (info.f_flag & pairs[i].statvfs)
			flags |= pairs[i].mount;
	return flags;
}

static int make_readonly(const char *path)
{
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags_of(path), NULL);
}

void run_root_readonly(struct plan *plan)
{
	(void)plan;
	if (make_readonly("/") < 0)
		fail_errno("root.readonly");
}

void run_readonly(struct plan *plan)
{
	const char *path = plan_string(plan);

	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return;
		fail_errno("linux.readonlyPaths: %s", path);
	}
	if (make_readonly(path) < 0)
		fail_errno("linux.readonlyPaths: %s", path);
}

void run_mask(struct plan *plan)
{
	const char *path = plan_string(plan);
	struct stat info;
	int result;

	if (stat(path, &info) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return;
		fail_errno("linux.maskedPaths: %s", path);
	}
	if (S_ISDIR(info.st_mode))
		result = mount("tmpfs", path, "tmpfs", MS_RDONLY, NULL);
	else
		result = mount("/dev/null", path, NULL, MS_BIND, NULL);
	if (result < 0)
		fail_errno("linux.maskedPaths: %s", path);
}
