/** An error for the caller: its message is printed without a stack. */
export class RunlxcError extends Error {
  override name = 'RunlxcError';
}

/** Returns the error for a field of config.json that this runtime does not support. */
export function unsupported(field: string, why: string): RunlxcError {
  return new RunlxcError(`${field}: ${why}`);
}
