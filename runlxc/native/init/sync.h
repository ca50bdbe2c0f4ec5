/* Synchronizes runtime and init: the init reports stages, and waits until it may continue. */
#ifndef RUNLXC_SYNC_H
#define RUNLXC_SYNC_H

#include "../common/plan.h"

/* GO REPORT: the FIFOs' descriptors, opened O_PATH by the monitor. */
void run_fifos(struct plan *plan);
/* FD: the descriptor for reports to the runtime that creates the container. */
void run_report(struct plan *plan);
/* WORD: reports a stage, and waits until the runtime sends the state for the following hooks. */
void run_sync(struct plan *plan);
/* WORD: the same, for the last time to this runtime: later reports go to the FIFO, which another runtime reads. */
void run_hand_over(struct plan *plan);
/* FD: signals the monitor that it is not needed until the container exits. */
void run_ready(struct plan *plan);
/* The init's pid on the host, in decimal. */
const char *host_pid(void);
/* The container's state, JSON, as of the last sync. */
const char *hook_state(void);

#endif
