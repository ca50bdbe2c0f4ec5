/** What went wrong, in words for whoever called; no stack is shown. */
export class RunlxcError extends Error {
  override name = 'RunlxcError';
}

/** What the spec asks for and this runtime cannot do; named by its field. */
export function unsupported(field: string, why: string): RunlxcError {
  return new RunlxcError(`${field}: ${why}`);
}
