import { definePlugin, richAnnotation } from '../../hooks/index.ts';
import { findInit, requireInit } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `sbin-init`: runs the image's /sbin/init (sysvinit, busybox) as PID 1 and the command beside it. */
export default definePlugin({
  name: 'rich-sbin-init',
  version: '0.1.0',
  doc: 'Rich mode sbin-init: runs the image’s /sbin/init (sysvinit, busybox) as PID 1 and the command beside it.',
  setup({ hooks }) {
    hooks.container.preCreate.tap(
      { phase: 'early', after: ['rich-systemd?'], before: ['rich-dumb-init?'] },
      async ({ rich, image }) => {
        if (rich.enabled && rich.mode === '' && (await findInit(image))) rich.mode = 'sbin-init';
      },
    );
    hooks.container.spec.tap({ phase: 'late', overrides: ['*'] }, async (draft, { log }) => {
      if (!draft.rich.enabled || draft.rich.mode !== 'sbin-init') return;
      draft.annotations[richAnnotation] = 'sbin-init';
      for (const warning of makeRich(draft, await requireInit(draft.image))) log.warn(warning);
    });
  },
});
