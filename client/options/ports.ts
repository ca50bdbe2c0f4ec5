import type { PortMap } from '../wire.ts';
import { invalidOption } from './OptionError.ts';

const form = '[ADDRESS:][HOSTPORT:]PORT[/tcp|udp|sctp]';
const flag = '-p, --publish';

interface Range {
  first: number;
  last: number;
}

export interface PublishedPorts {
  /** By `PORT/PROTOCOL`. */
  exposed: Record<string, object>;
  bindings: PortMap;
}

/**
 * Parses `-p`: `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:8080:80`, ranges `8000-8009:80-89`, and a range of
 * host ports for one port, of which the daemon takes a free one.
 * @throws PCH_OPTION_INVALID
 */
export function parsePublished(texts: string[]): PublishedPorts {
  const result: PublishedPorts = { exposed: {}, bindings: {} };
  for (const text of texts) {
    for (const { key, hostIp, hostPort } of parseOne(text)) {
      result.exposed[key] = {};
      (result.bindings[key] ??= [])?.push({ HostIp: hostIp, HostPort: hostPort });
    }
  }
  return result;
}

/** Parses `--expose`: `80`, `80/udp`, `8000-8010/tcp`. @throws PCH_OPTION_INVALID */
export function parseExposed(texts: string[]): Record<string, object> {
  const keys = texts.flatMap((text) => {
    const { ports, protocol } = splitProtocol('--expose', text, 'PORT[-PORT][/tcp|udp|sctp]');
    return numbers(parseRange('--expose', ports, text, 1)).map((port) => `${port}/${protocol}`);
  });
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function parseOne(text: string): { key: string; hostIp: string; hostPort: string }[] {
  const { ports, protocol } = splitProtocol(flag, text, form);
  const { hostIp, hostPorts, containerPorts } = splitAddress(ports, text);
  const container = parseRange(flag, containerPorts, text, 1);
  const host = hostPorts === '' ? undefined : parseRange(flag, hostPorts, text, 0);
  const inside = numbers(container);
  if (host && inside.length > 1 && host.last - host.first !== container.last - container.first) {
    throw invalidOption(flag, 'as many host ports as container ports', text);
  }
  return inside.map((port, index) => ({
    key: `${port}/${protocol}`,
    hostIp,
    hostPort: hostPortOf(host, inside.length, index),
  }));
}

function hostPortOf(host: Range | undefined, count: number, index: number): string {
  if (!host) return '';
  if (count > 1 || host.first === host.last) return String(host.first + index);
  return `${host.first}-${host.last}`;
}

function splitProtocol(name: string, text: string, expected: string): { ports: string; protocol: string } {
  const [ports = '', protocol = 'tcp', ...rest] = text.split('/');
  const known = /^(tcp|udp|sctp)$/i.test(protocol);
  if (!known || ports === '' || rest.length > 0) throw invalidOption(name, expected, text);
  return { ports, protocol: protocol.toLowerCase() };
}

function splitAddress(ports: string, text: string) {
  const match =
    /^(?:(?:\[(?<v6>[0-9a-fA-F:.]*)\]|(?<v4>[^:[\]]*)):(?=[^:]*:))?(?:(?<host>[\d-]*):)?(?<inside>[\d-]+)$/;
  const groups = match.exec(ports)?.groups;
  const hostIp = groups?.['v6'] ?? groups?.['v4'] ?? '';
  const address = hostIp === '' || groups?.['v6'] !== undefined || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostIp);
  if (!groups || !address) throw invalidOption(flag, form, text);
  return { hostIp, hostPorts: groups['host'] ?? '', containerPorts: groups['inside'] ?? '' };
}

/** @param lowest - 0 for host ports: any free port */
function parseRange(name: string, ports: string, text: string, lowest: 0 | 1): Range {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  const valid = first >= lowest && last >= first && last <= 65535;
  if (!valid) throw invalidOption(name, 'ports from 1 to 65535, and ranges in ascending order', text);
  return { first, last };
}

function numbers({ first, last }: Range): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
