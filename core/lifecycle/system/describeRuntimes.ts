import type { RuntimeInfo } from '../../../hooks/engine.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import { runtimeFeatures, type RuntimeFeature } from '../../../hooks/runtimeFeatures.ts';
import { capabilitiesOf } from '../../plan/runtime/capabilities.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Every runtime with its features on this host, probed now. */
export function describeRuntimes(engine: EngineContext): Promise<RuntimeInfo[]> {
  const { runtimes } = engine.generations.current;
  const standard = runtimes.get(engine.config.runtime.default);
  return Promise.all(
    [...new Set(runtimes.values())].map((runtime) => describe(engine, runtime, runtime === standard)),
  );
}

async function describe(
  engine: EngineContext,
  runtime: RuntimeProvider,
  isDefault: boolean,
): Promise<RuntimeInfo> {
  const state = await runtime.probe({ again: true });
  const { name, aliases = [], doc = '', isolation = 'namespaces', containerdType } = runtime;
  return {
    name,
    aliases,
    doc,
    isolation,
    type: containerdType,
    isDefault,
    containers: engine.store.list().filter(({ draft }) => draft.runtime === name).length,
    usable: state.usable,
    path: state.path,
    version: state.version,
    ...(state.problem !== undefined && { problem: state.problem }),
    features: features(runtime, state),
    findings: state.findings ?? [],
  };
}

function features(
  runtime: RuntimeProvider,
  state: Awaited<ReturnType<RuntimeProvider['probe']>>,
): RuntimeInfo['features'] {
  const capabilities = capabilitiesOf(runtime, state);
  return (Object.keys(runtimeFeatures) as RuntimeFeature[]).map((feature) => {
    const capability = capabilities[feature];
    const described = { feature, doc: runtimeFeatures[feature], supported: capability === true };
    return capability === true ? described : { ...described, reason: capability };
  });
}
