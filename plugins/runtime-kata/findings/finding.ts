import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { FindingName } from './names.ts';

export function good(name: FindingName, found: string): RuntimeFinding {
  return { name, ok: true, found };
}

/** `mend`: commands, or where there are none, what to change. */
export function bad(name: FindingName, found: string, mend: string): RuntimeFinding {
  return { name, ok: false, found, mend };
}
