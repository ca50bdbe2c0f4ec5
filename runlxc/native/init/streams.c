#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/fail.h"
#include "terminal.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static int is_null_device(const struct stat *info)
{
	return S_ISCHR(info->st_mode) && info->st_rdev == makedev(1, 3);
}

void run_own_streams(struct plan *plan)
{
	uid_t uid = plan_number(plan);
	struct stat info;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &info) < 0 || is_null_device(&info) || info.st_uid == uid)
			continue;
		/* A host's file that the container's root may not change is left unchanged. */
		if (fchown(fd, uid, -1) < 0 && errno != EPERM && errno != EINVAL && errno != EROFS)
			fail_errno("cannot change the owner of the standard streams");
	}
}

/* For kernels before Linux 5.11, which have no close_range(2) with CLOSE_RANGE_CLOEXEC. */
static void close_each_on_exec(int first)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (atoi(entry->d_name) >= first)
			fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
	if (directory)
		closedir(directory);
}

void run_descriptors(struct plan *plan)
{
	int first = 3 + plan_number(plan);

	for (int fd = 0; fd < first; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			fcntl(fd, F_SETFD, 0);
		else if (fd <= 2 && open("/dev/null", O_RDWR) < 0)
			fail_errno("cannot open /dev/null");
	if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		close_each_on_exec(first);
}
