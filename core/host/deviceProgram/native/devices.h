/* pouch-devices: which devices the processes of a cgroup may use, in cgroup v2. */
#ifndef DEVICES_H
#define DEVICES_H
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Containers have some twenty rules. The verifier of the kernel takes 0.3 s for 200, and longer for each one more. */
enum { most_rules = 256, most_instructions = 4096 };

enum { any = -1 };

struct rule {
  bool allows;
  /* BPF_DEVCG_DEV_*, or `any`. */
  int type;
  int major, minor;
  /* BPF_DEVCG_ACC_*. */
  int access;
};

/* Prints a message with the text of errno, if it is set, and exits with 1. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* rules.c: reads lines such as `allow c 10:229 rwm` from stdin. Fails if one is not a rule. */
size_t read_rules(struct rule rules[most_rules]);

/* program.c: returns the number of instructions. The last rule that matches decides on each kind of access. */
size_t write_program(struct bpf_insn *program, const struct rule *rules, size_t count);

/* attach.c */
int load_program(const struct bpf_insn *program, size_t count);
bool has_programs(int cgroup);
/* Attaches the program, and then detaches those that are attached to this cgroup: both hold in between. */
void replace_programs(int cgroup, const char *path, int program);

#endif
