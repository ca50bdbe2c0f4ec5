import { definePlugin } from 'pouch/hooks';

/** Sets a variable, logs, and fails the prestart of the container `seen` two times. */
let failures = 0;
export default definePlugin({
  name: 'talks',
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft, { log }) => {
      draft.process.env['TALKS'] = 'yes';
      log.info('named the container', { name: draft.name, token: draft.process.env['API_TOKEN'] ?? '' });
    });
    hooks.container.prestart.tap({ onError: { retry: 2 } }, ({ container }, { log }) => {
      if (container.name === 'seen' && failures++ < 2) throw new Error('not yet');
      log.warn('ready at last');
    });
    hooks.container.poststop.tap(() => undefined);
  },
});
