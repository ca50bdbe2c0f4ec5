import type { ImageHistory } from '../../../hooks/engine.ts';
import type { Image } from '../../../hooks/image.ts';

/** The steps that made an image, newest first as Docker lists them, each with the layer it added. */
export function imageHistory({ config, layers }: Image): ImageHistory[] {
  const left = [...layers];
  // Images need no history: then each layer is a step of its own.
  const steps = config.history ?? layers.map(() => ({}));
  return steps
    .map((step): ImageHistory => {
      const layer = 'empty_layer' in step && step.empty_layer ? undefined : left.shift();
      return { ...step, ...(layer && { layer }) };
    })
    .reverse();
}
