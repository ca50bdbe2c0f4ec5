import { definePlugin, Type } from 'pouch/hooks';

/** Adds what its options say to each container, and fails if they say so. */
export default definePlugin({
  name: 'adds',
  options: Type.Object({
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    env: Type.Optional(Type.Record(Type.String(), Type.String())),
    fails: Type.Optional(Type.Boolean()),
  }),
  setup({ hooks, options: { labels = {}, env = {}, fails = false } }) {
    hooks.container.preCreate.tap({ onError: 'degrade' }, (draft) => {
      if (fails) throw new Error('it is asked to fail');
      Object.assign(draft.labels, labels);
      Object.assign(draft.process.env, env);
    });
  },
});
