/* Finds and executes the user's program. The messages are those of Go's os/exec in runc, which tools parse. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fail.h"
#include "process.h"

static char program[PATH_MAX];

/* Returns 0 or an errno. */
static int check(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return errno;
	if (S_ISDIR(info.st_mode))
		return EISDIR;
	return info.st_mode & 0111 ? 0 : EACCES;
}

static void look_at(const char *name)
{
	snprintf(program, sizeof(program), "%s", name);
	switch (check(name)) {
	case 0:
		return;
	case EACCES:
		fail("exec: \"%s\": permission denied", name);
	case EISDIR:
		fail("exec: \"%s\": is a directory", name);
	default:
		fail_errno("exec: \"%s\": stat %s", name, name);
	}
}

static void search(const char *name, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, ":");

		snprintf(program, sizeof(program), "%.*s/%s", length ? (int)length : 1, length ? path : ".", name);
		if (check(program) == 0)
			return;
		path += length + (path[length] == ':');
	}
	fail("exec: \"%s\": executable file not found in $PATH", name);
}

void run_lookup(struct plan *plan)
{
	const char *name = plan_string(plan), *path = plan_string(plan);

	if (strchr(name, '/'))
		look_at(name);
	else
		search(name, path);
}

/* Returns the user's home directory in the container's /etc/passwd; "/" if it has none. */
static const char *home_of(uid_t uid)
{
	static char line[4096];
	FILE *file = fopen("/etc/passwd", "re");
	const char *home = "/";

	while (file && fgets(line, sizeof(line), file)) {
		char *rest = line, *field[7] = { 0 };

		for (int i = 0; i < 7 && rest; i++)
			field[i] = strsep(&rest, ":\n");
		if (field[5] && field[2][0] && strtoul(field[2], NULL, 10) == uid) {
			home = field[5];
			break;
		}
	}
	if (file)
		fclose(file);
	return home;
}

static int has_home(char **env)
{
	for (; *env; env++)
		if (!strncmp(*env, "HOME=", 5))
			return 1;
	return 0;
}

static char **with_home(char **env)
{
	static char home[PATH_MAX];
	size_t length = 0;
	char **longer;

	if (has_home(env))
		return env;
	while (env[length])
		length++;
	longer = calloc(length + 2, sizeof(char *));
	if (!longer)
		fail_errno("process.env");
	memcpy(longer, env, length * sizeof(char *));
	snprintf(home, sizeof(home), "HOME=%s", home_of(getuid()));
	longer[length] = home;
	return longer;
}

void run_exec(struct plan *plan)
{
	char **args = plan_list(plan), **env = with_home(plan_list(plan));

	execve(program, args, env);
	fail_errno("exec %s", program);
}
