/**
 * Control characters (C0, DEL, C1), and what changes the direction or the lines of text: written by an image, a registry or a
 * container, they would steer the terminal or forge what it shows. The colours of output/colour.ts pass.
 */
const steering =
  // eslint-disable-next-line no-control-regex
  /\u001b\[(?:0|1|2|31|32|33|36)m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text as a terminal can show it: `\u001b` for an escape, as JSON writes it, so that JSON stays what it is. */
export function printable(text: string): string {
  return text.replace(steering, (found) => (found.length > 1 ? found : escaped(found)));
}

/** The same for a cell of a table, whose rows are lines. */
export function printableCell(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
