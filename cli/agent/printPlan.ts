import type { AgentPlan } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import type { Printer } from '../Session.ts';
import { planLines } from './planLines.ts';

/** The exit code of a dry run with something to do. */
const pending = 2;

/** Prints the plan of a dry run, and sets the exit code. */
export function printPlan(session: Printer, plan: AgentPlan): void {
  for (const line of planLines(plan)) session.print(line);
  if (plan.Problems.length > 0) session.exitCode = exitCodes.failure;
  else if (plan.Steps.length > 0 || plan.Unapplied) session.exitCode = pending;
  if (plan.Steps.length + plan.Problems.length > 0) return;
  session.print(
    plan.Unapplied ? 'no object changes, but the declarations are not in force yet' : 'nothing to do',
  );
}
