import type { RichFields } from '../../client/index.ts';
import { conflictingOptions } from '../errors.ts';
import type { CreateFlags } from './runFlags.ts';

/** @throws PCH_OPTION_INVALID if a mode or script is given for a container that is not rich */
export function richFields(flags: CreateFlags): RichFields {
  const needsRich = flags.richMode !== undefined ? '--rich-mode' : '--initscript';
  if (!flags.rich && (flags.richMode !== undefined || flags.initscript !== undefined)) {
    throw conflictingOptions(`${needsRich} is only for rich containers`, 'add --rich, or leave it out');
  }
  if (!flags.rich) return {};
  return {
    Rich: true,
    ...(flags.richMode !== undefined && { RichMode: flags.richMode }),
    ...(flags.initscript !== undefined && { InitScript: flags.initscript }),
  };
}
