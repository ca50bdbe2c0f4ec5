/**
 * Control characters (C0, DEL, C1) and those that change text direction or break lines. From an image, registry or
 * container they could control the terminal or forge its output. The colours of output/colour.ts are allowed.
 */
const controls =
  // eslint-disable-next-line no-control-regex
  /\u001b\[(?:0|1|2|31|32|33|36)m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Replaces control characters by JSON escapes such as `\u001b`, which keeps JSON valid and its value unchanged. */
export function printable(text: string): string {
  return text.replace(controls, (found) => (found.length > 1 ? found : escaped(found)));
}

/** As {@link printable}, and escapes line breaks and tabs, for a table cell. */
export function printableCell(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
