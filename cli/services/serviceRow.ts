import type { ContainerServiceWire } from '../../client/index.ts';
import { ago } from '../output/units.ts';

/** Returns the fields of a service in `svc ls`. */
export function serviceRow({ name, state, enabled, pid, since, description }: ContainerServiceWire) {
  return {
    Name: name,
    State: state,
    Enabled: enabled,
    PID: pid === undefined ? '' : String(pid),
    Since: since === undefined ? '' : ago(Date.parse(since) / 1000),
    SinceAt: since ?? '',
    Description: description ?? '',
  };
}
