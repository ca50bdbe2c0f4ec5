#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

size_t plan_read(struct plan *plan, int fd)
{
	struct stat info;
	size_t size = 0;
	ssize_t got = 0;

	if (fstat(fd, &info) < 0)
		fail_errno("cannot read the plan");
	plan->at = malloc(info.st_size + 1);
	while (plan->at && (got = read(fd, plan->at + size, info.st_size - size)) > 0)
		size += got;
	if (!plan->at || got < 0)
		fail_errno("cannot read the plan");
	plan->at[size] = '\0';
	plan->end = plan->at + size;
	return size;
}

char *plan_string(struct plan *plan)
{
	char *string = plan->at;

	if (string >= plan->end)
		fail("invalid plan: it ends within an instruction");
	plan->at += strlen(string) + 1;
	return string;
}

long long plan_number(struct plan *plan)
{
	char *string = plan_string(plan), *end;
	/* Masks of 64 bits are hexadecimal, infinite limits are 2^64 - 1. */
	long long number = string[0] == '-' ? strtoll(string, &end, 10) : (long long)strtoull(string, &end, 0);

	if (end == string || *end)
		fail("invalid plan: expected a number, found \"%s\"", string);
	return number;
}

char **plan_list(struct plan *plan)
{
	size_t length = plan_number(plan);
	char **list = calloc(length + 1, sizeof(char *));

	if (!list)
		fail_errno("cannot read the plan");
	for (size_t i = 0; i < length; i++)
		list[i] = plan_string(plan);
	return list;
}

static const struct instruction *find(const struct instruction *instructions, const char *name)
{
	for (; instructions->name; instructions++)
		if (!strcmp(instructions->name, name))
			return instructions;
	fail("invalid plan: unknown instruction \"%s\": runlxc and its helpers have different versions", name);
}

void plan_run(struct plan *plan, const struct instruction *instructions)
{
	while (plan->at < plan->end)
		find(instructions, plan_string(plan))->run(plan);
}
