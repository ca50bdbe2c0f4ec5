import type { ContainerService } from '../../../hooks/richServices.ts';

/** Services that are kept, and characters of a description: a container may print anything. */
const mostServices = 2000;
const longestDescription = 200;

const states = new Set<string>(['starting', 'running', 'exited', 'stopping', 'stopped', 'failed', 'unknown']);
const enabling = new Set<string>(['enabled', 'disabled', 'static', 'masked', 'unknown']);

/** Whether a text may be the name of a service: what units of systemd and scripts in /etc/init.d are called. */
export function isServiceName(text: string): boolean {
  return /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,254}$/.test(text);
}

/**
 * Reads the lines that the command of a rich mode prints for `list`: see `ServiceCommands` of the contract. Other lines
 * are left out, as are characters that could control a terminal.
 */
export function parseServices(output: string): ContainerService[] {
  const found = new Map<string, ContainerService>();
  for (const line of output.split('\n').slice(0, mostServices)) {
    const service = parseLine(line.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' '));
    if (service) found.set(service.name, service);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseLine(line: string): ContainerService | undefined {
  const [name = '', state = '', enabled = '', pid = '', since = '', ...words] = line
    .split(' ')
    .filter((part) => part !== '');
  if (!isServiceName(name) || !states.has(state)) return undefined;
  const time = timeOf(since);
  const description = words.join(' ').slice(0, longestDescription);
  return {
    name,
    state: state as ContainerService['state'],
    enabled: enabling.has(enabled) ? (enabled as ContainerService['enabled']) : 'unknown',
    ...(/^[1-9]\d{0,9}$/.test(pid) && { pid: Number(pid) }),
    ...(time !== undefined && { since: time }),
    ...(description !== '' && { description }),
  };
}

/** RFC 3339 or Unix seconds; undefined for anything else. */
function timeOf(text: string): string | undefined {
  if (!/^(\d{1,10}|\d{4}-\d\d-\d\dT[\d:.]{8,18}(Z|[+-]\d\d:\d\d))$/.test(text)) return undefined;
  const time = /^\d+$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  return Number.isNaN(time.getTime()) || time.getTime() === 0 ? undefined : time.toISOString();
}
