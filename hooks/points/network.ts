import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { PortRequest } from '../request.ts';
import { closed, map, may, text } from '../schema.ts';

const container = Type.String({ description: 'The container’s id.' });

/** One attachment of a container to a network, as it is planned. */
export const NetworkAttachDraft = closed(
  {
    container: Type.Readonly(container),
    network: Type.Readonly(Type.String({ description: 'The network mode: `bridge`.' })),
    ip: may(Type.String({ description: 'A fixed address; missing: the network assigns one.' })),
    ip6: may(Type.String({ description: 'A fixed IPv6 address, of networks with IPv6.' })),
    mac: may(text),
    ports: map(PortRequest, 'By `containerPort/protocol@hostIp:hostPort`.'),
  },
  { title: 'NetworkAttachDraft' },
);
export type NetworkAttachDraft = Static<typeof NetworkAttachDraft>;

/** An attachment that is gone. */
export const NetworkDetached = closed(
  {
    container,
    network: text,
    interface: text,
    ip: may(Type.String({ description: 'The address that it had.' })),
  },
  { title: 'NetworkDetached' },
);
export type NetworkDetached = Static<typeof NetworkDetached>;

export const network = Object.freeze({
  preAttach: defineHook<NetworkAttachDraft>()({
    name: 'network.preAttach',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs when a container with a network of its own is planned, between container.preCreate and container.spec: change its address and its ports. Does not run for the modes `none`, `host` and `container:ID`. Its changes count as changes of the container’s `network`. It must not touch the host.',
    input: NetworkAttachDraft,
    fixed: ['container', 'network'],
  }),
  postDetach: defineHook<NetworkDetached>()({
    name: 'network.postDetach',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after a container is detached from a network, when it stops or its start fails: release what was registered for its address. Runs again only if pouchd is killed while it runs.',
    input: NetworkDetached,
  }),
});
