import { definePlugin, Type } from '../../hooks/index.ts';

const accepted = (name: string) =>
  Type.Optional(Type.String({ description: `No effect: Docker's clients set \`${name}\`.` }));

/** Options of Docker's json-file and local beside those of the log itself. */
const options = Type.Object(
  Object.fromEntries(
    ['env', 'env-regex', 'labels', 'labels-regex', 'tag'].map((name) => [name, accepted(name)]),
  ),
);

/** Docker's, for its driver of this name. */
const defaultsOfLocal = { 'max-size': '20m', 'max-file': '5', compress: 'true' };

/** Log drivers `json-file`, the default, `local` and `none`. */
export default definePlugin({
  name: 'log-local',
  version: '0.1.0',
  doc: 'Log drivers json-file and local, which keep the output on this host, and none.',
  contributes: ['logDriver'],
  setup({ logDriver }) {
    logDriver({ name: 'json-file', doc: 'Keeps the output in the log of the container.', options });
    logDriver({
      name: 'local',
      doc: 'The same, with smaller files that are compressed once they are full.',
      options,
      defaults: defaultsOfLocal,
    });
    logDriver({ name: 'none', doc: 'Keeps no output.', options, keepsLog: false });
  },
});
