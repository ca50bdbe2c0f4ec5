/** Whether a value, or one within it, is such a text. */
export function hasText(value: unknown, is: (text: string) => boolean): boolean {
  if (typeof value === 'string') return is(value);
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => hasText(one, is));
}
