import { invalidOption } from '../../errors.ts';
import { alignColumns } from '../../output/table.ts';
import { humanDuration } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import type { EffectOriginWire } from '../../../client/index.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<effect>', 'Key of an effect, as `pouch effects ls` lists it')
    .option('--format <format>', 'Format output: table or json', 'table')
    .action(async (ref: string, key: string, { format = 'table' }: { format?: string }) => {
      if (!['table', 'json'].includes(format)) throw invalidOption('--format', 'table or json', format);
      const found = await session.client.pouch.explainEffect(ref, key);
      if (format === 'json') session.print(JSON.stringify(found));
      else for (const line of alignColumns(rowsOf(found))) session.print(line);
    });
}

function rowsOf(effect: EffectOriginWire): string[][] {
  const { key, kind, sentence, plugin = 'a plugin that is not known any more', needs, args } = effect;
  const authors = authorsOf(effect);
  return [
    ['Effect:', `${key} (${kind})`],
    ['Does:', sentence],
    ['State:', stateOf(effect)],
    ['Undone:', effect.stage === 'start' ? 'at each stop' : 'at the removal'],
    ...(authors.length > 0 ? authors : [['Planned by:', plugin]]),
    ...(needs.length > 0 ? [['Needs:', needs.join(', ')]] : []),
    ...Object.entries(args).map(([name, value], index) => [
      index === 0 ? 'Arguments:' : '',
      `${name}: ${JSON.stringify(value)}`,
    ]),
  ];
}

function stateOf({ state, since, status }: EffectOriginWire): string {
  const now = status === undefined ? '' : `; ${status}`;
  if (since === undefined) return `${state}${now}`;
  return `${state} since ${since} (${humanDuration((Date.now() - Date.parse(since)) / 1000)})${now}`;
}

/** One row for each hook of a plugin that has set a part of it; the first one has planned it. */
function authorsOf({ key, blame }: EffectOriginWire): string[][] {
  const groups = new Map<string, string[]>();
  for (const { field, plugin, hook, origin } of blame) {
    const who = `plugin ${plugin} at ${hook}${origin === undefined ? '' : ` (${origin})`}`;
    groups.set(who, [...(groups.get(who) ?? []), withinEffect(field, key)]);
  }
  return [...groups].map(([who, fields], index) =>
    index === 0 ? ['Planned by:', who] : ['Changed by:', `${who}: ${fields.join(', ')}`],
  );
}

/** `effects.KEY.args.target` → `args.target`. */
function withinEffect(field: string, key: string): string {
  const [prefix = ''] = [`effects.${key}.`, `effects["${key}"].`].filter((one) => field.startsWith(one));
  return field.slice(prefix.length);
}
