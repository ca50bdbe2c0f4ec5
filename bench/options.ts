import { parseArgs } from 'node:util';
import { SetupError } from '../scripts/lib/SetupError.ts';

export const usage = `Usage: npm run bench -- [options]

  --runs N        runs of each command, interleaved with those of its peers (default 21)
  --only CASE     only this case; may be given more than once
  --rich          also the start of a rich container; makes a Debian image first, which takes a while
  --strict        exit code 2 if a target is missed
  --json FILE     also write all samples to a file
  --list          list the cases
  --help          print this
`;

export interface BenchOptions {
  runs: number;
  /** Names of cases; all that need no option if empty. */
  only: readonly string[];
  rich: boolean;
  strict: boolean;
  json: string | undefined;
  list: boolean;
  help: boolean;
}

/** @throws SetupError */
export function parseOptions(args: string[], caseNames: readonly string[]): BenchOptions {
  const { runs, only = [], json, ...switches } = parse(args);
  const unknown = only.find((name) => !caseNames.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`There is no case ${unknown}: choose ${caseNames.join(', ')}.`);
  return {
    runs: wholeNumber(runs),
    only,
    json,
    rich: (switches.rich ?? false) || only.includes('rich'),
    strict: switches.strict ?? false,
    list: switches.list ?? false,
    help: switches.help ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        runs: { type: 'string', default: '21' },
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        rich: { type: 'boolean' },
        strict: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new SetupError(`${(error as Error).message}\n\n${usage}`);
  }
}

function wholeNumber(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= 1 && runs <= 1000) return runs;
  throw new SetupError(`--runs takes a whole number from 1 to 1000, not ${text}`);
}
