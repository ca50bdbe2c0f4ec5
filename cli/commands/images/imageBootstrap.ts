import { CliError } from '../../errors.ts';
import { showProgress } from '../../images/showProgress.ts';
import { splitReference } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/runOptions.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  suite?: string;
  include: string[];
  mirror?: string;
  quiet?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<reference>', 'name of the image: debian:bookworm')
    .option('--suite <name>', 'release of the distribution (the tag if missing)')
    .option('--include <packages>', 'more packages, with commas between them', collect, [])
    .option('--mirror <url>', 'where packages are fetched from')
    .option('-q, --quiet', 'no progress')
    .action((reference: string, flags: Flags) => bootstrap(session, reference, flags));
}

async function bootstrap(session: Session, reference: string, flags: Flags): Promise<void> {
  const suite = flags.suite ?? splitReference(reference).tag;
  if (suite === undefined) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `which release? "${reference}" has no tag`,
      'write debian:bookworm, or add --suite',
    );
  }
  const include = flags.include.flatMap((text) => text.split(',')).filter((name) => name !== '');
  const progress = await session.client.images.bootstrap({
    reference,
    suite,
    include,
    ...(flags.mirror !== undefined && { mirror: flags.mirror }),
  });
  await showProgress(progress, { stream: session.terminal.stdout, quiet: flags.quiet === true });
}
