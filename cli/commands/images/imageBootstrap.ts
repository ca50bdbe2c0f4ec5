import { CliError } from '../../errors.ts';
import { showProgress } from '../../images/showProgress.ts';
import { splitReference } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  suite?: string;
  include: string[];
  mirror?: string;
  quiet?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<reference>', 'Name of the image: debian:bookworm')
    .option('--suite <name>', 'Release of the distribution (default the tag)')
    .option('--include <packages>', 'Additional packages, comma-separated', collect, [])
    .option('--mirror <url>', 'URL of a package mirror')
    .option('-q, --quiet', 'Suppress progress output')
    .action((reference: string, flags: Flags) => bootstrap(session, reference, flags));
}

async function bootstrap(session: Session, reference: string, flags: Flags): Promise<void> {
  const suite = flags.suite ?? splitReference(reference).tag;
  if (suite === undefined) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `expected the release of the distribution, found no tag in "${reference}"`,
      'use a name with a tag such as debian:bookworm, or add --suite',
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
