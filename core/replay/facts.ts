/** The facts that a plan depends on beside its request: recorded by a daemon, replayed without a host. */
import type { PouchConfig } from '../../config/types.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import { hasCode } from '../../hooks/errors.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';
import type { HostLimits } from '../plan/clamp/index.ts';
import type { PlanImage, PlannerOptions } from '../plan/Planner.ts';
import { type NetworkFacts, standardNetwork } from '../networks/NetworkDrivers.ts';
import type { RequestContext } from '../plan/request/context.ts';
import type { Secrets } from '../secrets/Secrets.ts';
import type { RecordingTape, ReplayingTape } from './Tape.ts';

/** What an image is, as JSON; what is read of its files are calls. */
type TapedImage = Pick<PlanImage, 'blame' | 'degraded'> & { image: Omit<PlanImage['image'], 'stat'> };

interface TapedLimits {
  capabilities: string[];
  oomScoreAdj: number;
  /** Recordings of older versions have none. */
  lastGroup?: number;
  /** Text: JSON has no infinity. */
  rlimits: [name: string, limit: string][];
  controllers: string[];
}

/** Options of a planner that keeps on the tape what it asks of the host. */
export function recordFacts(options: PlannerOptions, tape: RecordingTape): PlannerOptions {
  tape.keep('initPath', options.initPath);
  return {
    ...options,
    directoryOf: tape.wrap('directoryOf', options.directoryOf),
    netnsPathOf: tape.wrap('netnsPathOf', options.netnsPathOf),
    usernsPathOf: tape.wrap('usernsPathOf', options.usernsPathOf),
    idmapDirectoryOf: tape.wrap('idmapDirectoryOf', options.idmapDirectoryOf),
    hostFiles: tape.wrap('hostFiles', options.hostFiles),
    originOf: tape.wrap('originOf', options.originOf),
    describe: tape.wrap('describe', options.describe),
    hostLimits: () => recordLimits(options.hostLimits(), tape),
    image: async (reference, platform) => recordImage(await options.image(reference, platform), tape),
    request: recordContext(options.request, tape),
  };
}

function recordContext(context: RequestContext, tape: RecordingTape): RequestContext {
  return {
    root: context.root,
    containerId: tape.wrap('containerId', context.containerId),
    volumesOf: tape.wrap('volumesOf', context.volumesOf),
    networkNames: tape.wrap('networkNames', context.networkNames),
    vmOwnerOf: tape.wrap('vmOwnerOf', context.vmOwnerOf),
    volumePath: tape.wrap('volumePath', context.volumePath),
    volumeOf: tape.wrap('volumeOf', context.volumeOf),
    networkOf: tape.wrap('networkOf', context.networkOf),
    look: tape.wrap('look', context.look),
    checkResponds: tape.wrap('checkResponds', context.checkResponds),
    mountinfo: tape.wrap('mountinfo', context.mountinfo),
    cgroupDriver: tape.wrap('cgroupDriver', context.cgroupDriver),
    userns: tape.wrap('userns', context.userns),
    usernsObstacle: tape.wrap('usernsObstacle', context.usernsObstacle),
    diskQuotaObstacle: tape.wrap('diskQuotaObstacle', context.diskQuotaObstacle),
    unmappable: tape.wrap('unmappable', context.unmappable),
    freeIds: tape.wrap('freeIds', context.freeIds),
  };
}

function recordImage(source: PlanImage, tape: RecordingTape): PlanImage {
  const { image, blame, degraded } = source;
  const { reference, id, config } = image;
  const taped: TapedImage = { image: { reference, id, config }, blame, degraded };
  tape.keep('image', taped);
  return {
    ...source,
    image: { ...image, stat: tape.wrap('image.stat', (path) => image.stat(path)) },
    readText: tape.wrap('image.readText', (path) => source.readText(path)),
  };
}

function recordLimits(limits: HostLimits, tape: RecordingTape): HostLimits {
  const taped: TapedLimits = {
    capabilities: [...limits.capabilities],
    oomScoreAdj: limits.oomScoreAdj,
    ...(limits.lastGroup !== undefined && { lastGroup: limits.lastGroup }),
    rlimits: [...limits.rlimits].map(([name, limit]) => [name, String(limit)]),
    controllers: [...limits.controllers],
  };
  tape.keep('hostLimits', taped);
  return {
    ...limits,
    hasControllerFile: tape.wrap('hasControllerFile', (controller, file) =>
      limits.hasControllerFile(controller, file),
    ),
  };
}

/** The runtimes of a generation, whose look at the host is kept. */
export function recordRuntimes(
  runtimes: ReadonlyMap<string, RuntimeProvider>,
  tape: RecordingTape,
): ReadonlyMap<string, RuntimeProvider> {
  return probedBy(runtimes, (runtime) =>
    tape.wrap(`probe ${runtime.name}`, () => runtime.probe({ again: false })),
  );
}

/** The runtimes of a generation, as the tape's host has them. */
export function replayRuntimes(
  runtimes: ReadonlyMap<string, RuntimeProvider>,
  tape: ReplayingTape,
): ReadonlyMap<string, RuntimeProvider> {
  return probedBy(runtimes, (runtime) => tape.async<RuntimeProvider['probe']>(`probe ${runtime.name}`));
}

function probedBy(
  runtimes: ReadonlyMap<string, RuntimeProvider>,
  probeOf: (runtime: RuntimeProvider) => () => ReturnType<RuntimeProvider['probe']>,
): ReadonlyMap<string, RuntimeProvider> {
  const probed = new Map<RuntimeProvider, RuntimeProvider>();
  for (const runtime of new Set(runtimes.values())) {
    const probe = probeOf(runtime);
    const ownMethods = { probe: { value: () => probe() } };
    // Its methods may be those of a class.
    probed.set(runtime, Object.create(runtime, ownMethods) as RuntimeProvider);
  }
  return new Map([...runtimes].map(([name, runtime]) => [name, probed.get(runtime) ?? runtime]));
}

interface ReplayParts {
  readonly config: PouchConfig;
  readonly secrets: Secrets;
  readonly log: Logger;
}

/** Options of a planner that asks the tape instead of a host. */
export function replayFacts(tape: ReplayingTape, { config, secrets, log }: ReplayParts): PlannerOptions {
  const call = <Name extends keyof PlannerOptions>(name: Name) =>
    tape.call<Extract<PlannerOptions[Name], (...args: never[]) => unknown>>(name);
  return {
    config: () => config,
    secrets,
    log,
    initPath: tape.call<() => string | undefined>('initPath')(),
    directoryOf: call('directoryOf'),
    netnsPathOf: call('netnsPathOf'),
    usernsPathOf: call('usernsPathOf'),
    idmapDirectoryOf: call('idmapDirectoryOf'),
    hostFiles: tape.async<PlannerOptions['hostFiles']>('hostFiles'),
    originOf: () => undefined,
    describe: (kind) => kind,
    hostLimits: () => replayLimits(tape),
    image: () => Promise.resolve().then(() => replayImage(tape)),
    request: replayContext(tape, config.root),
  };
}

function replayContext(tape: ReplayingTape, root: string): RequestContext {
  const call = <Name extends Exclude<keyof RequestContext, 'root' | 'ownVolume'>>(name: Name) =>
    tape.call<RequestContext[Name]>(name);
  return {
    root,
    containerId: call('containerId'),
    volumesOf: call('volumesOf'),
    networkNames: call('networkNames'),
    vmOwnerOf: call('vmOwnerOf'),
    volumePath: call('volumePath'),
    volumeOf: (name) => volumeOnTape(tape, name),
    networkOf: (name) => networkOnTape(tape, name),
    look: tape.async<RequestContext['look']>('look'),
    checkResponds: tape.async<RequestContext['checkResponds']>('checkResponds'),
    mountinfo: call('mountinfo'),
    cgroupDriver: call('cgroupDriver'),
    userns: call('userns'),
    usernsObstacle: tape.async<RequestContext['usernsObstacle']>('usernsObstacle'),
    diskQuotaObstacle: tape.async<RequestContext['diskQuotaObstacle']>('diskQuotaObstacle'),
    unmappable: tape.async<RequestContext['unmappable']>('unmappable'),
    freeIds: call('freeIds'),
  };
}

/** A recording of a Pouch without volume drivers does not have it. */
async function volumeOnTape(
  tape: ReplayingTape,
  name: string,
): Promise<Awaited<ReturnType<RequestContext['volumeOf']>>> {
  try {
    return await tape.async<RequestContext['volumeOf']>('volumeOf')(name);
  } catch (error) {
    if (!hasCode(error, 'PCH_RECORDING_LACKS')) throw error;
    return undefined;
  }
}

/** A recording of a Pouch without network drivers does not have it. */
function networkOnTape(tape: ReplayingTape, name: string): NetworkFacts {
  try {
    return tape.call<RequestContext['networkOf']>('networkOf')(name);
  } catch (error) {
    if (!hasCode(error, 'PCH_RECORDING_LACKS')) throw error;
    return standardNetwork(name);
  }
}

function replayImage(tape: ReplayingTape): PlanImage {
  const { image, blame, degraded } = tape.call<() => TapedImage>('image')();
  return {
    image: { ...image, stat: tape.async<PlanImage['image']['stat']>('image.stat') },
    readText: tape.async<PlanImage['readText']>('image.readText'),
    responds: Promise.resolve(),
    blame,
    degraded,
  };
}

function replayLimits(tape: ReplayingTape): HostLimits {
  const { capabilities, oomScoreAdj, lastGroup, rlimits, controllers } =
    tape.call<() => TapedLimits>('hostLimits')();
  return {
    capabilities: new Set(capabilities),
    oomScoreAdj,
    ...(lastGroup !== undefined && { lastGroup }),
    rlimits: new Map(rlimits.map(([name, limit]) => [name, Number(limit)])),
    controllers: new Set(controllers),
    hasControllerFile: tape.call<HostLimits['hasControllerFile']>('hasControllerFile'),
  };
}
