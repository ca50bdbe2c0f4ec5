/** Health checks, as Docker has them. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, integer, may, says, text, word } from './schema.ts';

const milliseconds = (description: string) =>
  may(Type.Number({ description: `Milliseconds ${description}` }));

/** Schema of what the engine does once a container is unhealthy. */
const HealthAction = word('none', 'kill', 'restart', 'stop');

/** What the engine does once a container is unhealthy. */
export type HealthAction = Static<typeof HealthAction>;

/** Schema of how the engine finds out whether a container works. */
export const Healthcheck = closed({
  test: may(
    Type.Array(text, {
      description:
        '`CMD` and a command, `CMD-SHELL` and a line for a shell, or `NONE`. Missing or empty: the one of the image.',
    }),
  ),
  shell: may(Type.Array(text, { description: 'What runs the line. Default: `/bin/sh -c`.' })),
  interval: milliseconds('between two probes. Default: 30 s.'),
  timeout: milliseconds('that a probe may take. Default: 30 s.'),
  startPeriod: milliseconds('after the start in which failures do not count. Default: 0.'),
  startInterval: milliseconds(
    'between two probes in that time. Default: 5 s, or `interval` if that is less.',
  ),
  retries: may(
    Type.Integer({ description: 'Failures in a row that make a container unhealthy. Default: 3.' }),
  ),
  onFailure: may(HealthAction),
});

/** How the engine finds out whether a container works. */
export type Healthcheck = Static<typeof Healthcheck>;

const HealthProbe = closed({
  start: says('RFC 3339.'),
  end: text,
  exitCode: Type.Integer({ description: '0: it works. -1: the probe did not run, or not to its end.' }),
  output: says('The beginning of what it has printed. It comes from the container: it is not trusted.'),
});

/** The result of a probe. */
export type HealthProbe = Static<typeof HealthProbe>;

/** Schema of what the probes of a container have found. */
export const HealthState = closed({
  status: word('starting', 'healthy', 'unhealthy'),
  failingStreak: integer,
  log: Type.Array(HealthProbe, { description: 'The last five, the oldest first.' }),
  action: may(
    closed(
      { name: HealthAction, at: says('RFC 3339.') },
      { description: 'What the engine did when the container was unhealthy last.' },
    ),
  ),
});

/** What the probes of a container have found. */
export type HealthState = Static<typeof HealthState>;

/** Whether a container has a health check that runs. */
export function isProbed(check: Healthcheck | undefined): check is Healthcheck & { test: string[] } {
  const [kind = 'NONE'] = check?.test ?? [];
  return kind !== 'NONE';
}

/** The form of Docker’s images and API: durations are nanoseconds. */
export interface DockerHealthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

const perMillisecond = 1e6;

/** Docker’s form of a health check; what it has no name for is left out. */
export function toDockerHealthcheck(check: Healthcheck): DockerHealthcheck {
  const nanoseconds = (name: string, ms = 0) => (ms > 0 ? { [name]: Math.round(ms * perMillisecond) } : {});
  return {
    ...(check.test && { Test: [...check.test] }),
    ...nanoseconds('Interval', check.interval),
    ...nanoseconds('Timeout', check.timeout),
    ...nanoseconds('StartPeriod', check.startPeriod),
    ...nanoseconds('StartInterval', check.startInterval),
    ...(check.retries && { Retries: check.retries }),
  };
}

/**
 * A health check from Docker’s form; zeros and empty lists mean nothing there. What has another type is left out: an
 * image may have anything.
 */
export function ofDockerHealthcheck(found: {
  readonly [Name in keyof DockerHealthcheck]?: unknown;
}): Healthcheck {
  const { Test, Interval, Timeout, StartPeriod, StartInterval, Retries } = found;
  const isTest = Array.isArray(Test) && Test.length > 0 && Test.every((word) => typeof word === 'string');
  const milliseconds = (name: string, value: unknown) =>
    typeof value === 'number' && value !== 0 ? { [name]: value / perMillisecond } : {};
  return {
    ...(isTest && { test: [...Test] }),
    ...milliseconds('interval', Interval),
    ...milliseconds('timeout', Timeout),
    ...milliseconds('startPeriod', StartPeriod),
    ...milliseconds('startInterval', StartInterval),
    ...(typeof Retries === 'number' && Retries !== 0 && { retries: Retries }),
  };
}
