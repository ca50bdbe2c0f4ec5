import { definePlugin } from 'pouch/hooks';

/** A surface that logs its start and its stop. */
export default definePlugin({
  name: 'speaks',
  setup({ surface, log }) {
    surface({
      name: 'speaks',
      start: async ({ system }) =>
        log.info(`speaks: started with ${(await system.info()).plugins.length} plugins`),
      stop: async () => log.info('speaks: stopped'),
    });
  },
});
