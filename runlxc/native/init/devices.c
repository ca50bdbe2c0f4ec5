#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/fail.h"
#include "mounts.h"
#include "rootpath.h"

static mode_t type_of(const char *letter)
{
	switch (letter[0]) {
	case 'b':
		return S_IFBLK;
	case 'p':
		return S_IFIFO;
	default:
		return S_IFCHR;
	}
}

static int is_same(int parent, const char *name, mode_t type, dev_t number)
{
	struct stat info;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return (info.st_mode & S_IFMT) == type && (type == S_IFIFO || info.st_rdev == number);
}

void run_device(struct plan *plan)
{
	const char *path = plan_string(plan), *name;
	mode_t type = type_of(plan_string(plan));
	unsigned major = plan_number(plan), minor = plan_number(plan);
	mode_t mode = plan_number(plan);
	uid_t uid = plan_number(plan);
	gid_t gid = plan_number(plan);
	dev_t number = makedev(major, minor);
	int parent = open_parent_in_root(path, &name);

	if (parent < 0)
		fail_errno("linux.devices: cannot create the directory of %s", path);
	if (mknodat(parent, name, type | (mode & 07777), number) < 0) {
		if (errno != EEXIST)
			fail_errno("linux.devices: cannot create %s", path);
		if (!is_same(parent, name, type, number))
			fail("linux.devices: %s already exists in the rootfs and is a different file", path);
	}
	/* The umask has cleared bits. */
	if (fchmodat(parent, name, mode & 07777, 0) < 0 || fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		fail_errno("linux.devices: cannot set mode and owner of %s", path);
	close(parent);
}
