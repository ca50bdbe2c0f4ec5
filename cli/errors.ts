import { type OptionError, optionError } from '../client/options/OptionError.ts';

export { conflictingOptions, invalidOption } from '../client/options/OptionError.ts';

/** Exit codes of `pouch` itself, the same as Docker's (docs: "docker run, exit status"). */
export const exitCodes = {
  failure: 1,
  /** run, create, exec: the container could not be created or started. */
  notStarted: 125,
  /** The contained command cannot be invoked. */
  notExecutable: 126,
  /** The contained command cannot be found. */
  notFound: 127,
  /** As of a program killed by SIGPIPE (128 + 13). */
  brokenPipe: 141,
} as const;

/** An error of the CLI itself, not of the daemon. */
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

/** Returns the error for -t without a terminal. */
export function stdinNotTerminal(): OptionError {
  return optionError('-t', 'the input device is not a TTY', 'omit -t if input is piped');
}
