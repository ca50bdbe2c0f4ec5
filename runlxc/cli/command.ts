import type { ParseArgsConfig } from 'node:util';
import type { Context } from './context.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;

export interface Call {
  context: Context;
  /** Values of options, as returned by parseArgs. */
  values: Readonly<Record<string, unknown>>;
  positionals: readonly string[];
}

/** A verb of the command line. */
export interface Command {
  usage: string;
  options: Options;
  /** Minimum and maximum number of arguments. */
  arguments: { min: number; max: number };
  /** Returns the exit code. */
  run(call: Call): Promise<number>;
}

const one = { min: 1, max: 1 };

/** Defines a verb with a container id as its only argument, and without output. */
export function onContainer(
  options: Options,
  run: (call: Call & { id: string }) => Promise<void> | void,
): Command {
  return {
    usage: '[options] CONTAINER',
    options,
    arguments: one,
    async run(call) {
      await run({ ...call, id: call.positionals[0] ?? '' });
      return 0;
    },
  };
}

export const flag = { type: 'boolean' } as const;
export const text = { type: 'string' } as const;
export const list = { type: 'string', multiple: true } as const;

/** Values of options, typed. */
export function string(values: Call['values'], name: string): string | undefined {
  return values[name] as string | undefined;
}

export function strings(values: Call['values'], name: string): string[] {
  return (values[name] as string[] | undefined) ?? [];
}

export function isSet(values: Call['values'], name: string): boolean {
  return values[name] === true;
}
