import type { RuntimeFinding } from '../../hooks/index.ts';
import type { FindingName } from './findings/names.ts';

/** The first finding that keeps a runtime from being used, in a sentence; undefined if there is none. */
export function firstObstacle(
  findings: readonly RuntimeFinding[],
  ignore: readonly FindingName[],
): string | undefined {
  const obstacle = findings.find(({ name, ok }) => !ok && !ignore.includes(name as FindingName));
  return obstacle && sentence(obstacle);
}

function sentence({ name, found, mend }: RuntimeFinding): string {
  return `${name}: ${found}${mend === undefined ? '' : ` (${mend})`}`;
}
