/** Reads the sections of pouchd.yaml; every mistake is reported with its line, and the other objects are read. */
import { OptionError } from '../../../client/options/OptionError.ts';
import { jsonPointer, type Locate, toPouchError } from '../../../hooks/index.ts';
import { unreadProblem } from '../../../hooks/unread.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { withoutDashes } from '../../../translate/words/withoutDashes.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import type { Options } from '../options.ts';
import { brokenDependencies } from './brokenDependencies.ts';
import type { BrokenObject, DeclaredContainer, DeclaredHost, ObjectKind } from './declared.ts';
import { digestOf } from './digestOf.ts';
import { withImpliedDependencies } from './impliedDependencies.ts';
import { readContainer } from './readContainer.ts';
import { withReplicas } from './withReplicas.ts';
import { checkReference, readImage } from './readImage.ts';
import { readNetwork } from './readNetwork.ts';
import { readVolume } from './readVolume.ts';

interface Reading {
  readonly locate: Locate;
  /** Of digests. */
  readonly key: string;
  readonly broken: BrokenObject[];
}

/** Docker's rule for names; no name begins with the digits of an id's prefix alone, as `run` allows it, too. */
const nameForm = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/**
 * @param key of digests, a secret of the host
 * @param isSecretText whether a text has the content of a file that is not shown
 */
export function readHost(
  options: Options,
  locate: Locate,
  key: string,
  isSecretText: (text: string) => boolean = () => false,
): DeclaredHost {
  const reading: Reading = { locate, key, broken: [] };
  const networks = readAll(options.networks, 'network', reading, (name, words) => ({
    network: readNetwork(name, words),
  }));
  const volumes = readAll(options.volumes, 'volume', reading, readVolume);
  const images = readAll(options.images ?? {}, 'image', reading, (reference, words) => {
    checkReference(reference);
    return readImage(reference, words);
  });
  const declarations = readAll(options.containers, 'container', reading, (name, words) =>
    readContainer(name, words, isSecretText),
  );
  for (const [name, one] of declarations)
    declarations.set(name, {
      ...one,
      dependsOn: withImpliedDependencies(name, one, (other) => declarations.has(other)),
    });
  const ofDependencies = brokenDependencies(declarations, (name) =>
    locate(pointerTo('container', name, 'dependsOn')),
  );
  for (const { name } of ofDependencies) declarations.delete(name);
  const broken = [...reading.broken, ...ofDependencies];
  const placeOf = (name: string) => locate(pointerTo('container', name, 'replicas'));
  const containers = withReplicas(declarations, placeOf, broken);
  return { networks, volumes, images, containers, broken };
}

function readAll<Read extends object>(
  section: Readonly<Record<string, Words>>,
  kind: ObjectKind,
  reading: Reading,
  read: (name: string, words: Words) => Read,
) {
  const { locate, key, broken } = reading;
  const all = new Map<string, Read & Pick<DeclaredContainer, 'name' | 'origin' | 'originOf' | 'digest'>>();
  for (const [name, words] of Object.entries(section)) {
    const unread = unreadProblem(words);
    if (unread !== undefined) {
      broken.push({ kind, name, problem: unread });
      continue;
    }
    try {
      if (kind !== 'image' && !nameForm.test(name)) throw new OptionError(nameProblem);
      const origin = locate(pointerTo(kind, name));
      all.set(name, {
        ...read(name, words),
        name,
        ...(origin !== undefined && { origin }),
        originOf: (option) => locate(pointerTo(kind, name, option)),
        digest: digestOf(words, key),
      });
    } catch (error) {
      broken.push({ kind, name, problem: problemOf(error, kind, name, words, locate) });
    }
  }
  return all;
}

const nameProblem = 'expected a name of at least two letters, digits, "_", "." and "-"';

/** A JSON pointer. */
export function pointerTo(kind: ObjectKind, ...segments: readonly string[]): string {
  return jsonPointer(`${kind}s`, ...segments);
}

function problemOf(error: unknown, kind: ObjectKind, name: string, words: Words, locate: Locate): string {
  const isOption = error instanceof OptionError;
  const { message, hint } = isOption ? error : toPouchError(error);
  const text = withoutDashes(
    inNamesOf({ names: 'pouch' }, hint === undefined ? message : `${message} (${hint})`),
  );
  // `memory: …`, `network.ip: …`, or `network ip: …`.
  const [, first] = /^([\w-]+)(?:[:,.]| [\w-]+:)/.exec(text) ?? [];
  const option = Object.keys(words).find((word) => word === first);
  const where = locate(pointerTo(kind, name, ...(option === undefined ? [] : [option])));
  const subject = `${kind}s.${name}${option === undefined ? ':' : '.'}`;
  return `${where === undefined ? '' : `${where}: `}${subject}${option === undefined ? ' ' : ''}${text}`;
}
