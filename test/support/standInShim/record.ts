import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './identity.ts';

/** Adds one line of JSON; bytes are in base64. */
export function record(entry: { call: string } & Record<string, unknown>): void {
  const text = JSON.stringify({ pid: process.pid, ...entry }, (_key, value: unknown) => plain(value));
  appendFileSync(join(folder, 'record.jsonl'), `${text}\n`);
}

function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer')
    return Buffer.from((value as unknown as { data: number[] }).data).toString('base64');
  return value;
}

/** What a test wants to go wrong now; empty for nothing. */
export function fault(): string {
  const file = join(folder, 'fault');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
