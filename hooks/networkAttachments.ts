import { Value } from '@sinclair/typebox/value';
import type { ContainerRecord, NetworkAttachment } from './engine.ts';
import { networkAttachment } from './schema/record.ts';

/** The network interfaces that a running container has: those results of effects that have their form. */
export function networkAttachments({
  attachments,
}: Pick<ContainerRecord, 'attachments'>): NetworkAttachment[] {
  return Object.values(attachments).filter(isNetworkAttachment);
}

function isNetworkAttachment(value: unknown): value is NetworkAttachment {
  return Value.Check(networkAttachment, value);
}
