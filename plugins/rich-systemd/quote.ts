/** Quoting for systemd's unit files (systemd.syntax(7), "Quoting"; specifiers in systemd.unit(5)). */

/** Quotes one word of a setting whose value is a list of words, such as `Environment=`. */
export function quoteWord(text: string): string {
  return `"${escapeText(text).replaceAll('%', '%%')}"`;
}

/** Quotes one argument of `ExecStart=`, which also expands `$` (systemd.service(5), "Command lines"). */
export function quoteArgument(text: string): string {
  return quoteWord(text).replaceAll('$', '$$$$');
}

/** Escapes a value without quoting but with specifiers, such as the path of `WorkingDirectory=`. */
export function plainValue(text: string): string {
  return text.replaceAll('%', '%%');
}

/** C escapes; `\xHH` is one byte, so it is used only for ASCII control characters. */
function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// eslint-disable-next-line no-control-regex -- matches control characters on purpose
const controls = /[\u0001-\u001f\u007f]/g;
