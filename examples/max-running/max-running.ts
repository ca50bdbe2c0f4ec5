import { Containers, definePlugin, PouchError, Type } from 'pouch/hooks';

/** Refuses to start another container while as many run as the host has room for. */
export default definePlugin({
  name: 'max-running',
  doc: 'Limits how many containers run at the same time.',
  hooks: ['container.prestart'],
  options: Type.Object({ max: Type.Integer({ minimum: 1, description: 'Running containers.' }) }),
  inject: { containers: Containers },
  setup({ hooks, options: { max }, services: { containers } }) {
    hooks.container.prestart.tap(({ container }) => {
      // One that restarts is listed already.
      const running = containers.list().filter(({ id }) => id !== container.id).length;
      if (running < max) return;
      const message = `expected fewer than ${max} running containers, found ${running}`;
      throw new PouchError('PCH_CONFLICT', message, { hint: 'stop one; `pouch ps` lists them' });
    });
  },
});
