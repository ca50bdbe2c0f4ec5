import type { RuntimeFinding } from '../../hooks/index.ts';
import type { FindingName } from './findings/names.ts';

/** Describes the first finding that makes a runtime unusable; undefined without such a finding. */
export function firstObstacle(
  findings: readonly RuntimeFinding[],
  ignore: readonly FindingName[],
): string | undefined {
  const obstacle = findings.find(({ name, ok }) => !ok && !ignore.includes(name as FindingName));
  return obstacle && sentence(obstacle);
}

function sentence({ name, found, mend: fix }: RuntimeFinding): string {
  return `${name}: ${found}${fix === undefined ? '' : ` (${fix})`}`;
}
