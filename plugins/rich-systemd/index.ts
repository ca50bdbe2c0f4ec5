import { definePlugin, richAnnotation } from '../../hooks/index.ts';
import { findSystemd, requireSystemd } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `systemd`: runs the image's systemd as PID 1, with the default capabilities only. */
export default definePlugin({
  name: 'rich-systemd',
  version: '0.1.0',
  doc: 'Rich mode systemd: runs the image’s systemd as PID 1 and the command as one of its units.',
  setup({ hooks, host }) {
    // If the request names no mode, an image with systemd gets this one; otherwise the next rich plugin decides.
    hooks.container.preCreate.tap(
      { phase: 'early', before: ['rich-sbin-init?', 'rich-dumb-init?'] },
      async ({ rich, image }) => {
        if (rich.enabled && rich.mode === '' && (await findSystemd(image))) rich.mode = 'systemd';
      },
    );
    // Late: the units contain the command, environment and user after all changes by other plugins.
    hooks.container.spec.tap({ phase: 'late', overrides: ['*'] }, async (draft) => {
      if (!draft.rich.enabled || draft.rich.mode !== 'systemd') return;
      draft.annotations[richAnnotation] = 'systemd';
      makeRich(draft, host, await requireSystemd(draft.image));
    });
  },
});
