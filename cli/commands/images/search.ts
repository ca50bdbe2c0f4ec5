import type { ImageSearchResult } from '../../../client/index.ts';
import { printListing } from '../../output/listing.ts';
import { parseFilters } from '../../parse/filters.ts';
import { storedAuth } from '../../registry/credentials.ts';
import { registryOf } from '../../registry/registryOf.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  filter: string[];
  format?: string;
  limit?: string;
  trunc: boolean;
}

const columns: [string, string][] = [
  ['NAME', 'Name'],
  ['DESCRIPTION', 'Description'],
  ['STARS', 'StarCount'],
  ['OFFICIAL', 'IsOfficial'],
];

/** Characters of a description in the table, as of docker. */
const shownLength = 45;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<term>', 'Word to search for: TERM at Docker Hub, or HOST/TERM')
    .option('-f, --filter <key=value>', 'Filters: is-official, stars', collect, [])
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .option('--limit <n>', 'Max number of search results')
    .option('--no-trunc', "Don't truncate output")
    .action(async (term: string, flags: Flags) => {
      const auth = await storedAuth(registryOf(term), session.terminal.env);
      const found = await session.client.images.search(term, {
        filters: parseFilters(flags.filter),
        ...(flags.limit !== undefined && { limit: Number(flags.limit) }),
        ...(auth && { auth }),
      });
      printListing(session, { columns, rows: found.map((one) => row(one, flags.trunc)), key: 'Name' }, flags);
    });
}

function row({ name, description, star_count, is_official }: ImageSearchResult, isShort: boolean) {
  const line = description.replace(/\s+/g, ' ');
  const isCut = isShort && line.length > shownLength;
  return {
    Name: name,
    Description: isCut ? `${line.slice(0, shownLength - 1)}…` : line,
    StarCount: star_count,
    IsOfficial: is_official ? '[OK]' : '',
  };
}
