import { PouchError } from '../../../hooks/errors.ts';
import {
  type ContributionName,
  contributionNames,
  contributionPoints,
} from '../../../hooks/contributions/index.ts';
import { services } from '../../../hooks/services.ts';
import { type Token, tokenName } from '../../../hooks/token.ts';
import type { PluginSlot } from './PluginSlot.ts';
import { tokensOf } from './requirements.ts';

/** Names that the core has taken already, by contribution point. */
export type ReservedNames = Readonly<Partial<Record<ContributionName, Iterable<string>>>>;

/** Returns the plugins that provide a service which the engine or an earlier one provides. */
export function serviceClashes(slots: readonly PluginSlot[]): Map<PluginSlot, PouchError> {
  const engine = Object.values(services).map(serviceName);
  return clashesOf(slots, engine, (slot) => tokensOf(slot).map(serviceName));
}

function serviceName(token: Token): string {
  return `service ${tokenName(token)}`;
}

/**
 * Returns the plugins that contribute a name which an earlier one has, each with its error.
 * @param slots those that are still active, in their order
 */
export function nameClashes(slots: readonly PluginSlot[]): Map<PluginSlot, PouchError> {
  const taken = new Map<string, PluginSlot>();
  const clashes = new Map<PluginSlot, PouchError>();
  for (const slot of slots) {
    const first = taken.get(slot.name);
    if (!first) taken.set(slot.name, slot);
    else
      clashes.set(
        slot,
        clash(
          slot,
          `the plugin name ${slot.name} belongs to ${first.wanted.source} and to ${slot.wanted.source}`,
        ),
      );
  }
  return clashes;
}

/**
 * The same for the names of contributions; the later plugin loses all of its contributions.
 */
export function contributionClashes(
  slots: readonly PluginSlot[],
  reserved: ReservedNames,
): Map<PluginSlot, PouchError> {
  const ofTheCore = contributionNames.flatMap((point) =>
    Array.from(reserved[point] ?? [], (name) => `${contributionPoints[point].noun} ${name}`),
  );
  return clashesOf(slots, ofTheCore, contributedNames);
}

/** @param namesOf names with what they name, `runtime runc` */
function clashesOf(
  slots: readonly PluginSlot[],
  ofTheCore: readonly string[],
  namesOf: (slot: PluginSlot) => string[],
): Map<PluginSlot, PouchError> {
  const taken = new Map(ofTheCore.map((name) => [name, 'the core']));
  const clashes = new Map<PluginSlot, PouchError>();
  for (const slot of slots) {
    const names = namesOf(slot);
    const mine = names.find((name, index) => taken.has(name) || names.indexOf(name) !== index);
    if (mine === undefined) names.forEach((name) => taken.set(name, `plugin ${slot.name}`));
    else
      clashes.set(
        slot,
        clash(
          slot,
          `the ${mine} is contributed by ${taken.get(mine) ?? `plugin ${slot.name}`} and by plugin ${slot.name}`,
        ),
      );
  }
  return clashes;
}

function contributedNames({ contributions }: PluginSlot): string[] {
  if (!contributions) return [];
  return contributionNames.flatMap((point) =>
    contributions.namesOf(point).map((name) => `${contributionPoints[point].noun} ${name}`),
  );
}

function clash(slot: PluginSlot, message: string): PouchError {
  return new PouchError('PCH_PLUGIN_CLASH', message, {
    hint: 'disable one of the two with `enabled: false`, or rename',
    plugin: slot.name,
  });
}
