import type { RichFields } from '../wire.ts';
import { conflictingOptions } from './OptionError.ts';
import type { CreateFlags } from './runFlags.ts';

/**
 * Returns the fields of a rich container.
 * @throws PCH_OPTION_INVALID for a mode or script without --rich; a profile may have that
 */
export function richFields(flags: CreateFlags): RichFields {
  const needsRich = flags.richMode !== undefined ? '--rich-mode' : '--initscript';
  const isByItself = flags.profile.length === 0;
  if (isByItself && !flags.rich && (flags.richMode !== undefined || flags.initscript !== undefined)) {
    throw conflictingOptions(`${needsRich} is only for rich containers`, `add --rich, or omit ${needsRich}`);
  }
  return {
    ...(flags.rich !== undefined && { Rich: flags.rich }),
    ...(flags.richMode !== undefined && { RichMode: flags.richMode }),
    ...(flags.initscript !== undefined && { InitScript: flags.initscript }),
  };
}
