import { parseArgs } from 'node:util';
import { SetupError } from '../scripts/lib/SetupError.ts';

export const usage = `Usage: npm run bench -- [options]

  --runs N        Runs of each command, interleaved with those of its peers (default 21)
  --only CASE     Run only this case; repeatable
  --rich          Include the start of a rich container, for which a Debian image is built first
  --strict        Exit with 2 if a target is missed
  --json FILE     Write all samples to a file
  --list          List the cases
  --help          Print usage
`;

export interface BenchOptions {
  runs: number;
  /** Names of cases; if empty, all that need no option. */
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
    throw new SetupError(`--only: expected one of ${caseNames.join(', ')}, found "${unknown}"`);
  return {
    runs: wholeNumber(runs),
    only,
    json,
    rich: (switches.rich ?? false) || only.some((name) => ['rich', 'rich-stop'].includes(name)),
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
  throw new SetupError(`--runs: expected a whole number from 1 to 1000, found "${text}"`);
}
