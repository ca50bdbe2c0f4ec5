/*
 * A plan: strings, each terminated by NUL, which are read in order. An instruction is a name and its arguments; a
 * list is its length and its members. The runtime (runlxc/translate) writes plans, so that no C code parses JSON.
 */
#ifndef RUNLXC_PLAN_H
#define RUNLXC_PLAN_H

#include <stddef.h>

struct plan {
	char *at;
	char *end;
};

/* An instruction: reads its arguments from the plan. */
struct instruction {
	const char *name;
	void (*run)(struct plan *plan);
};

/* Reads a file from its current offset to its end. Returns the size; 0 if another process has already read it. */
size_t plan_read(struct plan *plan, int fd);
/* Returns the next string; fails at the end of the plan. */
char *plan_string(struct plan *plan);
/* Returns the next string as a number, in decimal, or in hexadecimal with 0x. */
long long plan_number(struct plan *plan);
/* Returns a list, terminated by NULL. */
char **plan_list(struct plan *plan);
/* Runs all instructions. */
void plan_run(struct plan *plan, const struct instruction *instructions);

#endif
