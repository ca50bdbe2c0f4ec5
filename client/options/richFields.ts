import type { RichFields } from '../wire.ts';
import { richServices } from './richServices.ts';
import { readTextFile } from './environment.ts';
import { conflictingOptions, invalidOption } from './OptionError.ts';
import { parseInteger } from './number.ts';
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
    ...(flags.initscriptArg.length > 0 && { InitArgs: flags.initscriptArg }),
    ...(flags.initcmd.length > 0 && { InitCommands: flags.initcmd }),
    ...(flags.initTimeout !== undefined && {
      InitTimeout: parseInteger('--init-timeout', flags.initTimeout, { minimum: 0 }),
    }),
    ...(flags.restartAfterPoweroff && { RestartAfterPoweroff: true }),
    ...(flags.nested && { Nested: true }),
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

function optionOfRich(flags: CreateFlags): string | undefined {
  const given: Record<string, boolean> = {
    '--rich-mode': flags.richMode !== undefined,
    '--initscript': flags.initscript !== undefined,
    '--initscript-arg': flags.initscriptArg.length > 0,
    '--initcmd': flags.initcmd.length > 0,
    '--init-timeout': flags.initTimeout !== undefined,
    '--rich-service': flags.richService.length > 0,
    '--restart-after-poweroff': flags.restartAfterPoweroff === true,
    '--nested': flags.nested === true,
  };
  return Object.keys(given).find((option) => given[option]);
}
