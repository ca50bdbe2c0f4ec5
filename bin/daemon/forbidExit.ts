import { PouchError } from '../../hooks/errors.ts';

/** Has process.exit throw instead: a plugin that calls it fails, by its name, and pouchd continues. */
export function forbidExit(): void {
  process.exit = (code) => {
    throw new PouchError(
      'PCH_PLUGIN_FAILED',
      `process.exit(${code ?? ''}) was called; it cannot end pouchd`,
      {
        hint: 'throw an error instead',
      },
    );
  };
}
