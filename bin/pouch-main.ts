/**
 * Entry of the multi-call executable: called by the name of one of its programs it runs that one, by any other name the
 * CLI.
 */
import { basename } from 'node:path';

interface Program {
  /** Answers the exit code. */
  main(args: string[]): Promise<number>;
  /** Told of what nobody caught. */
  fail(error: unknown): void;
}

const programs: Record<string, () => Promise<Program>> = {
  pouch: async () => {
    const { main, reportError } = await import('../cli/index.ts');
    return { main: (args) => main(args, process), fail: (error) => reportError(error, process) };
  },
};

async function run(): Promise<void> {
  const load = programs[basename(process.argv0)] ?? programs['pouch'];
  const program = await load?.();
  if (!program) return;
  process.on('uncaughtException', (error) => {
    program.fail(error);
    process.exit(1);
  });
  process.exit(await program.main(process.argv.slice(2)));
}

void run();
