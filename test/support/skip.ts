/** Skips a test, or from a hook its suite, that this host cannot have, and prints why. */
export function skip(context: Mocha.Context, why: string): void {
  const current = context.test!;
  // The title of a hook is not printed.
  if ('type' in current && current.type === 'hook') console.log(`    skipped: ${why}`);
  else current.title += ` (not here: ${why})`;
  context.skip();
}
