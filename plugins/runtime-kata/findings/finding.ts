import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { FindingName } from './names.ts';

export function good(name: FindingName, found: string): RuntimeFinding {
  return { name, ok: true, found };
}

/** @param fix commands, or what to change where no command does it */
export function bad(name: FindingName, found: string, fix: string): RuntimeFinding {
  return { name, ok: false, found, mend: fix };
}
