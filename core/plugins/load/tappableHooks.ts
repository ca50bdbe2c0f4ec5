import type { Hooks } from '../../../hooks/catalogue.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { TapFunction, TapOptions, Tappable } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { didYouMean, nearest } from '../../../config/suggest.ts';
import type { RecordedTap, TapRecorder } from '../tap.ts';
import { checkTapOptions } from './tapOptions.ts';

/** A hook point, whatever its types. */
type AnyPoint = RecordedTap['point'];

const families: Readonly<Record<string, Readonly<Record<string, AnyPoint>>>> = catalogue;

/** `container.preCreate`, … of the whole catalogue. */
export const hookNames: readonly string[] = Object.values(families).flatMap((family) =>
  Object.values(family).map(({ name }) => name),
);

/** @throws PCH_HOOK_UNKNOWN */
export function hookPoint(name: string, plugin: string): AnyPoint {
  const [family = '', verb = ''] = name.split('.');
  const point = families[family]?.[verb];
  if (!point) throw unknownHook(plugin, name);
  return point;
}

/** What taps a hook point that exists. */
export function tappable(hooks: Hooks, point: string): Tappable<unknown, unknown> {
  const [family = '', verb = ''] = point.split('.');
  return (hooks as unknown as Record<string, Record<string, Tappable<unknown, unknown>>>)[family]![verb]!;
}

/** The catalogue as one plugin sees it: taps are recorded, and unknown names are errors. */
export function tappableHooks(recorder: TapRecorder): Hooks {
  const made = Object.entries(families).map(([family, points]) => [
    family,
    tappableFamily(family, points, recorder),
  ]);
  return refuseUnknown(Object.fromEntries(made) as Hooks, (name) => unknownHook(recorder.plugin, name));
}

function tappableFamily(
  family: string,
  points: Readonly<Record<string, AnyPoint>>,
  recorder: TapRecorder,
): object {
  const made = Object.entries(points).map(([name, point]) => [name, { tap: tapper(point, recorder) }]);
  return refuseUnknown(Object.fromEntries(made) as object, (name) =>
    unknownHook(recorder.plugin, `${family}.${name}`),
  );
}

type Run = TapFunction<unknown, unknown>;

function tapper(point: AnyPoint, recorder: TapRecorder) {
  return (first: TapOptions | Run, second?: Run): void => {
    const [options, run] = typeof first === 'function' ? [{}, first] : [first, second];
    checkDeclared(point.name, recorder);
    checkTapOptions(options, run, point, recorder);
    recorder.addTap({ point, options: { ...options }, run: run as Run });
  };
}

/** Any other name than a known one is an error; `then` and symbols are what await and printing look for. */
function refuseUnknown<T extends object>(target: T, unknown: (name: string) => Error): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || Object.hasOwn(object, name))
        return Reflect.get(object, name, receiver) as unknown;
      throw unknown(name);
    },
    set: () => false,
  });
}

function unknownHook(plugin: string, name: string): PouchError {
  return new PouchError('PCH_HOOK_UNKNOWN', `plugin ${plugin} wants the hook ${name}, which does not exist`, {
    hint: hintFor(name),
    plugin,
    hook: name,
  });
}

/** Similar names of the same family, else of any; without one, the known names. */
function hintFor(name: string): string {
  const [family = '', verb] = name.split('.');
  if (verb === undefined)
    return didYouMean(family, Object.keys(families)) ?? `there are ${Object.keys(families).join(', ')}`;
  const siblings = Object.keys(families[family] ?? {}).map((each) => `${family}.${each}`);
  const near = nearNames(verb, siblings);
  const found = near.length > 0 ? near : nearNames(verb, hookNames);
  return found.length > 0 ? `did you mean ${found.join(' or ')}?` : `there are ${siblings.join(', ')}`;
}

function nearNames(verb: string, names: readonly string[]): string[] {
  const best = nearest(verb, names.map(lastPart));
  return names.filter((name) => lastPart(name) === best);
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}

function checkDeclared(name: string, { plugin, declared }: TapRecorder): void {
  if (!declared || declared.includes(name)) return;
  throw new PouchError(
    'PCH_PLUGIN_INVALID',
    `plugin ${plugin} taps ${name}, which its \`hooks\` do not list`,
    {
      hint: `add '${name}' to the plugin's \`hooks\``,
      plugin,
      hook: name,
    },
  );
}
