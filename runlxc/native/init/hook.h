#ifndef RUNLXC_HOOK_H
#define RUNLXC_HOOK_H

#include "../common/plan.h"

/* KIND PATH TIMEOUT ARGS ENV: a hook of the container's own namespaces; the time is in seconds, 0 for any. */
void run_hook(struct plan *plan);

#endif
