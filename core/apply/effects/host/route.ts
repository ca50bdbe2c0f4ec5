import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostKind } from './hostKind.ts';
import { requireSuccess, runTool, type ToolOutcome } from './runTool.ts';

type Args = HostEffectArgs<'host.route'>;

/** Marks Pouch's routes; the numbers of /etc/iproute2/rt_protos are others. */
const protocol = '112';

/** ip(8): the kernel refused the request. */
const refused = 2;

export function routeKind(): HostKind<Args> {
  return {
    kind: 'host.route',
    describe,
    resource: ({ to, table, metric }) => `route ${to} ${table ?? ''} ${metric ?? ''}`,

    async survey(args, signal) {
      const { stdout, exitCode } = await ip(['show', 'exact', args.to, ...tableOf(args)], args, signal);
      const sameMetric = (line: string) =>
        (/ metric (\d+)/.exec(line)?.[1] ?? '0') === String(args.metric ?? 0);
      const found =
        exitCode === 0 ? stdout.split('\n').find((line) => line !== '' && sameMetric(line)) : undefined;
      if (found !== undefined) throw conflict(args, found.trim());
      return undefined;
    },

    async apply(args, _note, { signal }) {
      const outcome = await ip(['add', ...routeOf(args)], args, signal);
      // Applied before a crash.
      if (outcome.exitCode === refused && (await isOurs(args, signal))) return;
      requireSuccess(outcome, describe(args), '`ip route` shows the routes of the host');
    },

    async undo(args, _note, { signal }) {
      if (!(await isOurs(args, signal))) return;
      const outcome = await ip(['del', ...routeOf(args)], args, signal);
      if (await isOurs(args, signal))
        requireSuccess(outcome, `remove the route to ${args.to}`, '`ip route` shows the routes of the host');
    },
  };
}

function describe({ to, via, dev }: Args): string {
  return `route ${to}${via === undefined ? '' : ` via ${via}`}${dev === undefined ? '' : ` dev ${dev}`}`;
}

function routeOf(args: Args): string[] {
  const { to, via, dev, metric } = args;
  return [
    to,
    ...(via === undefined ? [] : ['via', via]),
    ...(dev === undefined ? [] : ['dev', dev]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...tableOf(args),
    ...['proto', protocol],
  ];
}

function tableOf({ table }: Args): string[] {
  return table === undefined ? [] : ['table', String(table)];
}

/** An interface that is gone has taken its routes along. */
async function isOurs(args: Args, signal: AbortSignal): Promise<boolean> {
  const query = ['show', 'exact', args.to, ...tableOf(args), 'proto', protocol];
  const { stdout, exitCode } = await ip(query, args, signal);
  return exitCode === 0 && stdout.trim() !== '';
}

async function ip(words: string[], { to, via }: Args, signal: AbortSignal): Promise<ToolOutcome> {
  const family = `${to} ${via ?? ''}`.includes(':') ? '-6' : '-4';
  return await runTool('ip', [family, 'route', ...words], { signal });
}

function conflict(args: Args, found: string): PouchError {
  return new PouchError('PCH_EFFECT_CONFLICT', `cannot ${describe(args)}: the host has the route ${found}`, {
    hint: 'remove it, or have the plugin plan another `metric` or `table`',
  });
}
