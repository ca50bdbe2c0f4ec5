/** Translates exposed and published ports. */
import type { ContainerCreateRequest, PortBinding } from '../client/wire.ts';
import type { PortRequest } from '../hooks/index.ts';
import { isIP } from 'node:net';
import type { ApiField } from './names/fieldNames.ts';
import { invalid } from './invalid.ts';

const protocols = ['tcp', 'udp', 'sctp'] as const;

/** @throws PCH_OPTION_INVALID */
export function publishedPorts(body: ContainerCreateRequest): PortRequest[] {
  return Object.entries(body.HostConfig?.PortBindings ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).map((binding, index) => ({
      ...parsePort('HostConfig.PortBindings', port),
      ...hostSide(binding, `HostConfig.PortBindings["${port}"][${index}]`),
    })),
  );
}

/** Returns each port once, in the form `80/tcp`: exposed ports, and published ports without a host port. */
export function exposedPorts(body: ContainerCreateRequest): string[] {
  const bound = Object.entries(body.HostConfig?.PortBindings ?? {});
  const withoutHost = bound.filter(([, bindings]) => !bindings?.length).map(([port]) => port);
  const names = [...Object.keys(body.ExposedPorts ?? {}), ...withoutHost].map((port) => {
    const { containerPort, protocol } = parsePort('ExposedPorts', port);
    return `${containerPort}/${protocol}`;
  });
  return [...new Set(names)];
}

/** `80/tcp`, `80` */
function parsePort(
  field: 'HostConfig.PortBindings' | 'ExposedPorts',
  text: string,
): Pick<PortRequest, 'containerPort' | 'protocol'> {
  const [number = '', name = 'tcp', more] = text.split('/');
  const protocol = protocols.find((known) => known === name.toLowerCase());
  const containerPort = portNumber(number);
  if (!protocol || !containerPort || more !== undefined)
    throw invalid(field, 'PORT/PROTOCOL with a port from 1 to 65535 and tcp, udp or sctp', text);
  return { containerPort, protocol };
}

type BindingField = `HostConfig.PortBindings["${string}"][${number}]`;

function hostSide(
  { HostIp: ip, HostPort: port }: PortBinding,
  field: BindingField,
): Pick<PortRequest, 'hostIp' | 'hostPort'> {
  return { hostIp: hostAddress(ip, `${field}.HostIp`), hostPort: hostPort(port, `${field}.HostPort`) };
}

function hostAddress(text: string | null | undefined, field: ApiField): string | undefined {
  if (!text) return undefined;
  const address = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) throw invalid(field, 'an IP address of the host', text);
  return address;
}

function hostPort(text: string | null | undefined, field: ApiField): number | undefined {
  if (!text) return undefined;
  const port = text === '0' ? 0 : portNumber(text);
  if (port === undefined)
    throw invalid(
      field,
      'a host port from 1 to 65535, or 0 for a free one',
      text,
      text.includes('-')
        ? 'a range of host ports is not supported; omit the host port to get a free port'
        : undefined,
    );
  return port;
}

function portNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}
