import { definePlugin, type Sidecar, Type } from 'pouch/hooks';

/** Declares what its options say. */
export default definePlugin({
  name: 'side',
  options: Type.Object({ sidecars: Type.Array(Type.Any()) }),
  setup({ sidecar, options: { sidecars } }) {
    for (const one of sidecars as Sidecar[]) sidecar(one);
  },
});
