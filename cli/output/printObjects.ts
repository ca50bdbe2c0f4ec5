import { exitCodes } from '../errors.ts';
import { reportError } from '../reportError.ts';
import type { Session } from '../Session.ts';
import { parseTemplate } from './template.ts';

/**
 * Fetches and prints objects for the `inspect` commands: as one JSON array, one JSON line each (`json`), or with a
 * template. Objects that are not found are reported; the others are printed.
 */
export async function printObjects(
  session: Session,
  refs: string[],
  format: string | undefined,
  fetch: (ref: string) => Promise<unknown>,
): Promise<void> {
  const render =
    format === undefined || format === 'json' ? JSON.stringify : parseTemplate(format, { strict: true });
  const results = await Promise.allSettled(refs.map(fetch));
  const found = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (format === undefined) session.print(JSON.stringify(found, null, 4));
  else for (const object of found) session.print(render(object));
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    reportError(result.reason, session.terminal);
    session.exitCode = exitCodes.failure;
  }
}
