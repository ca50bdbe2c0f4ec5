import { hostname } from 'node:os';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { PouchError } from '../../../hooks/errors.ts';
import type {
  ContainerRequest,
  EndpointRequest,
  NetworkRequest,
  PortRequest,
} from '../../../hooks/request.ts';
import { freeInterface } from '../endpoints.ts';
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
  network.mode = networkMode(asked.mode, network.mode, context);
  network.request = withEndpoints(asked, network.mode, context);
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
  // It may be an id.
  return context.networkOf(asked).name;
}

/** The request with the names of its networks, and with an interface for each. */
function withEndpoints(
  asked: NetworkRequest,
  mode: string,
  { networkOf }: Pick<RequestContext, 'networkOf'>,
): NetworkRequest {
  if (!asked.endpoints?.length) return asked;
  const first = mode.startsWith(joinPrefix) ? undefined : networkOf(mode);
  if (!first || first.namespace === 'host' || !(first.isAttached || asked.detached)) throw alone(mode);
  const endpoints: EndpointRequest[] = [];
  for (const one of asked.endpoints) {
    const { name, isAttached } = networkOf(one.network);
    if (!isAttached) throw alone(name);
    if (name === mode || endpoints.some(({ network }) => network === name)) throw twice(name);
    const used = [...endpoints, ...asked.endpoints].map((other) => other.interface);
    endpoints.push({ ...one, network: name, interface: one.interface ?? freeInterface(used) });
  }
  return { ...asked, endpoints };
}

function alone(network: string): PouchError {
  return invalidField(
    'network.endpoints',
    `container cannot be connected to multiple networks with one of the networks in ${network} mode`,
    `leave out the other networks, or ${field('network.mode')} ${network}`,
  );
}

function twice(network: string): PouchError {
  return invalidField(
    'network.endpoints',
    `expected each network once, found ${network} twice`,
    'name each network once',
  );
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
