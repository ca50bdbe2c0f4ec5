/** The image sources of the plugins. */
import type { ImageSource } from '../../../hooks/contributions/imageSource.ts';
import { matchesText } from '../../../hooks/matchesText.ts';
import type { Generation } from '../../plugins/index.ts';

/** A source, and the plugin that contributes it. */
export interface OwnedImageSource {
  readonly plugin: string;
  readonly source: ImageSource;
}

/** The source without functions: Pouch's own client. */
const registry = 'registry';

/** Those that may have an image, in the order in which they are asked, and whether its registry is asked after them. */
export interface ChosenSources {
  readonly sources: readonly OwnedImageSource[];
  readonly hasRegistry: boolean;
}

/** @param reference full reference */
export function imageSources(
  { contributions }: Pick<Generation, 'contributions'>,
  reference: string,
): ChosenSources {
  const matching = contributions
    .flatMap(({ plugin, contributed }) => contributed.of('imageSource').map((source) => ({ plugin, source })))
    .filter(({ source }) => source.references.some((pattern) => matchesText(pattern, reference)));
  const isOwn = ({ source }: OwnedImageSource) => source.name === registry && !source.manifest;
  return { sources: matching.filter((one) => !isOwn(one)), hasRegistry: matching.some(isOwn) };
}
