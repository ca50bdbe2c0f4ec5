import type { ContainerDraft } from './draft.ts';
import type { RuntimeState } from './runtime.ts';
import { runtimeFeatures, type RuntimeFeature } from './runtimeFeatures.ts';

/**
 * A runtime as data: it names the program that root starts, so that pouchd.yaml can grant it to a plugin in a process
 * of its own. The words are those of `runtime.add`.
 */
export interface RuntimeProgram {
  /** What a request names it by. */
  name: string;
  aliases?: readonly string[];
  /** What it is, in one sentence. */
  doc?: string;
  /** `vm`: the container's processes and files are not the host's. Missing: `namespaces`. */
  isolation?: 'namespaces' | 'vm';
  /** Absolute path of a program with runc's command line. Either this or `shim`. */
  binary?: string;
  /** containerd's type of the runtime's shim: `io.containerd.runsc.v1` is the program `containerd-shim-runsc-v1`. */
  shim?: string;
  /** `shim`: absolute path of the runtime's configuration file. */
  config?: string;
  /** `shim`: the options message that it expects. */
  typeUrl?: string;
  /** What it cannot do: reasons by feature. Missing: nothing; a shim lacks `rdt`, `checkpoint` and `sharedMachine`. */
  lacks?: Readonly<Partial<Record<RuntimeFeature, string>>>;
  /** Looks at the host beyond the program, which pouchd has found. It may take 2 s. */
  probe?(found: FoundProgram, context: ProgramContext): MaybeLater<RuntimeReport | void>;
  /** `shim`: chooses its configuration file for this container. It may take 5 s. */
  options?(draft: ContainerDraft, context: ProgramContext): MaybeLater<ProgramOptions | void>;
  /**
   * The last change of the draft before the spec is created, for the needs of this runtime. Returns warnings for what
   * it has left out. It may take 5 s. In a process of its own it may only give the container less:
   * docs/guides/runtimes.md#from-a-plugin.
   */
  adaptSpec?(draft: ContainerDraft, context: ProgramContext): MaybeLater<readonly string[] | void>;
}

/** The program of a runtime on this host. */
export interface FoundProgram {
  path: string;
  /** As its `--version` prints it; empty for a shim. */
  version: string;
}

/** What a probe reports beside the program. */
export type RuntimeReport = Pick<RuntimeState, 'problem' | 'limits' | 'findings'>;

/** What differs by container. */
export interface ProgramOptions {
  /** Absolute path; missing: that of the declaration. */
  config?: string;
}

/** What each function of a runtime gets beside its arguments. */
export interface ProgramContext {
  /** Aborts at the deadline. */
  signal: AbortSignal;
}

type MaybeLater<T> = T | Promise<T>;

/** Whether a runtime is data, not functions alone. */
export function isRuntimeProgram(runtime: object): runtime is RuntimeProgram {
  return 'binary' in runtime || 'shim' in runtime;
}

const names = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
const normalized = /^(\/(?!\.{1,2}(\/|$))[^/\s]+)+$/;
/** As `runtime.add` has it. */
export const shimType = /^[a-z0-9]+(\.[a-z0-9-]+)*\.v\d+$/;

/** What is wrong with one whose fields have the right types. */
export function runtimeProgramProblem(program: RuntimeProgram): string | undefined {
  const { name, aliases = [], binary, shim, config, typeUrl, isolation = 'namespaces' } = program;
  const wrong = [name, ...aliases].find((one) => typeof one !== 'string' || !names.test(one));
  if (wrong !== undefined)
    return `invalid name ${JSON.stringify(wrong)}: use at most 63 lower-case letters, digits, "_", "." or "-", the first a letter or digit`;
  if ((binary === undefined) === (shim === undefined)) return 'it must have either `binary` or `shim`';
  if (binary !== undefined && !normalized.test(binary))
    return `\`binary\` must be an absolute path without "." and ".." and white space, found ${JSON.stringify(binary)}`;
  if (shim !== undefined && !shimType.test(shim))
    return `\`shim\` must be a runtime type such as io.containerd.runsc.v1, found ${JSON.stringify(shim)}`;
  if (config !== undefined && !normalized.test(config))
    return `\`config\` must be an absolute path without "." and "..", found ${JSON.stringify(config)}`;
  if (typeUrl !== undefined && !/^[A-Za-z0-9._/-]{1,200}$/.test(typeUrl))
    return '`typeUrl` must be the name of a message such as io.containerd.runsc.v1.options';
  if (!['namespaces', 'vm'].includes(isolation)) return '`isolation` must be namespaces or vm';
  const ofShim = (['config', 'typeUrl', 'options'] as const).find((one) => program[one] !== undefined);
  if (shim === undefined && ofShim) return `\`${ofShim}\` needs a \`shim\``;
  return lacksProblem(program.lacks ?? {});
}

function lacksProblem(lacks: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(lacks).find((feature) => !Object.hasOwn(runtimeFeatures, feature));
  if (unknown !== undefined)
    return `\`lacks\` has ${JSON.stringify(unknown)}; docs/reference/runtimes.md#features lists the features`;
  const [feature] =
    Object.entries(lacks).find(([, reason]) => typeof reason !== 'string' || reason === '') ?? [];
  return feature === undefined ? undefined : `\`lacks.${feature}\` must be the reason, a text`;
}
