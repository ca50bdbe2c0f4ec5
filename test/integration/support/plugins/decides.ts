import { definePlugin } from 'pouch/hooks';

/** Decides at the hook points that let a plugin decide, for containers with the label `decide`. */
export default definePlugin({
  name: 'decides',
  setup({ hooks: { container, image, network, volume } }) {
    image.resolve.tap((draft) => {
      if (draft.requested === 'shorthand') draft.reference = 'docker.io/library/busybox:latest';
    });
    container.postCreate.tap(({ container: { name } }) => {
      if (name === 'unlucky') throw new Error('cannot look');
    });
    container.preStop.tap((draft) => {
      if (draft.container.draft.labels['decide'] !== 'stop') return;
      draft.signal = 'SIGUSR1';
      draft.timeoutSeconds = 30;
    });
    container.restart.tap((draft) => {
      if (draft.container.draft.labels['decide'] !== 'restart') return;
      draft.restart = draft.container.restartCount === 0;
      draft.delayMs = 1;
    });
    container.preExec.tap((draft) => {
      draft.env['DECIDED'] = 'yes';
    });
    network.preAttach.tap((draft) => {
      draft.ports['80/tcp@127.0.0.1:0'] = {
        containerPort: 80,
        protocol: 'tcp',
        hostIp: '127.0.0.1',
        hostPort: 0,
      };
    });
    volume.preCreate.tap(({ labels }) => {
      labels['owner'] = 'decides';
    });
  },
});
