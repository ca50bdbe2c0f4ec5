/** The last step of a plan: OCI's arrays are made from the keyed draft. Pure. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import { initDestination } from '../../hooks/draftKeys.ts';
import { PouchError } from '../../hooks/errors.ts';
import { field } from '../../hooks/fields.ts';
import type { OciDeviceRule, OciHook, OciLinux, OciMount, OciProcess, OciSpec } from '../../hooks/oci.ts';
import { specCgroup } from './cgroupPath.ts';
import { withDefaultSysctls } from './defaultSysctls.ts';
import { ownDevices, ownFilePath } from '../contract/ownFiles.ts';
import { nestedCalls } from './nested.ts';
import { defaultSeccomp } from './seccomp.ts';
import type { ResolvedUser } from './users.ts';

export interface SpecFacts {
  user: ResolvedUser;
  /** Host path of the small static init; undefined if none is installed. */
  initPath?: string | undefined;
  /** For a plain spec to compare with: a rich container may have no command without its plugin. */
  commandOptional?: boolean;
  /** The default seccomp profile lets 32-bit programs run too. */
  compat32?: boolean;
  /** Host directory with the container's own files. */
  directory: string;
  /** The largest group of pouchd's own user namespace; undefined if it is that of the host. */
  lastGroup?: number | undefined;
  /** pouchd's own, below which it may not be able to go. */
  oomScoreAdj?: number;
}

export function ociSpec(draft: ContainerDraft, facts: SpecFacts): OciSpec {
  return {
    ociVersion: '1.0.2',
    process: process(draft, facts),
    root: { path: 'rootfs', ...(draft.rootfs.readonly && { readonly: true }) },
    // The host's UTS namespace keeps the host's name.
    ...(draft.namespaces.uts === '' && { hostname: draft.hostname }),
    ...(draft.domainname && draft.namespaces.uts === '' && { domainname: draft.domainname }),
    mounts: mounts(draft, facts),
    annotations: { ...draft.annotations },
    ...(Object.keys(draft.ociHooks).length > 0 && { hooks: ociHooks(draft) }),
    linux: linux(draft, facts),
  };
}

function process(draft: ContainerDraft, facts: SpecFacts): OciProcess {
  const { user } = facts;
  const { process } = draft;
  const capabilities = Object.keys(process.capabilities).sort();
  const held = user.uid === 0 ? capabilities : [];
  return {
    terminal: process.tty,
    ...(process.consoleSize && { consoleSize: process.consoleSize }),
    user: {
      uid: user.uid,
      gid: user.gid,
      ...(user.additionalGids.length && { additionalGids: user.additionalGids }),
    },
    args: args(draft, facts),
    env: Object.entries({ HOME: user.home, ...process.env }).map(([name, value]) => `${name}=${value}`),
    cwd: process.cwd || '/',
    // A process that is not root may gain capabilities through files, but begins with none.
    capabilities: { bounding: capabilities, effective: held, permitted: held },
    rlimits: Object.entries(process.rlimits).map(([type, limit]) => ({ type, ...limit })),
    noNewPrivileges: process.noNewPrivileges,
    // Without it a container has that of its shim, and pouchd's may protect what it starts from the OOM killer.
    oomScoreAdj: process.oomScoreAdj ?? Math.max(0, facts.oomScoreAdj ?? 0),
  };
}

function args(draft: ContainerDraft, { initPath, commandOptional = false }: SpecFacts): string[] {
  const { entrypoint, command, init } = draft.process;
  const wanted = [...entrypoint, ...command];
  if (wanted.length === 0 && !commandOptional)
    throw new PouchError(
      'PCH_COMMAND_MISSING',
      `no command was given and the image ${draft.image.reference} has none`,
      { field: 'command', hint: 'append a command' },
    );
  if (!init) return wanted;
  if (!initPath)
    throw new PouchError(
      'PCH_INIT_NOT_INSTALLED',
      `${field('init')} needs a small static init on the host; none was found`,
      { field: 'init', hint: 'install one (Debian: apt-get install tini)' },
    );
  return [initDestination, '--', ...wanted];
}

/** Parents before children, otherwise in the order of before. */
export function parentsFirst<T extends { destination: string }>(mounts: readonly T[]): T[] {
  const depth = ({ destination }: T) => destination.split('/').filter(Boolean).length;
  return mounts.toSorted((a, b) => depth(a) - depth(b));
}

function mounts(draft: ContainerDraft, facts: SpecFacts): OciMount[] {
  const byRuntime = Object.entries(draft.mounts).filter(([, { options }]) => !options.includes('late'));
  const all = {
    ...Object.fromEntries(byRuntime),
    ...boundDevices(draft, facts.directory),
    ...fileMounts(draft, facts.directory),
  };
  if (draft.process.init && facts.initPath)
    all[initDestination] = {
      type: 'bind',
      source: facts.initPath,
      options: ['bind', 'ro', 'nosuid', 'nodev'],
    };
  // The mapping is done before the runtime sees the mount.
  const shown = Object.entries(all).map(([destination, mount]) => ({
    destination,
    ...mount,
    options: mount.options.filter((option) => option !== 'idmap' && option !== 'noidmap'),
  }));
  return parentsFirst(shown);
}

/**
 * In a user namespace runtimes bind the host's nodes from the path that the container has them at, so its own, and
 * those that the host has elsewhere, are bound as files.
 */
function boundDevices(draft: ContainerDraft, directory: string): ContainerDraft['mounts'] {
  const own = Object.keys(ownDevices(draft)).map((path) => [path, ownFilePath(directory, path)] as const);
  const elsewhere = Object.entries(draft.devices).flatMap(([path, { hostPath }]) =>
    draft.uidMappings.length > 0 && hostPath ? [[path, hostPath] as const] : [],
  );
  return Object.fromEntries(
    [...elsewhere, ...own].map(([path, source]) => [
      path,
      { type: 'bind', source, options: ['bind', 'rprivate', 'nosuid', 'noexec'] },
    ]),
  );
}

/** The container's own files, each bind-mounted from its directory. */
function fileMounts(draft: ContainerDraft, directory: string): ContainerDraft['mounts'] {
  const own = Object.entries(draft.files).filter(([path, file]) => !draft.mounts[path] && !file.own);
  return Object.fromEntries(
    own.map(([path, file]) => [
      path,
      {
        type: 'bind',
        source: ownFilePath(directory, path),
        options: ['rbind', 'rprivate', file.readonly ? 'ro' : 'rw'],
      },
    ]),
  );
}

function ociHooks(draft: ContainerDraft): NonNullable<OciSpec['hooks']> {
  const hooks: Record<string, OciHook[]> = {};
  for (const { kind, ...hook } of Object.values(draft.ociHooks)) (hooks[kind] ??= []).push(hook);
  return hooks;
}

function linux(draft: ContainerDraft, facts: SpecFacts): OciLinux {
  const seccomp =
    draft.seccomp === 'default'
      ? defaultSeccomp(draft.process.capabilities, {
          compat32: facts.compat32 ?? true,
          userns: draft.uidMappings.length > 0,
          more: draft.rich.nested ? nestedCalls : [],
        })
      : (draft.seccomp ?? undefined);
  const bound = boundDevices(draft, facts.directory);
  const sysctl = withDefaultSysctls(draft, facts.lastGroup);
  return {
    namespaces: Object.entries(draft.namespaces).map(([type, path]) => ({
      type: type as keyof ContainerDraft['namespaces'],
      ...(path && { path }),
    })),
    ...(draft.uidMappings.length > 0 && { uidMappings: draft.uidMappings, gidMappings: draft.gidMappings }),
    devices: Object.entries(draft.devices)
      .filter(([path]) => !bound[path])
      .map(([path, { access: _access, hostPath: _hostPath, ...device }]) => ({ path, ...device })),
    cgroupsPath: specCgroup(draft.cgroupsPath),
    resources: { ...draft.resources, devices: deviceRules(draft) },
    ...(Object.keys(sysctl).length > 0 && { sysctl }),
    ...(seccomp && { seccomp }),
    ...(draft.intelRdt && { intelRdt: draft.intelRdt }),
    ...(draft.rootfs.propagation && { rootfsPropagation: draft.rootfs.propagation }),
    maskedPaths: Object.keys(draft.maskedPaths),
    readonlyPaths: Object.keys(draft.readonlyPaths),
  };
}

/** All is forbidden first; the runtime adds the spec's default devices by itself (config-linux.md, Default Devices). */
function deviceRules(draft: ContainerDraft): OciDeviceRule[] {
  const given = Object.values(draft.devices).map(({ type, major, minor, access }) => ({
    allow: true,
    type,
    major,
    minor,
    access,
  }));
  return [{ allow: false, access: 'rwm' }, ...given, ...Object.values(draft.deviceRules)];
}
