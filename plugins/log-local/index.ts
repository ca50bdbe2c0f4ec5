import { definePlugin, Type } from '../../hooks/index.ts';

const accepted = (name: string) =>
  Type.Optional(Type.String({ description: `No effect: Docker's clients set \`${name}\`.` }));

/** Options of Docker's json-file beside those of the log itself. */
const options = Type.Object(
  Object.fromEntries(
    ['compress', 'env', 'env-regex', 'labels', 'labels-regex', 'tag'].map((name) => [name, accepted(name)]),
  ),
);

/** Log drivers `json-file`, the default, and `none`. */
export default definePlugin({
  name: 'log-local',
  version: '0.1.0',
  doc: 'Log drivers json-file, which keeps the output on this host, and none.',
  contributes: ['logDriver'],
  setup({ logDriver }) {
    logDriver({ name: 'json-file', doc: 'Keeps the output in the log of the container.', options });
    logDriver({ name: 'none', doc: 'Keeps no output.', options, keepsLog: false });
  },
});
