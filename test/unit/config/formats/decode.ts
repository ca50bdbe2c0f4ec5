import type { AnyFormat, Issue } from '../../../../config/formats/index.ts';

/** Returns the decoded value, or the reported problems. */
export function decode(format: AnyFormat, raw: unknown): { value?: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  const value: unknown = format.decode(raw, (issue) => issues.push(issue));
  return value === undefined ? { issues } : { value, issues };
}
