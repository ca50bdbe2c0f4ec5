import { parsePublished } from '../../../client/options/ports.ts';
import { invalidOption } from '../../errors.ts';

/** How a published port of a container that exists is named. */
export const portForm = '[ADDRESS:]HOSTPORT:PORT[/tcp|udp|sctp]';

/** Parses one: ranges and free host ports are for `run -p`. @throws PCH_OPTION_INVALID */
export function bindingOf(text: string): { port: string; hostIp: string; hostPort: string } {
  const [[port, bindings] = ['', []], ...more] = Object.entries(parsePublished([text]).bindings);
  const { HostIp: hostIp = '', HostPort: hostPort = '' } = bindings?.[0] ?? {};
  if (/^[1-9]\d*$/.test(hostPort) && more.length === 0 && bindings?.length === 1)
    return { port, hostIp, hostPort };
  throw invalidOption('PORT', portForm, text);
}
