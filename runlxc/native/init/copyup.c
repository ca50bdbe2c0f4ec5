#include "copyup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"
#include "rootpath.h"

static int copy_directory(int from, int to);

static int copy_data(int from, int to, const char *name, mode_t mode)
{
	int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int target = openat(to, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode & 07777);
	ssize_t copied = source < 0 || target < 0 ? -1 : 1;

	while (copied > 0)
		copied = sendfile(target, source, NULL, 1 << 20);
	if (source >= 0)
		close(source);
	if (target >= 0)
		close(target);
	return copied;
}

static int copy_symlink(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);

	if (length < 0)
		return -1;
	target[length] = '\0';
	return symlinkat(target, to, name);
}

static int copy_subdirectory(int from, int to, const char *name, mode_t mode)
{
	int source, target, result = -1;

	if (mkdirat(to, name, mode & 07777) < 0)
		return -1;
	source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source >= 0 && target >= 0)
		result = copy_directory(source, target);
	if (target >= 0)
		close(target);
	return result;
}

static int copy_entry(int from, int to, const char *name)
{
	struct stat info;
	int result;

	if (fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(info.st_mode))
		result = copy_subdirectory(from, to, name, info.st_mode);
	else if (S_ISLNK(info.st_mode))
		result = copy_symlink(from, to, name);
	else if (S_ISREG(info.st_mode))
		result = copy_data(from, to, name, info.st_mode);
	else
		result = mknodat(to, name, info.st_mode, info.st_rdev);
	if (result < 0 || fchownat(to, name, info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	/* Again: a change of the owner clears setuid bits, and the umask has cleared others. */
	return S_ISLNK(info.st_mode) ? 0 : fchmodat(to, name, info.st_mode & 07777, 0);
}

/* Closes `from`. */
static int copy_directory(int from, int to)
{
	DIR *directory = fdopendir(from);
	struct dirent *entry;
	int result = directory ? 0 : -1;

	while (result == 0 && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			result = copy_entry(from, to, entry->d_name);
	if (directory)
		closedir(directory);
	return result;
}

void copy_up(int hidden, const char *destination)
{
	/* The descriptor refers to the covered directory, so "." is the one below the mount. */
	int from = openat(hidden, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int mounted = open_in_root(destination, MISSING_FAILS);
	int to = mounted < 0 ? -1 : openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from < 0 || to < 0 || copy_directory(from, to) < 0)
		fail_errno("mounts: tmpcopyup: cannot copy the content of %s", destination);
	close(to);
	close(mounted);
}
