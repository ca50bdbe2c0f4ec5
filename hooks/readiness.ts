import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { HealthState } from './healthcheck.ts';
import { closed, may, says, word } from './schema.ts';

/** Schema of how far the boot of a rich container is. */
export const BootReadiness = closed({
  state: word('starting', 'running', 'degraded', 'failed'),
  failedUnits: Type.Array(Type.String(), { description: 'What has failed in a degraded one.' }),
  reason: may(says('Why the boot has failed.')),
  warnings: may(
    Type.Array(Type.String(), { description: 'What its services ask for and do not get, by service.' }),
  ),
  users: may(Type.Integer({ minimum: 0, description: 'Who is logged in, at the last look.' })),
  since: says('RFC 3339.'),
});

/** How far the boot of a rich container is, and what is wrong with it. */
export type BootReadiness = Static<typeof BootReadiness>;

/**
 * The health of a container in Docker's words: what its health check says; without one, how far the boot is, where a
 * degraded container is not healthy.
 */
export function healthOf({
  health,
  readiness,
}: {
  readonly health?: Pick<HealthState, 'status'>;
  readonly readiness?: Pick<BootReadiness, 'state'>;
}): HealthState['status'] | 'none' {
  if (health) return health.status;
  if (!readiness) return 'none';
  if (readiness.state === 'starting') return 'starting';
  return readiness.state === 'running' ? 'healthy' : 'unhealthy';
}

/** Schema of how the engine finds that out. */
export const ReadinessProbe = closed({
  args: Type.Array(Type.String(), {
    description:
      'A command that runs in the container as root, and prints `starting`, `running`, `degraded UNIT…` or `failed REASON` as its last line, and before it lines `warning TEXT` for what services do not get, and `users N`, the number of those who are logged in.',
  }),
  withinSeconds: Type.Integer({ description: 'A boot that takes longer has failed.' }),
  notify: may(
    says(
      'A path in the container at which Pouch makes a socket, if the container has a console: the init reports the end of its boot there (sd_notify(3), `READY=1`), and is not asked before.',
    ),
  ),
});

/** A line of shell for a probe: prints how many are logged in, as who(1) knows. */
export const countUsers = 'if command -v who >/dev/null; then echo users $(who | wc -l); fi';
