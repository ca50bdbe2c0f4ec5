#include "confine.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Covers files that are hidden. */
#define NO_FILE "/.nothing"

static const unsigned long harmless = MS_NOSUID | MS_NODEV;

/* Programs and libraries. Where the directories below / are links into /usr, they are here too. */
static const char *const system_directories[] = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", NULL};

/* What libraries read; nothing that a host keeps from its users. */
static const char *const system_files[] = {
	"alternatives",	   "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version",
	"default/locale",  "gai.conf",	      "group",		      "host.conf",	 "hostname",
	"hosts",	   "java",	      "ld.so.cache",	      "ld.so.conf",	 "ld.so.conf.d",
	"locale.alias",	   "locale.conf",     "localtime",	      "magic",		 "mime.types",
	"netconfig",	      "networks",	      "nsswitch.conf",	 "os-release",
	"passwd",	   "perl",	      "pki",		      "protocols",	 "python3",
	"resolv.conf",	   "rpc",	      "services",	      "ssl",		 "terminfo",
	"timezone",	   NULL,
};

static const char *const devices[] = {"null", "zero", "full", "random", "urandom", NULL};

static const char *const links[][2] = {
	{"/proc/self/fd", "/dev/fd"},
	{"/proc/self/fd/0", "/dev/stdin"},
	{"/proc/self/fd/1", "/dev/stdout"},
	{"/proc/self/fd/2", "/dev/stderr"},
};

void mount_proc(void)
{
	if (mount("proc", "/proc", "proc", harmless | MS_NOEXEC, NULL) < 0)
		fail("cannot mount /proc");
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		fail("cannot create %s", path);
}

static void mount_temporary(const char *path, const char *options)
{
	make_directory(path);
	if (mount("tmpfs", path, "tmpfs", harmless, options) < 0)
		fail("cannot mount %s", path);
}

/* The new root is on /tmp for a moment: each host has it, and what it holds is reached by the old root. */
static void change_root(void)
{
	if (mount("tmpfs", "/tmp", "tmpfs", harmless, "mode=755,size=1m") < 0)
		fail("cannot mount a root");
	make_directory("/tmp" OLD_ROOT);
	if (syscall(SYS_pivot_root, "/tmp", "/tmp" OLD_ROOT) < 0 || chdir("/") < 0)
		fail("cannot change the root");
	if (mknod(NO_FILE, S_IFREG, 0) < 0)
		fail("cannot create %s", NO_FILE);
}

static void copy_link(const char *source, const char *target)
{
	char text[PATH_MAX];
	ssize_t length = readlink(source, text, sizeof(text) - 1);

	if (length < 0)
		fail("cannot read %s", source);
	text[length] = '\0';
	if (symlink(text, target) < 0)
		fail("cannot create %s", target);
}

static void mount_system_directory(const char *name)
{
	char source[PATH_MAX], target[PATH_MAX];
	struct stat found;
	int from, to;

	snprintf(source, sizeof(source), OLD_ROOT "/%s", name);
	snprintf(target, sizeof(target), "/%s", name);
	if (lstat(source, &found) < 0)
		return;
	if (S_ISLNK(found.st_mode))
		return copy_link(source, target);
	from = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	to = open_target(target, 1);
	if (from < 0 || to < 0)
		fail("cannot open %s", target);
	mount_tree(from, to, TREE_READ_ONLY | TREE_RECURSIVE, target);
	close(from);
	close(to);
}

/* Before the change of the root, whose links the host resolves. */
static void open_system_files(int *files)
{
	char path[PATH_MAX];

	for (size_t index = 0; system_files[index]; index++) {
		snprintf(path, sizeof(path), "/etc/%s", system_files[index]);
		files[index] = open(path, O_PATH | O_CLOEXEC);
	}
}

static void mount_system_files(const int *files)
{
	char path[PATH_MAX];

	for (size_t index = 0; system_files[index]; index++) {
		int target;

		if (files[index] < 0)
			continue;
		snprintf(path, sizeof(path), "/etc/%s", system_files[index]);
		target = open_target(path, is_directory(files[index]));
		if (target < 0)
			fail("cannot create %s", path);
		mount_tree(files[index], target, TREE_READ_ONLY, path);
		close(target);
		close(files[index]);
	}
}

static void mount_devices(void)
{
	make_directory("/dev");
	for (size_t index = 0; devices[index]; index++)
		mount_device(devices[index]);
	for (size_t index = 0; index < sizeof(links) / sizeof(links[0]); index++)
		if (symlink(links[index][0], links[index][1]) < 0)
			fail("cannot create %s", links[index][1]);
}

static void hide_directory(int target, const char *name)
{
	char path[64];

	/* Another place may be below it, which is reached and not listed. */
	snprintf(path, sizeof(path), OLD_ROOT "/proc/self/fd/%d", target);
	if (mount("tmpfs", path, "tmpfs", harmless, "mode=711,size=64k") < 0)
		fail("cannot hide %s", name);
}

static void hide(const struct place *place)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int target = open_strictly(root, place->target);

	close(root);
	/* Nothing is to be seen of it. */
	if (target < 0)
		return;
	if (is_directory(target))
		hide_directory(target, place->target);
	else {
		int cover = open(NO_FILE, O_PATH | O_CLOEXEC);

		mount_tree(cover, target, TREE_READ_ONLY, place->target);
		close(cover);
	}
	close(target);
}

static void show(const struct place *place)
{
	int flags = place->kind == PLACE_OWN ? TREE_READ_ONLY
		    : place->kind == PLACE_READ ? TREE_READ_ONLY | TREE_RECURSIVE : TREE_RECURSIVE;
	int root = open(OLD_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int source = open_strictly(root, place->source);
	int target;

	close(root);
	if (source < 0)
		fail("cannot open %s", place->source);
	target = open_target(place->target, is_directory(source));
	/* The way through a link is one in what it sees already. */
	if (target < 0 && errno == ELOOP && place->kind == PLACE_OWN) {
		close(source);
		return;
	}
	if (target < 0)
		fail("cannot create %s", place->target);
	mount_tree(source, target, flags, place->target);
	close(source);
	close(target);
}

void enter_own_root(const struct place *places, size_t count)
{
	int files[sizeof(system_files) / sizeof(system_files[0])];
	/* The user of the plugin must be able to enter the directories, whatever the umask of pouchd. */
	mode_t mask = umask(0);

	open_system_files(files);
	change_root();
	for (size_t index = 0; system_directories[index]; index++)
		mount_system_directory(system_directories[index]);
	mount_system_files(files);
	mount_devices();
	mount_temporary("/tmp", "mode=1777,size=128m");
	make_directory("/var");
	mount_temporary("/var/tmp", "mode=1777,size=128m");
	mount_temporary("/dev/shm", "mode=1777,size=128m");
	for (size_t index = 0; index < count; index++)
		if (places[index].kind == PLACE_HIDDEN)
			hide(&places[index]);
		else
			show(&places[index]);
	make_directory("/proc");
	mount_proc();
	if (umount2(OLD_ROOT, MNT_DETACH) < 0 || rmdir(OLD_ROOT) < 0)
		fail("cannot leave the root of the host");
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | harmless, NULL) < 0)
		fail("cannot make the root read-only");
	umask(mask);
}
