import type { HookRunner } from '../../core/plugins/index.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Plugin } from '../../hooks/definePlugin.ts';
import { makeDraft } from '../../test/unit/core/plugins/support/draft.ts';
import { load, plugin } from '../../test/unit/core/plugins/support/load.ts';

const ignore = (): void => undefined;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Plans per sample: one alone is shorter than the clock's jitter. */
const plansPerSample = 50;
/** After so many V8 has compiled what a pouchd that has run for a while has compiled, too. */
const warmUps = 500;

/** Returns a function that measures the milliseconds of a plan with these plugins, each of which sets some fields. */
export async function planner(plugins: number, fields: number): Promise<() => Promise<number>> {
  const { runner } = await load(Array.from({ length: plugins }, (_, index) => setter(index, fields)));
  await planTime(runner, warmUps);
  return () => planTime(runner, plansPerSample);
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

async function planTime(runner: HookRunner, plans: number): Promise<number> {
  const draft = makeDraft();
  const started = performance.now();
  for (let plan = 0; plan < plans; plan++)
    await runner.plan(catalogue.container.preCreate, draft, { log: silent });
  return (performance.now() - started) / plans;
}
