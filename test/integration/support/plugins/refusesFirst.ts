import { definePlugin } from 'pouch/hooks';

/** Refuses the first call of each hook point for everything named `refused`, and allows the second. */
export default definePlugin({
  name: 'refuses-first',
  setup({ hooks: { container, image, volume } }) {
    const refused = new Set<string>();
    const refuse = (point: string, names: string[]) => {
      if (!names.some((name) => name.includes('refused')) || refused.has(point)) return;
      refused.add(point);
      throw new Error(`${point} says no`);
    };
    container.preCheckpoint.tap(({ container: { name } }) => refuse('preCheckpoint', [name]));
    container.preStop.tap({ onError: 'fail' }, ({ container: { name } }) => refuse('preStop', [name]));
    container.preRemove.tap(({ container: { name } }) => refuse('container.preRemove', [name]));
    image.postLoad.tap(({ references }) => refuse('postLoad', references));
    image.preRemove.tap(({ references }) => refuse('image.preRemove', references));
    volume.preCreate.tap(({ name }) => refuse('volume.preCreate', [name]));
    volume.preRemove.tap(({ name }) => refuse('volume.preRemove', [name]));
  },
});
