#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/fail.h"
#include "process.h"

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_RAISE 2
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

void run_bounding(struct plan *plan)
{
	uint64_t kept = plan_number(plan);

	/* EINVAL marks the end of the kernel's capabilities. */
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (!(kept >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			fail_errno("process.capabilities.bounding: cannot drop capability %d", capability);
}

static void set_groups(char **groups)
{
	size_t count = 0;
	gid_t *list;

	while (groups[count])
		count++;
	list = calloc(count + 1, sizeof(gid_t));
	for (size_t i = 0; list && i < count; i++)
		list[i] = strtoul(groups[i], NULL, 10);
	/* A user namespace may forbid it, user_namespaces(7); then there are no groups to drop. */
	if (!list || (setgroups(count, list) < 0 && (count > 0 || errno != EPERM)))
		fail_errno("process.user.additionalGids");
	free(list);
}

void run_user(struct plan *plan)
{
	uid_t uid = plan_number(plan);
	gid_t gid = plan_number(plan);

	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	set_groups(plan_list(plan));
	if (setresgid(gid, gid, gid) < 0)
		fail_errno("process.user.gid: cannot set %u", gid);
	if (setresuid(uid, uid, uid) < 0)
		fail_errno("process.user.uid: cannot set %u", uid);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
}

static void raise_ambient(uint64_t mask)
{
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* An ambient capability must be permitted and inheritable; like runc, this ignores others, which some specs have. */
	for (int capability = 0; capability < 64; capability++)
		if (mask >> capability & 1)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

void run_capabilities(struct plan *plan)
{
	uint64_t effective = plan_number(plan), permitted = plan_number(plan), inheritable = plan_number(plan);
	uint64_t ambient = plan_number(plan);
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	for (int half = 0; half < 2; half++) {
		data[half].effective = effective >> 32 * half;
		data[half].permitted = permitted >> 32 * half;
		data[half].inheritable = inheritable >> 32 * half;
	}
	if (syscall(SYS_capset, &header, data) < 0)
		fail_errno("process.capabilities: unable to apply caps");
	raise_ambient(ambient);
}

void run_no_new_privileges(struct plan *plan)
{
	(void)plan;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail_errno("process.noNewPrivileges");
}
