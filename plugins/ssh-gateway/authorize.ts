/** Which key may do what, where and as whom. */
import { createHash } from 'node:crypto';
import { type ContainerRecord, isSelected, matchesText } from '../../hooks/index.ts';
import type { Action, GatewayOptions } from './options.ts';

/** What a key allows in a container for a user inside. */
export interface Grant {
  /** Name of the user of the gateway; that of the container for its own keys. */
  who: string;
  actions: ReadonlySet<Action>;
}

/** Undefined if the key allows nothing there. `key` is the key's data. */
export function grantOf(
  options: Pick<GatewayOptions, 'users' | 'containerKeys'>,
  key: Buffer,
  { record, user }: { record: ContainerRecord; user: string },
): Grant | undefined {
  const owner = options.users.find(({ keys }) => keys.some((line) => isSame(line, key)));
  const rights = (owner?.rights ?? []).filter((right) => appliesTo(right, record, user));
  const actions = new Set(rights.flatMap(({ allow }) => allow));
  const isOwnKey = (record.draft.firstBoot?.sshKeys ?? []).some(
    (own) => own.user === user && isSame(own.key, key),
  );
  if (isOwnKey) for (const action of options.containerKeys) actions.add(action);
  return actions.size === 0 ? undefined : { who: owner?.name ?? `key of ${record.name}`, actions };
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

type Right = GatewayOptions['users'][number]['rights'][number];

function appliesTo(right: Right, record: ContainerRecord, user: string): boolean {
  return isSelected(right, record) && right.users.some((pattern) => matchesText(pattern, user));
}

function isSame(line: string, key: Buffer): boolean {
  const data = line.trim().split(/\s+/)[1] ?? '';
  return Buffer.from(data, 'base64').equals(key);
}
