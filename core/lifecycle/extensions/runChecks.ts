import type { DoctorCheck } from '../../../hooks/contributions/doctorCheck.ts';
import type { DoctorReport } from '../../../hooks/engine.ts';
import { PouchError, toPouchError } from '../../../hooks/errors.ts';
import { callWithin, type Generation } from '../../plugins/index.ts';

const defaultDeadlineMs = 5_000;

/** Runs the doctor checks of all plugins, side by side. One that fails is a problem by itself. */
export async function runChecks({ contributions }: Generation, signal: AbortSignal): Promise<DoctorReport[]> {
  const checks = contributions.flatMap(({ plugin, contributed }) =>
    contributed.of('doctorCheck').map((check) => ({ plugin, check })),
  );
  return await Promise.all(checks.map(({ plugin, check }) => report(plugin, check, signal)));
}

async function report(plugin: string, check: DoctorCheck, signal: AbortSignal): Promise<DoctorReport> {
  const { name, deadlineMs: ms = defaultDeadlineMs } = check;
  try {
    const finding = await callWithin({ plugin, what: 'the check', ms, signal }, async (within) =>
      check.run({ signal: within }),
    );
    const { ok, found, fix } = finding;
    if (typeof ok !== 'boolean' || typeof found !== 'string')
      throw new PouchError('PCH_PLUGIN_CONTRACT', 'the check must return { ok: boolean, found: string }');
    return { plugin, name, ok, found, ...(fix !== undefined && { fix: String(fix) }) };
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
