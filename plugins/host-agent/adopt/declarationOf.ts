import type { AgentDeclaration } from '../../../client/wire.ts';
import { OptionError } from '../../../client/options/OptionError.ts';
import { type ContainerRequest, toPouchError } from '../../../hooks/index.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { fieldOptions } from '../../../translate/words/fieldOptions.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import { withoutDashes } from '../../../translate/words/withoutDashes.ts';
import { wordsOf } from '../../../translate/words/wordsOf.ts';
import { readContainer } from '../declare/readContainer.ts';
import { usersLabels } from '../labels.ts';
import { comparable } from '../plan/comparable.ts';
import { type Difference, differences } from '../plan/differences.ts';
import { printableWords } from './printableWords.ts';

export interface DeclarationOptions {
  /** A request with what its profiles add. */
  complete(request: ContainerRequest): ContainerRequest;
  isSecretName(name: string): boolean;
}

/** Returns the declaration of a container with this request. What it cannot say is listed. */
export function declarationOf(
  name: string,
  request: ContainerRequest,
  options: DeclarationOptions,
): AgentDeclaration {
  const { command, ...others } = wordsOf({ ...request, labels: usersLabels(request.labels) });
  const words = { image: request.image, ...(command !== undefined && { command }), ...others };
  const secrets = new Set(request.secretEnv);
  const { Words, Notes } = printableWords(
    name,
    words,
    (variable) => secrets.has(variable) || options.isSecretName(variable),
  );
  return { Name: name, Words, Notes, Lost: lostOf(name, request, words, options) };
}

function lostOf(
  name: string,
  request: ContainerRequest,
  words: Words,
  { complete }: DeclarationOptions,
): string[] {
  try {
    const declared = complete(readContainer(name, words).request);
    const { autoRemove: _autoRemove, ...kept } = comparable(request);
    const lost = differences(comparable(declared), kept).map(lostText);
    return request.autoRemove ? [...lost, 'rm: declared containers stay when they end'] : lost;
  } catch (error) {
    const { message } = error instanceof OptionError ? error : toPouchError(error);
    return [`it cannot be applied as it is: ${withoutDashes(inNamesOf({ names: 'pouch' }, message))}`];
  }
}

/** Values of variables and labels may be secrets. */
const unshown: ReadonlySet<string> = new Set(['env', 'labels', 'firstBoot']);

const longestValue = 120;

function lostText({ path, after }: Difference): string {
  const name = fieldOptions(path).join('.');
  if (after === undefined || unshown.has(path[0] ?? '')) return `${name}: it has another value`;
  const shown = JSON.stringify(after);
  return `${name}: ${shown.length > longestValue ? `${shown.slice(0, longestValue)}…` : shown}`;
}
