import type { HookRunner } from '../../core/plugins/index.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Plugin } from '../../hooks/definePlugin.ts';
import { makeDraft } from '../../test/unit/core/plugins/support/draft.ts';
import { load, plugin } from '../../test/unit/core/plugins/support/load.ts';
import { interleaved } from '../measure.ts';
import { limitTarget } from '../target.ts';
import type { Case } from './case.ts';

const ignore = (): void => undefined;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Plans per sample: one alone is shorter than the clock's jitter. */
const plansPerSample = 50;

const sizes = [
  { plugins: 10, fields: 1, limitMs: 0.1 },
  { plugins: 50, fields: 20, limitMs: 5 },
];

export const taps: Case = {
  name: 'taps',
  about:
    'what the taps of plugins in pouchd add to a plan, by number of plugins and of fields that each sets',
  async measure({ options: { runs } }) {
    const contenders = await Promise.all(
      sizes.map(async ({ plugins, fields }) => {
        const { runner } = await load(Array.from({ length: plugins }, (_, index) => setter(index, fields)));
        return { name: nameOf(plugins, fields), once: () => planTime(runner) };
      }),
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

/** Sets labels and variables of its own, half of each. */
function setter(index: number, fields: number): Plugin {
  const name = `setter-${index}`;
  return plugin(name, ({ hooks }) =>
    hooks.container.preCreate.tap((draft) => {
      for (let field = 0; field < fields; field++) {
        const map = field % 2 === 0 ? draft.labels : draft.process.env;
        map[`${name}.${field}`] = 'yes';
      }
    }),
  );
}

async function planTime(runner: HookRunner): Promise<number> {
  const draft = makeDraft();
  const started = performance.now();
  for (let plan = 0; plan < plansPerSample; plan++)
    await runner.plan(catalogue.container.preCreate, draft, { log: silent });
  return (performance.now() - started) / plansPerSample;
}
