/** The configuration of an image that is made of a container. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { toDockerHealthcheck } from '../../../hooks/healthcheck.ts';
import type { ImageConfig } from '../../../hooks/image.ts';

type Config = NonNullable<ImageConfig['config']>;

/**
 * That of the image with what the container was asked for, as Docker's. What plugins and rich modes have added is left
 * out, and so are secrets.
 */
export function configOf({ draft, request }: ContainerRecord): Config {
  const image = draft.image.config.config ?? {};
  const { entrypoint, command = [] } = request;
  return withoutEmpty({
    ...image,
    User: request.user || image.User,
    WorkingDir: request.cwd || image.WorkingDir,
    StopSignal: request.stopSignal || image.StopSignal,
    Entrypoint: entrypoint ?? image.Entrypoint,
    Cmd: command.length > 0 ? command : entrypoint === undefined ? image.Cmd : undefined,
    Env: envOf(image.Env ?? [], request),
    Labels: { ...image.Labels, ...request.labels },
    ExposedPorts: { ...image.ExposedPorts, ...keys(portsOf(request)) },
    Volumes: { ...image.Volumes, ...keys(anonymousVolumes(request)) },
    Healthcheck:
      request.healthcheck && draft.healthcheck ? toDockerHealthcheck(draft.healthcheck) : image.Healthcheck,
  });
}

/** What was asked for at the commit takes precedence, as with Docker: a new entrypoint has no command. */
export function mergedConfig(asked: Config, config: Config): Config {
  const hasEntrypoint = (asked.Entrypoint ?? []).length > 0;
  const command = (asked.Cmd ?? []).length > 0 ? asked.Cmd : hasEntrypoint ? undefined : config.Cmd;
  return withoutEmpty({
    ...config,
    ...withoutEmpty(asked),
    Entrypoint: hasEntrypoint ? asked.Entrypoint : config.Entrypoint,
    Cmd: command,
    Env: laidOver(config.Env ?? [], asked.Env ?? []),
    Labels: { ...config.Labels, ...asked.Labels },
    ExposedPorts: { ...config.ExposedPorts, ...asked.ExposedPorts },
    Volumes: { ...config.Volumes, ...asked.Volumes },
  });
}

function envOf(image: readonly string[], { env = {}, secretEnv = [] }: ContainerRecord['request']): string[] {
  const given = Object.entries(env).filter(([name]) => !secretEnv.includes(name));
  const removed = given.filter(([, value]) => value === undefined).map(([name]) => name);
  const kept = image.filter((one) => !removed.includes(nameOf(one)));
  const added = given.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return laidOver(kept, added);
}

function laidOver(before: readonly string[], added: readonly string[]): string[] {
  const names = new Set(added.map(nameOf));
  return [...before.filter((one) => !names.has(nameOf(one))), ...added];
}

function nameOf(variable: string): string {
  const [name = ''] = variable.split('=', 1);
  return name;
}

function portsOf({ network }: ContainerRecord['request']): string[] {
  const exposed = (network?.exposed ?? []).map((port) => (port.includes('/') ? port : `${port}/tcp`));
  const published = (network?.ports ?? []).map(
    ({ containerPort, protocol }) => `${containerPort}/${protocol}`,
  );
  return [...exposed, ...published];
}

function anonymousVolumes({ volumes = [] }: ContainerRecord['request']): string[] {
  return volumes.flatMap(({ kind, source, destination }) =>
    kind === 'volume' && source === undefined ? [destination] : [],
  );
}

function keys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function withoutEmpty(config: { [Key in keyof Config]: Config[Key] | undefined }): Config {
  const isEmpty = (value: unknown) =>
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(config).filter(([, value]) => !isEmpty(value)));
}
