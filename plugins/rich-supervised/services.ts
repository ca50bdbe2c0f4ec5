import { type ContainerDraft, type FieldPath, invalidField } from '../../hooks/index.ts';

/** A service that is started beside the command. */
export interface Service {
  name: string;
  /** Text of a script. */
  command: string;
  /** Names of services that are up before it starts. */
  after: string[];
  /** Text of a script that succeeds while the service works; empty if its process is all that is known. */
  health: string;
}

/** How the services that have a name of their own are run, in the foreground, by whichever program the image has. */
const wellKnown: Readonly<Record<string, string>> = {
  sshd: 'mkdir -p /run/sshd\nexec "$(command -v sshd || echo /usr/sbin/sshd)" -D -e',
  cron: 'if command -v cron >/dev/null; then exec cron -f; fi\nexec crond -f',
  // The last is that of busybox, which prints the messages.
  syslog: [
    'if command -v rsyslogd >/dev/null; then exec rsyslogd -n; fi',
    'if command -v syslog-ng >/dev/null; then exec syslog-ng -F; fi',
    'exec /.pouch/busybox syslogd -n -O -',
  ].join('\n'),
};

/** Like names of containers; they become parts of paths and lines of the log. */
const namePattern = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

/**
 * Returns the services of the request in an order in which none is before what it is after.
 * @throws PCH_OPTION_INVALID
 */
export function checkServices({ rich: { supervised = {} } }: ContainerDraft): Service[] {
  const services = Object.entries(supervised).map(([name, { command = '', after = [], health = '' }]) => {
    if (!namePattern.test(name)) throw invalid(name, `invalid name`, 'use letters, digits and "_.-"');
    const run = command === '' ? wellKnown[name] : command;
    if (run === undefined)
      throw invalid(
        name,
        'expected a command, found none',
        `append one as NAME=COMMAND; without it the names ${Object.keys(wellKnown).join(', ')} are known`,
      );
    return { name, command: run, after, health };
  });
  return inOrder(services);
}

function inOrder(services: Service[]): Service[] {
  const ordered: Service[] = [];
  let left = services;
  while (left.length > 0) {
    const isUp = (name: string) => ordered.some((service) => service.name === name);
    const next = left.filter(({ after }) => after.every(isUp));
    if (next.length === 0) throw unordered(left[0]!, services);
    ordered.push(...next);
    left = left.filter((service) => !next.includes(service));
  }
  return ordered;
}

function unordered({ name, after }: Service, services: Service[]): Error {
  const unknown = after.find((other) => !services.some((service) => service.name === other));
  return unknown === undefined
    ? invalid(
        name,
        `expected an order, found that it waits for itself by ${after.join(', ')}`,
        'leave one out',
      )
    : invalid(
        name,
        `expected services of the request to be after, found ${unknown}`,
        `name it as a service, too`,
      );
}

function invalid(name: string, problem: string, hint: string): Error {
  return invalidField('rich.supervised' satisfies FieldPath, `service ${name}: ${problem}`, hint);
}
