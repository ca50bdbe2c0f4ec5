/** Reads values of a body that its client may have sent without being asked to. */
export interface Asked {
  /**
   * Whether the client leaves out what its user does not set, as `pouch` does. Docker's clients send false, 0 or an
   * empty text instead.
   */
  readonly isLiteral: boolean;
  /**
   * Whether profiles complete the request: what depends on other fields is checked by the engine, with theirs.
   */
  readonly isPartial: boolean;
}

/** Returns undefined for what the user has not set. */
export function given<T>(value: T | null | undefined, { isLiteral }: Asked): T | undefined {
  if (value === null || value === undefined) return undefined;
  return value || isLiteral ? value : undefined;
}
