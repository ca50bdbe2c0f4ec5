import { definePlugin } from 'pouch/hooks';

/** Fails for the label `breaks`, and conflicts with `talks` for the label `conflicts`. */
export default definePlugin({
  name: 'breaks',
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft) => {
      if (draft.labels['breaks']) throw new Error('cannot set it');
      if (draft.labels['conflicts']) draft.process.env['TALKS'] = 'no';
    });
  },
});
