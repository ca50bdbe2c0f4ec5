import { pullImage } from '../../images/pullImage.ts';
import { withDefaultTag } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image>', 'Reference: debian:bookworm, registry.example/app@sha256:…')
    .option('--platform <os/arch>', 'Set platform if server is multi-platform capable')
    .option('-q, --quiet', 'Suppress verbose output')
    .action(async (image: string, flags: { platform?: string; quiet?: boolean }) => {
      await pullImage(session, image, {
        quiet: flags.quiet === true,
        stream: session.terminal.stdout,
        ...(flags.platform !== undefined && { platform: flags.platform }),
      });
      session.print(withDefaultTag(image));
    });
}
