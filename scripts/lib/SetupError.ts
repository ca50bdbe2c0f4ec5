/** A reason why a script cannot go on, told to the reader as one sentence with what to do: no stack belongs to it. */
export class SetupError extends Error {
  override name = 'SetupError';
}

/** Runs a script's main function; a SetupError becomes a line on stderr, and any error exit code 1. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}
