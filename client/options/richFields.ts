import type { RichFields } from '../wire.ts';
import { conflictingOptions } from './OptionError.ts';
import type { CreateFlags } from './runFlags.ts';

/**
 * Returns the fields of a rich container.
 * @throws PCH_OPTION_INVALID for a mode, script or restart without --rich; a profile may have that
 */
export function richFields(flags: CreateFlags): RichFields {
  const needsRich = optionOfRich(flags);
  const isByItself = flags.profile.length === 0;
  if (isByItself && !flags.rich && needsRich !== undefined) {
    throw conflictingOptions(`${needsRich} is only for rich containers`, `add --rich, or omit ${needsRich}`);
  }
  return {
    ...(flags.rich !== undefined && { Rich: flags.rich }),
    ...(flags.richMode !== undefined && { RichMode: flags.richMode }),
    ...(flags.initscript !== undefined && { InitScript: flags.initscript }),
    ...(flags.restartAfterPoweroff && { RestartAfterPoweroff: true }),
  };
}

function optionOfRich({ richMode, initscript, restartAfterPoweroff }: CreateFlags): string | undefined {
  if (richMode !== undefined) return '--rich-mode';
  if (initscript !== undefined) return '--initscript';
  return restartAfterPoweroff ? '--restart-after-poweroff' : undefined;
}
