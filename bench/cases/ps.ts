import PQueue from 'p-queue';
import { processesOf } from '../../test/support/host/processes.ts';
import { interleaved, type Series, timed } from '../measure.ts';
import { type Pouch, pouch } from '../peers/pouch.ts';
import { residentMb } from '../residentMb.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

const containers = 200;
const startedAtOnce = 4;
const keeperShare = 'log keeper per container';

export const ps: Case = {
  name: 'ps',
  about: `ps with ${containers} running containers, and resident memory before and after their start`,
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
          limitTarget(series, keeperShare, 1024),
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
  await lanes.addAll(
    Array.from({ length: containers }, (_, i) => async () => await startOne(daemon, `ps-${i}`)),
  );
}

async function startOne(daemon: Pouch['daemon'], name: string): Promise<void> {
  const body = { Image: 'busybox', Cmd: ['sleep', '86400'], HostConfig: { NetworkMode: 'none' } };
  await daemon.runContainer(body, name);
}

/** Resident memory of each process of the daemon, in MB. */
type Residents = Record<'pouchd' | 'log keeper' | 'containerd', number>;

function residents({ daemon }: Pouch): Residents {
  const processes = processesOf(daemon.names);
  const of = (wanted: string) => residentMb(processes.find(({ role }) => role === wanted)?.pid);
  return {
    pouchd: of('pouchd'),
    'log keeper': of('pouch-logkeeper'),
    containerd: of('containerd'),
  };
}

function memory(before: Residents, after: Residents): Series[] {
  const each = (Object.keys(after) as (keyof Residents)[]).flatMap((name) => [
    oneSample(`${name} without containers`, 'MB', before[name]),
    oneSample(name, 'MB', after[name]),
  ]);
  const perContainer = ((after['log keeper'] - before['log keeper']) * 1024) / containers;
  return [...each, oneSample(keeperShare, 'KB', perContainer)];
}

function oneSample(name: string, unit: 'MB' | 'KB', value: number): Series {
  return { name, unit, samples: [value] };
}
