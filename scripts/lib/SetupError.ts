/** An error of the environment or arguments of a script, printed without a stack. The message includes what to do. */
export class SetupError extends Error {
  override name = 'SetupError';
}

/** Runs a script's main function and sets the exit code. Errors are printed to stderr and exit with 1. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}
