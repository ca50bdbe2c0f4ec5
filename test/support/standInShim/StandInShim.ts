/** Puts the stand-in for kata's shim onto a host of a test, and reads what it recorded. */
import { build, type Plugin } from 'esbuild';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OciSpec } from '../../../hooks/oci.ts';

/** One line of its record: what containerd called it with. */
export interface Recorded {
  /** Pid of the shim. */
  pid: number;
  /** `start`, `serve`, `delete`, `hypervisor` (its pid), or the method: `Create`. */
  call: string;
  /** Of a method. */
  request?: any;
  /** Of a method: the timeout that came with the call, 0 for none. */
  timeoutNano?: number;
  /** Of `start` and `delete`. */
  argv?: string[];
  env?: Record<string, string>;
  /** Of `start`: the bytes on its standard input in base64. */
  options?: string;
  /** Of `start` and `serve`: its socket. */
  path?: string;
  /** Of `Create`. */
  spec?: OciSpec;
  /** Of `Create`: what `ip -o -4 address` says in its network namespace. */
  addresses?: string;
}

export type Fault =
  | 'hang-create'
  | 'die-create'
  | 'leave-vm'
  | 'leave-mounts'
  | 'die-start'
  | 'garbage-create'
  | 'garbage-start'
  | 'fail-start';

export class StandInShim {
  /** To be in containerd's PATH. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes the executable under a name that containerd looks for; it says that it is this version of kata. */
  async install(
    name = 'containerd-shim-kata-v2',
    version = 'Kata Containers containerd shim (Golang): id: "io.containerd.kata.v2", version: 3.2.0, commit: stand-in',
  ): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await build({
      entryPoints: [join(import.meta.dirname, 'main.ts')],
      outfile: join(this.folder, name),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      banner: { js: `#!${process.execPath}` },
      define: { standInVersion: JSON.stringify(version) },
      pure: ['makeGenericClientConstructor'],
      plugins: [withoutGrpc],
      logLevel: 'error',
    });
    await chmod(join(this.folder, name), 0o755);
  }

  async records(call?: string): Promise<Recorded[]> {
    const text = await readFile(join(this.folder, 'record.jsonl'), 'utf8').catch(() => '');
    // The shim may be writing the last line.
    const lines = text.split('\n').slice(0, -1);
    const all = lines.filter(Boolean).map((line) => JSON.parse(line) as Recorded);
    return call === undefined ? all : all.filter((entry) => entry.call === call);
  }

  async forget(): Promise<void> {
    await rm(join(this.folder, 'record.jsonl'), { force: true });
  }

  /** Something goes wrong from now on; without an argument all is well again. */
  async break(fault?: Fault): Promise<void> {
    const file = join(this.folder, 'fault');
    if (fault) await writeFile(file, fault);
    else await rm(file, { force: true });
  }
}

/** Its messages come with clients of gRPC, which would be most of the time of its start. */
const withoutGrpc: Plugin = {
  name: 'without-grpc',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@grpc\/grpc-js$/ }, ({ path }) => ({
      path,
      namespace: 'none',
      sideEffects: false,
    }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'export const makeGenericClientConstructor = () => class {};',
    }));
  },
};
