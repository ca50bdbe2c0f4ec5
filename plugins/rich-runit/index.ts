import { definePlugin } from '../../hooks/index.ts';
import { findInit, requireInit } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `runit`: runs the image's runit as PID 1 and the command as one of its services. */
export default definePlugin({
  name: 'rich-runit',
  version: '0.1.0',
  doc: 'Rich mode runit: runs the image’s runit as PID 1 and the command as one of its services.',
  setup({ richMode }) {
    richMode({
      name: 'runit',
      doc: 'The image’s runit is PID 1, and the command is one of its services',
      stop: { timeoutSeconds: 90 },
      async suits({ image }) {
        const init = await findInit(image);
        return init !== undefined && `the image has ${init.path} of runit`;
      },
      after: ['rich-systemd?', 'rich-s6?'],
      before: ['rich-openrc?', 'rich-sbin-init?', 'rich-dumb-init?'],
      async apply(draft) {
        await makeRich(draft, await requireInit(draft.image));
      },
    });
  },
});
