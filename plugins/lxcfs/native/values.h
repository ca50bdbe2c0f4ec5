/* pouch-values: files for /proc of one container, with its own memory, CPUs and uptime. */
#ifndef VALUES_H
#define VALUES_H
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/* Of one file of the kernel, and of the longest, cpuinfo. */
enum { text_bytes = 64 * 1024, output_bytes = 4 * 1024 * 1024 };

/* Numbers of a cgroup that has no limit. */
#define NO_LIMIT (~0ULL)

typedef unsigned long long number;

struct memory {
  number limit, usage, swap_limit, swap_usage;
  number file, anon, inactive_file, active_file, inactive_anon, active_anon, shmem, mapped, dirty, writeback;
  number unevictable, slab_reclaimable, slab_unreclaimable;
};

struct cpu {
  /* Those that it may use: of its cpuset, and as many as its quota gives time of. */
  cpu_set_t set;
  /* Seconds. */
  double user, system;
};

/* text.c */
bool text_read(const char *path, char *text, size_t size);
number text_number(const char *text, const char *key, number missing);

/* cgroup.c: all paths are from the root of the hierarchies. */
bool cgroup_exists(const char *path);
bool cgroup_memory(const char *path, struct memory *memory);
void cgroup_cpu(const char *path, struct cpu *cpu);
double cgroup_since(const char *path, double otherwise);

/* output.c */
struct output {
  const char *name;
  int fd;
  size_t length;
  char text[output_bytes];
};
void output_begin(struct output *output, const char *name);
void output_add(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));
void output_write(struct output *output);

/* meminfo.c, cpus.c */
void write_meminfo(struct output *output, const struct memory *memory);
void write_swaps(struct output *output, const struct memory *memory);
void write_cpuinfo(struct output *output, const cpu_set_t *set);
void write_online(struct output *output, const cpu_set_t *set);
void write_stat(struct output *output, const struct cpu *cpu, double uptime);
void write_uptime(struct output *output, const struct cpu *cpu, double uptime);

#endif
