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

function stateOf({ state, since }: EffectOriginWire): string {
  if (since === undefined) return state;
  return `${state} since ${since} (${humanDuration((Date.now() - Date.parse(since)) / 1000)})`;
}

/** One row for each tap that set or changed a part of it. */
function authorsOf({ key, blame }: EffectOriginWire): string[][] {
  const rows = blame.map(({ field, plugin, hook, action, origin }) => {
    const isWhole = field === `effects.${key}` || field === `effects["${key}"]`;
    const what = isWhole ? (action === 'set' ? 'Planned by:' : 'Changed by:') : `Changed by:`;
    const where = origin === undefined ? '' : ` (${origin})`;
    return [what, `plugin ${plugin} at ${hook}${where}${isWhole ? '' : `: ${field}`}`];
  });
  return rows.filter(
    ([what, by], index) => rows.findIndex((row) => row[0] === what && row[1] === by) === index,
  );
}
