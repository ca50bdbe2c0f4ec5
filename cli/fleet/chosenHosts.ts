import { CliError, invalidOption } from '../errors.ts';
import type { FleetFile } from './FleetFile.ts';

export interface FleetHost {
  /** As `-H` and the file name it. */
  readonly name: string;
  /** An address, the name of a context, or a name that ssh knows. */
  readonly address: string;
}

/** Splits `-H web1,web2`. @throws OptionError */
export function splitHosts(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw invalidOption('--host', 'names of hosts with commas between them', text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidOption('--host', 'each host once', twice);
  return names;
}

/**
 * The hosts of a roll-out, in its order.
 * @param named by `-H`; undefined: all those of the file
 * @throws CliError PCH_OPTION_INVALID for one that the file does not have
 */
export function chosenHosts(named: readonly string[] | undefined, fleet: FleetFile | undefined): FleetHost[] {
  const known = fleet?.hosts ?? [];
  const chosen = named ?? known;
  if (!fleet || known.length === 0) return chosen.map((name) => ({ name, address: name }));
  return chosen.map((text) => {
    const name = known.find((one) => one === text || fleet.addressOf(one) === text);
    if (name !== undefined) return { name, address: fleet.addressOf(name) };
    throw new CliError(
      'PCH_OPTION_INVALID',
      `--host: expected hosts of the file, found "${text}"`,
      `the file has ${known.join(', ')}`,
    );
  });
}
