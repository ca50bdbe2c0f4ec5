import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import type { PortRequest } from '../request.ts';
import { closed, describes, map, may, text, texts } from '../schema/describes.ts';
import { port } from '../schema/request.ts';

/** One attachment of a container to a network, before it is made. */
export interface NetworkAttachDraft {
  readonly container: string;
  readonly network: string;
  /** Name of the interface in the container. */
  interface: string;
  /** A fixed address; missing: the network’s own address management decides. */
  ip?: string;
  mac?: string;
  /** Further names under which others in the network find it. */
  aliases: string[];
  /** By `containerPort/protocol@hostIp:hostPort`. */
  ports: Record<string, PortRequest>;
}

const attachDraft = describes<NetworkAttachDraft>()(
  closed(
    {
      container: Type.String({ description: 'The container’s id.' }),
      network: text,
      interface: Type.String({ minLength: 1, maxLength: 15, description: 'Name in the container.' }),
      ip: may(text),
      mac: may(text),
      aliases: texts,
      ports: map(port, 'By `containerPort/protocol@hostIp:hostPort`.'),
    },
    { title: 'NetworkAttachDraft' },
  ),
);

/** An attachment that is gone. */
export interface NetworkDetached {
  container: string;
  network: string;
  interface: string;
  /** The address that it had. */
  ip?: string;
}

const detached = describes<NetworkDetached>()(
  closed({ container: text, network: text, interface: text, ip: may(text) }, { title: 'NetworkDetached' }),
);

export const network = Object.freeze({
  preAttach: defineHook<NetworkAttachDraft>()({
    name: 'network.preAttach',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a container is attached to a network: fix its address, name its interface, change its ports.',
    input: attachDraft,
    fixed: ['container', 'network'],
  }),
  postDetach: defineHook<NetworkDetached>()({
    name: 'network.postDetach',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'A container was detached from a network: give back what the house has noted for it.',
    input: detached,
  }),
});
