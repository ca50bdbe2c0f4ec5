import { definePlugin } from '../../hooks/index.ts';
import { findInit, initPath, requireInit } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `sbin-init`: runs the image's /sbin/init (sysvinit, busybox) as PID 1 and the command beside it. */
export default definePlugin({
  name: 'rich-sbin-init',
  version: '0.1.0',
  doc: 'Rich mode sbin-init: runs the image’s /sbin/init (sysvinit, busybox) as PID 1 and the command beside it.',
  setup({ richMode }) {
    richMode({
      name: 'sbin-init',
      doc: 'The image’s /sbin/init (sysvinit, busybox) is PID 1, and the command runs beside it',
      stop: { timeoutSeconds: 90 },
      suits: async ({ image }) => (await findInit(image)) !== undefined && `the image has ${initPath}`,
      after: ['rich-systemd?', 'rich-s6?', 'rich-runit?', 'rich-openrc?'],
      before: ['rich-dumb-init?'],
      async apply(draft) {
        await makeRich(draft, await requireInit(draft.image));
      },
    });
  },
});
