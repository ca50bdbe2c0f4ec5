import type { AgentPlan } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import type { Printer } from '../Session.ts';
import { planLines } from './planLines.ts';

/** The exit code of a dry run with something to do. */
const pending = 2;

const otherSettings =
  'settings or plugins of the files are not in force yet: an apply may change more than this';

/** Prints the plan of a dry run, and sets the exit code. */
export function printPlan(session: Printer, plan: AgentPlan): void {
  const { Steps, Problems, Unapplied, OtherSettings } = plan;
  for (const line of planLines(plan)) session.print(line);
  if (Problems.length > 0) session.exitCode = exitCodes.failure;
  else if (Steps.length > 0 || Unapplied || OtherSettings) session.exitCode = pending;
  if (OtherSettings) session.print(otherSettings);
  else if (Steps.length + Problems.length === 0)
    session.print(
      Unapplied ? 'no object changes, but the declarations are not in force yet' : 'nothing to do',
    );
}
