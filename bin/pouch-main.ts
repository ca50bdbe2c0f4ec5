/**
 * Entry of the multi-call executable: a link named as one of the programs runs it; the name `pouch` runs the CLI.
 */
import { basename } from 'node:path';

type Program = (args: string[]) => Promise<number>;

const programs: Record<string, () => Promise<Program>> = {
  pouch: async () => {
    const { main } = await import('../cli/main.ts');
    return (args) => main(args, process);
  },
};

async function run(): Promise<void> {
  const load = programs[basename(process.argv0)] ?? programs['pouch'];
  const program = await load?.();
  process.exit(await program?.(process.argv.slice(2)));
}

void run();
