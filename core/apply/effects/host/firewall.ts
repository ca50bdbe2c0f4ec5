import { createHash } from 'node:crypto';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind, HostStep } from './hostKind.ts';
import { requireSuccess, runTool, type ToolOutcome } from './runTool.ts';

type Args = HostEffectArgs<'host.firewall'>;

/** Times: more than a crash can have added. */
const mostCopies = 4;

export function firewallKind(): HostKind<Args> {
  return {
    kind: 'host.firewall',
    describe: (args) => `add the rule ${ruleOf(args).join(' ')} to ${args.chain} of ${args.table}`,
    resource: (_args, { container, key }) => `firewall ${container} ${key}`,

    async survey(args, signal) {
      const { exitCode, problem } = await iptables(args, ['-n', '-L', args.chain], signal);
      if (exitCode === 0) return undefined;
      throw new PouchError(
        'PCH_EFFECT_CONFLICT',
        `cannot add a rule to ${args.chain} of ${args.table}: ${problem}`,
        { hint: '`iptables-save` shows the chains of the host' },
      );
    },

    async apply(args, _note, step) {
      if (await hasRule(args, step)) return;
      const how = args.position === 'last' ? '-A' : '-I';
      const outcome = await iptables(args, [how, args.chain, ...marked(args, step)], step.signal);
      requireSuccess(outcome, `add the rule ${ruleOf(args).join(' ')}`, 'check the arguments of the effect');
    },

    async undo(args, _note, step) {
      for (let left = mostCopies; left > 0 && (await hasRule(args, step)); left -= 1) {
        const outcome = await iptables(args, ['-D', args.chain, ...marked(args, step)], step.signal);
        requireSuccess(
          outcome,
          `remove a rule from ${args.chain}`,
          '`iptables-save` shows the rules of the host',
        );
      }
    },
  };
}

function ruleOf(args: Args): string[] {
  const { protocol, sourcePorts, destinationPorts, states, jump, to } = args;
  const one = (option: string, value: string | undefined) => (value === undefined ? [] : [option, value]);
  return [
    ...one('-p', protocol),
    ...one('-s', args.source),
    ...one('-d', args.destination),
    ...one('-i', args.in),
    ...one('-o', args.out),
    ...one('--sport', sourcePorts),
    ...one('--dport', destinationPorts),
    ...(states ? ['-m', 'conntrack', '--ctstate', states.join(',')] : []),
    ...['-j', jump],
    ...one(jump === 'SNAT' ? '--to-source' : '--to-destination', to),
  ];
}

/** With the owner's comment: 256 characters at most, and keys are any text. */
function marked(args: Args, { container, key }: HostStep): string[] {
  const id = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return ['-m', 'comment', '--comment', `pouch ${container} ${id}`, ...ruleOf(args)];
}

/** iptables(8): exit code 1 is a rule that does not exist, or whose chain does not. */
async function hasRule(args: Args, step: HostStep): Promise<boolean> {
  return (await iptables(args, ['-C', args.chain, ...marked(args, step)], step.signal)).exitCode === 0;
}

async function iptables(
  { family = 'ipv4', table }: Args,
  words: string[],
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const program = family === 'ipv6' ? 'ip6tables' : 'iptables';
  return await runTool(program, ['-w', '5', '-t', table, ...words], { signal });
}
