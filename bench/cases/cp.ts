import { join } from 'node:path';
import { interleaved, timed } from '../measure.ts';
import { ratioTarget } from '../target.ts';
import type { Bench, Case, Findings } from './case.ts';
import { platforms } from './platforms.ts';

const container = 'for-cp';
/** 0.9 of docker's rate. */
const mostTimes = 1.11;

export const cpIn: Case = {
  name: 'cp-in',
  about: 'cp of a file of 1 GiB from the host into a running container',
  measure: (bench) => measure(bench, (file) => ['cp', file, `${container}:/large`]),
};

export const cpOut: Case = {
  name: 'cp-out',
  about: 'cp of a file of 1 GiB from a running container to the host',
  measure: (bench) => measure(bench, (file) => ['cp', `${container}:/large`, `${file}.copy`]),
};

async function measure(bench: Bench, argsOf: (file: string) => readonly string[]): Promise<Findings> {
  const { present, notes } = await platforms(bench);
  const file = join(bench.dir, 'large');
  await timed({ file: 'dd', args: ['if=/dev/urandom', `of=${file}`, 'bs=1M', 'count=1024', 'status=none'] });
  for (const platform of present) {
    await timed(platform.start(container, 'sleep', '86400'));
    await timed(platform.command('cp', file, `${container}:/large`));
  }
  const contenders = present.map((platform) => ({
    name: platform.name,
    once: async () => await timed(platform.command(...argsOf(file))),
  }));
  const series = await interleaved(contenders, bench.options.runs);
  for (const platform of present) await timed(platform.command('rm', '-f', container));
  return { series, targets: [ratioTarget(series, 'pouch', ['docker'], mostTimes)], notes };
}
