/** Exit codes of the command itself, as Docker's (docs: "docker run, exit status"). */
export const exitCodes = {
  failure: 1,
  /** run, create, exec: the container could not be made or started. */
  notStarted: 125,
  /** The command is there but cannot be executed. */
  notExecutable: 126,
  /** The command is not in the image. */
  notFound: 127,
  /** As a program that SIGPIPE ends. */
  brokenPipe: 141,
} as const;

/** An error that the CLI finds by itself, before or beside the daemon. */
export class CliError extends Error {
  /** `PCH_…` */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.hint = hint;
  }
}

/** An option's value of the wrong form: names the flag, what it takes, and what was given. */
export function invalidOption(flag: string, expected: string, found: string, hint?: string): CliError {
  return new CliError('PCH_OPTION_INVALID', `${flag}: expected ${expected}, found "${found}"`, hint);
}

/** Options that exclude each other, or one that needs another. */
export function conflictingOptions(message: string, hint?: string): CliError {
  return new CliError('PCH_OPTION_INVALID', message, hint);
}
