/** `vmOf`: a place in the virtual machine of another container. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { joinPrefix } from '../../contract/namespaces.ts';

/**
 * The runtime and the network are those of the VM: options that ask for others are refused.
 * @throws PCH_CONTAINER_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING, PCH_OPTION_INVALID
 */
export function applyVm(draft: ContainerDraft, request: ContainerRequest, context: RequestContext): void {
  if (!request.vmOf) return;
  const host = context.vmOwnerOf(request.vmOf);
  checkRuns(host);
  checkRuntime(draft.runtime, host);
  checkNetwork(draft, request, host);
  draft.vmOf = host.id;
  draft.runtime = host.draft.runtime;
  draft.network.mode = joinPrefix + host.id;
  // The runtime uses the network of the VM; no namespace is joined on the host.
  draft.namespaces.network = host.draft.namespaces.network ?? '';
}

/** @throws PCH_CONTAINER_NOT_RUNNING */
export function checkRuns({ name, state }: ContainerRecord): void {
  if (state.status === 'running') return;
  throw new PouchError(
    'PCH_CONTAINER_NOT_RUNNING',
    `the VM of ${name} does not run: the container is ${state.status}`,
    { hint: `start it first: pouch start ${name}` },
  );
}

function checkRuntime(asked: string, { name, draft }: ContainerRecord): void {
  if (asked && asked !== draft.runtime)
    throw invalidField(
      'runtime',
      `expected that of the VM of ${name}, ${draft.runtime}; found ${asked}`,
      `leave it out, or leave out ${field('vmOf')}`,
    );
}

function checkNetwork({ network }: ContainerDraft, request: ContainerRequest, host: ContainerRecord): void {
  const { mode = '', ip, ip6, mac } = request.network ?? {};
  // Clients of Docker may name the bridge where their user names nothing.
  const own: FieldPath | undefined = ['', 'default', 'bridge'].includes(mode) ? undefined : 'network.mode';
  const asked = own ?? (ip ? 'network.ip' : ip6 ? 'network.ip6' : mac ? 'network.mac' : undefined);
  if (asked)
    throw invalidField(
      asked,
      `a container with ${field('vmOf')} ${host.name} has the network of that VM`,
      'leave it out',
    );
  if (Object.keys(network.ports).length > 0)
    throw invalidField(
      'network.ports',
      `a container with ${field('vmOf')} cannot publish ports: the VM has the network`,
      `publish them on ${host.name}, with which the VM started`,
    );
}
