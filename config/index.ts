export { DEFAULT_FILE } from './source/file.ts';
export { ConfigError, formatProblem } from './problem.ts';
export type { Problem } from './problem.ts';
export { loadConfig } from './load.ts';
export type { LoadedConfig, LoadOptions } from './load.ts';
export { formatOrigin } from './origin.ts';
export type { Location, Origin } from './origin.ts';
export type * from './types.ts';
