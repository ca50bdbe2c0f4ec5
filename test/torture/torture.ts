import { messageOf } from '../../hooks/errors.ts';
import { seedOfRound, type Wanted } from './arguments.ts';
import { drawRound, type RoundPlan } from './draw.ts';
import { onlyFaults } from './faults/index.ts';
import { Lab } from './lab/Lab.ts';
import { playRound, type RoundResult } from './round.ts';

export interface TortureResult {
  /** Rounds. */
  passed: number;
  /** One text per failed round. */
  failures: string[];
}

/** After these the rest would only repeat what is known. */
const mostFailures = 5;

/**
 * Plays rounds until the time is over, or the one that is wanted. A round that fails is replayed on a new daemon: a
 * failure that does not recur is printed and not counted, because how the calls of a round interleave is not drawn.
 */
export async function torture(
  { seed, round, minutes }: Wanted,
  print: (line: string) => void,
): Promise<TortureResult> {
  print(
    `torture: seed ${seed}; replay: ${replay(round === undefined ? `${seed} ${minutes}` : `${seed}:${round}`)}`,
  );
  const until = performance.now() + minutes * 60_000;
  const result: TortureResult = { passed: 0, failures: [] };
  const once: number[] = [];
  let lab: Lab | undefined;
  try {
    for (let number = round ?? 1; ; number += 1) {
      lab ??= await Lab.open();
      const plan = drawRound(number, seedOfRound(seed, number));
      const failure = await play(plan, lab, print);
      if (failure === undefined) result.passed += 1;
      else {
        const report = `${failure}\n  replay: ${replay(`${seed}:${number}`)}`;
        print(report);
        await lab.close();
        lab = undefined;
        if (round !== undefined || (await recurs(plan, print))) result.failures.push(report);
        else once.push(number);
      }
      if (round !== undefined || performance.now() > until || result.failures.length >= mostFailures) break;
    }
  } finally {
    await lab?.close();
  }
  if (once.length > 0)
    print(`failed once, and not in their replay: rounds ${once.join(', ')} of seed ${seed}`);
  return result;
}

async function recurs(plan: RoundPlan, print: (line: string) => void): Promise<boolean> {
  const lab = await Lab.open();
  try {
    const failure = await play(plan, lab, print);
    if (failure !== undefined) print(`the replay fails too: ${failure}`);
    return failure !== undefined;
  } finally {
    await lab.close();
  }
}

/** Its failure as a text; undefined if all held. */
async function play(plan: RoundPlan, lab: Lab, print: (line: string) => void): Promise<string | undefined> {
  const began = performance.now();
  const title = `round ${plan.number} (seed ${plan.seed}): ${plan.strikes.map(({ fault }) => fault.name).join(', ')}`;
  try {
    const outcome = await playRound(plan, lab);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(`${title}; ${outcome.done} calls done, ${outcome.failed} failed; ${seconds} s`);
    return outcome.violations.length === 0 ? undefined : describe(title, outcome);
  } catch (error) {
    return `${title}\n  broke off: ${error instanceof Error ? error.stack : messageOf(error)}`;
  }
}

const mostShown = 30;

function describe(title: string, { violations }: RoundResult): string {
  const lines = violations.map(({ oracle, evidence }) => `  ${oracle}: ${evidence}`);
  const more = lines.length > mostShown ? [`  and ${lines.length - mostShown} more`] : [];
  return [title, ...lines.slice(0, mostShown), ...more].join('\n');
}

function replay(args: string): string {
  const only = onlyFaults === undefined ? '' : `POUCH_TORTURE_FAULTS='${onlyFaults}' `;
  return `${only}npm test -- torture ${args}`;
}
