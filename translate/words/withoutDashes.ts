/** Writes options in a message as YAML has them: `--memory` becomes `memory`. */
export function withoutDashes(text: string): string {
  return text.replaceAll(/(^|[\s(])(-\w, )?--(?=[a-z])/g, '$1');
}
