import { invalidOption } from '../../errors.ts';
import { printNeedRestart, printReload } from '../../plugins/printReload.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  unset: string[];
  offline?: boolean;
}

const help = `
Writes the settings to pouchd's configuration file, whose comments stay, and reloads it: they apply to new containers.
A value is JSON, or text as it is:
  pouch updatedaemon log.level=debug 'network.dns=["192.0.2.53"]'
The exit code is 1 if a plugin cannot be loaded; the file has the settings all the same.
See docs/reference/configuration.md for all settings.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[setting=value...]', 'Settings, such as log.level=debug')
    .option('--unset <setting>', 'Remove a setting from the file, so that its default applies', collect, [])
    .option('--offline', 'Only write the file; a restart of pouchd puts it in force')
    .addHelpText('after', help)
    .action((pairs: string[], flags: Flags) => update(session, pairs, flags));
}

async function update(session: Session, pairs: readonly string[], flags: Flags): Promise<void> {
  const changes = new Map<string, unknown>(flags.unset.map((path) => [path, null]));
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw invalidOption('updatedaemon', 'SETTING=VALUE', pair);
    const path = pair.slice(0, at);
    if (changes.has(path)) throw invalidOption('updatedaemon', 'each setting once', path);
    changes.set(path, valueOf(pair.slice(at + 1)));
  }
  if (changes.size === 0)
    throw invalidOption('updatedaemon', 'at least one SETTING=VALUE or --unset SETTING', '');
  const { File, Plugins, Settings, NeedRestart } = await session.client.system.updateSettings({
    Settings: Object.fromEntries(changes),
    ...(flags.offline && { Offline: true }),
  });
  const needRestart = NeedRestart.map(({ Path: path, Why: why }) => ({ path, why }));
  if (!flags.offline) return printReload(session, { plugins: Plugins, settings: Settings, needRestart });
  session.print(`${File} is written; a restart of pouchd puts it in force`);
  printNeedRestart(session, needRestart);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
