import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { PluginCheckWire } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import { ownInstallation } from '../installation.ts';
import type { Session } from '../Session.ts';

/** Milliseconds: `pluginTimeout` bounds the load, and a trial may take it twice. */
const longestMs = 120_000;

/**
 * Has a plugin loaded by pouchd's loader: by the pouchd of this installation, which need not run, else by the daemon
 * that the session is connected to.
 */
export async function checkPlugin(session: Session, path: string): Promise<PluginCheckWire> {
  const installation = await ownInstallation('daemon');
  const absolute = resolve(path);
  return installation === undefined
    ? await session.client.plugins.validate(absolute)
    : await checkWith(join(installation, 'bin/pouchd'), absolute);
}

function checkWith(pouchd: string, path: string): Promise<PluginCheckWire> {
  const args = ['--check-plugin', path, '--format', 'json'];
  return new Promise((found, reject) => {
    execFile(pouchd, args, { timeout: longestMs }, (error, stdout, stderr) => {
      try {
        // It ends with 1 after a report of a problem too.
        found(JSON.parse(stdout) as PluginCheckWire);
      } catch {
        reject(notChecked(pouchd, stderr.trim() || (error?.message ?? 'it printed no report')));
      }
    });
  });
}

/** Its errors have a hint and a code of their own. */
function notChecked(pouchd: string, printed: string): CliError {
  const code = /\((PCH_\w+)\)$/.exec(printed)?.[1] ?? 'PCH_INTERNAL';
  return new CliError(code, `${pouchd} cannot check the plugin: ${printed}`);
}
