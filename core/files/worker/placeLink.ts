import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import type { FileOperations } from '../protocol.ts';

export function placeLink({ path, to }: FileOperations['placeLink']['args']): null {
  try {
    symlinkSync(to, path);
  } catch (error) {
    if (!isLinkTo(path, to)) throw error;
  }
  return null;
}

export function removeLink({ path, to }: FileOperations['removeLink']['args']): null {
  if (isLinkTo(path, to)) unlinkSync(path);
  return null;
}

function isLinkTo(path: string, to: string): boolean {
  try {
    return readlinkSync(path) === to;
  } catch {
    return false;
  }
}
