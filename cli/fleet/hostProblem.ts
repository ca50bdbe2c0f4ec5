export interface HostProblem {
  /** `PCH_…`; missing: the server sent none. */
  readonly Code?: string;
  readonly Message: string;
  readonly Hint?: string;
}

/** Why a host could not be reached, read, checked or changed. */
export function problemOf(error: unknown): HostProblem {
  const { message: Message, hint: Hint, code: Code, status } = error as Error & Details;
  // An older pouchd does not have the path, and other servers send no code.
  const isForeign = Code === 'PCH_PATH_NOT_FOUND' || (status === 404 && !Code);
  if (isForeign)
    return {
      Message: `expected a pouchd of this version, found ${Message}`,
      Hint: 'update pouchd on the host',
    };
  return { Message, ...(Hint && { Hint }), ...(Code && { Code }) };
}

interface Details {
  hint?: string;
  code?: string;
  status?: number;
}

/** The same in one line. */
export function hostProblem(error: unknown): string {
  const { Message, Hint, Code } = problemOf(error);
  return `${Message}${Hint ? ` (${Hint})` : ''}${Code ? ` [${Code}]` : ''}`;
}
