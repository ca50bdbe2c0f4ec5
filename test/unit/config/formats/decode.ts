import type { AnyFormat, Issue } from '../../../../config/formats/index.ts';

/** What a format makes of a raw value, or the mistakes it reports. */
export function decode(format: AnyFormat, raw: unknown): { value?: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  const value: unknown = format.decode(raw, (issue) => issues.push(issue));
  return value === undefined ? { issues } : { value, issues };
}
