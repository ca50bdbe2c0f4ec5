#include "console.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* statfs(2) */
#define DEVPTS_MAGIC 0x1cd1

/* Wide enough for the lines of systemd, which shortens them for a small terminal. */
static const unsigned first_rows = 24, first_columns = 200;


static int open_namespace(const char *pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(path);
  return fd;
}

static bool is_own(int namespace, const char *path) {
  struct stat other, own;
  return fstat(namespace, &other) == 0 && stat(path, &own) == 0 && other.st_ino == own.st_ino &&
         other.st_dev == own.st_dev;
}

/*
 * Runs in the child, as the container's root: nothing that the container has prepared is opened with the rights of the
 * host. Its init has not run yet.
 */
static struct inside open_as_root(int user, int mount, const char *notify) {
  bool has_users = !is_own(user, "/proc/self/ns/user");
  if (has_users && setns(user, CLONE_NEWUSER) != 0) fail("setns of the user namespace");
  if (setns(mount, CLONE_NEWNS) != 0) fail("setns of the mount namespace");
  if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) fail("setresuid");
  struct statfs devpts;
  if (statfs("/dev/pts", &devpts) != 0 || devpts.f_type != DEVPTS_MAGIC) fail("/dev/pts is not a devpts");
  int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (master < 0) fail("/dev/pts/ptmx");
  unsigned number;
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked) != 0 || ioctl(master, TIOCGPTN, &number) != 0)
    fail("unlocking the terminal");
  char target[32];
  snprintf(target, sizeof target, "pts/%u", number);
  if (symlink(target, "/dev/console") != 0) fail("/dev/console");
  return (struct inside){.master = master, .notify = *notify ? bind_notify(notify) : -1};
}

struct inside open_inside(const char *pid, const char *notify) {
  int user = open_namespace(pid, "user"), mount = open_namespace(pid, "mnt");
  int status, results[2];
  struct inside inside;
  if (pipe2(results, O_CLOEXEC) != 0) fail("pipe");
  /* It shares the descriptors. */
  pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (child < 0) fail("clone");
  if (child == 0) {
    struct inside opened = open_as_root(user, mount, notify);
    if (write(results[1], &opened, sizeof opened) != sizeof opened) _exit(1);
    _exit(0);
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) exit(1);
  if (read(results[0], &inside, sizeof inside) != sizeof inside) fail("the terminal");
  close(results[0]), close(results[1]), close(user), close(mount);
  set_size(inside.master, first_rows, first_columns);
  return inside;
}

int open_slave(int master) { return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC); }

void set_size(int master, unsigned rows, unsigned columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  if (rows > 0 && columns > 0) ioctl(master, TIOCSWINSZ, &size);
}
