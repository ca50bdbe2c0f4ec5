import type { Stats } from 'node:fs';
import type { FileKind } from '../../hooks/files.ts';

export function kindOf(found: Stats): FileKind {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  if (found.isBlockDevice()) return 'block';
  if (found.isCharacterDevice()) return 'character';
  if (found.isFIFO()) return 'fifo';
  return found.isSocket() ? 'socket' : 'other';
}
