/** `Config` of inspect: the request merged with the image's settings. */
import type {
  BootFields,
  ContainerConfig,
  FirstBootFields,
  HealthFields,
  RichFields,
} from '../../../../client/wire.ts';
import {
  type ContainerRecord,
  type SupervisedService,
  toDockerHealthcheck,
} from '../../../../hooks/index.ts';
import { anonymousPaths } from './mounts.ts';
import { withProtocol } from './networks.ts';

export function containerConfig(
  record: ContainerRecord,
): ContainerConfig & RichFields & FirstBootFields & BootFields & HealthFields {
  const { request, draft } = record;
  const { process } = draft;
  return {
    Hostname: draft.hostname,
    Domainname: draft.domainname,
    User: process.user,
    // An attached client is not part of the container; OpenStdin reports whether stdin can be attached.
    AttachStdin: process.openStdin && process.stdinOnce,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: exposedPorts(record),
    Tty: process.tty,
    OpenStdin: process.openStdin,
    StdinOnce: process.stdinOnce,
    Env: environment(record),
    Cmd: process.command,
    Image: request.image,
    Volumes: anonymousVolumes(record),
    WorkingDir: workingDirectory(record),
    Entrypoint: process.entrypoint.length > 0 ? process.entrypoint : null,
    OnBuild: null,
    Labels: draft.labels,
    StopSignal: draft.stop.signal,
    StopTimeout: draft.stop.timeoutSeconds,
    ...richFields(record),
    ...firstBootFields(record),
    ...bootFields(record),
    ...healthFields(record),
  };
}

function healthFields({
  draft: { healthcheck },
}: ContainerRecord): HealthFields & Pick<ContainerConfig, 'Healthcheck'> {
  if (!healthcheck) return {};
  const { onFailure } = healthcheck;
  return {
    Healthcheck: toDockerHealthcheck(healthcheck),
    ...(onFailure && { HealthcheckOnFailureAction: onFailure }),
  };
}

function bootFields({ draft: { boot = {} } }: ContainerRecord): BootFields {
  const { order, delaySeconds } = boot;
  return {
    ...(order !== undefined && { BootOrder: order }),
    ...(delaySeconds !== undefined && { BootDelay: delaySeconds }),
  };
}

/** User data is left out: it may have passwords. */
function firstBootFields({ draft: { firstBoot = {} } }: ContainerRecord): FirstBootFields {
  const { sshKeys, sshPort, timezone } = firstBoot;
  return {
    ...(sshKeys && { SshKeys: sshKeys.map(({ user, key }) => ({ User: user, Key: key })) }),
    ...(sshPort !== undefined && { SshPort: sshPort }),
    ...(timezone !== undefined && { Timezone: timezone }),
  };
}

function exposedPorts(record: ContainerRecord): ContainerConfig['ExposedPorts'] {
  const image = Object.keys(record.draft.image.config.config?.ExposedPorts ?? {});
  const ports = [...image, ...(record.request.network?.exposed ?? [])].map(withProtocol);
  const published = (record.request.network?.ports ?? []).map(
    (port) => `${port.containerPort}/${port.protocol}`,
  );
  const all = [...ports, ...published];
  return all.length > 0 ? Object.fromEntries(all.map((port) => [port, {}])) : undefined;
}

function anonymousVolumes(record: ContainerRecord): ContainerConfig['Volumes'] {
  const paths = anonymousPaths(record);
  return paths.length > 0 ? Object.fromEntries(paths.map((path) => [path, {}])) : null;
}

/** As with Docker, empty where neither the request nor the image names one. */
function workingDirectory({ request, draft }: ContainerRecord): string {
  const isNamed = request.cwd ?? draft.image.config.config?.WorkingDir;
  return draft.process.cwd === '/' && !isNamed ? '' : draft.process.cwd;
}

/** As with Docker those of the request, then those of the image, without what the engine sets in every container. */
function environment({ request, draft }: ContainerRecord): string[] {
  const { env, tty } = draft.process;
  const standard: Record<string, string | undefined> = {
    HOSTNAME: draft.hostname,
    ...(tty && { TERM: 'xterm' }),
  };
  const own = new Set(Object.keys(request.env ?? {}));
  const ofImage = new Set((draft.image.config.config?.Env ?? []).map((entry) => entry.split('=')[0]!));
  const names = new Set([...own, ...ofImage, ...Object.keys(env)]);
  return [...names]
    .filter((name) => Object.hasOwn(env, name))
    .filter((name) => own.has(name) || ofImage.has(name) || standard[name] !== env[name])
    .map((name) => `${name}=${env[name]}`);
}

/** Omitted for plain containers, so that they look like Docker's. */
export function richFields(record: ContainerRecord): RichFields {
  const { rich } = record.draft;
  const {
    enabled,
    mode,
    initScript,
    initArgs,
    initCommands,
    initTimeout,
    restartAfterPoweroff,
    nested,
    supervised,
  } = rich;
  if (!enabled) return {};
  return {
    Rich: true,
    RichMode: mode,
    InitScript: initScript || undefined,
    ...(initArgs && { InitArgs: initArgs }),
    ...(initCommands && { InitCommands: initCommands }),
    ...(initTimeout !== undefined && { InitTimeout: initTimeout }),
    ...(restartAfterPoweroff && { RestartAfterPoweroff: true }),
    ...(nested && { Nested: true }),
    ...(supervised && { RichServices: servicesOf(supervised) }),
  };
}

function servicesOf(services: Record<string, SupervisedService>): RichFields['RichServices'] {
  const entries = Object.entries(services).map(([name, { command, after, health }]) => {
    const service = {
      ...(command && { Command: command }),
      ...(after && { After: after }),
      ...(health && { Health: health }),
    };
    return [name, service] as const;
  });
  return Object.fromEntries(entries);
}
