import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mountMapped } from '../../userns/idmappedMount.ts';
import type { FileOperations } from '../protocol.ts';

export function mountMappedAll({ mounts, userns }: FileOperations['mountMapped']['args']): null {
  for (const { source, target } of mounts) {
    if (statSync(source).isDirectory()) mkdirSync(target);
    else writeFileSync(target, '');
    try {
      mountMapped(source, target, userns);
    } catch (error) {
      throw Object.assign(
        new Error(`cannot mount ${source} with the ids of a container: ${(error as Error).message}`),
        {
          code: 'PCH_USERNS_UNMAPPABLE',
        },
      );
    }
  }
  return null;
}
