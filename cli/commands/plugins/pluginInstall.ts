import type { PluginInstallationWire } from '../../../client/index.ts';
import { changeLines } from '../../plugins/changeLines.ts';
import { openSource } from '../../plugins/install/openSource.ts';
import { installationLine } from '../../plugins/install/installationLine.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

/** pouchd itself pulls it. */
const ociPrefix = 'oci:';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument(
      '<source>',
      'A folder, a file that `npm pack` has written, npm:NAME[@VERSION], or oci:NAME[:TAG][@DIGEST]',
    )
    .addHelpText('after', '\nNo script of a package runs. Dependencies have to be bundled in it.')
    .action(async (given: string) => {
      const installed = given.startsWith(ociPrefix)
        ? await session.client.plugins.installArtifact(given.slice(ociPrefix.length))
        : await send(given, session);
      for (const line of changeLines(installed.plugins)) session.print(line);
      session.print(installationLine(installed));
    });
}

async function send(given: string, session: Session): Promise<PluginInstallationWire> {
  const { archive, name, source, close } = await openSource(given);
  try {
    return await session.client.plugins.install(archive, { source, ...(name && { name }) });
  } finally {
    archive.destroy();
    await close();
  }
}
