/** Translates process.scheduler, process.ioPriority and linux.personality to numbers. */
import { RunlxcError } from '../cli/error.ts';
import type { Linux, Process, Scheduler } from '../spec/types.ts';
import type { Plan } from './Plan.ts';

/** sched(7), linux/sched.h. */
const policies = [
  'SCHED_OTHER',
  'SCHED_FIFO',
  'SCHED_RR',
  'SCHED_BATCH',
  'SCHED_ISO',
  'SCHED_IDLE',
  'SCHED_DEADLINE',
];
const schedulerFlags: Readonly<Record<string, number>> = {
  SCHED_FLAG_RESET_ON_FORK: 1,
  SCHED_FLAG_RECLAIM: 2,
  SCHED_FLAG_DL_OVERRUN: 4,
  SCHED_FLAG_KEEP_POLICY: 8,
  SCHED_FLAG_KEEP_PARAMS: 16,
  SCHED_FLAG_UTIL_CLAMP_MIN: 32,
  SCHED_FLAG_UTIL_CLAMP_MAX: 64,
};
const ioClasses = ['IOPRIO_CLASS_NONE', 'IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'];
/** personality(2). */
const personas: Readonly<Record<string, number>> = { LINUX: 0, LINUX32: 8 };

export function addScheduling(plan: Plan, { scheduler, ioPriority }: Process): void {
  if (scheduler) addScheduler(plan, scheduler);
  if (!ioPriority) return;
  const ioClass = ioClasses.indexOf(ioPriority.class);
  if (ioClass < 1) throw new RunlxcError(`process.ioPriority.class: ${ioPriority.class} is not known`);
  const { priority = 0 } = ioPriority;
  if (priority < 0 || priority > 7)
    throw new RunlxcError(`process.ioPriority.priority: ${priority} is not 0 to 7`);
  plan.add('io-priority', ioClass, priority);
}

function addScheduler(plan: Plan, scheduler: Scheduler): void {
  const policy = policies.indexOf(scheduler.policy);
  if (policy === -1) throw new RunlxcError(`process.scheduler.policy: ${scheduler.policy} is not known`);
  const flags = (scheduler.flags ?? []).reduce((sum, flag) => {
    const bit = schedulerFlags[flag];
    if (bit === undefined) throw new RunlxcError(`process.scheduler.flags: ${flag} is not known`);
    return sum | bit;
  }, 0);
  const { nice = 0, priority = 0, runtime = 0, deadline = 0, period = 0 } = scheduler;
  plan.add('scheduler', policy, flags, nice, priority, runtime, deadline, period);
}

export function addPersonality(plan: Plan, personality: Linux['personality']): void {
  if (!personality) return;
  const persona = personas[personality.domain];
  if (persona === undefined)
    throw new RunlxcError(`linux.personality.domain: ${personality.domain} is not known`);
  if (personality.flags?.length) throw new RunlxcError('linux.personality.flags: the spec defines none');
  plan.add('personality', persona);
}
