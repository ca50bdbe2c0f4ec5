#include "values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Blocks of the host's cpuinfo are separated by empty lines; the first line of each is its number. */
void write_cpuinfo(struct output *output, const cpu_set_t *set) {
  static char host[output_bytes];
  if (!text_read("/proc/cpuinfo", host, sizeof host)) return;
  for (char *block = host; block && *block;) {
    char *end = strstr(block, "\n\n"), *colon = strchr(block, ':');
    size_t length = end ? (size_t)(end + 2 - block) : strlen(block);
    bool is_one = strncmp(block, "processor", 9) == 0 && colon;
    int cpu = is_one ? atoi(colon + 1) : -1;
    if (!is_one || (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, set)))
      output_add(output, "%.*s", (int)length, block);
    block += length;
  }
  output_write(output);
}

void write_online(struct output *output, const cpu_set_t *set) {
  const char *comma = "";
  for (int first = 0; first < CPU_SETSIZE; first++) {
    if (!CPU_ISSET(first, set)) continue;
    int last = first;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set)) last++;
    if (last > first) output_add(output, "%s%d-%d", comma, first, last);
    else output_add(output, "%s%d", comma, first);
    comma = ",";
    first = last;
  }
  output_add(output, "\n");
  output_write(output);
}

static double idle(const struct cpu *cpu, double uptime) {
  double left = uptime * CPU_COUNT(&cpu->set) - cpu->user - cpu->system;
  return left > 0 ? left : 0;
}

static void cpu_line(struct output *output, const char *name, double user, double system, double unused) {
  double ticks = (double)sysconf(_SC_CLK_TCK);
  output_add(output, "%s %.0f 0 %.0f %.0f 0 0 0 0 0 0\n", name, user * ticks, system * ticks, unused * ticks);
}

/* Time is that of the container. How it divides among the CPUs is not known: each has the same part. */
void write_stat(struct output *output, const struct cpu *cpu, double uptime) {
  static char host[output_bytes];
  if (!text_read("/proc/stat", host, sizeof host)) return;
  double unused = idle(cpu, uptime);
  int count = CPU_COUNT(&cpu->set);
  cpu_line(output, "cpu ", cpu->user, cpu->system, unused);
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &cpu->set)) continue;
    char name[16];
    snprintf(name, sizeof name, "cpu%d", i);
    cpu_line(output, name, cpu->user / count, cpu->system / count, unused / count);
  }
  /* ps(1) adds the start of a process, which counts from the host's boot, to btime. */
  static const char *const of_host[] = {"ctxt", "btime", "processes", "procs_running", "procs_blocked"};
  for (size_t i = 0; i < sizeof of_host / sizeof *of_host; i++)
    output_add(output, "%s %llu\n", of_host[i], text_number(host, of_host[i], 0));
  output_write(output);
}

void write_uptime(struct output *output, const struct cpu *cpu, double uptime) {
  output_add(output, "%.2f %.2f\n", uptime, idle(cpu, uptime));
  output_write(output);
}
