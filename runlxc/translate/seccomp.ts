/** Translates linux.seccomp to instructions for libseccomp, with the numbers of seccomp.h. */
import { RunlxcError } from '../cli/error.ts';
import type { Integer, Seccomp, SeccompRule } from '../spec/types.ts';
import { Plan } from './Plan.ts';

const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x8000_0000,
  SCMP_ACT_TRAP: 0x0003_0000,
  SCMP_ACT_ERRNO: 0x0005_0000,
  SCMP_ACT_NOTIFY: 0x7fc0_0000,
  SCMP_ACT_TRACE: 0x7ff0_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ALLOW: 0x7fff_0000,
};

const operators: Readonly<Record<string, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};

/** Flags of seccomp(2). */
const flagBits: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 32,
};

const EPERM = 1;

export const seccompActions = Object.keys(actions);
export const seccompOperators = Object.keys(operators);
export const seccompFlags = Object.keys(flagBits);

/** Returns the rules in the format of native/monitor/seccomp.c. */
export function seccompPlan(seccomp: Seccomp): Plan {
  const plan = new Plan();
  const fallback = action(seccomp.defaultAction, seccomp.defaultErrnoRet, 'linux.seccomp.defaultAction');
  plan.add('default', fallback);
  for (const name of seccomp.architectures ?? []) plan.add('architecture', architecture(name));
  for (const [index, rule] of (seccomp.syscalls ?? []).entries())
    addRule(plan, rule, fallback, `linux.seccomp.syscalls[${index}]`);
  return plan;
}

export function seccompFlagBits({ flags = [] }: Seccomp): number {
  return flags.reduce((sum, flag) => {
    const bit = flagBits[flag];
    if (bit === undefined) throw new RunlxcError(`linux.seccomp.flags: ${flag} is not known`);
    return sum | bit;
  }, 0);
}

/** @throws RunlxcError for SCMP_ACT_NOTIFY without listenerPath */
export function needsListener({ syscalls = [], listenerPath }: Seccomp): boolean {
  const asks = syscalls.some(({ action }) => action === 'SCMP_ACT_NOTIFY');
  if (asks && !listenerPath) throw new RunlxcError('linux.seccomp.listenerPath: required by SCMP_ACT_NOTIFY');
  return asks;
}

function addRule(plan: Plan, rule: SeccompRule, fallback: number, field: string): void {
  const verdict = action(rule.action, rule.errnoRet, `${field}.action`);
  if (rule.names.length === 0) throw new RunlxcError(`${field}.names must not be empty`);
  // libseccomp rejects a rule with the default action.
  if (verdict === fallback) return;
  for (const name of rule.names)
    for (const conditions of alternatives(rule.args ?? []))
      plan.add('rule', verdict, name, ...flatten(conditions, field));
}

type Condition = NonNullable<SeccompRule['args']>[number];

/**
 * All conditions must hold, but several on one argument are alternatives, as in runc: libseccomp accepts one per
 * argument.
 */
function alternatives(args: readonly Condition[]): Condition[][] {
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  return isRepeated ? args.map((arg) => [arg]) : [[...args]];
}

function flatten(conditions: readonly Condition[], field: string): Integer[] {
  return [
    conditions.length,
    ...conditions.flatMap(({ index, op, value, valueTwo = 0 }) => {
      const operator = operators[op];
      if (operator === undefined) throw new RunlxcError(`${field}.args: ${op} is not an operator`);
      if (Number(index) > 5)
        throw new RunlxcError(`${field}.args: expected an index from 0 to 5, found ${index}`);
      return [index, operator, value, valueTwo];
    }),
  ];
}

function action(name: string, errno: number | undefined, field: string): number {
  const base = actions[name];
  if (base === undefined) throw new RunlxcError(`${field}: ${name} is not known`);
  const takesNumber = name === 'SCMP_ACT_ERRNO' || name === 'SCMP_ACT_TRACE';
  if (errno !== undefined && !takesNumber) throw new RunlxcError(`${field}: errnoRet is not for ${name}`);
  return takesNumber ? base + (errno ?? EPERM) : base;
}

/** Returns libseccomp's name: x86_64 for SCMP_ARCH_X86_64. */
function architecture(name: string): string {
  if (!name.startsWith('SCMP_ARCH_'))
    throw new RunlxcError(`linux.seccomp.architectures: ${name} is not known`);
  return name.slice('SCMP_ARCH_'.length).toLowerCase();
}
