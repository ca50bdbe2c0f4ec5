import { renameSync } from 'node:fs';
import { ignoreMissing } from '../../host/ignoreMissing.ts';
import type { FileOperations } from '../protocol.ts';

export function rename({ from, to }: FileOperations['rename']['args']): null {
  try {
    renameSync(from, to);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
  }
  return null;
}
