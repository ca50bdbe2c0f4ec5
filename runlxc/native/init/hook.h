#ifndef RUNLXC_HOOK_H
#define RUNLXC_HOOK_H

#include "../common/plan.h"

/* KIND PATH TIMEOUT ARGS ENV: runs a hook in the container's namespaces; the timeout is in seconds, 0 for no limit. */
void run_hook(struct plan *plan);

#endif
