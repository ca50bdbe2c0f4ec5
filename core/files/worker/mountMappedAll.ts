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
        new Error(`${source} cannot be mounted with a container’s ids: ${(error as Error).message}`),
        {
          code: 'PCH_USERNS_UNMAPPABLE',
        },
      );
    }
  }
  return null;
}
