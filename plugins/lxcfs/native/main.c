/*
 * pouch-values CGROUP: writes meminfo, swaps, cpuinfo, stat, uptime and online in RUNTIME_DIRECTORY, with the values of
 * a container, and keeps them true to the second. CGROUP is the path of its cgroup from the root of the hierarchies. It
 * is started as root, as `nobody` may not reach this program, and becomes `nobody` when it has the files. It reads only
 * files of the kernel, and is ended by a signal.
 */
#include "values.h"
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The cgroup and then its limits are made after the first files: they are shown before the container's init runs. */
enum { until_exists_ms = 5, while_new_ms = 20, new_seconds = 1, refresh_ms = 1000, nobody = 65534 };

/* Begun in main: with a value here, all of their text would be in the program's file. */
static struct output meminfo, swaps, cpuinfo, stat_file, uptime_file, online;

static double since_boot(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void refresh(const char *cgroup, double start) {
  static cpu_set_t shown;
  struct memory memory = {.limit = NO_LIMIT, .swap_limit = NO_LIMIT};
  struct cpu cpu;
  double now = since_boot(), uptime = now > start ? now - start : 0;
  cgroup_memory(cgroup, &memory);
  cgroup_cpu(cgroup, &cpu);
  write_meminfo(&meminfo, &memory);
  write_swaps(&swaps, &memory);
  write_stat(&stat_file, &cpu, uptime);
  write_uptime(&uptime_file, &cpu, uptime);
  if (CPU_EQUAL(&shown, &cpu.set)) return;
  write_cpuinfo(&cpuinfo, &cpu.set);
  write_online(&online, &cpu.set);
  shown = cpu.set;
}

static void become_nobody(void) {
  if (geteuid() != 0) return;
  if (setgroups(0, NULL) != 0 || setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0) {
    perror("nobody");
    exit(1);
  }
}

static void pause_ms(long ms) {
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

int main(int count, char **words) {
  const char *directory = getenv("RUNTIME_DIRECTORY");
  if (count != 2 || words[1][0] != '/' || !directory || chdir(directory) != 0) {
    fputs("usage: RUNTIME_DIRECTORY=DIRECTORY pouch-values CGROUP\n", stderr);
    return 2;
  }
  const char *cgroup = words[1];
  output_begin(&meminfo, "meminfo");
  output_begin(&swaps, "swaps");
  output_begin(&cpuinfo, "cpuinfo");
  output_begin(&stat_file, "stat");
  output_begin(&uptime_file, "uptime");
  output_begin(&online, "online");
  become_nobody();
  double start = 0;
  refresh(cgroup, since_boot());
  puts("ready");
  fflush(stdout);
  while (!cgroup_exists(cgroup)) pause_ms(until_exists_ms);
  for (double found = since_boot();;) {
    double now = since_boot();
    if (start == 0 && cgroup_since(cgroup, now) < now) start = cgroup_since(cgroup, now);
    refresh(cgroup, start == 0 ? now : start);
    pause_ms(now - found < new_seconds ? while_new_ms : refresh_ms);
  }
}
