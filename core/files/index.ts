export { contentDeadlineMs, FileWorkers, type FileOwner } from './FileWorkers.ts';
export { kindOf } from './fileKind.ts';
export type { ContainerText, FileFacts, LayerFile, LayerLookup } from './protocol.ts';
