#ifndef RUNLXC_STANDINS_H
#define RUNLXC_STANDINS_H

#include <sys/types.h>

/* From now on mount calls of this process have no effect. */
void keep_mounts_of(pid_t pid);

#endif
