import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { PouchError } from '../../../hooks/errors.ts';
import type { RuntimeReport } from '../../../hooks/runtimeProgram.ts';
import { runtimeFeatures, type RuntimeFeature } from '../../../hooks/runtimeFeatures.ts';
import { closed, flag, map, may } from '../../../hooks/schema.ts';
import { problemIn } from '../../state/stored.ts';

const short = Type.String({ maxLength: 1000 });

const Report = closed({
  problem: may(Type.String({ minLength: 1, maxLength: 1000 })),
  limits: may(map(short)),
  findings: may(
    Type.Array(closed({ name: short, ok: flag, found: short, mend: may(short) }), { maxItems: 50 }),
  ),
});

/** What the probe of a runtime returned. @throws PCH_PLUGIN_CONTRACT */
export function checkReport(returned: unknown): RuntimeReport {
  const report = (returned ?? {}) as Static<typeof Report>;
  const problem = problemIn(report, Report) ?? unknownLimit(report);
  const { problem: found, limits, findings } = report;
  if (problem === undefined)
    return {
      ...(found !== undefined && { problem: found }),
      ...(limits && { limits }),
      ...(findings && { findings }),
    };
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the probe returned an invalid report: ${problem}`, {
    hint: 'return { problem?: string, limits?: { FEATURE: REASON }, findings?: [{ name, ok, found }] }',
  });
}

function unknownLimit({ limits = {} }: Static<typeof Report>): string | undefined {
  const known = (feature: string): feature is RuntimeFeature => Object.hasOwn(runtimeFeatures, feature);
  const unknown = Object.keys(limits).find((feature) => !known(feature));
  return unknown && `limits has ${JSON.stringify(unknown.slice(0, 50))}, which is not a feature of runtimes`;
}
