import type { PluginDetailsWire } from '../../../client/index.ts';
import { printListing } from '../../output/listing.ts';
import { milliseconds } from '../../output/milliseconds.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['PLUGIN', 'Name'],
  ['VERSION', 'Version'],
  ['STATE', 'State'],
  ['ISOLATION', 'Isolation'],
  ['LOAD', 'Load'],
  ['HOOKS', 'Hooks'],
  ['CALLS', 'Calls'],
  ['P50', 'P50'],
  ['P99', 'P99'],
  ['ERRORS', 'Errors'],
  ['BREAKER', 'Breaker'],
  ['SIDECARS', 'Sidecars'],
  ['SOURCE', 'Source'],
  ['PROBLEM', 'Error'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const rows = (await session.client.plugins.list()).map(rowOf);
      printListing(session, { columns, rows, key: 'Name' }, flags);
    });
}

function rowOf(plugin: PluginDetailsWire) {
  const { name, version = '', state, isolation, source, hooks, calls, errors, error, disabledBy } = plugin;
  return {
    Name: name,
    Version: version,
    State: state,
    Isolation: isolation,
    Load: milliseconds(plugin.loadMs),
    Source: source,
    Hooks: hooks.length,
    Calls: calls,
    P50: milliseconds(plugin.p50Ms),
    P99: milliseconds(plugin.p99Ms),
    Errors: errors,
    Breaker: breakerOf(plugin),
    Sidecars: sidecarsOf(plugin),
    Error: error ?? (disabledBy === undefined ? '' : `disabled by ${disabledBy}`),
  };
}

/** Empty without any. */
function sidecarsOf({ sidecars = [] }: PluginDetailsWire): string {
  const running = sidecars.filter(({ phase }) => phase === 'running').length;
  if (sidecars.length === 0) return '';
  return running === sidecars.length ? `${running} running` : `${running} of ${sidecars.length} running`;
}

/** Empty if no tap may be left out. */
function breakerOf({ taps }: PluginDetailsWire): string {
  const states = taps.flatMap(({ breaker }) => breaker ?? []);
  const open = states.filter((state) => state === 'open').length;
  if (states.length === 0) return '';
  return open === 0 ? 'closed' : `${open} of ${states.length} open`;
}
