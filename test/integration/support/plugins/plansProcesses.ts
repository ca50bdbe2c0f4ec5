import { definePlugin, Type } from 'pouch/hooks';

/** Plans a process beside each container. */
export default definePlugin({
  name: 'plans-processes',
  options: Type.Object({ argv: Type.Array(Type.String()) }),
  setup({ hooks, options: { argv } }) {
    hooks.container.preCreate.tap((draft) => {
      draft.effects['plans-processes.run'] = {
        kind: 'host.process',
        stage: 'start',
        args: { name: 'run', argv },
      };
    });
  },
});
