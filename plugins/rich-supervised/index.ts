import { type ContainerDraft, definePlugin, invalidField } from '../../hooks/index.ts';
import { makeRich } from './makeRich.ts';
import { checkServices } from './services.ts';

/**
 * Rich mode `supervised`: a small init of the host starts, restarts and logs the services that the request names,
 * beside the command. Works with every image.
 */
export default definePlugin({
  name: 'rich-supervised',
  version: '0.1.0',
  doc: 'Rich mode supervised: starts, restarts and logs the services that the request names, beside the command.',
  setup({ richMode, hooks, host }) {
    richMode({
      name: 'supervised',
      doc: 'Programs of the host start, restart and log the services that the request names, beside the command',
      stop: { timeoutSeconds: 90 },
      suits: ({ rich }) => rich.supervised !== undefined && 'the request names services',
      before: [
        'rich-systemd?',
        'rich-s6?',
        'rich-runit?',
        'rich-openrc?',
        'rich-sbin-init?',
        'rich-dumb-init?',
      ],
      async apply(draft) {
        await makeRich(draft, host, checkServices(draft));
      },
    });
    hooks.container.spec.tap({ name: 'services-elsewhere', when: { rich: true } }, refuseOthers);
  },
});

/** Other modes would ignore them in silence. */
function refuseOthers({ rich }: ContainerDraft): void {
  if (rich.supervised === undefined || rich.mode === 'supervised') return;
  throw invalidField(
    'rich.supervised',
    `expected services with the rich mode supervised only, found the mode ${rich.mode}`,
    'leave out the mode, or have the init of the image start the services',
  );
}
