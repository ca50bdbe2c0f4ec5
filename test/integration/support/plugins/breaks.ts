import { definePlugin } from 'pouch/hooks';

/** Fails for the label `breaks`, conflicts with `talks` for `conflicts`, and is skipped for `skipped`. */
export default definePlugin({
  name: 'breaks',
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft) => {
      if (draft.labels['breaks']) throw new Error('cannot set it');
      if (draft.labels['conflicts']) draft.process.env['TALKS'] = 'no';
    });
    hooks.container.spec.tap({ onError: 'skip' }, (draft) => {
      if (draft.labels['skipped']) throw new Error('cannot look it up');
    });
  },
});
