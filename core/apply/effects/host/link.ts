import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import type { NetworkAttachment } from '../../../../hooks/engine/record.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import { hasInterface } from '../../../../hooks/hostInterfaces.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import { requireSuccess, runTool } from './runTool.ts';

type Args = HostEffectArgs<'host.link'>;

/** Magic number of nsfs, linux/magic.h. */
const nsfs = 0x6e736673;

const hint = '`ip -d link` shows the interfaces of the host';

/**
 * An interface in the network namespace of the container, which ends with it: it needs no record, and does not survive
 * a reboot.
 * @param netnsOf returns the file of a container's network namespace
 */
export function linkKind(netnsOf: (container: string) => string): EffectKind<Args, NetworkAttachment> {
  return {
    kind: 'host.link',
    volatile: true,
    describe,
    async check({ parent }) {
      requireInterface(parent);
    },
    async apply(args, { container, key, signal }) {
      requireInterface(args.parent);
      const netns = netnsOf(container);
      const what = describe(args);
      requireSuccess(
        await runTool('ip', creation(args, netns, hostEnd(container, key)), { signal }),
        what,
        hint,
      );
      if (args.type === 'veth') {
        const joined = ['link', 'set', 'dev', hostEnd(container, key), 'master', args.parent, 'up'];
        requireSuccess(await runTool('ip', joined, { signal }), what, hint);
      }
      for (const words of settings(args)) requireSuccess(await within(netns, words, signal), what, hint);
      return attachment(args, await macOf(args, netns, signal));
    },
    async undo(args, _result, { container, key, signal }) {
      const netns = netnsOf(container);
      // With its namespace it is gone.
      if (await isNamespace(netns)) {
        const show = ['link', 'show', 'dev', args.interface ?? standard];
        const { exitCode } = await within(netns, show, signal);
        const removal = ['link', 'del', 'dev', args.interface ?? standard];
        if (exitCode === 0)
          requireSuccess(await within(netns, removal, signal), `remove ${args.interface ?? standard}`, hint);
      }
      if (args.type === 'veth') await removeHostEnd(hostEnd(container, key), signal);
    },
  };
}

const standard = 'eth0';

function describe({ type, parent, interface: name = standard, address }: Args): string {
  const of = type === 'veth' ? `to the bridge ${parent}` : `by ${type} to ${parent}`;
  return `attach ${name} ${of}${address === undefined ? '' : ` as ${address}`}`;
}

/** The kernel's default of macvlan, vepa, needs a switch that sends frames back. */
const standardModes = { macvlan: 'bridge', ipvlan: 'l2' } as const;

/** It is made where it belongs: its name may exist on the host. */
function creation(args: Args, netns: string, host: string): string[] {
  const { type, parent, mac, interface: name = standard } = args;
  const mtu = args.mtu === undefined ? [] : ['mtu', String(args.mtu)];
  const inside = ['name', name, 'netns', netns, ...(mac === undefined ? [] : ['address', mac]), ...mtu];
  if (type === 'veth') return ['link', 'add', 'name', host, ...mtu, 'type', 'veth', 'peer', ...inside];
  return ['link', 'add', 'link', parent, ...inside, 'type', type, 'mode', args.mode ?? standardModes[type]];
}

function settings({ address, gateway, interface: name = standard }: Args): string[][] {
  return [
    ...(address === undefined
      ? []
      : [['addr', 'add', address, 'dev', name, ...(address.includes(':') ? ['nodad'] : [])]]),
    ['link', 'set', 'dev', name, 'up'],
    ...(gateway === undefined ? [] : [['route', 'replace', 'default', 'via', gateway, 'dev', name]]),
  ];
}

async function within(netns: string, words: readonly string[], signal: AbortSignal) {
  return await runTool('nsenter', [`--net=${netns}`, 'ip', ...words], { signal });
}

async function macOf(
  { interface: name = standard }: Args,
  netns: string,
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await within(netns, ['-o', 'link', 'show', 'dev', name], signal);
  return / link\/ether ([0-9a-f:]{17})/.exec(stdout)?.[1] ?? '';
}

function attachment(
  { network, address = '', gateway, interface: name = standard }: Args,
  mac: string,
): NetworkAttachment {
  const [ip = '', prefix = ''] = address.split('/');
  return {
    network,
    interface: name,
    ...(mac !== '' && { mac }),
    ...(ip !== '' && { ip, prefixLength: Number(prefix) }),
    ...(gateway !== undefined && { gateway }),
    ports: [],
  };
}

/** IFNAMSIZ is 16, with the NUL at the end. */
function hostEnd(container: string, key: string): string {
  return `pv${createHash('sha256').update(`${container} ${key}`).digest('hex').slice(0, 12)}`;
}

async function removeHostEnd(name: string, signal: AbortSignal): Promise<void> {
  if (!hasInterface(name)) return;
  const outcome = await runTool('ip', ['link', 'del', 'dev', name], { signal });
  // Its other end may have taken it along meanwhile.
  if (hasInterface(name)) requireSuccess(outcome, `remove ${name}`, hint);
}

function requireInterface(name: string): void {
  if (hasInterface(name)) return;
  throw new PouchError('PCH_EFFECT_FAILED', `the host has no interface ${name}`, { hint });
}

/** False if the file does not exist, or nothing is mounted on it (after a reboot). */
async function isNamespace(path: string): Promise<boolean> {
  const found = await statfs(path).catch(() => undefined);
  return found?.type === nsfs;
}
