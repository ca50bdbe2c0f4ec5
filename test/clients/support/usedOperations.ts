/** test/clients/operations.json: the operations of the Engine API that each client's tests use, for the reference. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Recorder } from './Recorder.ts';

const file = resolve(import.meta.dirname, '../operations.json');

type Used = Record<string, string[]>;

function recorded(): Used {
  return JSON.parse(readFileSync(file, 'utf8')) as Used;
}

/**
 * After the tests of a client: fails if a request or a response did not fit the API's schemas, or if the client used
 * an operation that the file does not have. `POUCH_CLIENT_OPERATIONS=write` writes what it used into the file.
 */
export async function checkUsed(client: string, { used, problems }: Recorder): Promise<void> {
  const sorted = [...used].sort();
  if (process.env['POUCH_CLIENT_OPERATIONS'] === 'write') {
    const all = Object.entries({ ...recorded(), [client]: sorted }).sort(([a], [b]) => (a < b ? -1 : 1));
    await writeFile(file, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  }
  const known = recorded()[client] ?? [];
  const unknown = sorted.filter((operation) => !known.includes(operation));
  assert.deepEqual(
    [...problems].sort(),
    [],
    'expected requests and responses as the Engine API describes them',
  );
  assert.deepEqual(
    unknown,
    [],
    `operations that test/clients/operations.json does not have of ${client}: run with POUCH_CLIENT_OPERATIONS=write`,
  );
}
