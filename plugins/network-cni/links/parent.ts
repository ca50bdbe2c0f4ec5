/** The interface of the host that a macvlan or ipvlan network is on. */
import { rm } from 'node:fs/promises';
import { hasInterface, PouchError } from '../../../hooks/index.ts';
import { parentMark } from '../bridge/clash.ts';
import { type HostLink, ip, readHostNetwork } from '../bridge/host.ts';
import { runCommand } from '../command.ts';
import { linkLeases, type LinkNetwork } from './network.ts';

/** Makes the parent if it is one that pouchd makes. Idempotent. @throws PCH_NETWORK_PARENT */
export async function ensureParent(network: LinkNetwork): Promise<void> {
  const { parent, made, owner } = network;
  checkParent(network);
  if (!made) return;
  const found = await linkOf(parent);
  if (found && found.alias !== '' && found.alias !== parentMark(owner))
    throw parentProblem(network, `the interface ${parent} belongs to others: its alias is "${found.alias}"`);
  if (!found) await add(network);
  await ip(['link', 'set', 'dev', parent, 'alias', parentMark(owner)]);
  await ip(['link', 'set', 'dev', parent, 'up']);
}

/** Rejects as {@link ensureParent} would where the parent is missing, and makes nothing. @throws PCH_NETWORK_PARENT */
export function checkParent(network: LinkNetwork): void {
  if (network.made || hasInterface(network.parent)) return;
  throw parentProblem(network, `the host has no interface ${network.parent}`);
}

/** Removes a parent that pouchd has made, and the leases. Idempotent. */
export async function removeLinkNetwork(network: LinkNetwork): Promise<void> {
  const { parent, made, owner } = network;
  const found = made ? await linkOf(parent) : undefined;
  // It has no mark yet if its create was cut off.
  if (found && ['', parentMark(owner)].includes(found.alias)) await ip(['link', 'delete', 'dev', parent]);
  await rm(linkLeases(network), { recursive: true, force: true });
}

async function linkOf(parent: string): Promise<HostLink | undefined> {
  return (await readHostNetwork()).links.find(({ name }) => name === parent);
}

/** A kernel without dummy interfaces has bridges, which without ports lead nowhere, too. */
async function add(network: LinkNetwork): Promise<void> {
  const { parent, made } = network;
  if (made === 'vlan') {
    const [, base = '', number = ''] = /^(.+)\.(\d+)$/.exec(parent) ?? [];
    return await addOne(network, ['link', base, 'name', parent, 'type', 'vlan', 'id', number]);
  }
  const { exitCode } = await runCommand('ip', ['link', 'add', 'name', parent, 'type', 'dummy']);
  if (exitCode !== 0) await addOne(network, ['name', parent, 'type', 'bridge']);
}

async function addOne(network: LinkNetwork, args: string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand('ip', ['link', 'add', ...args]);
  if (exitCode !== 0)
    throw parentProblem(network, `the interface ${network.parent} cannot be made: ${stderr.trim()}`);
}

function parentProblem({ kind, name }: LinkNetwork, problem: string): PouchError {
  return new PouchError('PCH_NETWORK_PARENT', `${kind} network ${name.replace(/^link-/, '')}: ${problem}`, {
    hint: 'create the interface on the host (`ip link` shows them), or the network on another parent',
  });
}
