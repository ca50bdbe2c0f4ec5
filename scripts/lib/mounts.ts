import { readFileSync } from 'node:fs';

/**
 * Returns the mount points at or below the directory, innermost first.
 * @param type - type of the file system; any by default
 */
export function mountsBelow(directory: string, type?: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => type === undefined || line.includes(` - ${type} `))
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((path) => path === directory || path.startsWith(`${directory}/`))
    .toReversed();
}

/** The kernel escapes white space in paths as octal numbers (proc(5)). */
function unescape(path: string): string {
  return path.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
