import type { RuntimeFeature, RuntimeFinding, RuntimeState } from '../../../hooks/index.ts';

/** One thing that was looked at, and the feature that is missing without it. */
export interface Look extends RuntimeFinding {
  feature?: RuntimeFeature;
  /** Why the feature is missing; `found` when it says no more. */
  reason?: string;
}

/** Findings for people, and the limits that follow from them. */
export function toSurvey(looks: readonly Look[]): Required<Pick<RuntimeState, 'limits' | 'findings'>> {
  const missing = looks.filter(({ ok, feature }) => !ok && feature !== undefined);
  return {
    findings: looks.map(({ feature: _feature, reason: _reason, ...finding }) => finding),
    limits: Object.fromEntries(missing.map(({ feature, reason, found }) => [feature, reason ?? found])),
  };
}
