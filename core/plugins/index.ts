/** Loading plugins and calling their taps. */
export { checkPlugin, checkPlugins, pluginAt, type PluginProblem } from './checkPlugins.ts';
export { attribute } from './attribute.ts';
export type { Generation, OwnedProfile, OwnedSurface } from './generation.ts';
export { checkInput } from './load/checkInput.ts';
export type { Lease } from './GenerationHolder.ts';
export { GenerationHolder } from './GenerationHolder.ts';
export { changesBetween } from './manage/changes.ts';
export { PluginLogs } from './manage/PluginLogs.ts';
export { PluginManager } from './manage/PluginManager.ts';
export { KeptPlugins } from './kept/KeptPlugins.ts';
export type { LoadPluginsOptions } from './loadPlugins.ts';
export { loadPlugins } from './loadPlugins.ts';
export type { HookRunner, MissingPlugin, PlanOutcome } from './runHook.ts';
export type { TapTrace } from './run/settleTap.ts';
export { type ListedOperation, Operations, type TracedOperation } from './Operations.ts';
export {
  bindServices,
  containerWith,
  engineOnceReady,
  withErrors,
  withFrozenRecords,
  withMethods,
} from './services.ts';
export { Surfaces } from './Surfaces.ts';
export { FieldOwners } from './draft/FieldOwners.ts';
export { formatPath, isWithin } from './draft/fieldPath.ts';
