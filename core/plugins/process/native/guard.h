/* The end of all processes in cgroups. */
#ifndef POUCH_GUARD_H
#define POUCH_GUARD_H

#include <stddef.h>
#include <sys/types.h>

/* Returns a descriptor that is readable once the process has ended, or -1. Linux has them since 5.3. */
int open_process(pid_t pid);

/*
 * Kills all that is in cgroups, where nothing is forked any more. Their files cgroup.procs are named. Gives up after
 * five seconds.
 */
void kill_cgroups(char **procs, size_t count);

#endif
