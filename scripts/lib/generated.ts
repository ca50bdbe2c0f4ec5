import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { format, resolveConfig } from 'prettier';

const project = resolve(import.meta.dirname, '../..');

/**
 * Writes generated files, formatted. With --check on the command line it writes nothing, and exits with 1 if a file
 * is stale.
 * @param outputs - text by path in the project
 */
export async function writeGenerated(outputs: Record<string, string>): Promise<void> {
  const stale: string[] = [];
  for (const [path, text] of Object.entries(outputs)) {
    const file = resolve(project, path);
    const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
    if (!argv.includes('--check')) writeFileSync(file, formatted);
    else if (read(file) !== formatted) stale.push(relative(project, file));
  }
  if (stale.length === 0) return;
  stderr.write(`${stale.join(' and ')}: stale; run npm run docs\n`);
  exit(1);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
