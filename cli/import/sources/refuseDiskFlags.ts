import { optionError } from '../../../client/options/OptionError.ts';
import type { SourceFlags } from './rootfsSource.ts';

/** Refuses options of disk images for another source. @throws PCH_OPTION_INVALID */
export function refuseDiskFlags({ partition, subvolume }: SourceFlags, found: string): void {
  for (const [flag, value] of Object.entries({ '--partition': partition, '--subvolume': subvolume }))
    if (value !== undefined)
      throw optionError(flag, `expected a disk image as SOURCE, found ${found}`, 'leave it out');
}
