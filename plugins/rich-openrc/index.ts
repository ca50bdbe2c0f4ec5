import { definePlugin } from '../../hooks/index.ts';
import { findInit, requireInit } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `openrc`: runs the image's init with the services of OpenRC, and the command as one of them. */
export default definePlugin({
  name: 'rich-openrc',
  version: '0.1.0',
  doc: 'Rich mode openrc: runs the image’s init with the services of OpenRC, and the command as one of them.',
  setup({ richMode }) {
    richMode({
      name: 'openrc',
      doc: 'The image’s init starts the services of OpenRC, and the command is one of them',
      stop: { timeoutSeconds: 90 },
      suits: async ({ image }) => (await findInit(image)) !== undefined && 'the image has OpenRC',
      after: ['rich-systemd?', 'rich-s6?', 'rich-runit?'],
      before: ['rich-sbin-init?', 'rich-dumb-init?'],
      async apply(draft) {
        await makeRich(draft, await requireInit(draft.image));
      },
    });
  },
});
