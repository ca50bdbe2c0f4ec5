export type { ContainerArchive } from './CopyWorkers.ts';
export { contentDeadlineMs, FileWorkers, type FileOwner } from './FileWorkers.ts';
export { kindOf } from './fileKind.ts';
export type { FileText, LayerFile, LayerLookup } from './protocol.ts';
