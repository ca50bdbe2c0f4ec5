/** Quoting for systemd's unit files (systemd.syntax(7), "Quoting"; specifiers in systemd.unit(5)). */

/** One word of a setting whose value is a list of words, such as `Environment=`. */
export function quoteWord(text: string): string {
  return `"${escapeText(text).replaceAll('%', '%%')}"`;
}

/** One argument of `ExecStart=`, where `$` would also be expanded (systemd.service(5), "Command lines"). */
export function quoteArgument(text: string): string {
  return quoteWord(text).replaceAll('$', '$$$$');
}

/** A whole value that takes no quotes but specifiers, such as the path of `WorkingDirectory=`. */
export function plainValue(text: string): string {
  return text.replaceAll('%', '%%');
}

/** C escapes; `\xHH` stands for one byte, so only ASCII's control characters are written by it. */
function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0001-\u001f\u007f]/g;
