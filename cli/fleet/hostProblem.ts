/** Why a host could not be reached, checked or changed, in one line. */
export function hostProblem(error: unknown): string {
  const { message, hint, code, status } = error as Error & { hint?: string; code?: string; status?: number };
  // An older pouchd does not have the path, and other servers send no code.
  const isForeign = code === 'PCH_PATH_NOT_FOUND' || (status === 404 && !code);
  if (isForeign) return `expected a pouchd of this version, found ${message} (update pouchd on the host)`;
  return `${message}${hint ? ` (${hint})` : ''}${code ? ` [${code}]` : ''}`;
}
