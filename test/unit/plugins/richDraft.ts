import { matchesCondition } from '../../../core/contract/matchesCondition.ts';
import { tapRichMode } from '../../../core/plugins/load/tapRichMode.ts';
import type {
  ContainerCondition,
  ContainerDraft,
  Hooks,
  HostFacts,
  ImageConfig,
  ImageFile,
  Plugin,
  RichMode,
  TapOptions,
} from '../../../hooks/index.ts';

type Tap = (draft: ContainerDraft, context: object) => unknown;

export interface RichCase {
  mode?: string;
  initScript?: string;
  process?: Partial<ContainerDraft['process']>;
  image?: ImageConfig['config'];
  /** Executables of the image: paths and the targets of their links. */
  executables?: Record<string, string>;
  /** Directories of the image. */
  directories?: string[];
  host?: { [Name in keyof HostFacts]?: HostFacts[Name] | undefined };
  supervised?: ContainerDraft['rich']['supervised'];
  stop?: Partial<ContainerDraft['stop']>;
}

/** Returns a draft with the parts that rich plugins read. */
export function richDraft(given: RichCase): ContainerDraft {
  const executables = given.executables ?? {};
  const stat = (path: string): Promise<ImageFile | undefined> => {
    const target = executables[path] ?? (path === given.initScript ? path : undefined);
    if (given.directories?.includes(path)) return Promise.resolve({ path, kind: 'directory', mode: 0o755 });
    return Promise.resolve(target === undefined ? undefined : { path: target, kind: 'file', mode: 0o755 });
  };
  const draft = {
    id: 'ab'.repeat(32),
    name: 'box',
    image: { reference: 'debian:bookworm', id: 'sha256:0', config: { config: given.image ?? {} }, stat },
    process: {
      entrypoint: [],
      command: ['app'],
      env: {},
      cwd: '/',
      user: '',
      groups: [],
      tty: false,
      openStdin: false,
      capabilities: {},
      rlimits: {},
      init: false,
      ...given.process,
    },
    rich: {
      enabled: true,
      mode: given.mode ?? '',
      initScript: given.initScript ?? '',
      supervised: given.supervised,
    },
    mounts: { '/sys/fs/cgroup': { type: 'cgroup', source: 'cgroup', options: ['nosuid', 'ro'] } },
    namespaces: { pid: '' },
    uidMappings: [],
    gidMappings: [],
    seccomp: 'default',
    annotations: {},
    cgroupsPath: '/pouch/ID',
    stop: { signal: 'SIGTERM', timeoutSeconds: 10, ...given.stop },
    files: {},
  };
  return draft as unknown as ContainerDraft;
}

/** Runs a plugin's taps of preCreate and spec on the draft, as the engine would with only this plugin. */
export async function runPlugin(plugin: Plugin, given: RichCase): Promise<ContainerDraft> {
  const taps: { when: ContainerCondition; run: Tap }[] = [];
  const tappable = {
    tap: ({ when = {} }: TapOptions, run: Tap) => taps.push({ when, run }),
  };
  const host = { cgroupVersion: '1', hybridCgroups: false, initPath: '/usr/bin/tini-static', ...given.host };
  const hooks = { container: { preCreate: tappable, spec: tappable } } as unknown as Hooks;
  const richMode = (mode: RichMode) => tapRichMode(hooks, mode);
  await plugin.setup({ hooks, richMode, host, options: {} } as unknown as Parameters<Plugin['setup']>[0]);
  const draft = richDraft(given);
  for (const { when, run } of taps)
    if (matchesCondition(draft, when)) await run(draft, { log: { warn: () => undefined } });
  return draft;
}
