import { currentContext, defaultContext } from '../../context/current.ts';
import { resolveContext } from '../../context/resolve.ts';
import { contextNames } from '../../context/store.ts';
import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['NAME', 'Marked'],
  ['DESCRIPTION', 'Description'],
  ['DOCKER ENDPOINT', 'DockerEndpoint'],
  ['ERROR', 'Error'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only show context names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action((flags: Flags) => list(session, flags));
}

function list(session: Session, flags: Flags): void {
  const { env } = session.terminal;
  const { name: current } = currentContext(session.connection, env);
  const known = contextNames(env);
  const missing = current === defaultContext || known.includes(current) ? [] : [current];
  const rows = [defaultContext, ...known, ...missing].map((name) => row(session, name, current));
  const shown = flags.quiet || (flags.format ?? 'table') === 'table' ? rows : rows.map(withoutMark);
  printListing(session, { columns, rows: shown, key: 'Name' }, flags);
}

function row({ terminal }: Session, name: string, current: string) {
  const common = { Name: name, Marked: name === current ? `${name} *` : name, Current: name === current };
  try {
    const { description, host } = resolveContext(terminal.env, name);
    const Description = name === defaultContext ? 'Current POUCH_HOST based configuration' : description;
    return { ...common, Description, DockerEndpoint: host, Error: '' };
  } catch (error) {
    return { ...common, Description: '', DockerEndpoint: '', Error: (error as Error).message };
  }
}

function withoutMark({ Marked: _, ...others }: ReturnType<typeof row>) {
  return others;
}
