/** An invalid option of `pouch`, on its command line or in a profile. */
export class OptionError extends Error {
  readonly code = 'PCH_OPTION_INVALID';
  /** The message without the option; undefined if it is about several options. */
  readonly problem: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, details: { problem?: string; hint?: string | undefined } = {}) {
    super(message);
    this.name = 'OptionError';
    this.problem = details.problem;
    this.hint = details.hint;
  }
}

/** Returns the error for an invalid value of an option: names the flag, what it takes, and what was given. */
export function invalidOption(flag: string, expected: string, found: string, hint?: string): OptionError {
  return optionError(flag, `expected ${expected}, found "${found}"`, hint);
}

/** Returns the error for an option with another problem than the form of its value. */
export function optionError(flag: string, problem: string, hint?: string): OptionError {
  return new OptionError(`${flag}: ${problem}`, { problem, hint });
}

/** Returns the error for options that exclude or need each other. */
export function conflictingOptions(message: string, hint?: string): OptionError {
  return new OptionError(message, { hint });
}
