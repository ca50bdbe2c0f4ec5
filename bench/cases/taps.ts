import { join } from 'node:path';
import { build } from 'esbuild';
import { interleaved } from '../measure.ts';
import { limitTarget } from '../target.ts';
import type * as Planner from '../taps/planner.ts';
import type { Case } from './case.ts';

const project = join(import.meta.dirname, '../..');

const sizes = [
  { plugins: 10, fields: 1, limitMs: 0.1 },
  { plugins: 50, fields: 20, limitMs: 5 },
];

export const taps: Case = {
  name: 'taps',
  about:
    'what the taps of plugins in pouchd add to a plan, by number of plugins and of fields that each sets',
  async measure({ options: { runs } }) {
    const { planner } = await compiledPlanner();
    const contenders = await Promise.all(
      sizes.map(async ({ plugins, fields }) => ({
        name: nameOf(plugins, fields),
        once: await planner(plugins, fields),
      })),
    );
    const series = await interleaved(contenders, runs);
    const targets = sizes.map(({ plugins, fields, limitMs }) =>
      limitTarget(series, nameOf(plugins, fields), limitMs),
    );
    return { series, targets };
  },
};

function nameOf(plugins: number, fields: number): string {
  return `${plugins} × ${fields}`;
}

/** As pouchd is built: what tsx adds to each function to keep its name takes a fifth of the time of ten taps. */
async function compiledPlanner(): Promise<typeof Planner> {
  const outfile = join(project, 'node_modules/.cache/bench/planner.mjs');
  const entryPoints = [join(project, 'bench/taps/planner.ts')];
  const options = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
  } as const;
  await build({ ...options, entryPoints, outfile });
  return (await import(outfile)) as typeof Planner;
}
