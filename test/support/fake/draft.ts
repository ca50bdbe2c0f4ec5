/** A draft as the engine's core would make it from a request, as far as surfaces look at it. */
import type { ContainerDraft, ContainerRequest, Image } from '../../../hooks/index.ts';

export function fakeDraft(id: string, name: string, request: ContainerRequest, image: Image): ContainerDraft {
  const config = image.config.config ?? {};
  const entrypoint = request.entrypoint ?? config.Entrypoint ?? [];
  const env = Object.fromEntries((config.Env ?? []).map((entry) => entry.split('=', 2) as [string, string]));
  for (const [key, value] of Object.entries(request.env ?? {}))
    if (value === undefined) delete env[key];
    else env[key] = value;
  return {
    id,
    name,
    image: {
      reference: request.image,
      id: image.id,
      config: image.config,
      stat: () => Promise.resolve(undefined),
    },
    runtime: request.runtime ?? 'runc',
    process: {
      entrypoint,
      command: request.command ?? (request.entrypoint ? [] : (config.Cmd ?? [])),
      env,
      cwd: request.cwd ?? '/',
      user: request.user ?? '',
      groups: request.groups ?? [],
      tty: request.tty ?? false,
      openStdin: request.openStdin ?? false,
      stdinOnce: request.stdinOnce ?? false,
      capabilities: {},
      rlimits: {},
      noNewPrivileges: false,
      init: request.init ?? false,
      privileged: request.privileged ?? false,
    },
    rich: {
      enabled: request.rich?.enabled ?? false,
      mode: request.rich?.mode ?? '',
      initScript: request.rich?.initScript ?? '',
    },
    hostname: request.hostname ?? id.slice(0, 12),
    domainname: '',
    labels: { ...config.Labels, ...request.labels },
    annotations: request.annotations ?? {},
    rootfs: { readonly: false, propagation: '' },
    mounts: Object.fromEntries(
      (request.volumes ?? []).map((volume) => [
        volume.destination,
        { type: volume.kind === 'tmpfs' ? 'tmpfs' : 'bind', source: mountSource(id, volume), options: [] },
      ]),
    ),
    devices: {},
    cdiDevices: {},
    deviceRules: {},
    namespaces: {},
    uidMappings: [],
    gidMappings: [],
    sysctls: {},
    maskedPaths: {},
    readonlyPaths: {},
    seccomp: null,
    resources: {},
    cgroupsPath: `/pouch/${id}`,
    network: {
      mode: request.network?.mode || 'bridge',
      ports: {},
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      request: request.network ?? { mode: 'bridge' },
    },
    extraHosts: {},
    stop: { signal: request.stopSignal ?? 'SIGTERM', timeoutSeconds: request.stopTimeout ?? 10 },
    restart: request.restart ?? { name: 'no', maximumRetryCount: 0 },
    log: request.log ?? { driver: 'json-file', options: {} },
    autoRemove: request.autoRemove ?? false,
    ociHooks: {},
    files: {},
    effects: {},
  };
}

function mountSource(id: string, volume: { kind: string; source?: string; destination: string }): string {
  if (volume.kind === 'bind') return volume.source ?? '';
  if (volume.kind === 'tmpfs') return 'tmpfs';
  return `/fake/volumes/${volume.source ?? `anonymous-${id.slice(0, 12)}`}/_data`;
}
