/** Capabilities, devices, seccomp, privileged. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { OciDeviceRule, OciSeccomp } from '../../../hooks/oci.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { allCapabilities } from '../capabilities.ts';
import { hostDevice, hostDevices } from '../devices.ts';
import { toSet } from '../newDraft.ts';
import type { RequestContext } from './context.ts';
import { checkSysctls } from './sysctls.ts';

export async function applySecurity(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  if (request.privileged) await applyPrivileged(draft);
  applyCapabilities(draft, request);
  await applyDevices(draft, request, context);
  for (const [index, option] of (request.securityOpt ?? []).entries())
    applySecurityOption(draft, option, `securityOpt[${index}]`);
  if (request.maskedPaths) draft.maskedPaths = toSet(request.maskedPaths);
  if (request.readonlyPaths) draft.readonlyPaths = toSet(request.readonlyPaths);
  checkSysctls(draft, request.sysctls);
  Object.assign(draft.sysctls, request.sysctls);
}

/** All that there is; what the daemon itself lacks is left out later, with a warning. */
async function applyPrivileged(draft: ContainerDraft): Promise<void> {
  draft.process.privileged = true;
  draft.process.capabilities = toSet(allCapabilities);
  draft.seccomp = null;
  draft.maskedPaths = {};
  draft.readonlyPaths = {};
  Object.assign(draft.devices, await hostDevices());
  draft.deviceRules['all'] = { allow: true, access: 'rwm' };
  for (const path of ['/sys', '/sys/fs/cgroup']) makeWritable(draft, path);
}

function makeWritable(draft: ContainerDraft, path: string): void {
  const mount = draft.mounts[path];
  if (mount) mount.options = mount.options.map((option) => (option === 'ro' ? 'rw' : option));
}

function applyCapabilities(draft: ContainerDraft, request: ContainerRequest): void {
  const drop = (request.capDrop ?? []).map((name, index) => capabilityName(name, `capDrop[${index}]`));
  const add = (request.capAdd ?? []).map((name, index) => capabilityName(name, `capAdd[${index}]`));
  const set = draft.process.capabilities;
  if (drop.includes('ALL')) for (const name of Object.keys(set)) delete set[name];
  if (add.includes('ALL')) Object.assign(set, toSet(allCapabilities));
  for (const name of add.filter(notAll)) set[name] = true;
  for (const name of drop.filter(notAll)) delete set[name];
  if (drop.length > 0) draft.process.droppedCapabilities = toSet(drop);
}

function notAll(name: string): boolean {
  return name !== 'ALL';
}

/** `net_admin`, `CAP_NET_ADMIN`, `ALL` → the kernel's name. */
function capabilityName(text: string, path: FieldPath): string {
  const upper = text.toUpperCase();
  if (upper === 'ALL') return upper;
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (allCapabilities.includes(name)) return name;
  throw invalidField(
    path,
    `no capability is named "${text}"`,
    'capabilities(7) lists them; leave out the CAP_ or not',
  );
}

async function applyDevices(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  for (const [index, { host, path = host, access = 'rwm' }] of (request.devices ?? []).entries())
    draft.devices[path] = {
      ...(path !== host && { hostPath: host }),
      ...(await hostDevice(host, access, `devices[${index}].host`, context)),
    };
  Object.assign(draft.cdiDevices, toSet(request.cdiDevices ?? []));
  for (const [index, rule] of (request.deviceCgroupRules ?? []).entries())
    draft.deviceRules[rule] = parseDeviceRule(rule, `deviceCgroupRules[${index}]`);
}

/** `c 1:3 rwm`, `b *:* r`. */
function parseDeviceRule(text: string, path: FieldPath): OciDeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
  if (!match)
    throw invalidField(
      path,
      `expected TYPE MAJOR:MINOR ACCESS, found "${text}"`,
      'write a rule such as c 1:3 rwm',
    );
  const [, type, major, minor, access] = match;
  return {
    allow: true,
    type: type!,
    ...numbered('major', major!),
    ...numbered('minor', minor!),
    access: access!,
  };
}

function numbered(key: 'major' | 'minor', text: string): object {
  return text === '*' ? {} : { [key]: Number(text) };
}

/** Docker's forms of security options; the profile of `seccomp=` comes as the file's content. */
function applySecurityOption(draft: ContainerDraft, option: string, path: FieldPath): void {
  const at = option.search(/[=:]/);
  const key = at < 0 ? option : option.slice(0, at);
  const value = at < 0 ? '' : option.slice(at + 1);
  if (key === 'no-new-privileges') draft.process.noNewPrivileges = value !== 'false';
  else if (key === 'seccomp') draft.seccomp = parseSeccomp(value, path);
  else if (key === 'systempaths' && value === 'unconfined')
    Object.assign(draft, { maskedPaths: {}, readonlyPaths: {} });
  else if (['apparmor', 'label'].includes(key) && ['unconfined', 'disable'].includes(value)) return;
  else
    throw invalidField(
      path,
      `security option "${key}" is not known or not supported on this host`,
      'known are no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined',
    );
}

function parseSeccomp(value: string, path: FieldPath): OciSeccomp | 'default' | null {
  if (value === 'unconfined') return null;
  if (value === 'default' || value === 'builtin') return 'default';
  try {
    return JSON.parse(value) as OciSeccomp;
  } catch (cause) {
    throw new PouchError('PCH_OPTION_INVALID', `${field(path)}: the seccomp profile is not JSON`, {
      field: path,
      hint: 'give a profile in the form of the OCI runtime spec, or unconfined',
      cause,
    });
  }
}
