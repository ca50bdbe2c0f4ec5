/** Rights of plugins that are confined: `grants` of their entries. */
import { didYouMean } from '../../../config/suggest.ts';
import type { EffectGrant } from '../../../config/types.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { hostEffectForm, hostEffects } from '../../../hooks/hostEffects.ts';
import type { ReservedNames } from './clashes.ts';

import type { Wanted } from './PluginSlot.ts';

/** Whether a plugin has fewer rights than pouchd, so that it needs a grant for what it wants of the host. */
export function isConfined({ isolation, user }: Wanted): boolean {
  return isolation === 'process' && user !== 'root' && user !== '0';
}

/** Checks the names in the grants of an entry. @throws PCH_CONFIG_INVALID */
export function checkGrants(
  { name, pointer = '', grants: { effects = {} } = {} }: Wanted,
  locate: Locate,
  reserved: ReservedNames = {},
): void {
  for (const [kind, grant] of Object.entries(effects)) {
    const problem = problemOf(kind, grant, new Set(reserved.effect));
    if (problem === undefined) continue;
    const where = locate(`${pointer}/grants/effects/${kind}`);
    const message = `${where === undefined ? '' : `${where}: `}grants.effects: ${problem}`;
    throw new PouchError('PCH_CONFIG_INVALID', message, {
      hint: 'docs/reference/effects.md has the kinds and the arguments that rules name',
      plugin: name,
    });
  }
}

function problemOf(kind: string, grant: EffectGrant, reserved: ReadonlySet<string>): string | undefined {
  const form = hostEffectForm(kind);
  if (!form) return problemOfOther(kind, grant, reserved);
  if (grant === true) return undefined;
  const known = Object.keys(form.limits);
  const unknown = grant.flatMap((rule) => Object.keys(rule)).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `expected ${known.join(', ')} in a rule of ${kind}, found ${unknown}`;
}

/** A kind of another plugin has no known arguments; those of the core are not for plugins. */
function problemOfOther(kind: string, grant: EffectGrant, reserved: ReadonlySet<string>): string | undefined {
  if (reserved.has(kind)) return `${kind} is Pouch's own and cannot be granted`;
  const suggestion = kind.startsWith('host.')
    ? (didYouMean(kind, Object.keys(hostEffects)) ?? '')
    : undefined;
  if (suggestion !== undefined)
    return `expected one of ${Object.keys(hostEffects).join(', ')}, found ${kind}${suggestion && `; ${suggestion}`}`;
  return grant === true ? undefined : `expected true for ${kind}, a kind of another plugin`;
}
