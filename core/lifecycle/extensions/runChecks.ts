import type { DoctorCheck } from '../../../hooks/contributions/doctorCheck.ts';
import type { DoctorReport } from '../../../hooks/engine.ts';
import { toPouchError } from '../../../hooks/errors.ts';
import { checkDeadlineMs } from '../../contract/driverDeadlines.ts';
import { callWithin, type Generation } from '../../plugins/index.ts';

/** Runs the doctor checks of all plugins, side by side. One that fails is a problem by itself. */
export async function runChecks({ contributions }: Generation, signal: AbortSignal): Promise<DoctorReport[]> {
  const checks = contributions.flatMap(({ plugin, contributed }) =>
    contributed.of('doctorCheck').map((check) => ({ plugin, check })),
  );
  return await Promise.all(checks.map(({ plugin, check }) => report(plugin, check, signal)));
}

async function report(plugin: string, check: DoctorCheck, signal: AbortSignal): Promise<DoctorReport> {
  const { name } = check;
  const ms = checkDeadlineMs(check);
  try {
    const finding = await callWithin({ plugin, what: 'the check', ms, signal }, async (within) =>
      check.run({ signal: within }),
    );
    return { plugin, name, ...finding };
  } catch (error) {
    if (signal.aborted) throw error;
    const { message, hint, code } = toPouchError(error);
    return {
      plugin,
      name,
      ok: false,
      found: `${message} (${code})`,
      ...(hint !== undefined && { fix: hint }),
    };
  }
}
