import type { TransformOptions, TransformResult } from 'jiti';
import { transform } from 'sucrase';

export type Compile = (options: TransformOptions) => TransformResult;

const moduleSyntax = /\b(import|export)\b/;
/**
 * What sucrase leaves out, or leaves as it is where CommonJS cannot have it. A match in a text or a comment costs time
 * only.
 */
const needsBabel = new RegExp(
  [
    /\bimport\s*(\.\s*meta\b|\()/,
    /\b(namespace|module)\s+[\w$.]+\s*\{/,
    // Decorators, but not the tags of a comment.
    /(?<=^|[\s(,])(?<!\*[ \t]*)@[A-Za-z_$]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'm',
);

/**
 * Compiles a module, TypeScript or JavaScript, to CommonJS: by sucrase, which loads in a tenth of the time, and by
 * Babel what sucrase does not know.
 */
export function compileModule(given: TransformOptions, babel: Compile): TransformResult {
  if (isPlainCommonJs(given)) return { code: given.source };
  if (needsBabel.test(given.source)) return babel(given);
  try {
    return { code: compiled(given) };
  } catch {
    // Its error is the one to show.
    return babel(given);
  }
}

/** It need not be compiled: a large package would take seconds. */
function isPlainCommonJs({ filename = '', source, ts }: TransformOptions): boolean {
  return ts !== true && /\.c?js$/.test(filename) && !moduleSyntax.test(source);
}

function compiled({ source, filename, ts }: TransformOptions): string {
  return transform(source, {
    transforms: ts ? ['typescript', 'imports'] : ['imports'],
    disableESTransforms: true,
    ...(filename !== undefined && { filePath: filename }),
  }).code;
}
