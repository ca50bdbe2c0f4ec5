import { Value } from '@sinclair/typebox/value';
import { type ContainerRecord, NetworkAttachment } from './engine/record.ts';

/** The network interfaces of a running container: the results of effects that have the form of one. */
export function networkAttachments({
  attachments,
}: Pick<ContainerRecord, 'attachments'>): NetworkAttachment[] {
  return Object.values(attachments).filter(isNetworkAttachment);
}

export function isNetworkAttachment(value: unknown): value is NetworkAttachment {
  return Value.Check(NetworkAttachment, value);
}
