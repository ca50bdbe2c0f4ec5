import type { ShadowDifference } from '../../../hooks/engine/plugins.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';

/** Fields of one difference that are kept, and characters of a value. */
const [mostFields, longestValue] = [20, 500];

interface Found {
  readonly hook: string;
  readonly draft: object;
  /** Masked. */
  readonly changes: readonly BlameEntry[];
  readonly error: { readonly from: string | undefined; readonly to: string | undefined };
}

/** A difference as it is kept: of bounded size. */
export function shownDifference({ hook, draft, changes, error: { from, to } }: Found): ShadowDifference {
  return {
    time: new Date().toISOString(),
    container: containerIn(draft),
    hook,
    fields: changes.slice(0, mostFields).map(({ field, before, after }) => ({
      field: cut(field),
      ...(before !== undefined && { from: bounded(before) }),
      ...(after !== undefined && { to: bounded(after) }),
    })),
    moreFields: Math.max(0, changes.length - mostFields),
    ...((from ?? to) !== undefined && {
      error: { ...(from !== undefined && { from: cut(from) }), ...(to !== undefined && { to: cut(to) }) },
    }),
  };
}

/** The name in the draft of a container; drafts of updates and others have its id. */
function containerIn(draft: object): string {
  const { name, container } = draft as { name?: unknown; container?: unknown };
  if (typeof name === 'string') return name;
  return typeof container === 'string' ? container.slice(0, 12) : '';
}

/** A long value is kept as the begin of its text. */
function bounded(value: unknown): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length > longestValue ? cut(text) : value;
}

function cut(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
