import { statfs } from 'node:fs/promises';
import { freemem, loadavg, totalmem } from 'node:os';
import type { ContainerRecord, PageBlock, PageContent, PageValue, System } from '../../hooks/index.ts';
import { bytes } from './units.ts';

/** In the order in which they are shown; each has a tile. */
export const states = ['running', 'paused', 'restarting', 'created', 'exited', 'removing', 'dead'] as const;

/** The host, the daemon, and what they hold. */
export async function overview(system: System, records: readonly ContainerRecord[]): Promise<PageContent> {
  const info = await system.info();
  return {
    title: `Overview of ${info.hostname}`,
    blocks: [
      ...info.warnings.map((text): PageBlock => ({ kind: 'text', text, state: 'warning' })),
      { kind: 'tiles', title: 'Containers', tiles: containerTiles(records) },
      { kind: 'bars', title: 'Use', bars: [await disk(info.root), memory()] },
      {
        kind: 'facts',
        title: 'Host',
        facts: facts({
          Name: info.hostname,
          'Operating system': info.operatingSystem,
          Kernel: `${info.kernel} (${info.architecture})`,
          Processors: info.cpus,
          'Load average': loadavg()
            .map((load) => load.toFixed(2))
            .join(' '),
          Memory: bytes(info.memory),
          Cgroups: `v${info.cgroupVersion}, ${info.cgroupDriver}, ${info.cgroupParent}`,
        }),
      },
      {
        kind: 'facts',
        title: 'pouchd',
        facts: facts({
          Version: info.version,
          containerd: `${info.containerd.version} (${info.containerd.managed ? 'managed' : 'external'})`,
          Root: info.root,
          'Default runtime': info.defaultRuntime,
          Runtimes: Object.keys(info.runtimes).join(', '),
          Images: info.images,
          'Volume drivers': info.volumeDrivers.join(', '),
          'Network drivers': info.networkDrivers.join(', '),
          'Log drivers': info.logDrivers.join(', '),
        }),
      },
    ],
  };
}

type Tile = { name: string; value: PageValue };

function containerTiles(records: readonly ContainerRecord[]): Tile[] {
  const degraded = records.filter((record) => record.degraded.length > 0).length;
  const byState = states.flatMap((state): Tile[] => {
    const count = records.filter((record) => record.state.status === state).length;
    if (count === 0 && state !== 'running') return [];
    const sign = state === 'dead' ? { state: 'problem' as const } : {};
    return [{ name: state, value: { text: count, ...sign, link: { page: 'containers', query: { state } } } }];
  });
  if (degraded > 0) byState.push({ name: 'degraded', value: { text: degraded, state: 'warning' } });
  return byState;
}

/** Of the file system that holds images and containers. */
async function disk(root: string) {
  const { blocks, bavail, bsize } = await statfs(root);
  const [all, used] = [blocks * bsize, (blocks - bavail) * bsize];
  return {
    name: `Disk of ${root}`,
    value: used,
    of: Math.max(1, all),
    text: `${bytes(used)} of ${bytes(all)}`,
  };
}

function memory() {
  const [all, used] = [totalmem(), totalmem() - freemem()];
  return { name: 'Memory with caches', value: used, of: all, text: `${bytes(used)} of ${bytes(all)}` };
}

export function facts(values: Readonly<Record<string, PageValue>>): { name: string; value: PageValue }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
