import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const project = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes generated files (text by path in the project), formatted. With `check` it writes nothing and answers those
 * that are stale.
 */
export async function writeGenerated(outputs: Record<string, string>, check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of Object.entries(outputs)) {
    const file = `${project}${path}`;
    const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
    if (!check) writeFileSync(file, formatted);
    else if (read(file) !== formatted) stale.push(relative(project, file));
  }
  return stale;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
