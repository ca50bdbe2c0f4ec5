import { writeFile } from 'node:fs/promises';
import { conflictingOptions } from '../../errors.ts';
import { svgGraph } from '../../plugins/graph/svgGraph.ts';
import { textGraph } from '../../plugins/graph/textGraph.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  svg?: boolean;
  output?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[point]', 'Hook point, such as container.preCreate; default all that are tapped')
    .option('--svg', 'Draw it as SVG')
    .option('-o, --output <file>', 'Write the SVG to a file, instead of stdout')
    .action(async (point: string | undefined, { svg = false, output }: Flags) => {
      if (output !== undefined && !svg) throw conflictingOptions('-o needs --svg');
      const hooks = await session.client.plugins.graph(point);
      if (output !== undefined) await writeFile(output, svgGraph(hooks));
      else if (svg) session.terminal.stdout.write(svgGraph(hooks));
      else if (hooks.length === 0) session.print(`no plugin taps ${point ?? 'a hook point'}`);
      else for (const line of textGraph(hooks)) session.print(line);
    });
}
