import type { BootFields, ContainerConfig, ContainerCreateRequest, OwnFields } from '../wire.ts';
import { conflictingOptions, invalidOption } from './OptionError.ts';
import { environmentOf, readLabelFile } from './environment.ts';
import { parseKeyValues } from './keyValue.ts';
import { networkingConfig } from './networks.ts';
import { parseInteger } from './number.ts';
import { parseExposed, parsePublished } from './ports.ts';
import { parseVolumes } from './volumes.ts';
import { profileLabel } from '../wire.ts';
import { healthFields } from './health.ts';
import { firstBootFields } from './firstBoot.ts';
import { hostConfig } from './hostConfig.ts';
import { richFields } from './richFields.ts';
import type { CreateFlags, RunFlags } from './runFlags.ts';

export interface CreateInput {
  flags: RunFlags;
  image: string;
  command: string[];
  /** Environment of this process. */
  environment: Record<string, string | undefined>;
  /** Size of this process's terminal in characters. */
  size: { height: number; width: number } | undefined;
}

/**
 * Returns the body of `POST /containers/create` for flags and arguments.
 * @throws PCH_OPTION_INVALID
 */
export function createRequest(input: CreateInput): ContainerCreateRequest {
  const { flags } = input;
  checkConflicts(flags);
  const host = hostConfig(flags);
  if (flags.tty && input.size) host.ConsoleSize = [input.size.height, input.size.width];
  return {
    ...processConfig(input),
    ...streamConfig(flags),
    ...identityConfig(flags),
    ...volumesAndPorts(flags),
    ...richFields(flags),
    ...firstBootFields(flags),
    ...bootFields(flags),
    ...healthFields(flags),
    HostConfig: host,
    ...networkingConfig(flags),
  };
}

function bootFields({ bootOrder, bootDelay }: RunFlags): BootFields {
  return {
    ...(bootOrder !== undefined && { BootOrder: parseInteger('--boot-order', bootOrder) }),
    ...(bootDelay !== undefined && { BootDelay: parseInteger('--boot-delay', bootDelay, { minimum: 0 }) }),
  };
}

function checkConflicts(flags: RunFlags): void {
  if (flags.detach && flags.attach.length > 0) throw conflictingOptions('-d and -a exclude each other');
  if (flags.rm && flags.restart !== undefined && flags.restart !== 'no') {
    throw conflictingOptions('--rm and --restart exclude each other');
  }
}

type ProcessConfig = ContainerConfig & Pick<ContainerCreateRequest, 'SecretEnv'>;

function processConfig({ flags, image, command, environment }: CreateInput): ProcessConfig {
  return {
    Image: image,
    ...(command.length > 0 && { Cmd: command }),
    ...environmentOf(flags, environment),
    ...(flags.entrypoint !== undefined && { Entrypoint: [flags.entrypoint] }),
    ...(flags.workdir !== undefined && { WorkingDir: flags.workdir }),
    ...(flags.user !== undefined && { User: flags.user }),
    ...(flags.stopSignal !== undefined && { StopSignal: flags.stopSignal }),
    ...(flags.stopTimeout !== undefined && {
      StopTimeout: parseInteger('--stop-timeout', flags.stopTimeout, { minimum: -1 }),
    }),
  };
}

const streams = ['stdin', 'stdout', 'stderr'];

/** Without -d and -a all streams are attached, stdin only with -i. */
function streamConfig(flags: RunFlags): ContainerConfig {
  const named = flags.attach.map((stream) => stream.toLowerCase());
  const unknown = named.find((stream) => !streams.includes(stream));
  if (unknown !== undefined) throw invalidOption('-a, --attach', 'stdin, stdout or stderr', unknown);
  const all = named.length === 0 && !flags.detach;
  const openStdin = flags.interactive === true;
  const attachStdin = named.includes('stdin') || (all && openStdin);
  return {
    Tty: flags.tty === true,
    OpenStdin: openStdin,
    StdinOnce: openStdin && attachStdin,
    AttachStdin: attachStdin,
    AttachStdout: all || named.includes('stdout'),
    AttachStderr: all || named.includes('stderr'),
  };
}

function identityConfig(flags: CreateFlags): ContainerConfig & OwnFields {
  const fromFiles = flags.labelFile.flatMap((path) => readLabelFile('--label-file', path));
  const labels = {
    ...parseKeyValues('--label-file', fromFiles),
    ...parseKeyValues('-l, --label', flags.label),
  };
  if (flags.profile.length > 0) labels[profileLabel] = profilesIn(labels, flags.profile);
  return {
    ...(flags.hostname !== undefined && { Hostname: flags.hostname }),
    ...(flags.domainname !== undefined && { Domainname: flags.domainname }),
    ...(flags.macAddress !== undefined && { MacAddress: flags.macAddress }),
    ...(flags.specificId !== undefined && { SpecificID: flags.specificId }),
    ...(flags.disableNetworkFiles !== undefined && { DisableNetworkFiles: flags.disableNetworkFiles }),
    ...(flags.netPriority !== undefined && {
      NetPriority: parseInteger('--net-priority', flags.netPriority),
    }),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
  };
}

/** Those of the label come first, as `--label io.pouch.profile=NAME` is a default of scripts. */
function profilesIn({ [profileLabel]: labelled }: Record<string, string>, named: string[]): string {
  const unusable = named.find((name) => name === '' || name.includes(','));
  if (unusable !== undefined) throw invalidOption('--profile', 'the name of a profile', unusable);
  return [...(labelled ? [labelled] : []), ...named].join(',');
}

function volumesAndPorts(flags: CreateFlags): ContainerConfig {
  const { anonymous } = parseVolumes(flags.volume);
  const exposed = { ...parsePublished(flags.publish).exposed, ...parseExposed(flags.expose) };
  return {
    ...(Object.keys(anonymous).length > 0 && { Volumes: anonymous }),
    ...(Object.keys(exposed).length > 0 && { ExposedPorts: exposed }),
  };
}
