#include "devices.h"
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* BPF_CGROUP_MAX_PROGS of the kernel. */
enum { most_programs = 64 };

struct attached {
  uint32_t ids[most_programs];
  uint32_t count, flags;
};

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static uint64_t address(const void *pointer) { return (uint64_t)(uintptr_t)pointer; }

int load_program(const struct bpf_insn *program, size_t count) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = address(program);
  attributes.insn_cnt = (uint32_t)count;
  attributes.license = address("");
  strcpy(attributes.prog_name, "pouch_devices");
  int fd = bpf(BPF_PROG_LOAD, &attributes);
  if (fd < 0) fail("cannot load the program");
  return fd;
}

/* Without those of the cgroups above. */
static struct attached attached_to(int cgroup) {
  struct attached found;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.query.target_fd = (uint32_t)cgroup;
  attributes.query.attach_type = BPF_CGROUP_DEVICE;
  attributes.query.prog_ids = address(found.ids);
  attributes.query.prog_cnt = most_programs;
  if (bpf(BPF_PROG_QUERY, &attributes) < 0) fail("cannot list the programs of the cgroup");
  found.count = attributes.query.prog_cnt;
  found.flags = attributes.query.attach_flags;
  return found;
}

bool has_programs(int cgroup) { return attached_to(cgroup).count > 0; }

static int change(enum bpf_cmd command, int cgroup, int program, uint32_t flags) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = (uint32_t)cgroup;
  attributes.attach_bpf_fd = (uint32_t)program;
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = flags;
  return bpf(command, &attributes);
}

/* Fails with ENOENT if it is not attached, or by a link, which only the owner of the link can detach. */
static int detach(int cgroup, uint32_t id) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_id = id;
  int program = bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
  if (program < 0) return -1;
  int result = change(BPF_PROG_DETACH, cgroup, program, 0), error = errno;
  close(program);
  errno = error;
  return result;
}

static bool is_attached(int cgroup, uint32_t id) {
  struct attached now = attached_to(cgroup);
  for (uint32_t i = 0; i < now.count; i++)
    if (now.ids[i] == id) return true;
  return false;
}

/*
 * Only what was attached before the new program is detached: of two calls at the same time none detaches the other's
 * program before its own is attached, so that one of them stays.
 */
void replace_programs(int cgroup, const char *path, int program) {
  struct attached before = attached_to(cgroup);
  /* A cgroup has one program without the flag, and another takes its place. */
  bool is_single = before.count > 0 && !(before.flags & BPF_F_ALLOW_MULTI);
  if (change(BPF_PROG_ATTACH, cgroup, program, is_single ? before.flags : BPF_F_ALLOW_MULTI) < 0)
    fail("cannot attach the program to %s", path);
  if (is_single) return;
  bool is_changed = false;
  for (uint32_t i = 0; i < before.count; i++) {
    if (detach(cgroup, before.ids[i]) == 0) is_changed = true;
    else if (errno != ENOENT || is_attached(cgroup, before.ids[i])) {
      int error = errno;
      if (!is_changed) change(BPF_PROG_DETACH, cgroup, program, 0);
      errno = error;
      fail("cannot detach program %u of %s", before.ids[i], path);
    }
  }
}
