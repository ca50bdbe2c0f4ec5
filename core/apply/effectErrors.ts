/** Errors of effects that are not applied, by the ledger and by the check before it. */
import type { Effect } from '../../hooks/effects.ts';
import { hasCode, PouchError } from '../../hooks/errors.ts';
import { isNetworkAttachment } from '../../hooks/networkAttachments.ts';
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

/** Others find addresses and ports of the container there. @throws PCH_PLUGIN_CONTRACT */
export function checkAttachment(
  key: string,
  { plugin }: OwnedEffectKind,
  result: unknown,
  container: string,
): void {
  if (isNetworkAttachment(result)) return;
  const found = JSON.stringify(result) ?? 'nothing';
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the effect ${key} returned ${found}; expected a network attachment`,
    {
      container,
      hint: 'return { network, interface, ports } and the address, as `NetworkAttachment` of pouch/hooks has them',
      ...(plugin !== undefined && { plugin }),
    },
  );
}
