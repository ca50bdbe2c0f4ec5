import { definePlugin } from '../../hooks/index.ts';
import { findInit, requireInit } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `s6`: runs the image's s6 as PID 1 and the command as one of its services. */
export default definePlugin({
  name: 'rich-s6',
  version: '0.1.0',
  doc: 'Rich mode s6: runs the image’s s6 as PID 1 and the command as one of its services.',
  setup({ richMode }) {
    richMode({
      name: 's6',
      doc: 'The image’s s6-svscan, or /init of s6-overlay, is PID 1, and the command is one of its services',
      stop: { timeoutSeconds: 90 },
      async suits({ image }) {
        const found = await findInit(image);
        return found?.suits !== undefined && `the image has ${found.suits}`;
      },
      after: ['rich-systemd?'],
      before: ['rich-runit?', 'rich-openrc?', 'rich-sbin-init?', 'rich-dumb-init?'],
      async apply(draft) {
        await makeRich(draft, await requireInit(draft.image));
      },
    });
  },
});
