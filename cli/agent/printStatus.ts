/** The state of a host and of its declared objects, as `pouch status` prints it. */
import type { AgentObjectStatus, AgentStatus } from '../../client/index.ts';
import { type ListingFlags, printListing } from '../output/listing.ts';
import type { Printer } from '../Session.ts';

export interface StatusFlags extends ListingFlags {
  /** Objects that are as declared, too. */
  readonly all?: boolean;
}

const columns: [string, string][] = [
  ['KIND', 'Kind'],
  ['NAME', 'Name'],
  ['STATE', 'State'],
  ['WHY', 'Why'],
  ['DECLARED', 'Origin'],
];

export function printStatus(output: Printer, status: AgentStatus, flags: StatusFlags): void {
  const rows = shownObjects(status, flags).map(({ Kind, Name, State, Why = '', Origin = '' }) => ({
    Kind,
    Name,
    State,
    Why,
    Origin,
  }));
  if (!flags.quiet && flags.format === undefined) printHead(output, status);
  if (rows.length > 0 || flags.format !== undefined)
    printListing(output, { columns, rows, key: 'Name' }, flags);
}

export function shownObjects({ Objects }: AgentStatus, { all = false }: StatusFlags): AgentObjectStatus[] {
  return Objects.filter(({ State }) => all || State !== 'ok');
}

function printHead(output: Printer, status: AgentStatus): void {
  const { Declared, Ok, Objects, Generation, Busy, Paused, Pinned, Applied, FileProblem } = status;
  output.print(
    `${Ok} of ${Declared} declared objects are as declared; generation ${Generation}${Busy ? '; busy' : ''}`,
  );
  if (Paused) {
    const due = Objects.filter(({ State }) => State === 'pending').length;
    output.print(
      `paused by ${Paused.By} since ${Paused.Since}, ${due} pending: \`pouch apply --resume\` does them`,
    );
  }
  if (Pinned)
    output.print(
      `pinned to generation ${Pinned.Generation} since ${Pinned.Since}; ${Applied?.File ?? 'the files'} ${Applied ? 'is' : 'are'} not in force: \`pouch apply\` applies ${Applied ? 'it' : 'them'}`,
    );
  if (Applied && !Pinned)
    output.print(
      `${Applied.File} is in force since ${Applied.Since}, applied by ${Applied.By}; the declarations of the host's files are not: \`pouch apply --host-files\` returns to them`,
    );
  if (FileProblem) output.print(`the files are not in force: ${FileProblem}`);
}
