import { writeFile } from 'node:fs/promises';
import { openContext } from '../../build/openContext.ts';
import { QuietOutput } from '../../build/QuietOutput.ts';
import { readSecrets } from '../../build/secrets.ts';
import type { BuildRequest, ProgressStream } from '../../../client/index.ts';
import { parseKeyValues } from '../../../client/options/keyValue.ts';
import { parseUlimit } from '../../../client/options/limits.ts';
import { parseInteger } from '../../../client/options/number.ts';
import { parseSize, parseSizeOrUnlimited } from '../../../client/options/size.ts';
import { CliError } from '../../errors.ts';
import { progressView, showIn } from '../../images/showProgress.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { allStoredAuth } from '../../registry/credentials.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  tag: string[];
  file?: string;
  buildArg: string[];
  label: string[];
  secret: string[];
  addHost: string[];
  ulimit: string[];
  cacheFrom: string[];
  cacheTo: string[];
  target?: string;
  platform?: string;
  network?: string;
  cache: boolean;
  pull?: boolean;
  quiet?: boolean;
  iidfile?: string;
  memory?: string;
  memorySwap?: string;
  cpuShares?: string;
  cpuPeriod?: string;
  cpuQuota?: string;
  cpusetCpus?: string;
  cpusetMems?: string;
  shmSize?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<path>', 'Directory with the files of the image, or - for a tar or a Dockerfile from stdin')
    .option('-t, --tag <name>', 'Name of the image: shop:1; can be given several times', collect, [])
    .option('-f, --file <path>', 'Dockerfile (default PATH/Dockerfile); - reads it from stdin')
    .option(
      '--build-arg <key=value>',
      'Set a variable of ARG; a bare key takes it from the environment',
      collect,
      [],
    )
    .option('--target <stage>', 'Build up to this stage')
    .option(
      '--secret <secret>',
      'File for RUN --mount=type=secret: id=NAME,src=FILE or id=NAME,env=VARIABLE',
      collect,
      [],
    )
    .option('--no-cache', 'Run every instruction again')
    .option(
      '--cache-from <image>',
      'Use the cache of an image in a registry, with BuildKit: NAME or type=registry,ref=NAME',
      collect,
      [],
    )
    .option(
      '--cache-to <cache>',
      'Leave the cache, with BuildKit: type=inline or type=registry,ref=NAME[,mode=max]',
      collect,
      [],
    )
    .option('--pull', 'Always attempt to pull a newer version of the image')
    .option('--platform <os/arch>', "Set the platform of the image (default the daemon's)")
    .option('--label <key=value>', 'Set metadata for the image', collect, [])
    .option('--network <network>', 'Network for RUN: bridge, none, host, container:NAME, or its name')
    .option('--add-host <host:ip>', 'Add a line to /etc/hosts of RUN', collect, [])
    .option('--iidfile <file>', 'Write the image ID to the file')
    .option('-q, --quiet', 'Suppress the build output and print image ID on success')
    .option('-m, --memory <size>', 'Memory limit of RUN: 512m')
    .option('--memory-swap <size>', 'Limit of memory and swap together; -1 for unlimited swap')
    .option('-c, --cpu-shares <number>', 'CPU shares of RUN (relative weight)')
    .option('--cpu-period <microseconds>', 'Period of the CPU quota')
    .option('--cpu-quota <microseconds>', 'CPU time of RUN in each period')
    .option('--cpuset-cpus <list>', 'CPUs in which to allow execution: 0-3, 0,1')
    .option('--cpuset-mems <list>', 'Memory nodes in which to allow execution: 0-3, 0,1')
    .option('--shm-size <size>', 'Size of /dev/shm of RUN: 64m')
    .option('--ulimit <name=soft[:hard]>', 'Resource limit of RUN: nofile=1024', collect, [])
    .action((path: string, flags: Flags) => build(session, path, flags));
}

async function build(session: Session, path: string, flags: Flags): Promise<void> {
  const { terminal } = session;
  const request = requestOf(flags, terminal.env);
  const secrets = readSecrets(flags.secret, terminal.env);
  const auth = await allStoredAuth(terminal.env);
  const { tar, dockerfile } = await openContext(path, flags.file, terminal.stdin);
  let failure: Error | undefined;
  tar.once('error', (error) => (failure = error));
  const shown = flags.quiet ? new QuietOutput(terminal.stderr) : undefined;
  const view = shown ?? progressView({ stream: terminal.stdout, quiet: false });
  try {
    const progress = await session.client.builds.build(tar, {
      ...request,
      ...(dockerfile !== undefined && { dockerfile }),
      secrets,
      auth,
    });
    const built = { id: '' };
    await showIn(view, noting(progress, built));
    if (flags.iidfile !== undefined) await writeFile(flags.iidfile, built.id);
    if (flags.quiet) session.print(built.id);
  } catch (error) {
    shown?.print();
    // The daemon reports that the upload broke, the context reports why.
    throw failure
      ? new CliError('PCH_OPTION_INVALID', `cannot read the build context: ${failure.message}`)
      : error;
  } finally {
    view.end();
    tar.destroy();
  }
}

function requestOf(flags: Flags, env: Record<string, string | undefined>): BuildRequest {
  const { tag, buildArg, label, addHost, ulimit, target, platform, network, cache, pull } = flags;
  const number = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : parseInteger(flag, text, { minimum: 0 });
  const size = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : parseSize(flag, text);
  const given = <Key extends keyof BuildRequest>(key: Key, value: BuildRequest[Key] | undefined) =>
    value === undefined ? {} : { [key]: value };
  const { memorySwap } = flags;
  return {
    ...given('target', target),
    ...given('platform', platform),
    ...given('network', network),
    ...given('memory', size('--memory', flags.memory)),
    ...given(
      'memorySwap',
      memorySwap === undefined ? undefined : parseSizeOrUnlimited('--memory-swap', memorySwap),
    ),
    ...given('cpuShares', number('--cpu-shares', flags.cpuShares)),
    ...given('cpuPeriod', number('--cpu-period', flags.cpuPeriod)),
    ...given('cpuQuota', number('--cpu-quota', flags.cpuQuota)),
    ...given('cpusetCpus', flags.cpusetCpus),
    ...given('cpusetMems', flags.cpusetMems),
    ...given('shmSize', size('--shm-size', flags.shmSize)),
    tags: tag,
    buildArgs: argumentsOf(buildArg, env),
    labels: parseKeyValues('--label', label),
    extraHosts: addHost,
    ...(ulimit.length > 0 && { ulimits: ulimit.map(parseUlimit) }),
    ...(flags.cacheFrom.length > 0 && { cacheFrom: flags.cacheFrom }),
    ...(flags.cacheTo.length > 0 && { cacheTo: flags.cacheTo }),
    noCache: !cache,
    pull: pull ?? false,
  };
}

/** A bare name takes its value from the environment, and is left out without one. */
function argumentsOf(texts: string[], env: Record<string, string | undefined>): Record<string, string> {
  const given = texts.flatMap((text) => {
    if (text.includes('=')) return [text];
    const value = env[text];
    return value === undefined ? [] : [`${text}=${value}`];
  });
  return parseKeyValues('--build-arg', given);
}

async function* noting(progress: ProgressStream, built: { id: string }): ProgressStream {
  for await (const message of progress) {
    const id = message.aux?.['ID'];
    if (typeof id === 'string') built.id = id;
    yield message;
  }
}
