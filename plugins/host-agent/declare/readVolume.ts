import { optionError } from '../../../client/options/OptionError.ts';
import type { NewVolume } from '../../../hooks/index.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import type { DeclaredVolume } from './declared.ts';
import { readWords } from './readWords.ts';

/** Options of `pouch volume create`, and what happens to the volume once it is no longer declared. */
export const volumeKinds = { driver: 'text', opt: 'pairs', label: 'pairs', onRemove: 'text' } as const;

/** @throws OptionError */
export function readVolume(name: string, words: Words): Pick<DeclaredVolume, 'volume' | 'onRemove'> {
  const { driver, opt = {}, label = {}, onRemove = 'keep' } = readWords(words, volumeKinds);
  if (onRemove !== 'keep' && onRemove !== 'remove')
    throw optionError('onRemove', `expected keep or remove, found "${onRemove}"`);
  const volume: NewVolume = { name, driver: driver ?? 'local', options: opt, labels: label };
  return { volume, onRemove };
}
