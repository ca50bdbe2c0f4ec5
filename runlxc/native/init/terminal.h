#ifndef RUNLXC_TERMINAL_H
#define RUNLXC_TERMINAL_H

#include "../common/plan.h"

/*
 * SOCKET HEIGHT WIDTH CONSOLE: opens a pseudo-terminal and sends its other end to the console socket; mounts it on
 * /dev/console if CONSOLE is set.
 */
void run_terminal(struct plan *plan);
/* Creates a session without a terminal. */
void run_session(struct plan *plan);
/* UID: sets the owner of the standard streams, so that the process can open /dev/stdout. */
void run_own_streams(struct plan *plan);
/* COUNT: sets close-on-exec except on the standard streams and the COUNT descriptors after them; opens /dev/null for missing streams. */
void run_descriptors(struct plan *plan);

#endif
