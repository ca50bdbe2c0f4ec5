import { basename, dirname } from 'node:path';
import type { ImageBuild } from '../../hooks/index.ts';
import { frontendOf } from './wishes.ts';

export interface ArgumentsOptions {
  socket: string;
  /** A source policy. */
  policy: string;
  /** Gets what was exported, as JSON. */
  metadata: string;
}

/** The command line of `buildctl build`, after the program. */
export function buildctlArguments(
  build: ImageBuild,
  { socket, policy, metadata }: ArgumentsOptions,
): string[] {
  const { dockerfile, context, buildArgs, labels, secrets, target, platform, noCache, extraHosts } = build;
  const frontend = {
    filename: basename(dockerfile),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...frontendOf(build, extraHosts),
    ...prefixed('build-arg:', buildArgs),
    ...prefixed('label:', labels),
  };
  return [
    ...['--addr', `unix://${socket}`, 'build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
    ...['--local', `context=${context}`, '--local', `dockerfile=${dirname(dockerfile)}`],
    ...Object.entries(frontend).flatMap(([name, value]) => ['--opt', `${name}=${value}`]),
    ...(noCache ? ['--no-cache'] : []),
    ...Object.entries(secrets).flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
    ...cacheArguments(build),
    ...['--source-policy-file', policy, '--metadata-file', metadata],
    ...['--output', 'type=image,oci-mediatypes=false,compression=uncompressed'],
  ];
}

function cacheArguments({ cacheFrom = [], cacheTo = [] }: ImageBuild): string[] {
  return [
    ...cacheFrom.flatMap((reference) => ['--import-cache', `type=registry,ref=${reference}`]),
    ...cacheTo.flatMap(({ reference, mode }) => [
      '--export-cache',
      reference === undefined ? 'type=inline' : `type=registry,ref=${reference},mode=${mode}`,
    ]),
  ];
}

export function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
