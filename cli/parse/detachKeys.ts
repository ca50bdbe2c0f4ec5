import { invalidOption } from '../errors.ts';

export const defaultDetachKeys = 'ctrl-p,ctrl-q';

/** Control keys other than letters, as Docker spells them. */
const controls: Record<string, number> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/**
 * Bytes of `ctrl-p,ctrl-q`, `a`, `ctrl-\,x`; no keys for an empty text.
 * @throws PCH_OPTION_INVALID
 */
export function parseDetachKeys(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((key) => {
    const byte = keyByte(key);
    if (byte === undefined) {
      throw invalidOption('--detach-keys', 'characters or ctrl-CHARACTER, with commas between them', text);
    }
    return byte;
  });
}

function keyByte(key: string): number | undefined {
  if (key.length === 1) return key.charCodeAt(0) < 128 ? key.charCodeAt(0) : undefined;
  if (key === 'DEL') return 127;
  const control = /^ctrl-(.)$/i.exec(key)?.[1]?.toLowerCase();
  if (control === undefined) return undefined;
  return /[a-z]/.test(control) ? control.charCodeAt(0) - 96 : controls[control];
}
