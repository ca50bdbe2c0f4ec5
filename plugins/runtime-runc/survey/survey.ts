import type { RuntimeFeature, RuntimeFinding, RuntimeState } from '../../../hooks/index.ts';

/** A finding, and the feature that depends on it. */
export interface Look extends RuntimeFinding {
  feature?: RuntimeFeature;
  /** Why the feature is missing; default: `found`. */
  reason?: string;
}

/** Findings for the output, and the limits that follow from them. */
export function toSurvey(looks: readonly Look[]): Required<Pick<RuntimeState, 'limits' | 'findings'>> {
  const missing = looks.filter(({ ok, feature }) => !ok && feature !== undefined);
  return {
    findings: looks.map(({ feature: _feature, reason: _reason, ...finding }) => finding),
    limits: Object.fromEntries(missing.map(({ feature, reason, found }) => [feature, reason ?? found])),
  };
}
