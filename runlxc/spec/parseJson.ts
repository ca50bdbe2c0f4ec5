/** Parses JSON with exact large integers, and with positions in errors. */

/** Marks a large integer; no string in a config.json begins with it. */
const mark = '\u0000';
const stringOrLargeInteger = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** @throws SyntaxError with line and column */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(markLargeIntegers(text), restoreLargeIntegers);
  } catch (error) {
    throw new SyntaxError(`${placeOfError(text)}: ${(error as Error).message}`, { cause: error });
  }
}

function markLargeIntegers(text: string): string {
  // The mark is escaped: JSON strings must not contain control characters.
  return text.replace(stringOrLargeInteger, (found) => (found.startsWith('"') ? found : `"\\u0000${found}"`));
}

function restoreLargeIntegers(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(1)) : value;
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

/**
 * Returns the position of a syntax error (RFC 8259), which JavaScript engines report in different forms, or not at
 * all.
 */
function placeOfError(text: string): string {
  const before = text.slice(0, offsetOfError(text)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The expected token: a value, the end of an element, a key, a colon. */
type Expected = 'value' | 'valueOrEnd' | 'separator' | 'key' | 'keyOrEnd' | 'colon';

function offsetOfError(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  token.lastIndex = 0;
  for (;;) {
    const start = token.lastIndex;
    const found = token.exec(text);
    if (!found) return skipSpace(text, start);
    const next = step(expected, found, open);
    if (next === undefined) return skipSpace(text, start);
    expected = next;
  }
}

function skipSpace(text: string, offset: number): number {
  return offset + (/^[ \t\r\n]*/.exec(text.slice(offset))?.[0].length ?? 0);
}

/** Returns undefined for an unexpected token. */
function step(expected: Expected, [, sign, string]: RegExpExecArray, open: string[]): Expected | undefined {
  if (expected === 'colon') return sign === ':' ? 'value' : undefined;
  if (expected === 'key' || expected === 'keyOrEnd') {
    if (string !== undefined) return 'colon';
    return expected === 'keyOrEnd' && sign === '}' ? close(open, '{') : undefined;
  }
  if (expected === 'separator') return separate(sign, open);
  if (expected === 'valueOrEnd' && sign === ']') return close(open, '[');
  if (sign === '{' || sign === '[') {
    open.push(sign);
    return sign === '{' ? 'keyOrEnd' : 'valueOrEnd';
  }
  return sign === undefined ? 'separator' : undefined;
}

function separate(sign: string | undefined, open: string[]): Expected | undefined {
  if (sign === ',' && open.length > 0) return open.at(-1) === '{' ? 'key' : 'value';
  if (sign === '}') return close(open, '{');
  return sign === ']' ? close(open, '[') : undefined;
}

function close(open: string[], opened: string): Expected | undefined {
  return open.pop() === opened ? 'separator' : undefined;
}
