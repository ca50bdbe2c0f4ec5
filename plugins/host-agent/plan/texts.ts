/** The texts within a value. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) yield* textsIn(one);
}

/** Whether a value, or one within it, is such a text. */
export function hasText(value: unknown, is: (text: string) => boolean): boolean {
  for (const text of textsIn(value)) if (is(text)) return true;
  return false;
}
