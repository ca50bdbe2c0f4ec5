/*
 * A plan: strings, each ended by NUL, that one reads front to back. An instruction is a name and its arguments; a list is
 * its length and its members. The runtime writes them (runlxc/translate), so nothing here parses JSON.
 */
#ifndef RUNLXC_PLAN_H
#define RUNLXC_PLAN_H

#include <stddef.h>

struct plan {
	char *at;
	char *end;
};

/* One instruction: reads its arguments off the plan. */
struct instruction {
	const char *name;
	void (*run)(struct plan *plan);
};

/* Reads a whole file, from where it stands; answers its size, 0 if another process has read it to its end. */
size_t plan_read(struct plan *plan, int fd);
/* The next string; fails the program if there is none. */
char *plan_string(struct plan *plan);
/* The next string as a number, in decimal, or hexadecimal with 0x. */
long long plan_number(struct plan *plan);
/* A list, ended by NULL. */
char **plan_list(struct plan *plan);
/* Runs all instructions up to the end. */
void plan_run(struct plan *plan, const struct instruction *instructions);

#endif
