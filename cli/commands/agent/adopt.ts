import { declarationsYaml } from '../../agent/declarationsYaml.ts';
import { foreignContainers } from '../../agent/foreignContainers.ts';
import { conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  from?: string;
  take?: boolean;
}

const help = `
Prints YAML for a file of conf.d beside pouchd.yaml: only what differs from the defaults and from the image. Comments list
what cannot be written, and the files for secrets, whose values are not printed. An apply of the file takes the containers
over as they are:

    pouch adopt web > /etc/pouch/conf.d/web.yaml && pouch apply

With --take, declared containers of these names become those of their declarations although they differ: the next apply
changes them. See docs/guides/host-agent.md.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or ids')
    .option('--from <address>', 'Daemon that has them: unix:///run/docker.sock, or the socket of podman')
    .option('--take', 'Take containers over that are declared, and differ')
    .addHelpText('after', help)
    .action(async (names: string[], { from, take = false }: Flags) => {
      const { agent } = session.client;
      if (take && from !== undefined)
        throw conflictingOptions('--take is about containers of Pouch: leave out --from');
      if (take) return await agent.take(names);
      const declarations =
        from === undefined
          ? await agent.adopt(names)
          : await agent.convert(await foreignContainers(from, names));
      session.terminal.stdout.write(declarationsYaml(declarations));
      for (const { Name, Lost } of declarations.Containers)
        for (const lost of Lost) session.warn(`${Name}: not written: ${lost}`);
    });
}
