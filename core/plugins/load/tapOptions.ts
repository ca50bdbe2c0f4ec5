import type { TapOptions } from '../../../hooks/defineHook.ts';
import { phases } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { MOST_MS, type RecordedTap, type TapRecorder } from '../tap.ts';

const MOST_RETRIES = 10;
const tapName = /^[a-zA-Z][\w-]*$/;

const checks: Readonly<Record<keyof TapOptions, { fits: (value: unknown) => boolean; form: string }>> = {
  name: { fits: (value) => typeof value === 'string' && tapName.test(value), form: 'a word' },
  phase: { fits: (value) => phases.some((phase) => phase === value), form: `one of ${phases.join(', ')}` },
  before: { fits: isNames, form: 'a list of plugin names' },
  after: { fits: isNames, form: 'a list of plugin names' },
  overrides: { fits: isNames, form: 'a list of plugin names' },
  timeoutMs: { fits: (value) => isCount(value, MOST_MS), form: 'milliseconds, 1 or more' },
  onError: { fits: isPolicy, form: `'fail', 'skip', 'degrade' or { retry: 1 to ${MOST_RETRIES} }` },
};

/**
 * Checks what a plugin hands to `tap`; plugins in plain JavaScript have no compiler that does.
 * @throws PCH_PLUGIN_INVALID
 */
export function checkTapOptions(
  options: unknown,
  run: unknown,
  point: RecordedTap['point'],
  recorder: TapRecorder,
): void {
  const refuse = (problem: string) => {
    const message = `plugin ${recorder.plugin} taps ${point.name} ${problem}`;
    throw new PouchError('PCH_PLUGIN_INVALID', message, { plugin: recorder.plugin, hook: point.name });
  };
  if (typeof options !== 'object' || options === null) return refuse('with options that are no object');
  if (typeof run !== 'function') return refuse('without a function');
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name))
      return refuse(`with the unknown option ${name}; there are ${Object.keys(checks).join(', ')}`);
    if (value !== undefined && !checks[name].fits(value))
      return refuse(`with \`${name}\` that is not ${checks[name].form}`);
  }
  const own = (options as TapOptions).name ?? recorder.plugin;
  const twice = recorder.taps.some(
    (tap) => tap.point === point && (tap.options.name ?? recorder.plugin) === own,
  );
  if (twice) refuse(`twice under the name ${own}; give each tap a \`name\` of its own`);
}

function isOption(name: string): name is keyof TapOptions {
  return Object.hasOwn(checks, name);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
}

function isPolicy(value: unknown): boolean {
  if (value === 'fail' || value === 'skip' || value === 'degrade') return true;
  return (
    typeof value === 'object' && value !== null && 'retry' in value && isCount(value.retry, MOST_RETRIES)
  );
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
