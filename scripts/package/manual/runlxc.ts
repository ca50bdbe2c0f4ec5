/** runlxc(8). */
import { bold, inline, item, type Page, paragraphs, seeAlso } from './roff.ts';

const commands = [
  [
    'create ID',
    'Create the container of a bundle: `--bundle DIRECTORY`, `--console-socket PATH`, `--pid-file FILE`.',
  ],
  ['start ID', 'Run the process of a container that was created.'],
  ['state ID', 'Print its state, as JSON.'],
  ['kill ID SIGNAL', 'Send a signal to its process.'],
  ['delete ID', 'Remove it; with `--force` also one that runs.'],
] as const;

export function runlxcPage(): Page {
  return {
    name: 'runlxc',
    section: 8,
    summary: 'OCI runtime that creates containers with LXC',
    sections: [
      ['SYNOPSIS', `${bold('runlxc')} [${bold('--root')} DIRECTORY] COMMAND [options] ID`],
      [
        'DESCRIPTION',
        paragraphs(
          inline(
            'A runtime with the command line of **runc**(8). pouchd calls it for containers with `--runtime runlxc`.',
          ),
          inline('It needs liblxc and libseccomp: `pouch runtime inspect runlxc` prints what is missing.'),
        ),
      ],
      ['COMMANDS', commands.map(([name, text]) => item(bold(name), inline(text))).join('\n')],
      ['SEE ALSO', seeAlso('pouch-run(1)', 'pouchd(8)', 'runc(8)', 'lxc(7)')],
    ],
  };
}
