#ifndef RUNLXC_TERMINAL_H
#define RUNLXC_TERMINAL_H

#include "../common/plan.h"

/* SOCKET HEIGHT WIDTH CONSOLE: a pseudo-terminal, whose other end goes to the console socket; /dev/console if CONSOLE. */
void run_terminal(struct plan *plan);
/* A session of its own, without a terminal. */
void run_session(struct plan *plan);
/* UID: the owner of the standard streams, so that the process may open /dev/stdout. */
void run_own_streams(struct plan *plan);
/* COUNT: closes all on exec but the standard streams and COUNT descriptors behind them; gives missing streams /dev/null. */
void run_descriptors(struct plan *plan);

#endif
