import { optionError, OptionError } from '../../../client/options/OptionError.ts';
import { parseSchedule } from '../../../hooks/index.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import type { DeclaredImage } from './declared.ts';
import { readWords } from './readWords.ts';

export const imageKinds = { keep: 'flag', refresh: 'text', onRemove: 'text' } as const;

const longestReference = 512;
/** What follows the last slash: a word such as `mirrors`, which is not an image but a misplaced setting, has no tag. */
const tagged = /^[a-z0-9][a-z0-9._-]*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** Throws an OptionError for a reference without a tag or a digest. */
export function checkReference(reference: string): void {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  const isSound = reference.length <= longestReference && /^[\w.:@/[\]-]+$/.test(reference);
  if (isSound && tagged.test(last) && /[:@]/.test(last)) return;
  throw new OptionError(
    'expected the reference of an image with a tag or a digest, such as debian:12 (settings of registries are in the section registries)',
  );
}

/** @throws OptionError */
export function readImage(
  reference: string,
  words: Words,
): Pick<DeclaredImage, 'keep' | 'refresh' | 'onRemove' | 'policy'> {
  const { keep = false, refresh, onRemove = 'keep' } = readWords(words, imageKinds);
  if (onRemove !== 'keep' && onRemove !== 'remove')
    throw optionError('onRemove', `expected keep or remove, found "${onRemove}"`);
  const policy = { keep, refresh, onRemove };
  if (refresh === undefined) return { keep, onRemove, policy };
  if (reference.includes('@'))
    throw optionError('refresh', 'expected an image with a tag: the one of a digest never changes');
  if (!isSchedule(refresh))
    throw optionError(
      'refresh',
      `expected times such as "every 6h" or "0 3 * * *", found "${refresh.slice(0, 60)}"`,
    );
  return { keep, refresh, onRemove, policy };
}

function isSchedule(text: string): boolean {
  try {
    parseSchedule(text);
    return true;
  } catch {
    return false;
  }
}
