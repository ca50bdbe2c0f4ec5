import { hostname } from 'node:os';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { ContainerRequest, NetworkRequest, PortRequest } from '../../../hooks/request.ts';
import { joinPrefix } from '../../contract/namespaces.ts';
import { shareNames } from '../sharedNetwork.ts';
import type { RequestContext } from './context.ts';

export function applyNetwork(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): void {
  const asked = request.network ?? { mode: '' };
  const { network } = draft;
  network.request = asked;
  network.mode = networkMode(asked.mode, network.mode, context);
  network.dns = [...(asked.dns ?? [])];
  network.dnsSearch = [...(asked.dnsSearch ?? [])];
  network.dnsOptions = [...(asked.dnsOptions ?? [])];
  Object.assign(draft.extraHosts, asked.extraHosts);
  for (const port of portsOf(draft, asked)) network.ports[portKey(port)] = port;
  applyNamespace(draft, context);
}

function networkMode(asked: string, standard: string, context: RequestContext): string {
  if (asked === '' || asked === 'default') return standard;
  if (asked.startsWith(joinPrefix)) return joinPrefix + context.containerId(asked.slice(joinPrefix.length));
  return asked;
}

function applyNamespace(
  draft: ContainerDraft,
  { networkOf, networkNames }: Pick<RequestContext, 'networkOf' | 'networkNames'>,
): void {
  const { mode, ports } = draft.network;
  const joined = mode.startsWith(joinPrefix);
  const facts = joined ? undefined : networkOf(mode);
  if (!facts?.ports && Object.keys(ports).length > 0)
    throw invalidField(
      'network.ports',
      `ports cannot be published with ${field('network.mode')} ${mode}`,
      `use ${field('network.mode')} bridge, or leave out ${field('network.ports')}`,
    );
  if (joined) shareNames(draft, networkNames(mode.slice(joinPrefix.length)));
  if (facts?.namespace !== 'host') return;
  delete draft.namespaces.network;
  draft.hostname = hostname();
}

/** Published ports, and with `publishAll` the image's exposed ones. */
function portsOf(draft: ContainerDraft, asked: NetworkRequest): PortRequest[] {
  const published = asked.ports ?? [];
  if (!asked.publishAll) return published;
  const exposed = [...Object.keys(draft.image.config.config?.ExposedPorts ?? {}), ...(asked.exposed ?? [])];
  const free = exposed.map(parseExposed).filter((port) => !published.some((other) => samePort(port, other)));
  return [...published, ...free];
}

function parseExposed(text: string): PortRequest {
  const [port = '', protocol = 'tcp'] = text.split('/');
  return { containerPort: Number(port), protocol: protocol as PortRequest['protocol'] };
}

function samePort(a: PortRequest, b: PortRequest): boolean {
  return a.containerPort === b.containerPort && a.protocol === b.protocol;
}

/** The identity of a published port in the draft. */
export function portKey(port: PortRequest): string {
  return `${port.containerPort}/${port.protocol}@${port.hostIp ?? ''}:${port.hostPort ?? 0}`;
}
