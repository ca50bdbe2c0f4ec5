/** What drivers return: plain data, which may come from any process. */
import { Type } from '@sinclair/typebox';
import type { VolumeEffects } from '../../hooks/contributions/volumeDriver.ts';
import { PouchError } from '../../hooks/errors.ts';
import { hostEffectForm } from '../../hooks/hostEffects.ts';
import { may, text } from '../../hooks/schema.ts';
import { isObject, problemIn } from '../state/stored.ts';

interface Driver {
  readonly name: string;
  readonly plugin: string;
  /** `volume driver`. */
  readonly noun: string;
  /** What its effects belong to, and whose options most of their arguments come from: `volume`. */
  readonly of: string;
  /** Where what it returns is described. */
  readonly guide: string;
}

const mostEffects = 16;
const effectName = /^[a-z][a-z0-9-]{0,30}$/;
/** Characters. */
const mostStatus = 64 * 1024;

const effect = Type.Object({
  kind: text,
  args: Type.Object({}, { additionalProperties: true }),
  needs: may(Type.Array(text)),
  stage: may(Type.Literal('create')),
});
const status = Type.Record(Type.String(), Type.Union([text, Type.Number(), Type.Boolean()]));

/** @throws PCH_PLUGIN_CONTRACT; PCH_OPTION_INVALID for arguments that no effect can have */
export function checkDriverEffects(returned: unknown, driver: Driver): VolumeEffects {
  if (!isObject(returned)) throw contract(driver, 'effects', 'expected a map of effects');
  const entries = Object.entries(returned);
  if (entries.length > mostEffects)
    throw contract(driver, 'effects', `expected at most ${mostEffects} effects, found ${entries.length}`);
  for (const [name, value] of entries) checkEffect(name, value, returned, driver);
  return returned as VolumeEffects;
}

function checkEffect(name: string, value: unknown, all: object, driver: Driver): void {
  const problem = effectName.test(name)
    ? problemIn(value, effect)
    : 'expected a name of at most 31 lower-case letters, digits and "-"';
  if (problem !== undefined) throw contract(driver, `the effect ${JSON.stringify(name)}`, problem);
  const { kind, args, needs = [] } = value as VolumeEffects[string];
  const missing = needs.find((need) => need === name || !Object.hasOwn(all, need));
  if (missing !== undefined)
    throw contract(
      driver,
      `the effect ${name}`,
      `needs ${missing}, which is not another effect of the ${driver.of}`,
    );
  const form = hostEffectForm(kind);
  const mistake = form && (problemIn(args, form.args) ?? form.problem?.(args));
  // Most come from the options of the volume.
  if (mistake !== undefined)
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `${driver.noun} ${driver.name}: its effect ${name} (${kind}) cannot be applied: ${mistake}`,
      {
        plugin: driver.plugin,
        hint: `correct the options of the ${driver.of}; docs/reference/effects.md has the arguments of each kind`,
      },
    );
}

/** @throws PCH_PLUGIN_CONTRACT */
export function checkDriverStatus(returned: unknown, driver: Driver): Record<string, unknown> {
  const problem = problemIn(returned, status);
  if (problem !== undefined) throw contract(driver, 'status', problem);
  const { length } = JSON.stringify(returned);
  if (length > mostStatus)
    throw contract(driver, 'status', `expected at most ${mostStatus} characters, found ${length}`);
  return returned as Record<string, unknown>;
}

function contract({ name, plugin, noun, guide }: Driver, what: string, problem: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', `${noun} ${name}: ${what}: ${problem}`, {
    plugin,
    hint: `${guide} has what a driver returns`,
  });
}
