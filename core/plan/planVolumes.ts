/** Adds the effects of volume drivers to a container's draft: they put the data of its volumes in place. */
import type { VolumeEffect } from '../../hooks/contributions/volumeDriver.ts';
import type { ContainerDraft, DraftMount } from '../../hooks/draft.ts';
import { volumeEffectKey } from '../../hooks/draftKeys.ts';
import type { Effect } from '../../hooks/effects.ts';
import { hasCode, PouchError } from '../../hooks/errors.ts';
import { field, type FieldPath } from '../../hooks/fields.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { type FieldOwners, formatPath, type Generation } from '../plugins/index.ts';
import {
  driverMissing,
  knownDriver,
  localDriver,
  type OwnedVolumeDriver,
  volumeDrivers,
  type VolumeSource,
} from '../volumes/VolumeDrivers.ts';
import { inBatches } from '../wait/inBatches.ts';
import type { RequestContext } from './request/context.ts';

interface Run {
  fieldOwners: FieldOwners;
  blame: BlameEntry[];
}

/** What the effect of a volume says, and its key. */
interface Use {
  key: string;
  name: string;
  anonymous: boolean;
  driver: string | undefined;
  options: Record<string, string>;
}

type Context = Pick<RequestContext, 'volumeOf' | 'volumePath'>;

/** The name that blame has in place of a hook. */
const hook = 'volumeDriver';

/** @throws PCH_OPTION_INVALID, PCH_CONFLICT, PCH_VOLUME_DRIVER_MISSING */
export async function planVolumes(
  draft: ContainerDraft,
  { contributions, request }: { contributions: Generation['contributions']; request: Context },
  run: Run,
): Promise<void> {
  const volumes = await inBatches(byVolume(draft), (uses) => effectsOf(uses, { contributions }, request));
  for (const { uses, driver, effects, ms } of volumes) {
    const isMounted = Object.keys(effects).length > 0;
    for (const { key } of uses) setSource(draft, key, { driver, isMounted });
    add(draft, effects, { plugin: driver.plugin, ms }, run);
  }
}

async function effectsOf(
  uses: readonly Use[],
  generation: Pick<Generation, 'contributions'>,
  context: Context,
): Promise<{ uses: readonly Use[]; driver: OwnedVolumeDriver; effects: Record<string, Effect>; ms: number }> {
  const started = performance.now();
  const first = uses.find(({ driver: named }) => named !== undefined) ?? uses[0]!;
  refuseSeveral(first, uses);
  const { driver, source } = await chosen(first, generation, context);
  const entries = Object.entries(await driver.effects(source)).map(
    ([name, effect]) => [volumeEffectKey(source.name, name), planned(effect, uses, source)] as const,
  );
  return { uses, driver, effects: Object.fromEntries(entries), ms: performance.now() - started };
}

/** The uses of each volume. */
function byVolume(draft: ContainerDraft): Use[][] {
  const byName = new Map<string, Use[]>();
  for (const use of usesIn(draft)) byName.set(use.name, [...(byName.get(use.name) ?? []), use]);
  return [...byName.values()];
}

function usesIn({ effects }: ContainerDraft): Use[] {
  return Object.entries(effects).flatMap(([key, { kind, args }]): Use[] => {
    if (kind !== 'volume') return [];
    const { name, anonymous, driver, options = {} } = args as unknown as Omit<Use, 'key'>;
    return [{ key, name, anonymous, driver, options }];
  });
}

/** The driver of the volume if it exists, or that which it will have. */
async function chosen(
  { key, name, anonymous, driver, options }: Use,
  generation: Pick<Generation, 'contributions'>,
  { volumeOf, volumePath }: Context,
): Promise<{ driver: OwnedVolumeDriver; source: VolumeSource }> {
  // Its name is derived from the container's.
  const found = anonymous ? undefined : await volumeOf(name);
  if (found) {
    const existing = volumeDrivers(generation).get(found.driver);
    if (!existing) throw driverMissing(name, found.driver);
    if (driver !== undefined && driver !== found.driver) throw otherDriver(name, found.driver, driver);
    return { driver: existing, source: found };
  }
  const source = { name, options, mountpoint: volumePath(name) };
  const wanted = asOption(key, () => knownDriver(generation, driver ?? localDriver));
  await wanted.check(source).catch((error: unknown) => {
    throw inField(error, key);
  });
  return { driver: wanted, source };
}

/** One volume of a container that is named with two drivers. */
function refuseSeveral({ name, driver }: Use, uses: readonly Use[]): void {
  const other = uses.find((use) => use.driver !== undefined && use.driver !== driver);
  if (other) throw otherDriver(name, driver!, other.driver!);
}

function otherDriver(name: string, found: string, wanted: string): PouchError {
  return new PouchError(
    'PCH_CONFLICT',
    `volume name must be unique: the volume ${name} has the driver ${found}, not ${wanted}`,
    { hint: `choose another name, or omit the driver: ${field('volumes')}` },
  );
}

/** A client that gets 404 from a create would look for the image. */
function asOption<T>(key: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!hasCode(error, 'PCH_VOLUME_DRIVER_UNKNOWN')) throw error;
    const { message, hint = '' } = error;
    throw inField(new PouchError('PCH_OPTION_INVALID', message, { hint }), key);
  }
}

function inField(error: unknown, key: string): unknown {
  if (!(error instanceof PouchError) || error.code !== 'PCH_OPTION_INVALID') return error;
  const path: FieldPath = 'volumes';
  const message = `${field(path)} ${key.slice('volume.'.length)}: ${error.message}`;
  const { hint, plugin } = error;
  return new PouchError('PCH_OPTION_INVALID', message, {
    field: path,
    ...(hint !== undefined && { hint }),
    ...(plugin !== undefined && { plugin }),
  });
}

/** Its directory comes first, and what it needs of its own. */
function planned(
  { kind, args, needs = [] }: VolumeEffect,
  uses: readonly Use[],
  { name }: VolumeSource,
): Effect {
  const own = needs.map((need) => volumeEffectKey(name, need));
  return { kind, stage: 'start', args, needs: [...uses.map(({ key }) => key), ...own] };
}

/** The apply creates it with this driver, and no other. What is mounted later hides a copy of the image's content. */
function setSource(
  { effects, mounts, uidMappings }: ContainerDraft,
  key: string,
  { driver, isMounted }: { driver: OwnedVolumeDriver; isMounted: boolean },
): void {
  const { args } = effects[key]!;
  // As host.mount mounts it: a user namespace may not clear these.
  if (isMounted && uidMappings.length > 0)
    addOptions(mounts[key.slice('volume.'.length)], ['nosuid', 'nodev']);
  if (driver.name !== localDriver) args['driver'] = driver.name;
  if (isMounted) args['copyFrom'] = '';
}

function addOptions(mount: DraftMount | undefined, wanted: readonly string[]): void {
  mount?.options.push(...wanted.filter((option) => !mount.options.includes(option)));
}

function add(
  draft: ContainerDraft,
  effects: Record<string, Effect>,
  { plugin, ms }: { plugin: string; ms: number },
  { blame, fieldOwners }: Run,
): void {
  for (const [key, effect] of Object.entries(effects)) {
    draft.effects[key] = effect;
    fieldOwners.set(['effects', key], plugin);
    blame.push({
      field: formatPath(['effects', key]),
      plugin,
      hook,
      action: 'set',
      after: structuredClone(effect),
      ms,
    });
  }
}
