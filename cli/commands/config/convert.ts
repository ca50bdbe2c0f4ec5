import { declarationsYaml } from '../../agent/declarationsYaml.ts';
import { composeFile } from '../../convert/composeFile.ts';
import { inspectOutput } from '../../convert/inspectOutput.ts';
import { exitCodes } from '../../errors.ts';
import type { AgentForeign } from '../../../client/index.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { readTextInput } from '../../readTextInput.ts';
import type { Session } from '../../Session.ts';

/** Bytes. */
const largest = 16 * 1024 * 1024;

interface Flags {
  force?: boolean;
}

const help = `
Prints YAML of pouchd.yaml for a compose file, or for what \`docker inspect CONTAINER…\` has printed. What has no equivalent
is listed with its line, and nothing is converted, unless you use --force. With their images, networks and volumes beside
the containers, only what differs from these is printed:

    docker inspect web busybox shop data | pouch config convert -

See docs/guides/host-agent.md.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<file>', 'A compose file, or JSON of docker inspect; - reads stdin')
    .option('--force', 'Convert the rest of a file that has features without an equivalent')
    .addHelpText('after', help)
    .action(async (file: string, { force = false }: Flags) => {
      const text = await readTextInput(session, file, { option: 'FILE', largest });
      const inspected = inspectOutput(file, text);
      const { declarations, problems, notes } = inspected
        ? await ofInspect(session, inspected)
        : composeFile(file, text);
      for (const problem of problems) session.warn(problem);
      if (problems.length > 0 && !force) {
        session.exitCode = exitCodes.failure;
        return;
      }
      session.terminal.stdout.write(
        notes.map((note) => `# ${note}\n`).join('') + declarationsYaml(declarations),
      );
    });
}

async function ofInspect(session: Session, inspected: AgentForeign) {
  const declarations = await session.client.agent.convert(inspected);
  const problems = declarations.Containers.flatMap(({ Name, Lost }) =>
    Lost.map((lost) => `${Name}: ${lost}`),
  );
  return { declarations, problems, notes: [] };
}
