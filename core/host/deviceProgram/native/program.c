/*
 * The program of a list of rules (kernel doc cgroup-v2, "Device controller"). The kernel runs it for each mknod and
 * open: r1 points to a struct bpf_cgroup_dev_ctx, and 1 in r0 allows. r2 has the type, r4 and r5 the numbers, and r3
 * the access that no rule has decided on yet. The rules come last first, so that the last one that matches decides.
 */
#include "devices.h"
#include <linux/bpf_common.h>

enum { whole_access = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE };

/* Of the rule that is written. */
struct block {
  struct bpf_insn instructions[16];
  size_t count;
};

static struct bpf_insn load(int to, int offset) {
  return (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = to, .src_reg = BPF_REG_1, .off = offset};
}

static struct bpf_insn compute(int operation, int to, int value) {
  return (struct bpf_insn){.code = BPF_ALU | operation | BPF_K, .dst_reg = to, .imm = value};
}

static struct bpf_insn copy(int to, int from) {
  return (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = to, .src_reg = from};
}

/* Its offset is known when the block is complete. */
static struct bpf_insn leave_if(int comparison, int reg, int value) {
  return (struct bpf_insn){.code = BPF_JMP | comparison | BPF_K, .dst_reg = reg, .imm = value};
}

static void add(struct block *block, struct bpf_insn instruction) { block->instructions[block->count++] = instruction; }

static void add_result(struct block *block, bool allows) {
  add(block, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = allows});
  add(block, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

static struct block block_of(const struct rule *rule) {
  struct block block = {.count = 0};
  if (rule->type != any) add(&block, leave_if(BPF_JNE, BPF_REG_2, rule->type));
  if (rule->major != any) add(&block, leave_if(BPF_JNE, BPF_REG_4, rule->major));
  if (rule->minor != any) add(&block, leave_if(BPF_JNE, BPF_REG_5, rule->minor));
  if (rule->access != whole_access && rule->allows) {
    add(&block, compute(BPF_AND, BPF_REG_3, whole_access & ~rule->access));
    add(&block, leave_if(BPF_JNE, BPF_REG_3, 0));
  } else if (rule->access != whole_access) {
    add(&block, copy(BPF_REG_0, BPF_REG_3));
    add(&block, compute(BPF_AND, BPF_REG_0, rule->access));
    add(&block, leave_if(BPF_JEQ, BPF_REG_0, 0));
  }
  add_result(&block, rule->allows);
  for (size_t i = 0; i < block.count; i++) {
    struct bpf_insn *one = &block.instructions[i];
    if (BPF_CLASS(one->code) == BPF_JMP && BPF_OP(one->code) != BPF_EXIT) one->off = (int16_t)(block.count - i - 1);
  }
  return block;
}

static bool decides_all(const struct rule *rule) {
  return rule->type == any && rule->major == any && rule->minor == any && rule->access == whole_access;
}

static size_t append(struct bpf_insn *program, size_t length, const struct block *block) {
  for (size_t i = 0; i < block->count; i++) program[length + i] = block->instructions[i];
  return length + block->count;
}

size_t write_program(struct bpf_insn *program, const struct rule *rules, size_t count) {
  struct block begin = {.count = 0}, end = {.count = 0};
  add(&begin, load(BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type)));
  add(&begin, copy(BPF_REG_3, BPF_REG_2));
  add(&begin, compute(BPF_AND, BPF_REG_2, 0xffff));
  add(&begin, compute(BPF_RSH, BPF_REG_3, 16));
  add(&begin, load(BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, major)));
  add(&begin, load(BPF_REG_5, offsetof(struct bpf_cgroup_dev_ctx, minor)));
  size_t length = append(program, 0, &begin);
  for (size_t i = count; i-- > 0;) {
    struct block block = block_of(&rules[i]);
    length = append(program, length, &block);
    /* The kernel refuses instructions that are never reached. */
    if (decides_all(&rules[i])) return length;
  }
  add_result(&end, false);
  return append(program, length, &end);
}
