/**
 * Returns a line of guestfish's standard input for a command. guestfish(1) parses such a line: `|`, `!`, `~`, quotes,
 * `#` and `<!` have meanings, some of them a shell's. Within double quotes only `"` and a backslash have one, and
 * every byte can be written as `\xHH`. All bytes but harmless ones are written so: no name can end its word or begin a
 * command.
 */
export function guestfishLine([command = '', ...args]: readonly string[]): string {
  if (!/^-?[a-z][a-z-]*$/.test(command)) throw new TypeError(`invalid command of guestfish: ${command}`);
  return [command, ...args.map(quoted)].join(' ');
}

function quoted(word: string): string {
  const escaped = [...Buffer.from(word)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9/.,:=_@-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.join('')}"`;
}
