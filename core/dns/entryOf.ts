/** What the resolver knows of a container. */
import type { ContainerRecord } from '../../hooks/engine.ts';
import { networkAttachments } from '../../hooks/networkAttachments.ts';
import { etcPaths, type HostFiles } from '../plan/etcFiles.ts';
import type { Forwarder, NamedEndpoint, NameEntry } from './protocol.ts';
import { loopbackServersIn, nameServersIn } from './resolvConf.ts';

/** Characters of an id that are a name, as with Docker. */
const shortId = 12;
const maxName = 253;
const maxLabel = 63;

export interface EntryFacts {
  host: Pick<HostFiles, 'resolvConf'>;
  /** It has a loopback of its own that the host does not reach. */
  isVm: boolean;
  /** Whether containers on a network reach nothing outside it. */
  isInternal: (network: string) => boolean;
}

/** Whether names resolve in a container: on networks that clients have created, and those of pouchd.yaml. */
export function hasNames({ draft }: Pick<ContainerRecord, 'draft'>): boolean {
  return Object.keys(draft.network.ids ?? {}).length > 0;
}

/** Whether the resolver serves a container that is attached: a driver of a plugin may return no address. */
export function isServed(record: Pick<ContainerRecord, 'attachments' | 'draft'>): boolean {
  const ids = record.draft.network.ids ?? {};
  return networkAttachments(record).some(
    ({ network, ip, ip6 }) => Object.hasOwn(ids, network) && (ip ?? ip6) !== undefined,
  );
}

/** Of a container that is attached. Undefined: names do not resolve in it, and it has none in others. */
export function nameEntryOf(record: ContainerRecord, facts: EntryFacts): NameEntry | undefined {
  const { id, draft } = record;
  const ids = draft.network.ids ?? {};
  const attached = networkAttachments(record);
  const endpoints = attached.flatMap(({ network, ip, ip6 }): NamedEndpoint[] => {
    const networkId = ids[network];
    if (networkId === undefined) return [];
    const place = { network: networkId, networkName: network, names: namesIn(record, network) };
    return [ip, ip6].flatMap((one) => (one === undefined ? [] : [{ ...place, ip: one }]));
  });
  if (endpoints.length === 0) return undefined;
  const reachesOut = attached.some(({ network }) => !facts.isInternal(network));
  return {
    container: id,
    ...(!facts.isVm && draft.namespaces.network && { netns: draft.namespaces.network }),
    servers: reachesOut ? serversOf(draft.files[etcPaths.resolvConf]?.content, facts.host) : [],
    endpoints,
    links: linksIn(record),
  };
}

function namesIn({ id, name, draft }: ContainerRecord, network: string): string[] {
  const { mode, request } = draft.network;
  const others = (request.endpoints ?? []).filter((one) => one.network === network);
  const aliases = network === mode ? request.aliases : others[0]?.aliases;
  return [name, id.slice(0, shortId), ...(aliases ?? [])].filter(isDnsName);
}

/** In networks where names resolve; those of all of them are one set. */
function linksIn({ draft: { network } }: ContainerRecord): Record<string, string> {
  const { mode, request, ids = {} } = network;
  const first = Object.hasOwn(ids, mode) ? (request.links ?? []) : [];
  const others = (request.endpoints ?? []).flatMap(({ links = [] }) => links);
  const pairs = [...first, ...others].map((link) => link.split(':'));
  return Object.fromEntries(pairs.map(([name = '', alias = name]) => [alias.toLowerCase(), name]));
}

/** Others cannot be written into a message. */
function isDnsName(name: string): boolean {
  const labels = name.split('.');
  return (
    Buffer.byteLength(name) <= maxName &&
    labels.every((label) => label !== '' && Buffer.byteLength(label) <= maxLabel)
  );
}

/** A resolver that listens on the host's loopback only is asked from there. */
function serversOf(text: string | undefined, host: Pick<HostFiles, 'resolvConf'>): Forwarder[] {
  const planned = nameServersIn(text ?? host.resolvConf).map((address) => ({ address }));
  if (planned.length > 0) return planned;
  return loopbackServersIn(host.resolvConf).map((address) => ({ address, fromHost: true }));
}
