import { invalidOption } from '../errors.ts';

export const defaultDetachKeys = 'ctrl-p,ctrl-q';

/** Control keys other than letters, as Docker spells them. */
const controls: Record<string, number> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/** The keys that leave a container running. */
export interface DetachKeys {
  /** As the user wrote them; undefined for the default. */
  text: string | undefined;
  bytes: number[];
}

/** `--detach-keys`, checked before anything is made. */
export function detachKeysOption(text: string | undefined): DetachKeys {
  return { text: text || undefined, bytes: parseDetachKeys(text) };
}

/**
 * Bytes of `ctrl-p,ctrl-q`, `a`, `ctrl-\,x`; the default's for none.
 * @throws PCH_OPTION_INVALID
 */
export function parseDetachKeys(text: string | undefined): number[] {
  return (text || defaultDetachKeys).split(',').map((key) => {
    const byte = keyByte(key);
    if (byte !== undefined) return byte;
    const expected = 'characters or ctrl-CHARACTER, with commas between them';
    throw invalidOption('--detach-keys', expected, text ?? '');
  });
}

function keyByte(key: string): number | undefined {
  if (key.length === 1) return key.charCodeAt(0) < 128 ? key.charCodeAt(0) : undefined;
  const control = /^ctrl-(.)$/i.exec(key)?.[1]?.toLowerCase();
  if (control === undefined) return undefined;
  return /[a-z]/.test(control) ? control.charCodeAt(0) - 96 : controls[control];
}
