/*
 * pouch-devices DIRECTORY...: replaces the programs by which cgroups v2 forbid devices. The rules of the new program
 * are lines of stdin: `allow c 10:229 rwm`, `deny a *:* rwm`. The directories that have such programs get the new one,
 * and if none has, the last directory. Those that do not exist are passed over. Programs of cgroups above stay.
 * Exits with 3 if no directory exists, and with 1 and a message on stderr if a cgroup may have other programs.
 */
#include "devices.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { most_directories = 8, exit_usage = 2, exit_gone = 3 };

struct cgroup {
  int fd;
  const char *path;
};

void fail(const char *format, ...) {
  int error = errno;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s%s\n", error ? ": " : "", error ? strerror(error) : "");
  exit(1);
}

static bool is_gone(int error) { return error == ENOENT || error == ENODEV; }

/* Returns false if it does not exist. */
static bool open_cgroup(const char *path, struct cgroup *cgroup) {
  struct statfs stats;
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && is_gone(errno)) return false;
  if (fd < 0 || fstatfs(fd, &stats) < 0) fail("cannot open %s", path);
  if (stats.f_type != CGROUP2_SUPER_MAGIC) errno = 0, fail("%s is not a directory of cgroup v2", path);
  *cgroup = (struct cgroup){.fd = fd, .path = path};
  return true;
}

/* Before Linux 5.11 programs count as locked memory. */
static void unlimit_locked_memory(void) {
  struct rlimit unlimited = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &unlimited) < 0) errno = 0;
}

int main(int count, char **words) {
  static struct rule rules[most_rules];
  static struct bpf_insn program[most_instructions];
  struct cgroup cgroups[most_directories];
  size_t opened = 0;
  bool is_done = false;
  if (count < 2 || count > most_directories + 1) {
    fputs("usage: pouch-devices DIRECTORY... < RULES\n", stderr);
    return exit_usage;
  }
  /* A pouchd that starts anew replaces the programs by itself. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  size_t length = write_program(program, rules, read_rules(rules));
  for (int i = 1; i < count; i++) opened += open_cgroup(words[i], &cgroups[opened]);
  if (opened == 0) return exit_gone;
  unlimit_locked_memory();
  int fd = load_program(program, length);
  for (size_t i = 0; i < opened; i++) {
    if (!has_programs(cgroups[i].fd)) continue;
    replace_programs(cgroups[i].fd, cgroups[i].path, fd);
    is_done = true;
  }
  if (!is_done) replace_programs(cgroups[opened - 1].fd, cgroups[opened - 1].path, fd);
  return 0;
}
