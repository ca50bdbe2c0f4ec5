/** Changes of a file that declares a host, each with the plan that is expected of it. */
import assert from 'node:assert/strict';
import type { Daemon } from '../useDaemon.ts';

type Words = Record<string, unknown>;
type Objects = Record<string, Words>;

/** The sections of a file. That of the containers comes last. */
export interface Sections {
  profiles?: Objects;
  networks?: Objects;
  volumes?: Record<string, Words | null>;
  images?: Objects;
  containers: Objects;
}

/** Values of `inspect` by the name of a container and the path of the value. */
export type Shown = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One change of the file. */
export interface Edit {
  readonly what: string;
  change(sections: Sections, daemon: Daemon): void | Promise<void>;
  /** The steps of its plan, as {@link stepsOf} returns them. */
  readonly plan: readonly string[];
  /** What containers have then. */
  readonly shown?: Shown;
}

export function edit(what: string, change: Edit['change'], plan: readonly string[], shown?: Shown): Edit {
  return { what, change, plan, ...(shown && { shown }) };
}

/** Gives a container options. Those that are undefined are taken away. */
export function set(name: string, words: Words): Edit['change'] {
  return ({ containers }) => {
    const all = { ...containers[name]!, ...words };
    containers[name] = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };
}

/** The steps of a dry run: `± container web: recreate user image`, without where they come from. */
export function stepsOf(output: string): string[] {
  const steps: string[] = [];
  for (const line of output.split('\n')) {
    const head = /^(\S \w+ \S+: \w+)/.exec(line)?.[1];
    const field = /^ {4}(\S+): .* -> /.exec(line)?.[1] ?? /^ {4}(held): /.exec(line)?.[1];
    if (head !== undefined) steps.push(head);
    else if (field !== undefined) steps.push(`${steps.pop()} ${field}`);
    else if (line.startsWith('!')) steps.push(line);
  }
  return steps;
}

/** Names of the containers that a plan stops, replaces, starts or removes. */
export function disturbedBy(plan: readonly string[]): Set<string> {
  const steps = plan.map((step) => /^\S container (\S+): (\w+)/.exec(step));
  return new Set(steps.flatMap((step) => (step && step[2] !== 'change' ? [step[1]!] : [])));
}

/** Fails unless containers have the values. */
export async function assertShown({ it }: Daemon, shown: Shown): Promise<void> {
  for (const [name, values] of Object.entries(shown)) {
    const inspect = await it.inspect(name);
    for (const [path, expected] of Object.entries(values))
      assert.deepEqual(at(inspect, path.split('.')), expected, `${path} of ${name}`);
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((outer, key) => (outer as Words | undefined)?.[key], value);
}
