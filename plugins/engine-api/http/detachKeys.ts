/** The key sequence that detaches a client from a terminal: `ctrl-p,ctrl-q`. */
import { Transform } from 'node:stream';
import { PouchError } from '../../../hooks/index.ts';

const defaultKeys = 'ctrl-p,ctrl-q';
const ctrlSymbols: Record<string, number> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/**
 * Returns the bytes of a sequence such as `ctrl-p,ctrl-q` or `a,b`.
 * @throws PCH_OPTION_INVALID
 */
export function parseDetachKeys(text: string | undefined): Buffer {
  return Buffer.from((text || defaultKeys).split(',').map(keyByte));
}

function keyByte(key: string): number {
  if (key.length === 1 && key.charCodeAt(0) < 128) return key.charCodeAt(0);
  const control = /^ctrl-([a-zA-Z@[\\\]^_])$/.exec(key)?.[1];
  if (control === undefined)
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `detach keys: expected single characters or ctrl-X, found "${key}"`,
      {
        hint: 'for example ctrl-p,ctrl-q',
      },
    );
  return ctrlSymbols[control] ?? control.toLowerCase().charCodeAt(0) - 96;
}

/** Forwards input, holds back the beginning of the sequence, and calls `detach` when the sequence is complete. */
export function watchForKeys(keys: Buffer, detach: () => void): Transform {
  let matched = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passed: number[] = [];
      for (const byte of chunk) {
        if (byte !== keys[matched]) {
          passed.push(...keys.subarray(0, matched));
          matched = 0;
        }
        if (byte !== keys[matched]) passed.push(byte);
        else if (++matched === keys.length) break;
      }
      if (passed.length > 0) this.push(Buffer.from(passed));
      if (matched === keys.length) detach();
      done();
    },
  });
}
