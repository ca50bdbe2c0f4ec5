/** Who the users of a container are on the host (user_namespaces(7)). */
import type { PouchConfig, UsernsDefault } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { joinPrefix } from '../../contract/namespaces.ts';
import { standardSys } from '../newDraft.ts';

/** As many as a distribution's accounts need: nobody is 65534. */
const standardSize = 65_536;
/** Below it not even the group of terminals (5) and the accounts of base images have an id. */
const smallestSize = 1_000;

const forms = 'host, auto, auto:size=N or CONTAINERID:HOSTID:SIZE';

/** @throws PCH_OPTION_INVALID, PCH_USERNS_FULL */
export async function applyUserns(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  const mode = request.usernsMode || standardMode(draft, context.userns());
  if (mode === 'host' || (mode === preferred && (await reasonForHost(draft, request, context)))) return;
  const mappings = mappingsOf(mode === preferred ? 'auto' : mode, draft.id, context);
  checkOthers(draft);
  draft.uidMappings = mappings;
  draft.gidMappings = mappings.map((mapping) => ({ ...mapping }));
  draft.namespaces.user = '';
  if (!ownsNetwork(draft)) draft.mounts['/sys'] = structuredClone(hostSys);
}

/** Takes away what `applyUserns` has given, where the runtime turns out to lack it. */
export function leaveUserns(draft: ContainerDraft): void {
  draft.uidMappings = [];
  draft.gidMappings = [];
  delete draft.namespaces.user;
  if (draft.mounts['/sys']?.type === 'bind') draft.mounts['/sys'] = standardSys();
  for (const mount of Object.values(draft.mounts))
    mount.options = mount.options.filter((option) => option !== 'idmap');
}

/** Whether a container gets a user namespace only where that is possible. */
export function prefersUserns(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: Pick<RequestContext, 'userns'>,
): boolean {
  return !request.usernsMode && standardMode(draft, context.userns()) === preferred;
}

/**
 * Why a container that prefers a user namespace gets none, whatever its runtime; undefined if it can have one. A
 * privileged container is to have the host's rights.
 */
export async function reasonForHost(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<string | undefined> {
  if (request.privileged) return `${field('privileged')} asks for the rights of the host`;
  const other = ofOtherUsers(draft);
  return other === undefined ? await context.usernsObstacle() : `${other} belongs to other users`;
}

const preferred: UsernsDefault = 'prefer-auto';

function standardMode({ rich }: ContainerDraft, config: PouchConfig['userns']): UsernsDefault {
  return rich.enabled ? config.rich : config.default;
}

function mappingsOf(mode: string, id: string, context: RequestContext): OciIdMapping[] {
  const [, size] = /^auto(?::size=(\d{1,10}))?$/.exec(mode) ?? [];
  if (mode.startsWith('auto') && (mode === 'auto' || size !== undefined))
    return [context.freeIds(id, checkSize(size === undefined ? standardSize : Number(size)))];
  const [, containerID, hostID, count] = (/^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(mode) ?? []).map(Number);
  if (containerID === undefined || hostID === undefined || count === undefined)
    throw invalidField('usernsMode', `expected ${forms}, found "${mode}"`, 'give one of these forms');
  return [checkMapping({ containerID, hostID, size: count })];
}

function checkSize(size: number): number {
  if (size >= smallestSize) return size;
  throw invalidField(
    'usernsMode',
    `a container needs ${smallestSize} ids or more; found ${size}`,
    'leave out size=',
  );
}

function checkMapping(mapping: OciIdMapping): OciIdMapping {
  checkSize(mapping.size);
  if (mapping.containerID !== 0)
    throw invalidField(
      'usernsMode',
      'the container’s root (0) needs an id on the host',
      'begin with 0: 0:HOSTID:SIZE',
    );
  if (mapping.hostID + mapping.size > 0xffff_ffff)
    throw invalidField('usernsMode', 'there are no ids beyond 4294967294', 'take a lower HOSTID');
  return mapping;
}

/** @throws PCH_OPTION_INVALID */
function checkOthers(draft: ContainerDraft): void {
  const other = ofOtherUsers(draft);
  if (other === undefined) return;
  throw invalidField(
    'usernsMode',
    `a container with users of its own cannot have ${other}, which belongs to other users`,
    `leave one out, or give ${field('usernsMode')} host`,
  );
}

/** What shows a namespace can only be mounted by those who own it (user_namespaces(7)). */
function ofOtherUsers({ namespaces }: ContainerDraft): string | undefined {
  if (namespaces.pid !== '') return `${field('pidMode')} ${namespaces.pid ?? 'host'}`;
  if (namespaces.ipc?.startsWith(joinPrefix)) return `${field('ipcMode')} ${namespaces.ipc}`;
  return undefined;
}

function ownsNetwork({ namespaces }: ContainerDraft): boolean {
  return namespaces.network === '';
}

/** A sysfs of its own would need a network namespace of its own. */
const hostSys = {
  type: 'bind',
  source: '/sys',
  options: ['rbind', 'rslave', 'ro', 'nosuid', 'noexec', 'nodev'],
};
