/** A pouchd whose runtime kata is the stand-in shim. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandInShim } from '../../support/standInShim/StandInShim.ts';
import { type Daemon, useDaemon } from '../../support/useDaemon.ts';

export interface Kata extends Daemon {
  readonly shim: StandInShim;
  /** Holds the shim and the configuration. */
  readonly dir: string;
  /** kata's configuration file. */
  readonly config: string;
}

/** What this host lacks, and what stands in for kata does without. */
export const ignored = 'ignore: [KVM, vhost-vsock, mount propagation, syslog]';

const configuration = `
[hypervisor.qemu]
path = "/bin/true"
kernel = "/bin/true"
image = "/bin/true"
default_memory = 2048
enable_annotations = ["enable_iommu", "^default_(memory|vcpus)$"]
[runtime]
disable_guest_seccomp = true
`;

let count = 0;

/**
 * @param options lines of the options of runtime-kata, over `config` and `ignore`
 * @param moreRuntime lines below `runtime:` of pouchd.yaml
 */
export function useKata(options: (dir: string) => string[] = () => [], moreRuntime = ''): Kata {
  const dir = join(tmpdir(), `kata-${process.pid}-${(count += 1)}`);
  const shim = new StandInShim(join(dir, 'bin'));
  const config = join(dir, 'configuration.toml');

  before(async () => {
    await mkdir(dir);
    await shim.install();
    await writeFile(config, configuration);
  });

  const lines = [`config: ${config}`, ignored, ...options(dir)].map((line) => `      ${line}\n`);
  const daemon = useDaemon({
    env: { PATH: `${shim.folder}:${process.env['PATH']}` },
    yaml: `runtime:\n  startTimeout: 10s\n${moreRuntime}plugins:\n  - name: runtime-kata\n    options:\n${lines.join('')}`,
  });
  after(() => rm(dir, { recursive: true, force: true }));

  // The daemon's fields are set only once it runs.
  return Object.create(daemon, {
    shim: { value: shim },
    dir: { value: dir },
    config: { value: config },
  }) as Kata;
}
