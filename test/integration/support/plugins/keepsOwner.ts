import { definePlugin } from 'pouch/hooks';

/** No update takes the label `owner` from a container of a tier. */
export default definePlugin({
  name: 'keeps-owner',
  setup({ hooks }) {
    hooks.container.preUpdate.tap(({ labels }) => {
      if (labels['tier'] === 'prod' && !labels['owner']) throw new Error('the container keeps its owner');
    });
  },
});
