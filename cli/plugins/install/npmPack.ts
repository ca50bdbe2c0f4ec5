import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../errors.ts';

/** Milliseconds for a download. */
const longestMs = 5 * 60_000;

/**
 * Has npm write a package to a folder, from the registry of npm's own configuration. Returns the file.
 * @param spec a folder, or NAME[@VERSION]
 * @throws PCH_PLUGIN_PACKAGE with what npm has printed
 */
export async function npmPack(spec: string, folder: string): Promise<string> {
  const args = ['pack', spec, '--ignore-scripts', '--pack-destination', folder];
  if (spec.startsWith('-')) throw failed(spec, 'a name cannot begin with "-"');
  await new Promise<void>((done, reject) => {
    execFile('npm', args, { timeout: longestMs }, (error, _stdout, stderr) => {
      if (error) reject(failed(spec, stderr.trim() || error.message));
      else done();
    });
  });
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (file === undefined) throw failed(spec, 'npm wrote no file');
  return join(folder, file);
}

function failed(spec: string, why: string): CliError {
  return new CliError('PCH_PLUGIN_PACKAGE', `npm cannot pack ${spec}: ${why}`, 'try `npm pack` itself');
}
