/** Loading plugins and calling their taps. */
export type { Generation } from './generation.ts';
export type { Lease } from './generationHolder.ts';
export { GenerationHolder } from './generationHolder.ts';
export type { LoadPluginsOptions } from './loadPlugins.ts';
export { loadPlugins } from './loadPlugins.ts';
export type { HookRunner, MissingPlugin, PlanOutcome } from './runHook.ts';
export type { TapTrace } from './run/settleTap.ts';
export { isWithin } from './draft/fieldPath.ts';
