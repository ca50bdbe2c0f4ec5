import { createRequest } from '../../../client/options/createRequest.ts';
import { optionError } from '../../../client/options/OptionError.ts';
import type { RunFlags } from '../../../client/options/runFlags.ts';
import { type ContainerRequest, parseSchedule } from '../../../hooks/index.ts';
import { toContainerRequest } from '../../../translate/index.ts';
import { fixedAddressOf } from '../../../translate/words/fixedAddressOf.ts';
import { flagsOf, type Refusal } from '../../../translate/words/flagsOf.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import { isOwnLabel } from '../labels.ts';
import type { DeclaredContainer } from './declared.ts';
import { readDependencies } from './readDependencies.ts';
import { oneOf, readWords } from './readWords.ts';
import { readPolicy } from './readPolicy.ts';
import { readUpdate } from './readUpdate.ts';

/** What a declared container has beside the options of `pouch run`. */
export const ownKinds = {
  image: 'text',
  command: 'list',
  profiles: 'list',
  onRemove: 'text',
  replicas: 'text',
  schedule: 'text',
} as const;

const ownWords = [...Object.keys(ownKinds), 'dependsOn', 'update'];

/** Options of `pouch run` that are about one call of it, or that a declaration writes in another way. */
export const refused: Readonly<Record<string, string>> = {
  name: 'its key is its name',
  profile: 'write `profiles`, a list',
  'specific-id': 'an ID belongs to one container',
  cidfile: 'it is a file of one `pouch run`',
  'label-file': 'write its lines as `label`',
  'env-file': 'write its lines as `env`',
  'secret-env-file': 'write its lines as `secret-env`',
  attach: 'it is about the terminal of one `pouch run`',
  rm: 'write `onRemove`, and leave out `restart`',
  detach: 'a declared container always runs detached',
  'detach-keys': 'it is about the terminal of one `pouch run`',
  'sig-proxy': 'it is about the terminal of one `pouch run`',
  wait: 'write `dependsOn` where something waits for it',
  'wait-timeout': 'write `dependsOn` where something waits for it',
  quiet: 'it is about the output of one `pouch run`',
};

const refusal: Refusal = (word) =>
  Object.hasOwn(refused, word) ? `containers of pouchd.yaml do not take it: ${refused[word]}` : undefined;

export interface ReadContainer extends Pick<
  DeclaredContainer,
  'request' | 'dependsOn' | 'pull' | 'onRemove' | 'update' | 'schedule' | 'policy'
> {
  /** Missing: it is one container of the name of its declaration. */
  readonly replicas?: number;
}

/** @throws OptionError, PouchError */
export function readContainer(
  name: string,
  words: Words,
  isSecretText: (text: string) => boolean = () => false,
): ReadContainer {
  const own = Object.fromEntries(Object.entries(words).filter(([word]) => ownWords.includes(word)));
  const { dependsOn, update, ...simple } = own;
  const read = readWords(simple, ownKinds);
  const { image, command = [], profiles = [], onRemove = 'remove', schedule } = read;
  if (image === undefined || image === '')
    throw optionError('image', 'expected the reference of an image, found nothing');
  const flags = flagsOf(without(words, ownWords), refusal);
  checkLabels(flags);
  const request = requestOf(
    name,
    { ...withSecretEnv(flags, isSecretText), profile: profiles },
    image,
    command,
  );
  const replicas = read.replicas === undefined ? undefined : replicasOf(read.replicas, request);
  if (schedule !== undefined) checkSchedule(schedule, request);
  return {
    request,
    ...(replicas !== undefined && { replicas }),
    ...(schedule !== undefined && { schedule }),
    update: readUpdate(update, replicas ?? 1),
    dependsOn: readDependencies(name, dependsOn),
    pull: oneOf('pull', flags.pull ?? 'missing', ['missing', 'always', 'never']),
    onRemove: oneOf('onRemove', onRemove, ['keep', 'stop', 'remove']),
    policy: readPolicy(name, words),
  };
}

const mostReplicas = 500;

function replicasOf(text: string, { network }: ContainerRequest): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(count >= 0 && count <= mostReplicas))
    throw optionError(
      'replicas',
      `expected a number from 0 to ${mostReplicas}, found "${text.slice(0, 60)}"`,
    );
  const port = (network?.ports ?? []).find(({ hostPort }) => hostPort);
  if (count > 1 && port)
    throw optionError('publish', `expected ports without a host port for replicas, found ${port.hostPort}`);
  const address = fixedAddressOf(network);
  if (count > 1 && address !== undefined)
    throw optionError('replicas', `expected no fixed address, found ${address}`);
  return count;
}

function checkSchedule(text: string, { restart }: ContainerRequest): void {
  parseSchedule(text);
  if (restart && restart.name !== 'no' && restart.name !== 'on-failure')
    throw optionError(
      'schedule',
      `expected the restart policy no or on-failure beside it, found ${restart.name}`,
    );
}

function requestOf(name: string, flags: RunFlags, image: string, command: string[]): ContainerRequest {
  // It always runs detached.
  const body = createRequest({
    flags: { ...flags, detach: true },
    image,
    command,
    environment: {},
    size: undefined,
  });
  const { platform } = flags;
  return toContainerRequest(body, { name, isLiteral: true, ...(platform !== undefined && { platform }) })
    .request;
}

/** Variables from files that are not shown are those of `secret-env`. */
function withSecretEnv(flags: RunFlags, isSecretText: (text: string) => boolean): RunFlags {
  const isSecret = (pair: string) => isSecretText(pair.slice(pair.indexOf('=') + 1));
  const { env, secretEnv } = flags;
  return {
    ...flags,
    env: env.filter((pair) => !isSecret(pair)),
    secretEnv: [...secretEnv, ...env.filter(isSecret)],
  };
}

function checkLabels({ label }: RunFlags): void {
  const own = label.find((pair) => isOwnLabel(pair.split('=', 1)[0] ?? ''));
  if (own !== undefined)
    throw optionError('label', `expected other labels than those of the agent, found "${own}"`);
}

function without(words: Words, names: readonly string[]): Words {
  return Object.fromEntries(Object.entries(words).filter(([word]) => !names.includes(word)));
}
