import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntry } from '../../../../hooks/index.ts';

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pouch-io-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function texts(entries: readonly Pick<LogEntry, 'data'>[]): string[] {
  return entries.map(({ data }) => data.toString());
}
