/** Steps of the init, or of a process of exec, before it executes the user's program. */
import type { Process, Seccomp } from '../spec/types.ts';
import { availableCapabilities, capabilityMask } from './capabilities.ts';
import type { Plan } from './Plan.ts';
import { rlimitNumber } from './rlimits.ts';
import { addScheduling } from './scheduling.ts';
import { seccompFlagBits } from './seccomp.ts';

export interface ProcessContext {
  /** Descriptor of the compiled filter, if there is one. */
  seccomp?: { fd: number; profile: Seccomp; ociVersion: string; listener?: number } | undefined;
  /** Additional variables: LISTEN_FDS. */
  env?: readonly string[];
  /** Only an init is killed with its monitor. */
  isInit: boolean;
  isUserNamespaced: boolean;
  warn: (text: string) => void;
}

/** Adds the lookup of working directory and program, while errors can still be reported. */
export function addLookups(plan: Plan, process: Process, makesCwd: boolean): void {
  plan.add('cwd', process.cwd, makesCwd);
  plan.add('lookup', process.args[0] ?? '', pathOf(process.env ?? []));
}

/** The last entry of a name applies, as in the program's environment. */
function pathOf(env: readonly string[]): string {
  return env.findLast((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '';
}

/** Adds all other steps, up to the program. */
export function addProcess(plan: Plan, process: Process, context: ProcessContext): void {
  const { user = {}, capabilities = {}, rlimits = [] } = process;
  const available = availableCapabilities(context.isUserNamespaced);
  const mask = (set: 'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient') =>
    capabilityMask(capabilities[set] ?? [], set, { available, warn: context.warn });
  for (const [index, { type, soft, hard }] of rlimits.entries())
    plan.add('rlimit', rlimitNumber(type, `process.rlimits[${index}].type`), soft, hard);
  plan.add('umask', user.umask ?? 0o022);
  addScheduling(plan, process);
  addLabels(plan, process);
  plan.add('own-streams', user.uid ?? 0);
  // Without no_new_privs loading a filter requires CAP_SYS_ADMIN, seccomp(2).
  if (!process.noNewPrivileges) addSeccomp(plan, context);
  plan.add('bounding', mask('bounding'));
  plan.add('user', user.uid ?? 0, user.gid ?? 0, (user.additionalGids ?? []).map(String));
  plan.add('capabilities', mask('effective'), mask('permitted'), mask('inheritable'), mask('ambient'));
  if (context.isInit) plan.add('die-with-monitor');
  if (process.noNewPrivileges) {
    plan.add('no-new-privileges');
    addSeccomp(plan, context);
  }
  plan.add('exec', process.args, [...(process.env ?? []), ...(context.env ?? [])]);
}

function addSeccomp(plan: Plan, { seccomp }: ProcessContext): void {
  if (!seccomp) return;
  const { fd, profile, listener = -1, ociVersion } = seccomp;
  const metadata = JSON.stringify(profile.listenerMetadata ?? '');
  plan.add('seccomp', fd, seccompFlagBits(profile), listener, JSON.stringify(ociVersion), metadata);
}

const attr = '/proc/self/attr';

/** Sets the label of the next program, /proc/PID/attr. */
function addLabels(plan: Plan, { apparmorProfile, selinuxLabel }: Process): void {
  if (apparmorProfile && apparmorProfile !== 'unconfined')
    // Before Linux 5.8 all modules share one file.
    plan.add(
      'label',
      'process.apparmorProfile',
      `${attr}/apparmor/exec`,
      `${attr}/exec`,
      `exec ${apparmorProfile}`,
    );
  if (selinuxLabel) plan.add('label', 'process.selinuxLabel', `${attr}/exec`, `${attr}/exec`, selinuxLabel);
}
