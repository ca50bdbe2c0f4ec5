import type { Option } from 'commander';
import { invalidOption } from './errors.ts';

const truths: Record<string, boolean> = { true: true, t: true, 1: true, false: false, f: false, 0: false };

export interface NormalizedFlags {
  args: string[];
  /** Attribute names of boolean options set to false. */
  switchedOff: string[];
}

/**
 * Rewrites flags that Docker's parser accepts and commander does not: `--sig-proxy=false`, `-i=true`, `-p=80:80`.
 * Stops at `--`, and at the first argument if `endAtArgument`.
 */
export function normalizeFlags(
  args: string[],
  optionFor: (flag: string) => Option | undefined,
  endAtArgument: boolean,
): NormalizedFlags {
  const result: NormalizedFlags = { args: [], switchedOff: [] };
  let index = 0;
  for (; index < args.length; index++) {
    const argument = args[index] ?? '';
    const isFlag = argument.length > 1 && argument.startsWith('-');
    if (argument === '--' || (endAtArgument && !isFlag)) break;
    const [flag, value] = splitFlag(argument);
    const option = isFlag ? optionFor(flag) : undefined;
    if (option && value !== undefined) normalizeOne(option, flag, value, result);
    else result.args.push(argument);
    if (takesNext(argument, option, value, optionFor)) result.args.push(...args.slice(++index, index + 1));
  }
  result.args.push(...args.slice(index));
  return result;
}

function splitFlag(argument: string): [string, string | undefined] {
  const match = /^(--[^=]+|-[^-=])=(.*)$/s.exec(argument);
  return match ? [match[1] ?? '', match[2]] : [argument, undefined];
}

function normalizeOne(option: Option, flag: string, value: string, result: NormalizedFlags): void {
  if (option.required || option.optional) {
    result.args.push(flag, value);
    return;
  }
  const truth = truths[value.toLowerCase()];
  if (truth === undefined) throw invalidOption(flag, 'true or false', value);
  if (truth) result.args.push(flag);
  else result.switchedOff.push(option.attributeName());
}

/** Whether the next argument is the value of this one: `--name x`, `-e x`, and groups such as `-ite x`. */
function takesNext(
  argument: string,
  option: Option | undefined,
  value: string | undefined,
  optionFor: (flag: string) => Option | undefined,
): boolean {
  if (value !== undefined) return false;
  if (option) return option.required;
  if (!/^-[^-]./.test(argument)) return false;
  const letters = [...argument.slice(1)];
  const first = letters.findIndex((letter) => optionFor(`-${letter}`)?.required);
  return first === letters.length - 1;
}
