/* Between the runtime and the init: what the init has reached, and what it may go on with. */
#ifndef RUNLXC_SYNC_H
#define RUNLXC_SYNC_H

#include "../common/plan.h"

/* GO REPORT: the FIFOs' descriptors, opened O_PATH by the monitor. */
void run_fifos(struct plan *plan);
/* FD: where reports go, to the runtime that makes the container. */
void run_report(struct plan *plan);
/* WORD: tells that a stage is reached, and waits until the runtime sends the state that hooks get from here on. */
void run_sync(struct plan *plan);
/* WORD: the same, for the last time to this runtime: further reports go to the FIFO, where another one waits for them. */
void run_hand_over(struct plan *plan);
/* FD: tells the monitor that it is needed no more until the container ends. */
void run_ready(struct plan *plan);
/* The init's pid as the host has it, in decimal. */
const char *host_pid(void);
/* The container's state, JSON, as of the last sync. */
const char *hook_state(void);

#endif
