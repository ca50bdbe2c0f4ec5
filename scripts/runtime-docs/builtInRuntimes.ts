import { readdirSync } from 'node:fs';
import { Value } from '@sinclair/typebox/value';
import type { Plugin, PluginContext } from '../../hooks/definePlugin.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';

/** The runtimes that Pouch's own plugins provide; nothing is looked for on this host. */
export async function builtInRuntimes(): Promise<RuntimeProvider[]> {
  const found: RuntimeProvider[] = [];
  for (const plugin of await runtimePlugins()) await setUp(plugin, (provider) => found.push(provider));
  return found;
}

/** runc's first: others are compared with it. */
async function runtimePlugins(): Promise<Plugin[]> {
  const folder = new URL('../../plugins/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.startsWith('runtime-'));
  const order = names.toSorted((a, b) => Number(b === 'runtime-runc') - Number(a === 'runtime-runc'));
  const modules = order.map(
    (name) => import(new URL(`${name}/index.ts`, folder).href) as Promise<{ default: Plugin }>,
  );
  return (await Promise.all(modules)).map((module) => module.default);
}

async function setUp(plugin: Plugin, runtime: (provider: RuntimeProvider) => void): Promise<void> {
  const context = {
    options: plugin.options ? Value.Default(plugin.options, {}) : {},
    host: { state: '/run/pouch', addedRuntimes: {}, cgroupDriver: 'cgroupfs', cgroupVersion: '1' },
    runtime,
    hooks: anyTap(),
    effect: () => {},
    onDispose: () => {},
  };
  await plugin.setup(context as unknown as PluginContext);
}

/** Every hook point of every family, on which a tap does nothing. */
function anyTap(): unknown {
  const point = { tap: () => {} };
  const family = new Proxy({}, { get: () => point });
  return new Proxy({}, { get: () => family });
}
