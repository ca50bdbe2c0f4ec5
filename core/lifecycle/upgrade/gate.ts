import type { ContainerRecord, HealthGate } from '../../../hooks/engine.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** Seconds: by default, and the most. */
const [usualSeconds, mostSeconds] = [60, 3600];

/** @throws PCH_OPTION_INVALID */
export function gateOf(
  { state }: ContainerRecord,
  { timeoutSeconds = usualSeconds, command }: Partial<HealthGate>,
): HealthGate {
  if (!(timeoutSeconds > 0 && timeoutSeconds <= mostSeconds))
    throw invalidField(
      'health.timeoutSeconds',
      `expected more than 0 and at most ${mostSeconds} seconds, found ${timeoutSeconds}`,
      'choose another time',
    );
  const mayBeDegraded = state.readiness?.state === 'degraded';
  return {
    timeoutSeconds,
    ...(command && command.length > 0 && { command: [...command] }),
    ...(mayBeDegraded && { mayBeDegraded }),
  };
}
