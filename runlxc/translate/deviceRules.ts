/** Translates the device rules of the container's cgroup to LXC's configuration. */
import { RunlxcError } from '../cli/error.ts';
import type { DeviceRule } from '../spec/types.ts';

/** Devices that every container may use: the default devices (as in runc). */
const always: readonly DeviceRule[] = [
  { type: 'c', access: 'm' },
  { type: 'b', access: 'm' },
  { type: 'c', major: 1, minor: 3 },
  { type: 'c', major: 1, minor: 5 },
  { type: 'c', major: 1, minor: 7 },
  { type: 'c', major: 1, minor: 8 },
  { type: 'c', major: 1, minor: 9 },
  { type: 'c', major: 5, minor: 0 },
  { type: 'c', major: 5, minor: 2 },
  { type: 'c', major: 136 },
].map((rule) => ({ ...rule, allow: true }));

/** Returns lines of configuration. @param prefix lxc.cgroup or lxc.cgroup2 */
export function deviceRules(rules: readonly DeviceRule[], prefix: string): string[] {
  if (rules.length === 0) return [];
  if (prefix === 'lxc.cgroup')
    rules.forEach((rule, index) => checkTakesBackWhole(rules.slice(0, index), rule, index));
  return [...rules, ...always].map(
    (rule, index) => `${prefix}.devices.${rule.allow ? 'allow' : 'deny'} = ${describe(rule, index)}`,
  );
}

/** Lists of cgroup v1 can only add and remove whole entries (cgroup-v1/devices.rst). */
function checkTakesBackWhole(earlier: readonly DeviceRule[], rule: DeviceRule, index: number): void {
  if (rule.allow || describe(rule, index) === 'a') return;
  const wider = earlier.find((other) => other.allow && covers(other, rule));
  if (wider && !earlier.some((other) => other.allow && describe(other, index) === 'a'))
    throw new RunlxcError(
      `linux.resources.devices[${index}]: cgroup v1 cannot revoke a part of an earlier rule`,
    );
}

/** Whether a rule includes all devices of another, and more. */
function covers(wide: DeviceRule, narrow: DeviceRule): boolean {
  const number = (one?: number, other?: number) => !isNumber(one) || one === other;
  const isSame =
    number(narrow.major, wide.major) && number(narrow.minor, wide.minor) && narrow.major === wide.major;
  return (
    wide.type === narrow.type &&
    number(wide.major, narrow.major) &&
    number(wide.minor, narrow.minor) &&
    !isSame
  );
}

function describe({ type = 'a', major, minor, access = 'rwm' }: DeviceRule, index: number): string {
  if (!['a', 'b', 'c', ''].includes(type))
    throw new RunlxcError(`linux.resources.devices[${index}].type: ${type} is not a, b or c`);
  if (!/^[rwm]+$/.test(access))
    throw new RunlxcError(`linux.resources.devices[${index}].access: ${access} is not of r, w and m`);
  if ((type === 'a' || type === '') && !isNumber(major) && !isNumber(minor)) return 'a';
  const number = (value?: number) => (isNumber(value) ? String(value) : '*');
  return `${type} ${number(major)}:${number(minor)} ${access}`;
}

/** -1 means any, as in devices.list. */
function isNumber(value?: number): boolean {
  return value !== undefined && value >= 0;
}
