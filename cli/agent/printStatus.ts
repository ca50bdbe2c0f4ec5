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
  const { Declared, Ok, Objects, Generation, Busy, Paused, Pinned, Applied, Lost, FileProblem } = status;
  output.print(
    `${Ok} of ${Declared} declared objects are as declared; generation ${Generation}${Busy ? '; busy' : ''}`,
  );
  if (Paused) {
    const due = Objects.filter(({ State }) => State === 'pending').length;
    output.print(
      `paused by ${Paused.By} since ${Paused.Since}, ${due} pending: \`pouch apply --resume\` does them`,
    );
  }
  if (Lost) output.print(lostLine(Lost));
  if (Pinned && Lost) output.print(`pinned to generation ${Pinned.Generation} since ${Pinned.Since}`);
  else if (Pinned)
    output.print(
      `pinned to generation ${Pinned.Generation} since ${Pinned.Since}; ${Applied?.File ?? 'the files'} ${Applied ? 'is' : 'are'} not in force: \`pouch apply\` applies ${Applied ? 'it' : 'them'}`,
    );
  if (Applied && !Pinned)
    output.print(
      `${Applied.File} is in force since ${Applied.Since}, applied by ${Applied.By}; the declarations of the host's files are not: \`pouch apply --host-files\` returns to them`,
    );
  if (FileProblem) output.print(`the files are not in force: ${FileProblem}`);
}

function lostLine({ File, Found, Damaged, Generation }: NonNullable<AgentStatus['Lost']>): string {
  const state =
    Generation === undefined
      ? 'the last generation cannot be read either, and nothing is changed'
      : `generation ${Generation} is in force, and nothing is removed`;
  const ways = "`pouch apply -f` of the file, or `pouch apply --host-files` for the host's own declarations";
  const reread = Damaged ? '' : '; once it can be read, a reload puts it in force again';
  return `${File}: expected the file that was applied, found ${Found}; ${state} until ${ways}${reread}`;
}
