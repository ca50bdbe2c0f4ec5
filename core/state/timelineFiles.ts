/**
 * timeline.jsonl of a container: one line per operation. It is not flushed, and what is damaged in it is left out: it
 * helps to find faults, and nothing depends on it.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { TimelineOperation } from '../../hooks/timeline.ts';
import { problemIn } from './stored.ts';

/** Bytes of one file. The one before it is kept. */
const mostBytes = 128 * 1024;

/** Appends an operation. @throws the system's error, such as ENOENT if the container is gone */
export async function appendTimeline(directory: string, operation: TimelineOperation): Promise<void> {
  const path = join(directory, 'timeline.jsonl');
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    await file.appendFile(`${JSON.stringify(operation)}\n`);
    if (size > mostBytes) await rename(path, earlier(directory));
  } finally {
    await file.close();
  }
}

/** The operations that are stored, in the order of their ends. */
export async function readTimeline(directory: string): Promise<TimelineOperation[]> {
  const texts = [earlier(directory), join(directory, 'timeline.jsonl')].map((path) =>
    readFile(path, 'utf8').catch(() => ''),
  );
  const lines = (await Promise.all(texts)).flatMap((text) => text.split('\n'));
  return lines.flatMap((line) => parsed(line) ?? []);
}

function earlier(directory: string): string {
  return join(directory, 'timeline.1.jsonl');
}

function parsed(line: string): TimelineOperation | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return problemIn(value, TimelineOperation) === undefined ? (value as TimelineOperation) : undefined;
  } catch {
    return undefined;
  }
}
