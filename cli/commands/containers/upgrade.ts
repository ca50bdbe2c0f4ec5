import type { UpgradeRequest } from '../../../client/index.ts';
import { invalidOption } from '../../errors.ts';
import { printable } from '../../output/printable.ts';
import { durationSeconds } from '../../../client/options/duration.ts';
import { upgradeLines } from '../../plan/upgradeLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import { withImage } from '../../run/createContainer.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  image: string;
  keep: string[];
  pull?: string;
  healthTimeout?: string;
  healthCmd?: string;
  dryRun?: boolean;
  format: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .requiredOption('--image <image>', 'The new image; pulled if missing')
    .option(
      '--keep <path>',
      'Keep a path of its root file system; * for any characters of a name',
      collect,
      [],
    )
    .option('--pull <policy>', 'Pull image before the upgrade (always, missing, never)', 'missing')
    .option('--health-timeout <duration>', 'Roll back if it is not healthy within this time (default: 60s)')
    .option('--health-cmd <command>', 'Shell command in the container that succeeds once it is healthy')
    .option('--dry-run', 'Only print what would change')
    .option('--format <format>', 'Format output: text, or json', 'text')
    .addHelpText(
      'after',
      '\nVolumes, name, addresses of a rich container and its identity (host keys, machine-id) stay; other files come from\nthe new image. pouch rollback returns to the old one.',
    )
    .action((ref: string, flags: Flags) => upgrade(session, ref, flags));
}

async function upgrade(session: Session, ref: string, flags: Flags): Promise<void> {
  const { image, dryRun = false, format, pull } = flags;
  const body = bodyOf(flags);
  const done = await withImage(session, { Image: image }, { ...(pull !== undefined && { pull }) }, () =>
    session.client.containers.upgrade(ref, body, { dryRun }),
  );
  if (format === 'json') session.print(JSON.stringify(done));
  else for (const line of upgradeLines(done)) session.print(printable(line));
}

function bodyOf({ image, keep, healthTimeout, healthCmd }: Flags): UpgradeRequest {
  return {
    Image: image,
    Keep: keep,
    ...(healthTimeout !== undefined && { HealthTimeout: secondsOf(healthTimeout) }),
    ...(healthCmd !== undefined && { HealthCommand: ['/bin/sh', '-c', healthCmd] }),
  };
}

function secondsOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : durationSeconds(text);
  if (seconds === undefined) throw invalidOption('--health-timeout', 'a duration such as 90s', text);
  return seconds;
}
