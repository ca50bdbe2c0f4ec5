/** Compares containers, execs and updates with rules. */
import {
  type Caller,
  currentCaller,
  type ExecDraft,
  PouchError,
  type Refusal,
  type UpdateDraft,
  type ValidateInput,
  type VolumeDraft,
} from '../../hooks/index.ts';
import { brokenByContainer, mountsBeyond } from './container.ts';
import { type Broken, capabilitiesBeyond, missingLimits } from './parts.ts';
import type { Rule } from './rules.ts';

/** Returns the refusal by the first rule that the container breaks. */
export function checkContainer(
  rules: readonly Rule[],
  input: ValidateInput,
  root: string,
): Refusal | undefined {
  for (const rule of binding(rules, input.caller)) {
    const broken = brokenByContainer(rule, input, root);
    if (broken) return refusal(rule, broken);
  }
  return undefined;
}

/** @throws PCH_POLICY_DENIED */
export function checkExec(rules: readonly Rule[], { user, privileged, capabilities }: ExecDraft): void {
  for (const rule of binding(rules, currentCaller())) {
    if (rule.privileged === false && privileged)
      throw denied(rule, { message: 'expected a command without privileges, found a privileged one' });
    if (rule.root === 'never' && namesRoot(user))
      throw denied(rule, { message: 'expected a command of another user than root, found root' });
    const beyond = rule.capabilities && capabilitiesBeyond(rule.capabilities, Object.keys(capabilities));
    if (beyond) throw denied(rule, beyond);
  }
}

/** @throws PCH_POLICY_DENIED */
export function checkUpdate(rules: readonly Rule[], { resources }: UpdateDraft): void {
  for (const rule of binding(rules, currentCaller())) {
    const missing = rule.limits && missingLimits(rule.limits, resources);
    if (missing) throw denied(rule, missing);
  }
}

/**
 * A volume of the driver `local` may be a directory of the host. It is a mount of its own only while it is created:
 * containers that use it mount a volume.
 *
 * @throws PCH_POLICY_DENIED
 */
export function checkVolume(rules: readonly Rule[], { driver, options }: VolumeDraft): void {
  const isBind = driver === 'local' && (options['o'] ?? '').split(',').includes('bind');
  if (!isBind) return;
  for (const rule of binding(rules, currentCaller())) {
    const broken = rule.mounts && mountsBeyond(rule.mounts, [options['device'] ?? '']);
    if (broken) throw denied(rule, broken);
  }
}

/** An empty user is that of the container, which a rule has seen. */
function namesRoot(user: string): boolean {
  return /^(root|0+)(:|$)/.test(user);
}

function binding(rules: readonly Rule[], { uid, gid, certificate }: Caller): Rule[] {
  const isIn = <Value>(list: readonly Value[] | undefined, value: Value | undefined) =>
    value !== undefined && (list?.includes(value) ?? false);
  return rules.filter(
    ({ except = {} }) =>
      !isIn(except.uids, uid) && !isIn(except.gids, gid) && !isIn(except.certificates, certificate),
  );
}

function refusal({ name, hint: ofRule }: Rule, { message, hint = ofRule }: Broken): Refusal {
  const shown = ofRule ?? hint;
  return { rule: name, message, ...(shown !== undefined && { hint: shown }) };
}

function denied(rule: Rule, broken: Broken): PouchError {
  const { message, hint } = refusal(rule, broken);
  return new PouchError('PCH_POLICY_DENIED', `rule ${rule.name}: ${message}`, {
    ...(hint !== undefined && { hint }),
  });
}
