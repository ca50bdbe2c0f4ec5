import { readdirSync } from 'node:fs';
import { Value } from '@sinclair/typebox/value';
import type { Plugin, PluginContext } from '../../hooks/definePlugin.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';

/** Returns the runtimes of the built-in plugins, without a probe of this host. */
export async function builtInRuntimes(): Promise<RuntimeProvider[]> {
  const found: RuntimeProvider[] = [];
  for (const plugin of await runtimePlugins()) await setUp(plugin, (provider) => found.push(provider));
  return found;
}

/** runc first, as others are compared to it. */
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

/** Hook points that ignore taps. */
function anyTap(): unknown {
  const point = { tap: () => {} };
  const family = new Proxy({}, { get: () => point });
  return new Proxy({}, { get: () => family });
}
