import { definePlugin } from '../../hooks/index.ts';
import { applies } from './directories/applies.ts';
import { readDirectories } from './directories/readDirectories.ts';
import { holds } from './holds.ts';
import { options } from './options.ts';

/** Adds OCI hooks to containers. The runtime runs them with the container's state on stdin. */
export default definePlugin({
  name: 'oci-hooks',
  version: '0.1.0',
  doc: 'Adds OCI hooks from pouchd.yaml and from directories of hook files (oci-hooks(5)) to the containers that fit their conditions.',
  options,
  check: ({ directories }) => void readDirectories(directories),
  setup({ hooks, options: { hooks: given, directories }, log }) {
    const { files, missing } = readDirectories(directories);
    for (const directory of missing) log.warn('no directory of OCI hooks', { directory });
    hooks.container.spec.tap((draft) => {
      for (const [name, { when: condition = {}, ...one }] of Object.entries(given))
        if (holds(draft, condition)) draft.ociHooks[name] = one;
      for (const { path, content } of files)
        if (applies(content.when, draft))
          for (const kind of content.stages) draft.ociHooks[`${path}#${kind}`] = { kind, ...content.hook };
    });
  },
});
