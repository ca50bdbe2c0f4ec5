import { invalidOption } from './OptionError.ts';

const defaultDetachKeys = 'ctrl-p,ctrl-q';

/** Description of `--detach-keys`. */
export const detachKeysHelp = `Override the key sequence for detaching a container (default ${defaultDetachKeys})`;

/** Control keys other than letters, in Docker's spelling. */
const controls: Record<string, number> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/** The key sequence that detaches from a container. */
export interface DetachKeys {
  /** The user's text; undefined for the default. */
  text: string | undefined;
  bytes: number[];
}

/** Parses `--detach-keys`. @throws PCH_OPTION_INVALID */
export function detachKeysOption(text: string | undefined): DetachKeys {
  return { text: text || undefined, bytes: parseDetachKeys(text) };
}

/**
 * Returns the bytes of `ctrl-p,ctrl-q`, `a`, `ctrl-\,x`; without text those of the default.
 * @throws PCH_OPTION_INVALID
 */
export function parseDetachKeys(text: string | undefined): number[] {
  return (text || defaultDetachKeys).split(',').map((key) => {
    const byte = keyByte(key);
    if (byte !== undefined) return byte;
    const expected = 'comma-separated characters or ctrl-CHARACTER';
    throw invalidOption('--detach-keys', expected, text ?? '');
  });
}

function keyByte(key: string): number | undefined {
  if (key.length === 1) return key.charCodeAt(0) < 128 ? key.charCodeAt(0) : undefined;
  const control = /^ctrl-(.)$/i.exec(key)?.[1]?.toLowerCase();
  if (control === undefined) return undefined;
  return /[a-z]/.test(control) ? control.charCodeAt(0) - 96 : controls[control];
}
