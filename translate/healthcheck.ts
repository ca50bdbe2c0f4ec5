/** Translates the health check. */
import type { ContainerCreateRequest, Healthcheck } from '../client/wire.ts';
import { type ContainerRequest, type HealthAction, ofDockerHealthcheck } from '../hooks/index.ts';
import { invalid } from './invalid.ts';
import { MemberError } from './MemberError.ts';

/** Nanoseconds. */
const leastDuration = 1e6;
const durations = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const;
const actions: readonly HealthAction[] = ['none', 'kill', 'restart', 'stop'];

/** @throws PCH_OPTION_INVALID, in the words of dockerd where it has them */
export function healthcheckOf(body: ContainerCreateRequest): ContainerRequest['healthcheck'] {
  const { Healthcheck: asked, HealthcheckOnFailureAction, Shell } = body;
  const check = asked ?? {};
  for (const name of durations) checkDuration(name, check[name]);
  if ((check.Retries ?? 0) < 0)
    throw refused('Retries', 'Retries in Healthcheck cannot be negative', 'use 0 for the default');
  const onFailure = actionOf(HealthcheckOnFailureAction);
  if (onFailure === 'restart' && body.HostConfig?.AutoRemove)
    throw refused(
      'HealthcheckOnFailureAction',
      "can't create 'AutoRemove' container that its health check restarts",
      'choose kill or stop, or keep the container',
    );
  const request = {
    ...ofDockerHealthcheck(check),
    ...(Shell?.length && { shell: Shell }),
    ...(onFailure && { onFailure }),
  };
  return Object.keys(request).length > 0 ? request : undefined;
}

function checkDuration(name: (typeof durations)[number], value: number | null | undefined): void {
  if (value && value < leastDuration)
    throw refused(
      name,
      `${name} in Healthcheck cannot be less than 1ms`,
      'choose more, or 0 for the default',
    );
}

function refused(
  name: keyof Healthcheck | 'HealthcheckOnFailureAction',
  message: string,
  hint: string,
): MemberError {
  const member = name === 'HealthcheckOnFailureAction' ? name : (`Healthcheck.${name}` as const);
  return new MemberError('PCH_OPTION_INVALID', member, message, hint);
}

function actionOf(name: string | undefined): HealthAction | undefined {
  if (!name) return undefined;
  const action = actions.find((known) => known === name);
  if (!action) throw invalid('HealthcheckOnFailureAction', `one of ${actions.join(', ')}`, name);
  return action;
}
