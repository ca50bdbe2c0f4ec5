/** Errors of effects that are not applied, by the ledger and by the check before it. */
import type { Effect } from '../../hooks/effects.ts';
import { hasCode, PouchError } from '../../hooks/errors.ts';
import { type OwnedEffectKind, sentenceOf } from '../contract/ownedEffectKind.ts';

export function unknownKind(key: string, kind: string, what: 'applied' | 'undone'): PouchError {
  return new PouchError(
    'PCH_EFFECT_UNKNOWN',
    `the effect ${key} cannot be ${what}: no loaded plugin provides its kind "${kind}"`,
    { hint: 'load its plugin again (`plugins` in pouchd.yaml), then repeat the call' },
  );
}

export function lateEffect(
  { kind, plugin }: OwnedEffectKind,
  deadlineMs: number,
  container?: string,
): PouchError {
  return new PouchError('PCH_DEADLINE', `the effect "${kind}" did not end within ${deadlineMs / 1000} s`, {
    hint: 'something on the host hangs: the daemon log and `pouch ops` say more; try again',
    ...(container !== undefined && { container }),
    ...(plugin !== undefined && { plugin }),
  });
}

/** A plugin's error without a code does not name its effect. */
export async function notApplied(
  key: string,
  { args }: Pick<Effect, 'args'>,
  kind: OwnedEffectKind,
  error: unknown,
  container?: string,
): Promise<unknown> {
  const { plugin } = kind;
  if (plugin === undefined || !hasCode(error, 'PCH_PLUGIN_FAILED')) return error;
  const message = `the effect ${key} (${await sentenceOf(kind, args)}) was not applied: ${error.message}`;
  return new PouchError('PCH_PLUGIN_FAILED', message, {
    plugin,
    cause: error,
    ...(container !== undefined && { container }),
  });
}
