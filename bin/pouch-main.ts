/**
 * Entry of the multi-call executable: the name it is called by selects the program, `pouch` for an unknown name.
 */
import { basename } from 'node:path';

interface Program {
  /** Returns the exit code. */
  main(args: string[]): Promise<number>;
  /** Reports an uncaught error. */
  fail(error: unknown): void;
}

const programs: Record<string, () => Promise<Program>> = {
  pouch: async () => {
    const { main } = await import('../cli/main.ts');
    const { reportError } = await import('../cli/reportError.ts');
    return { main: (args) => main(args, process), fail: (error) => reportError(error, process) };
  },
  runlxc: () => import('../runlxc/main.ts'),
  'pouch-files': () => import('../core/files/worker/main.ts'),
};

async function run(): Promise<void> {
  // Under Node, the second argument is the name of the script.
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
