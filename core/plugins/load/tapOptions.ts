import { Value } from '@sinclair/typebox/value';
import type { TapOptions } from '../../../hooks/defineHook.ts';
import { ContainerCondition } from '../../../hooks/containerCondition.ts';
import { phases } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { brokenRule, type FieldRules, optional } from './fieldRules.ts';
import { describesContainer, mostMs, type RecordedTap, type TapRecorder } from '../tap.ts';

const mostRetries = 10;
const tapName = /^[a-zA-Z][\w-]*$/;

const rules: FieldRules<keyof TapOptions> = {
  name: optional({
    fits: (value) => typeof value === 'string' && tapName.test(value),
    form: 'letters, digits, "_" and "-", the first a letter',
  }),
  phase: optional({
    fits: (value) => phases.some((phase) => phase === value),
    form: `one of ${phases.join(', ')}`,
  }),
  before: optional({ fits: isNames, form: 'a list of plugin names' }),
  after: optional({ fits: isNames, form: 'a list of plugin names' }),
  overrides: optional({ fits: isNames, form: 'a list of plugin names' }),
  timeoutMs: optional({ fits: (value) => isCount(value, mostMs), form: 'milliseconds, 1 or more' }),
  when: optional({ fits: isCondition, form: 'an object with rich, runtime, label or image' }),
  parts: optional({ fits: (value) => typeof value === 'function', form: 'a function that returns names' }),
  stateful: optional({ fits: (value) => typeof value === 'boolean', form: 'true or false' }),
  alwaysCalled: optional({ fits: (value) => typeof value === 'boolean', form: 'true or false' }),
  onError: optional({
    fits: isPolicy,
    form: `'fail', 'skip', 'degrade' or { retry: 1 to ${mostRetries} }`,
  }),
};

/** @throws PCH_PLUGIN_INVALID */
export function checkTapOptions(
  options: unknown,
  run: unknown,
  point: RecordedTap['point'],
  recorder: TapRecorder,
): void {
  const problem = problemOf(options, run, point, recorder);
  if (problem === undefined) return;
  const message = `plugin ${recorder.plugin} taps ${point.name} ${problem}`;
  throw new PouchError('PCH_PLUGIN_INVALID', message, { plugin: recorder.plugin, hook: point.name });
}

function problemOf(
  options: unknown,
  run: unknown,
  point: RecordedTap['point'],
  { plugin, taps }: TapRecorder,
): string | undefined {
  if (typeof options !== 'object' || options === null) return 'with options that are not an object';
  if (typeof run !== 'function') return 'without a function';
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined)
    return `with the unknown option ${unknown}; known are ${Object.keys(rules).join(', ')}`;
  const broken = brokenRule(options, rules);
  if (broken !== undefined) return `with an invalid option: ${broken}`;
  const { name = plugin, when } = options as TapOptions;
  if (when && !describesContainer(point))
    return 'with `when`, but the input of that hook point does not describe a container';
  const isUsed = taps.some((tap) => tap.point === point && (tap.options.name ?? plugin) === name);
  return isUsed ? `twice under the name ${name}; give each tap a \`name\` of its own` : undefined;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
}

function isCondition(value: unknown): boolean {
  return Value.Check(ContainerCondition, value);
}

function isPolicy(value: unknown): boolean {
  if (value === 'fail' || value === 'skip' || value === 'degrade') return true;
  return typeof value === 'object' && value !== null && 'retry' in value && isCount(value.retry, mostRetries);
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
