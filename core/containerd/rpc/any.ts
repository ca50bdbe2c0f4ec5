import { Any } from '../gen/google/protobuf/any.ts';
import { CheckpointOptions, Options as RuncOptions } from '../gen/options/runc.ts';
import { Options as ShimOptions } from '../gen/options/runtimeoptions.ts';

/** Type URLs that containerd registers for the parts of an OCI runtime spec, which it takes as JSON. */
const ociTypes = {
  spec: 'types.containerd.io/opencontainers/runtime-spec/1/Spec',
  process: 'types.containerd.io/opencontainers/runtime-spec/1/Process',
  resources: 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources',
} as const;

/** An OCI spec, process or resources object as containerd expects it. */
export function packOci(kind: keyof typeof ociTypes, value: object): Any {
  return Any.create({ typeUrl: ociTypes[kind], value: Buffer.from(withUnlimited(JSON.stringify(value))) });
}

/**
 * The spec has limits of setrlimit(2) as unsigned numbers of 64 bits. The largest, which is more than a number of
 * JavaScript can hold, is RLIM_INFINITY. Quotes within texts are escaped, so that only members match.
 */
function withUnlimited(json: string): string {
  return json.replaceAll(/"(soft|hard)":-1(?=[,}])/g, '"$1":18446744073709551615');
}

const runcOptions = 'containerd.runc.v1.Options';

/** Options of the runc shim; the type URL is the same in containerd 1.6, 1.7 and 2.x. */
export function packRuncOptions(options: Partial<RuncOptions>): Any {
  return Any.create({
    typeUrl: runcOptions,
    value: Buffer.from(RuncOptions.encode(RuncOptions.create(options)).finish()),
  });
}

/** The folder of runc's state in options of the runc shim; undefined for those of another shim. */
export function runcRoot(options: Any | undefined): string | undefined {
  if (options?.typeUrl !== runcOptions) return undefined;
  return RuncOptions.decode(options.value).root || undefined;
}

/** Options of a checkpoint of the runc shim; the type URL is the same in containerd 1.6 to 2.x. */
export function packCheckpointOptions(options: Partial<CheckpointOptions>): Any {
  return Any.create({
    typeUrl: 'containerd.runc.v1.CheckpointOptions',
    value: Buffer.from(CheckpointOptions.encode(CheckpointOptions.create(options)).finish()),
  });
}

/**
 * Options of any other shim; `message` is the name of the type that the shim expects, for most
 * `runtimeoptions.v1.Options`.
 */
export function packShimOptions(message: string, options: Partial<ShimOptions>): Any {
  return Any.create({
    typeUrl: message,
    value: Buffer.from(ShimOptions.encode(ShimOptions.create(options)).finish()),
  });
}
