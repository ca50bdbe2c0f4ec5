import type { BlameEntry, Plan } from '../../hooks/plan.ts';
import type { PlanDifference } from '../../hooks/replay.ts';
import { diff } from '../plugins/draft/diff.ts';
import { formatPath, isWithin } from '../plugins/index.ts';

type Compared = Pick<Plan, 'spec' | 'blame' | 'degraded' | 'warnings'> & { draft: object };

/** Differences by field of the draft; of the spec only if the drafts are equal, as it derives from the draft. */
export function comparePlans(recorded: Compared, replayed: Compared): PlanDifference[] {
  const [before, after] = [plain(recorded), plain(replayed)];
  const blame = [...recorded.blame, ...replayed.blame];
  const drafts = differences(before.draft, after.draft, [], blame);
  return [
    ...drafts,
    ...(drafts.length === 0 ? differences(before.spec, after.spec, ['spec'], blame) : []),
    ...differences(before.degraded, after.degraded, ['degraded'], blame),
    ...differences(before.warnings, after.warnings, ['warnings'], blame),
  ];
}

/** Without functions and undefined fields, as a file has it. */
function plain(plan: Compared): Compared {
  return JSON.parse(JSON.stringify(plan)) as Compared;
}

function differences(
  before: unknown,
  after: unknown,
  at: string[],
  blame: readonly BlameEntry[],
): PlanDifference[] {
  return diff(before, after).map((change) => {
    const field = formatPath([...at, ...change.path]);
    const last = blame.findLast((entry) => isWithin(field, entry.field) || isWithin(entry.field, field));
    return {
      field,
      ...(change.before !== undefined && { recorded: change.before }),
      ...(change.after !== undefined && { replayed: change.after }),
      plugin: last?.plugin ?? 'core',
      hook: last?.hook ?? 'defaults',
    };
  });
}
