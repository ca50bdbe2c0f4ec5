/** Reads and writes lines with blocking calls: stdin and stdout are pipes of pouchd. */
import { readSync, writeSync } from 'node:fs';

const stdin = 0;
const stdout = 1;
const chunkBytes = 64 * 1024;
const lineFeed = 10;

/** The lines of stdin until its end. What reads one within another's turn gets the next. */
export const lines = readLines();

function* readLines(): Generator<string> {
  const chunk = Buffer.alloc(chunkBytes);
  let pending: Buffer[] = [];
  for (let size = readSync(stdin, chunk); size > 0; size = readSync(stdin, chunk)) {
    let rest = Buffer.from(chunk.subarray(0, size));
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      yield Buffer.concat([...pending, rest.subarray(0, end)]).toString();
      pending = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) pending.push(rest);
  }
}

export function writeLine(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(stdout, bytes, done);
}
