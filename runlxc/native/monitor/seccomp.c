/* Compiles rules to a program of classic BPF, once at create, in a separate process that frees the rules' tree when it exits. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <unistd.h>

#include "../common/fail.h"
#include "programs.h"

static scmp_filter_ctx filter;

static void check(int result, const char *what)
{
	if (result == 0)
		return;
	errno = -result;
	fail_errno("linux.seccomp: %s", what);
}

static void run_default(struct plan *plan)
{
	filter = seccomp_init(plan_number(plan));
	if (!filter)
		fail("linux.seccomp.defaultAction: not supported by libseccomp");
	check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0), "no_new_privs");
}

static void run_architecture(struct plan *plan)
{
	const char *name = plan_string(plan);
	uint32_t token = seccomp_arch_resolve_name(name);
	int result;

	if (!token)
		fail("linux.seccomp.architectures: %s is not supported by libseccomp", name);
	result = seccomp_arch_add(filter, token);
	check(result == -EEXIST ? 0 : result, "architectures");
}

static int take_conditions(struct plan *plan, struct scmp_arg_cmp *conditions)
{
	int count = plan_number(plan);

	for (int i = 0; i < count && i < 6; i++) {
		conditions[i].arg = plan_number(plan);
		conditions[i].op = plan_number(plan);
		conditions[i].datum_a = plan_number(plan);
		conditions[i].datum_b = plan_number(plan);
	}
	return count;
}

/* ACTION NAME CONDITIONS: a system call that this libseccomp does not know is skipped. */
static void run_rule(struct plan *plan)
{
	struct scmp_arg_cmp conditions[6];
	uint32_t action = plan_number(plan);
	const char *name = plan_string(plan);
	int number = seccomp_syscall_resolve_name(name);
	int count = take_conditions(plan, conditions);
	int result;

	if (number == __NR_SCMP_ERROR)
		return;
	result = seccomp_rule_add_array(filter, action, number, count, conditions);
	/* Duplicate rules are allowed. */
	check(result == -EEXIST ? 0 : result, name);
}

static const struct instruction instructions[] = {
	{ "default", run_default },
	{ "architecture", run_architecture },
	{ "rule", run_rule },
	{ NULL, NULL },
};

int compile_seccomp(const char *rules, const char *target)
{
	struct plan plan;
	int from = open(rules, O_RDONLY | O_CLOEXEC), to = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (from < 0 || to < 0)
		fail_errno("linux.seccomp: cannot open %s", from < 0 ? rules : target);
	plan_read(&plan, from);
	plan_run(&plan, instructions);
	check(seccomp_export_bpf(filter, to), "cannot compile the filter");
	return 0;
}
