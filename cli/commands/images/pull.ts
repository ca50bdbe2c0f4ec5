import { pullImage } from '../../images/pullImage.ts';
import { splitReference, withDefaultTag } from '../../parse/reference.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  platform?: string;
  quiet?: boolean;
  allTags?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image>', 'Reference: debian:bookworm, registry.example/app@sha256:…')
    .option('--platform <os/arch>', 'Set platform if server is multi-platform capable')
    .option('-q, --quiet', 'Suppress verbose output')
    .option('-a, --all-tags', 'Download all tagged images in the repository')
    .action(async (image: string, flags: Flags) => {
      const { allTags = false } = flags;
      if (allTags && splitReference(image).tag !== undefined)
        throw invalidOption('--all-tags', 'a name without a tag', image);
      await pullImage(session, image, {
        quiet: flags.quiet === true,
        stream: session.terminal.stdout,
        allTags,
        ...(flags.platform !== undefined && { platform: flags.platform }),
      });
      session.print(allTags ? image : withDefaultTag(image));
    });
}
