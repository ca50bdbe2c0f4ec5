import type { RichFields } from '../../client/index.ts';
import { conflictingOptions } from '../errors.ts';
import type { CreateFlags } from './runFlags.ts';

/** Returns the fields of a rich container. @throws PCH_OPTION_INVALID for a mode or script without --rich */
export function richFields(flags: CreateFlags): RichFields {
  const needsRich = flags.richMode !== undefined ? '--rich-mode' : '--initscript';
  if (!flags.rich && (flags.richMode !== undefined || flags.initscript !== undefined)) {
    throw conflictingOptions(`${needsRich} is only for rich containers`, `add --rich, or omit ${needsRich}`);
  }
  if (!flags.rich) return {};
  return {
    Rich: true,
    ...(flags.richMode !== undefined && { RichMode: flags.richMode }),
    ...(flags.initscript !== undefined && { InitScript: flags.initscript }),
  };
}
