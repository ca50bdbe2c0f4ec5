/** Who the users of a container are on the host (user_namespaces(7)). */
import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { joinPrefix } from '../../contract/namespaces.ts';

/** As many as a distribution's accounts need: nobody is 65534. */
const standardSize = 65_536;
/** Below it not even the group of terminals (5) and the accounts of base images have an id. */
const smallestSize = 1_000;

const forms = 'host, auto, auto:size=N or CONTAINERID:HOSTID:SIZE';

/** @throws PCH_OPTION_INVALID, PCH_USERNS_FULL */
export function applyUserns(draft: ContainerDraft, request: ContainerRequest, context: RequestContext): void {
  const mode = request.usernsMode || standardMode(draft, context.userns());
  if (mode === 'host') return;
  const mappings = mappingsOf(mode, draft.id, context);
  checkOthers(draft);
  draft.uidMappings = mappings;
  draft.gidMappings = mappings.map((mapping) => ({ ...mapping }));
  draft.namespaces.user = '';
  if (!ownsNetwork(draft)) draft.mounts['/sys'] = hostSys;
}

function standardMode({ rich }: ContainerDraft, config: PouchConfig['userns']): string {
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

/** What shows a namespace can only be mounted by those who own it (user_namespaces(7)). */
function checkOthers({ namespaces }: ContainerDraft): void {
  const refused = (option: string) =>
    invalidField(
      'usernsMode',
      `a container with users of its own cannot have ${option}, which belongs to other users`,
      `leave one out, or give ${field('usernsMode')} host`,
    );
  if (namespaces.pid !== '') throw refused(`${field('pidMode')} ${namespaces.pid ?? 'host'}`);
  if (namespaces.ipc?.startsWith(joinPrefix)) throw refused(`${field('ipcMode')} ${namespaces.ipc}`);
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
