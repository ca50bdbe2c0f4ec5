import { definePlugin, type DraftImage } from '../../hooks/index.ts';
import { findSystemd, requireSystemd } from './findInit.ts';
import { makeRich } from './makeRich.ts';

/** Rich mode `systemd`: runs the image's systemd as PID 1, with the default capabilities only. */
export default definePlugin({
  name: 'rich-systemd',
  version: '0.1.0',
  doc: 'Rich mode systemd: runs the image’s systemd as PID 1 and the command as one of its units.',
  setup({ richMode, host }) {
    richMode({
      name: 'systemd',
      doc: 'The image’s systemd is PID 1, and the command is one of its units',
      // systemd itself kills a service that does not stop within 90 s (DefaultTimeoutStopSec=).
      stop: { timeoutSeconds: 120 },
      suits: ({ image }) => reason(image),
      before: ['rich-s6?', 'rich-runit?', 'rich-openrc?', 'rich-sbin-init?', 'rich-dumb-init?'],
      async apply(draft) {
        await makeRich(draft, host, await requireSystemd(draft.image));
      },
    });
  },
});

async function reason(image: DraftImage): Promise<string | false> {
  const path = await findSystemd(image);
  return path !== undefined && `the image has ${path}`;
}
