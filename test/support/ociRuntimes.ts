/**
 * The runtimes by which what every one must do is tried: with `npm test` runc, with `npm test -- runtimes` the one
 * that it is at; POUCH_TEST_RUNTIME=all is all in one run.
 */
const chosen = process.env['POUCH_TEST_RUNTIME'];

export const ociRuntimes: readonly string[] =
  chosen === 'all' ? ['runc', 'crun', 'runlxc'] : [chosen ?? 'runc'];
