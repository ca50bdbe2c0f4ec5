/** Building images needs a builder, which Pouch does without otherwise: it is offered, not installed. */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { installMissing } from '../lib/debian.ts';

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const command = 'apt-get install buildah';

export interface Asking {
  /** Whether somebody reads what is asked. */
  isInteractive: boolean;
  /** Resolves to what was typed. */
  ask(question: string): Promise<string>;
  print(line: string): void;
  has(program: string): boolean;
  install(): Promise<void>;
}

/** Offers to install Buildah on a host that has no builder. */
export async function offerBuilder(asking: Asking = atTerminal()): Promise<void> {
  const { has, isInteractive, print } = asking;
  if (has('buildah') || (has('buildkitd') && has('buildctl'))) return;
  if (!isInteractive) return print(`To build images with pouch build, install a builder: ${command}`);
  const typed = await asking.ask(`Install Buildah, to build images with pouch build (${command})? [y/N] `);
  if (/^y(es)?$/i.test(typed.trim())) await asking.install();
  else print(`To build images later, install it: ${command}`);
}

function atTerminal(): Asking {
  return {
    isInteractive: process.stdin.isTTY && process.stdout.isTTY,
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    print: (line) => console.log(line),
    has: (program) => directories.some((directory) => existsSync(`${directory}/${program}`)),
    install: () => installMissing([{ name: 'buildah', provides: 'buildah' }]),
  };
}
