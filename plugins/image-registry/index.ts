import { definePlugin } from '../../hooks/index.ts';

/** Image source `registry`: what a reference names, and the mirrors of pouchd.yaml. */
export default definePlugin({
  name: 'image-registry',
  version: '0.1.0',
  doc: 'Image source registry: pulls from the registry of a reference and its mirrors.',
  contributes: ['imageSource'],
  setup({ imageSource }) {
    // Its functions are the engine's, which needs the client for plugins in registries too.
    imageSource({ name: 'registry', doc: 'The registry that the reference names.', references: ['*'] });
  },
});
