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
  runlxc: () => import('../runlxc/main.ts'),
  'pouch-files': () => import('../core/files/worker/main.ts'),
};

async function run(): Promise<void> {
  // Started by Node, the second argument is the script's name.
  const names = [process.argv0, process.argv[1] ?? ''].map((path) => basename(path));
  const load = names.map((name) => programs[name]).find(Boolean) ?? programs['pouch'];
  const program = await load?.();
  if (!program) return;
  process.on('uncaughtException', (error) => {
    program.fail(error);
    process.exit(1);
  });
  process.exit(await program.main(process.argv.slice(2)));
}

void run();
