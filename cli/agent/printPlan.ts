import type { AgentPlan } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import type { Session } from '../Session.ts';
import { planLines } from './planLines.ts';

/** The exit code of a dry run with something to do. */
const pending = 2;

/** Prints the plan of a dry run, and sets the exit code. */
export function printPlan(session: Session, plan: AgentPlan): void {
  for (const line of planLines(plan)) session.print(line);
  if (plan.Problems.length > 0) session.exitCode = exitCodes.failure;
  else if (plan.Steps.length > 0) session.exitCode = pending;
  else session.print('nothing to do');
}
