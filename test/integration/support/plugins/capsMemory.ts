import { definePlugin } from 'pouch/hooks';

const most = 512 * 2 ** 20;

/** No update gives a container more than 512 MiB, and each one is logged. */
export default definePlugin({
  name: 'caps-memory',
  setup({ hooks }) {
    hooks.container.preUpdate.tap(({ resources: { memory } }) => {
      if (memory?.limit !== undefined && memory.limit > most)
        Object.assign(memory, { limit: most, swap: most });
    });
    hooks.container.postUpdate.tap(({ container, before }, { log }) => {
      const [was, is] = [before.resources, container.draft.resources].map(({ memory }) => memory?.limit);
      log.info('memory changed', { container: container.name, was, is });
    });
  },
});
