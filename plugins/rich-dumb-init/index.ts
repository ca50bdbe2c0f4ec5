import { definePlugin, PouchError, type ContainerDraft } from '../../hooks/index.ts';
import { withInitScript } from './initScript.ts';

/** Rich mode `dumb-init`: a small init as PID 1 that forwards signals to the command and reaps orphans. Fits every image. */
export default definePlugin({
  name: 'rich-dumb-init',
  version: '0.1.0',
  doc: 'Rich mode dumb-init: a small static init of the host runs the command, forwards signals and reaps orphans.',
  setup({ hooks, host }) {
    // The last to be asked when the request names no mode.
    hooks.container.preCreate.tap(
      { phase: 'early', after: ['rich-systemd?', 'rich-sbin-init?'] },
      ({ rich }) => {
        if (rich.enabled && rich.mode === '') rich.mode = 'dumb-init';
      },
    );
    // Late: the script wraps the command as every other plugin has left it.
    hooks.container.spec.tap({ phase: 'late', overrides: ['*'] }, (draft) => {
      if (!draft.rich.enabled || draft.rich.mode !== 'dumb-init') return;
      draft.annotations['io.pouch.rich'] = 'dumb-init';
      if (host.initPath === undefined) throw noInit(draft);
      draft.process.init = true;
      if (draft.rich.initScript) withInitScript(draft);
    });
  },
});

function noInit(draft: ContainerDraft): PouchError {
  return new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode dumb-init of ${draft.name} needs a small static init on this host (/usr/bin/tini-static or catatonit); there is none`,
    {
      hint: 'apt-get install tini, or choose --rich-mode systemd or sbin-init if the image has such an init.',
    },
  );
}
