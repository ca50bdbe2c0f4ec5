/** Skips a test that this host cannot have, and says why in its title. */
export function skip(test: Mocha.Context, why: string): void {
  test.test!.title += ` (not here: ${why})`;
  test.skip();
}
