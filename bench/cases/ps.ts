import { readFileSync } from 'node:fs';
import PQueue from 'p-queue';
import { processesOf } from '../../test/support/host/processes.ts';
import { interleaved, type Series, timed } from '../measure.ts';
import { type Pouch, pouch } from '../peers/pouch.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

const containers = 200;
const startedAtOnce = 4;

export const ps: Case = {
  name: 'ps',
  about: `ps with ${containers} running containers, and resident memory then`,
  async measure({ options: { runs } }) {
    const fresh = await pouch();
    try {
      const before = residents(fresh);
      await startMany(fresh);
      const times = await interleaved([lister(fresh), lister(fresh, '-a')], runs);
      const after = residents(fresh);
      const series = [...times, ...memory(before, after)];
      return {
        series,
        targets: [
          ...times.map(({ name }) => limitTarget(series, name, 100)),
          limitTarget(series, 'pouchd', 150),
        ],
      };
    } finally {
      await fresh.end();
    }
  },
};

function lister({ command }: Pouch, ...options: string[]) {
  return {
    name: ['pouch ps', ...options].join(' '),
    once: async () => await timed(command('ps', ...options)),
  };
}

async function startMany({ daemon }: Pouch): Promise<void> {
  const lanes = new PQueue({ concurrency: startedAtOnce });
  await lanes.addAll(Array.from({ length: containers }, () => async () => await startOne(daemon)));
}

async function startOne(daemon: Pouch['daemon']): Promise<void> {
  const body = { Image: 'busybox', Cmd: ['sleep', '86400'], HostConfig: { NetworkMode: 'none' } };
  await daemon.runContainer(body);
}

/** MB by what it is. */
type Residents = Record<'pouchd' | 'log keeper' | 'containerd', number>;

function residents({ daemon }: Pouch): Residents {
  const processes = processesOf(daemon.names);
  const of = (wanted: string) => residentMb(processes.find(({ role }) => role === wanted)?.pid);
  return {
    pouchd: residentMb(daemon.pid),
    'log keeper': of('pouch-logkeeper'),
    containerd: of('containerd'),
  };
}

/** VmRSS (proc(5)); NaN if there is no such process. */
function residentMb(pid: number | undefined): number {
  if (pid === undefined) return NaN;
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

function memory(before: Residents, after: Residents): Series[] {
  const each = (Object.keys(after) as (keyof Residents)[]).flatMap((name) => [
    megabytes(`${name}, no container`, before[name]),
    megabytes(name, after[name]),
  ]);
  const perContainer = (after['log keeper'] - before['log keeper']) / containers;
  return [...each, megabytes('log keeper, per container', perContainer)];
}

function megabytes(name: string, value: number): Series {
  return { name, unit: 'MB', samples: [value] };
}
