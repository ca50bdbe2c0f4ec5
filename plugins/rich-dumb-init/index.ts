import { posix } from 'node:path';
import { field, definePlugin, PouchError, type ContainerDraft, hasInitScript } from '../../hooks/index.ts';
import { runInitScript } from './initScript.ts';

/**
 * Rich mode `dumb-init`: runs a small init as PID 1 that forwards signals to the command and reaps orphans. Works
 * with every image.
 */
export default definePlugin({
  name: 'rich-dumb-init',
  version: '0.1.0',
  doc: 'Rich mode dumb-init: runs a small static init of the host as PID 1, which forwards signals to the command and reaps orphans.',
  setup({ richMode, host }) {
    richMode({
      name: 'dumb-init',
      doc: 'A small init of the host forwards signals to the command and reaps orphans',
      stop: { timeoutSeconds: 90 },
      // The fallback.
      suits: () => 'the image has none of the inits that the other modes look for',
      after: ['rich-systemd?', 'rich-s6?', 'rich-runit?', 'rich-openrc?', 'rich-sbin-init?'],
      async apply(draft) {
        if (host.initPath === undefined) throw noInit(draft);
        checkCommand(draft);
        draft.process.init = true;
        if (hasInitScript(draft)) await runInitScript(draft);
      },
    });
  },
});

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish']);

/** The default command of base images is a shell. Without input it ends at once, with 0. */
function checkCommand(draft: ContainerDraft): void {
  const { process, image, name } = draft;
  const args = [...process.entrypoint, ...process.command];
  const [program = ''] = args;
  const isBareShell = args.length === 1 && shells.has(posix.basename(program));
  if (!isBareShell || process.openStdin || process.tty || hasInitScript(draft)) return;
  throw new PouchError(
    'PCH_COMMAND_MISSING',
    `rich mode dumb-init of ${name}: expected a command, or an init in the image ${image.reference}; ` +
      `found only the shell ${program}, which ends at once without input`,
    {
      field: 'command',
      hint: `append a command, add ${field('tty')} and ${field('openStdin')} for a shell, or use an image with systemd or /sbin/init`,
    },
  );
}

function noInit(draft: ContainerDraft): PouchError {
  return new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode dumb-init of ${draft.name}: expected a small static init on this host (/usr/bin/tini-static or catatonit), found none`,
    {
      field: 'rich.mode',
      hint: `install one (Debian: apt-get install tini), or use ${field('rich.mode')} systemd or sbin-init if the image has such an init`,
    },
  );
}
