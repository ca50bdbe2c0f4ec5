import type { DoctorCheck, DoctorFinding } from '../../../hooks/contributions/doctorCheck.ts';
import type { DeclaredDoctorCheck } from '../../../hooks/processProtocol.ts';
import { checkDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

/** A doctor check whose function is in the process of its plugin. What it returns is checked where it is used. */
export function doctorCheckOfProcess(declared: DeclaredDoctorCheck, calls: PluginCalls): DoctorCheck {
  return {
    ...declared,
    async run({ signal }) {
      const timeoutMs = checkDeadlineMs(declared);
      const request = { type: 'doctor', check: declared.name, deadlineMs: timeoutMs } as const;
      return accepted(await calls.call(request, { timeoutMs, signal })).result as DoctorFinding;
    },
  };
}
