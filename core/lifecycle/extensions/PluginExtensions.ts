import type { DoctorReport, Extensions, RouteCall, VerbInfo } from '../../../hooks/engine.ts';
import type { VerbContext } from '../../../hooks/contributions/verb.ts';
import { renderMetrics } from '../../metrics/renderMetrics.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { callRoute } from './callRoute.ts';
import { engineMetrics } from './engineMetrics.ts';
import { runChecks } from './runChecks.ts';
import { listVerbs, runVerb } from './verbs.ts';

/** Each call works with the plugins that it began with. */
export class PluginExtensions implements Extensions {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  verbs(): VerbInfo[] {
    return listVerbs(this.#engine.generations.current);
  }

  runVerb(name: string, input: { args: unknown; options: unknown }, context: VerbContext): Promise<number> {
    const { operations, generations } = this.#engine;
    return operations.run(name, undefined, () =>
      generations.use((generation) => runVerb(generation, name, input, context)),
    );
  }

  callRoute(plugin: string, call: RouteCall) {
    const { operations, generations } = this.#engine;
    return operations.run(`${call.method} /plugins/${plugin}`, undefined, () =>
      generations.use((generation) => callRoute(generation, plugin, call)),
    );
  }

  doctor(signal: AbortSignal): Promise<DoctorReport[]> {
    return this.#engine.generations.use((generation) => runChecks(generation, signal));
  }

  metrics(): Promise<string> {
    const { contributions } = this.#engine.generations.current;
    return renderMetrics([
      ...engineMetrics(this.#engine),
      ...contributions.flatMap(({ contributed }) => contributed.metrics),
    ]);
  }
}
