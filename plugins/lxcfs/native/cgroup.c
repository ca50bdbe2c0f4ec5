#include "values.h"
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Controllers of cgroup v1 have a hierarchy each; that of v2 is the first (cgroups(7)). */
static const char *const roots[] = {"", "/memory", "/cpu", "/cpuset", "/cpuacct", NULL};

/* A number with more pages than any memory has is v1's "unlimited". */
enum { unlimited_shift = 62 };

static bool read_at(const char *root, const char *path, const char *file, char *text, size_t size) {
  char full[PATH_MAX];
  snprintf(full, sizeof full, "/sys/fs/cgroup%s%s/%s", root, path, file);
  return text_read(full, text, size);
}

/* The smallest limit of a cgroup and those above it. */
static number least(const char *root, const char *path, const char *file) {
  char above[PATH_MAX], text[256];
  snprintf(above, sizeof above, "%s", path);
  number found = NO_LIMIT;
  for (char *slash; (slash = strrchr(above, '/')); *slash = '\0') {
    if (!read_at(root, above, file, text, sizeof text) || !isdigit((unsigned char)text[0])) continue;
    number value = strtoull(text, NULL, 10);
    if (value < found && !(value >> unlimited_shift)) found = value;
  }
  return found;
}

static number one(const char *root, const char *path, const char *file) {
  char text[256];
  return read_at(root, path, file, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}

bool cgroup_exists(const char *path) {
  char full[PATH_MAX];
  for (const char *const *root = roots; *root; root++) {
    snprintf(full, sizeof full, "/sys/fs/cgroup%s%s/cgroup.procs", *root, path);
    if (access(full, F_OK) == 0) return true;
  }
  return false;
}

static bool memory_of_v2(const char *path, struct memory *memory) {
  char text[text_bytes];
  if (!read_at("", path, "memory.stat", text, sizeof text)) return false;
  *memory = (struct memory){
      .limit = least("", path, "memory.max"),
      .usage = one("", path, "memory.current"),
      .swap_limit = least("", path, "memory.swap.max"),
      .swap_usage = one("", path, "memory.swap.current"),
      .file = text_number(text, "file", 0),
      .anon = text_number(text, "anon", 0),
      .mapped = text_number(text, "file_mapped", 0),
      .dirty = text_number(text, "file_dirty", 0),
      .writeback = text_number(text, "file_writeback", 0),
      .slab_reclaimable = text_number(text, "slab_reclaimable", 0),
      .slab_unreclaimable = text_number(text, "slab_unreclaimable", 0),
      .shmem = text_number(text, "shmem", 0),
      .inactive_file = text_number(text, "inactive_file", 0),
      .active_file = text_number(text, "active_file", 0),
      .inactive_anon = text_number(text, "inactive_anon", 0),
      .active_anon = text_number(text, "active_anon", 0),
      .unevictable = text_number(text, "unevictable", 0),
  };
  return true;
}

static bool memory_of_v1(const char *path, struct memory *memory) {
  static const char root[] = "/memory";
  char text[text_bytes];
  if (!read_at(root, path, "memory.stat", text, sizeof text)) return false;
  number usage = one(root, path, "memory.usage_in_bytes"), limit = least(root, path, "memory.limit_in_bytes");
  number both = least(root, path, "memory.memsw.limit_in_bytes");
  number used = one(root, path, "memory.memsw.usage_in_bytes");
  *memory = (struct memory){
      .limit = limit,
      .usage = usage,
      .swap_limit = both == NO_LIMIT || both < limit ? NO_LIMIT : both - limit,
      .swap_usage = used > usage ? used - usage : 0,
      .file = text_number(text, "total_cache", 0),
      .anon = text_number(text, "total_rss", 0),
      .mapped = text_number(text, "total_mapped_file", 0),
      .dirty = text_number(text, "total_dirty", 0),
      .writeback = text_number(text, "total_writeback", 0),
      .shmem = text_number(text, "total_shmem", 0),
      .inactive_file = text_number(text, "total_inactive_file", 0),
      .active_file = text_number(text, "total_active_file", 0),
      .inactive_anon = text_number(text, "total_inactive_anon", 0),
      .active_anon = text_number(text, "total_active_anon", 0),
      .unevictable = text_number(text, "total_unevictable", 0),
  };
  return true;
}

bool cgroup_memory(const char *path, struct memory *memory) {
  return memory_of_v2(path, memory) || memory_of_v1(path, memory);
}

/* Parses `0-3,8`. */
static void parse_list(const char *text, cpu_set_t *set) {
  CPU_ZERO(set);
  while (isdigit((unsigned char)*text)) {
    char *end;
    unsigned long first = strtoul(text, &end, 10), last = first;
    if (*end == '-') last = strtoul(end + 1, &end, 10);
    for (unsigned long cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++) CPU_SET(cpu, set);
    text = *end == ',' ? end + 1 : end;
  }
}

static void allowed_cpus(const char *path, cpu_set_t *set) {
  char text[4096];
  cpu_set_t online;
  CPU_ZERO(set);
  if (read_at("", path, "cpuset.cpus.effective", text, sizeof text) ||
      read_at("/cpuset", path, "cpuset.effective_cpus", text, sizeof text) ||
      read_at("/cpuset", path, "cpuset.cpus", text, sizeof text))
    parse_list(text, set);
  parse_list(text_read("/sys/devices/system/cpu/online", text, sizeof text) ? text : "0", &online);
  CPU_AND(set, set, &online);
  if (CPU_COUNT(set) == 0) *set = online;
}

/* CPUs that the quotas of a cgroup and those above it give time of, rounded up. */
static unsigned quota_cpus(const char *path) {
  char above[PATH_MAX], text[256];
  snprintf(above, sizeof above, "%s", path);
  unsigned found = CPU_SETSIZE;
  for (char *slash; (slash = strrchr(above, '/')); *slash = '\0') {
    long long quota = 0, period = 0;
    if (read_at("", above, "cpu.max", text, sizeof text)) sscanf(text, "%lld %lld", &quota, &period);
    else if (read_at("/cpu", above, "cpu.cfs_quota_us", text, sizeof text))
      quota = atoll(text), period = (long long)one("/cpu", above, "cpu.cfs_period_us");
    if (quota <= 0 || period <= 0) continue;
    long long cpus = (quota + period - 1) / period;
    if (cpus < found) found = (unsigned)cpus;
  }
  return found;
}

static void used_time(const char *path, struct cpu *cpu) {
  char text[4096];
  double ticks = (double)sysconf(_SC_CLK_TCK);
  cpu->user = cpu->system = 0;
  if (read_at("", path, "cpu.stat", text, sizeof text)) {
    cpu->user = (double)text_number(text, "user_usec", 0) / 1e6;
    cpu->system = (double)text_number(text, "system_usec", 0) / 1e6;
  } else if (read_at("/cpuacct", path, "cpuacct.stat", text, sizeof text)) {
    cpu->user = (double)text_number(text, "user", 0) / ticks;
    cpu->system = (double)text_number(text, "system", 0) / ticks;
  }
}

void cgroup_cpu(const char *path, struct cpu *cpu) {
  allowed_cpus(path, &cpu->set);
  unsigned most = quota_cpus(path), kept = 0;
  for (int i = 0; i < CPU_SETSIZE; i++)
    if (CPU_ISSET(i, &cpu->set) && ++kept > most) CPU_CLR(i, &cpu->set);
  used_time(path, cpu);
}

/* Seconds from the host's boot to the start of a process (proc_pid_stat(5), starttime). */
static double began(const char *pid, double otherwise) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
  if (!text_read(path, text, sizeof text)) return otherwise;
  /* The name may have spaces and brackets; the state, the 3rd field, follows its last one. */
  char *field = strrchr(text, ')');
  for (int passed = 2; field && passed < 22; passed++) field = strchr(field + 1, ' ');
  return field ? (double)strtoull(field + 1, NULL, 10) / (double)sysconf(_SC_CLK_TCK) : otherwise;
}

static double oldest_in(const char *directory, double otherwise, int depth) {
  char path[PATH_MAX], text[text_bytes];
  snprintf(path, sizeof path, "%s/cgroup.procs", directory);
  if (text_read(path, text, sizeof text))
    for (char *save, *pid = strtok_r(text, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
      double start = began(pid, otherwise);
      if (start < otherwise) otherwise = start;
    }
  DIR *all = depth < 3 ? opendir(directory) : NULL;
  for (struct dirent *entry; all && (entry = readdir(all));) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%.2000s/%.255s", directory, entry->d_name);
    otherwise = oldest_in(path, otherwise, depth + 1);
  }
  if (all) closedir(all);
  return otherwise;
}

/* When its oldest process began, its init: seconds from the host's boot. */
double cgroup_since(const char *path, double otherwise) {
  char full[PATH_MAX];
  for (const char *const *root = roots; *root; root++) {
    snprintf(full, sizeof full, "/sys/fs/cgroup%s%s", *root, path);
    double since = oldest_in(full, otherwise, 0);
    if (since < otherwise) return since;
  }
  return otherwise;
}
