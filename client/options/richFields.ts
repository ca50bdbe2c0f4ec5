import type { RichFields } from '../wire.ts';
import { richServices } from './richServices.ts';
import { readTextFile } from './environment.ts';
import { conflictingOptions, invalidOption } from './OptionError.ts';
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
    ...(flags.initscript !== undefined && { InitScript: scriptOf(flags.initscript) }),
    ...(flags.restartAfterPoweroff && { RestartAfterPoweroff: true }),
    ...richServices(flags),
  };
}

/** A path in the container, the text of a script, or @FILE, whose text is sent. */
function scriptOf(value: string): string {
  if (!value.startsWith('@')) return value;
  const text = readTextFile('--initscript', value.slice(1));
  if (text.startsWith('#!')) return text;
  throw invalidOption('--initscript', 'a file that begins with #!', value);
}

function optionOfRich({
  richMode,
  initscript,
  restartAfterPoweroff,
  richService,
}: CreateFlags): string | undefined {
  if (richMode !== undefined) return '--rich-mode';
  if (initscript !== undefined) return '--initscript';
  if (richService.length > 0) return '--rich-service';
  return restartAfterPoweroff ? '--restart-after-poweroff' : undefined;
}
