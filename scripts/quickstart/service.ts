import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { SetupError } from '../lib/SetupError.ts';
import { type Place, project } from './place.ts';

const unitFile = '/etc/systemd/system/pouchd.service';

/** Whether the host's systemd runs pouchd (sd_booted(3)), which needs the default directories. */
export function isService(place: Place): boolean {
  return place.isDefault && existsSync('/run/systemd/system');
}

/** @throws SetupError */
export async function startService(): Promise<void> {
  const unit = unitFor(process.execPath);
  if (!existsSync(unitFile) || readFileSync(unitFile, 'utf8') !== unit) {
    writeFileSync(unitFile, unit);
    await systemctl('daemon-reload');
  }
  await systemctl('enable', '--now', 'pouchd.service');
}

export async function removeService(): Promise<void> {
  if (!existsSync(unitFile)) return;
  await systemctl('disable', '--now', 'pouchd.service');
  rmSync(unitFile);
  await systemctl('daemon-reload');
}

function unitFor(node: string): string {
  return readFileSync(join(project, 'scripts/pouchd.service'), 'utf8')
    .replaceAll('@NODE@', node)
    .replaceAll('@PROJECT@', project);
}

async function systemctl(...args: string[]): Promise<void> {
  const { failed, stderr } = await execa('systemctl', args, {
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
  });
  if (failed)
    throw new SetupError(`systemctl ${args.join(' ')} failed (see journalctl -u pouchd): ${stderr}`);
}
