#include "values.h"
#include <stdio.h>
#include <string.h>

static number smaller(number one, number other) { return one < other ? one : other; }
static number without(number all, number part) { return all > part ? all - part : 0; }

/* Bytes of a line of the host's. */
static number of_host(const char *host, const char *key) { return text_number(host, key, 0) * 1024; }

static void line(struct output *output, const char *key, number bytes) {
  char name[32];
  snprintf(name, sizeof name, "%s:", key);
  output_add(output, "%-15s %8llu kB\n", name, bytes / 1024);
}

/* Lines about sizes of pages, which a limit does not change. */
static void pages_of_host(struct output *output, const char *host) {
  for (const char *from = host; from && *from; from = strchr(from, '\n')) {
    from += *from == '\n';
    if (strncmp(from, "Huge", 4) == 0) output_add(output, "%.*s\n", (int)strcspn(from, "\n"), from);
  }
}

static number swap_total(const char *host, const struct memory *memory) {
  return smaller(of_host(host, "SwapTotal"), memory->swap_limit);
}

/* Without a limit, what is free is up to the host: its file is the truth. */
void write_meminfo(struct output *output, const struct memory *memory) {
  char host[text_bytes];
  if (!text_read("/proc/meminfo", host, sizeof host)) return;
  if (memory->limit >= of_host(host, "MemTotal")) {
    output_add(output, "%s", host);
    return output_write(output);
  }
  number swap = swap_total(host, memory), unused = without(memory->limit, memory->usage);
  number reclaimable = without(memory->file, memory->shmem) + memory->slab_reclaimable;
  line(output, "MemTotal", memory->limit);
  line(output, "MemFree", smaller(unused, of_host(host, "MemFree")));
  line(output, "MemAvailable",
       smaller(smaller(unused + reclaimable, memory->limit), of_host(host, "MemAvailable")));
  line(output, "Buffers", 0);
  line(output, "Cached", memory->file);
  line(output, "SwapCached", 0);
  line(output, "Active", memory->active_anon + memory->active_file);
  line(output, "Inactive", memory->inactive_anon + memory->inactive_file);
  line(output, "Active(anon)", memory->active_anon);
  line(output, "Inactive(anon)", memory->inactive_anon);
  line(output, "Active(file)", memory->active_file);
  line(output, "Inactive(file)", memory->inactive_file);
  line(output, "Unevictable", memory->unevictable);
  line(output, "SwapTotal", swap);
  line(output, "SwapFree", without(swap, memory->swap_usage));
  line(output, "Dirty", memory->dirty);
  line(output, "Writeback", memory->writeback);
  line(output, "AnonPages", memory->anon);
  line(output, "Mapped", memory->mapped);
  line(output, "Shmem", memory->shmem);
  line(output, "Slab", memory->slab_reclaimable + memory->slab_unreclaimable);
  line(output, "SReclaimable", memory->slab_reclaimable);
  line(output, "SUnreclaim", memory->slab_unreclaimable);
  pages_of_host(output, host);
  output_write(output);
}

void write_swaps(struct output *output, const struct memory *memory) {
  char host[text_bytes];
  if (!text_read("/proc/meminfo", host, sizeof host)) return;
  number total = swap_total(host, memory);
  output_add(output, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
  if (total > 0)
    output_add(output, "none                                    virtual\t\t%llu\t\t%llu\t\t0\n", total / 1024,
               smaller(total, memory->swap_usage) / 1024);
  output_write(output);
}
