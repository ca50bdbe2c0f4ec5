/** The engine-api plugin on a socket of its own, over any engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, HostFacts, ListenFacts, Logger, PluginContext, Surface } from '../../hooks/index.ts';
import engineApi from '../../plugins/engine-api/index.ts';

export interface RunningApi {
  socket: string;
  stop(): Promise<void>;
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export async function serveApi(
  engine: Engine,
  options: { listen?: (string | ListenFacts)[]; log?: Logger } = {},
): Promise<RunningApi> {
  const directory = await mkdtemp(join(tmpdir(), 'pouch-api-'));
  const socket = join(directory, 'api.sock');
  const surface = await surfaceOf(
    hostFacts([`unix://${socket}`, ...(options.listen ?? [])]),
    options.log ?? silent,
  );
  await surface.start(engine, () => {});
  const stop = async (): Promise<void> => {
    await surface.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { socket, stop };
}

/** Runs the plugin's setup as the plugin host would. */
export async function surfaceOf(host: HostFacts, log: Logger): Promise<Surface> {
  const surfaces: Surface[] = [];
  const context = {
    host,
    log,
    surface: (one: Surface) => surfaces.push(one),
  } as unknown as PluginContext<never>;
  await engineApi.setup(context);
  const [surface] = surfaces;
  if (!surface) throw new Error('the plugin contributes no surface');
  return surface;
}

export function hostFacts(listen: (string | ListenFacts)[]): HostFacts {
  return {
    version: '0.1.0',
    root: '/fake/root',
    state: '/fake/state',
    listen: listen.map((address) => (typeof address === 'string' ? { url: address } : address)),
    cgroupParent: '/pouch',
    network: {
      bridge: 'pouch0',
      subnet: '172.29.0.0/16',
      mtu: 1500,
      cniBinDirs: [],
      dns: [],
      ipMasq: true,
      hairpin: true,
      isolation: 'none',
      publishAddress: '0.0.0.0',
    },
    cgroupVersion: '1',
    hybridCgroups: false,
    cgroupDriver: 'cgroupfs',
    cdiSpecDirs: [],
    containerdNamespace: 'pouch',
    snapshotter: 'overlayfs',
    addedRuntimes: {},
  };
}
