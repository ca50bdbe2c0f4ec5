import type { ImageHistory } from '../../../hooks/engine.ts';
import type { Image } from '../../../hooks/image.ts';

/** Returns the build steps of an image with their layers, newest first as with Docker. */
export function imageHistory({ config, layers }: Image): ImageHistory[] {
  const left = [...layers];
  // An image without a history has one step per layer.
  const steps = config.history ?? layers.map(() => ({}));
  return steps
    .map((step): ImageHistory => {
      const layer = 'empty_layer' in step && step.empty_layer ? undefined : left.shift();
      return { ...step, ...(layer && { layer }) };
    })
    .reverse();
}
