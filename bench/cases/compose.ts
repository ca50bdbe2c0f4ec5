import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose1, compose2 } from '../../test/support/compose.ts';
import { interleaved, timed } from '../measure.ts';
import type { Platform } from '../peers/peer.ts';
import { ratioTarget } from '../target.ts';
import type { Bench, Case, Findings } from './case.ts';
import { platforms } from './platforms.ts';

const services = 5;
const mostTimes = 0.6;

type Direction = 'up' | 'down';

export const composeUp: Case = {
  name: 'compose-up',
  about: `up of a project of ${services} services on its default network, by compose`,
  prepare: compose2,
  measure: (bench) => measure(bench, 'up'),
};

export const composeDown: Case = {
  name: 'compose-down',
  about: `down of a project of ${services} services on its default network, by compose`,
  prepare: compose2,
  measure: (bench) => measure(bench, 'down'),
};

async function measure(bench: Bench, direction: Direction): Promise<Findings> {
  const two = await compose2();
  const compose = two.missing === undefined ? two : await compose1();
  if (compose.missing !== undefined)
    return {
      series: [],
      targets: [ratioTarget([], 'pouch', ['docker'], mostTimes)],
      notes: [two.missing ?? '', compose.missing],
    };
  const { present, notes } = await platforms(bench);
  notes.push(`docker-compose ${compose.version}`);
  const directory = join(bench.dir, `compose-${direction}`);
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'compose.yaml');
  await writeFile(path, project());
  const contenders = present
    .filter(({ api }) => api !== undefined)
    .map(({ name, api = '' }: Platform) => {
      const run = (...args: string[]) => {
        const [file = '', ...own] = [...compose.command, '-p', 'bench', '-f', path, ...args];
        return timed({ file, args: own, env: { ...compose.env, DOCKER_HOST: api } });
      };
      return {
        name,
        once: async () => {
          const up = await run('up', '-d');
          const down = await run('down');
          return { up, down }[direction];
        },
      };
    });
  const series = await interleaved(contenders, bench.options.runs);
  return { series, targets: [ratioTarget(series, 'pouch', ['docker'], mostTimes)], notes };
}

/** Each service ends on SIGTERM at once. */
function project(): string {
  const command = JSON.stringify(['sh', '-c', 'trap "exit 0" TERM; sleep 86400 & wait']);
  const lines = Array.from(
    { length: services },
    (_, n) => `  s${n}: { image: busybox, command: ${command} }`,
  );
  return ['version: "3.9"', 'services:', ...lines, ''].join('\n');
}
