import type { PageCall } from '../../../hooks/contributions/page.ts';
import type {
  DoctorReport,
  Extensions,
  PageInfo,
  RenderedPage,
  RouteCall,
  VerbInfo,
} from '../../../hooks/engine.ts';
import type { VerbContext } from '../../../hooks/contributions/verb.ts';
import { renderMetrics } from '../../metrics/renderMetrics.ts';
import { checkNetworks } from '../../networks/checkNetworks.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { callRoute } from './callRoute.ts';
import { engineMetrics } from './engineMetrics.ts';
import { listPages, renderPage } from './pages.ts';
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

  pages(): PageInfo[] {
    return listPages(this.#engine.generations.current);
  }

  async renderPage(plugin: string, name: string, call: PageCall): Promise<RenderedPage> {
    const { generations, secrets, log } = this.#engine;
    return secrets.data(
      await generations.use((generation) => renderPage({ generation, log }, plugin, name, call)),
    );
  }

  doctor(signal: AbortSignal): Promise<DoctorReport[]> {
    const { generations, sidecars, config } = this.#engine;
    return generations.use(async (generation) => [
      ...(await runChecks(generation, signal)),
      ...sidecars.reports(),
      ...(await checkNetworks(generation, config.network.networks)),
    ]);
  }

  metrics(): Promise<string> {
    const { contributions } = this.#engine.generations.current;
    return renderMetrics([
      ...engineMetrics(this.#engine),
      ...contributions.flatMap(({ contributed }) => contributed.metrics),
    ]);
  }
}
