import assert from 'node:assert/strict';
import { type Finished, type NewOptions, TestPouchd } from './TestPouchd.ts';

export interface Daemon {
  readonly it: TestPouchd;
  /** Runs `pouch ARGS`. */
  pouch(...args: string[]): Promise<Finished>;
  /** The same; it must succeed. Returns its output without the last line break. */
  ok(...args: string[]): Promise<string>;
  /** The output of a shell script in a container of its own; options of `pouch run` come first. */
  sh(script: string, ...options: string[]): Promise<string>;
}

/**
 * One pouchd for the tests of a `describe`. After them every container is removed, and then nothing may be left of any
 * of them on the host.
 */
export function useDaemon(options: NewOptions = {}): Daemon {
  let pouchd: TestPouchd | undefined;
  let atFirst: ReadonlySet<string> = new Set();
  const daemon: Daemon = {
    get it() {
      return pouchd!;
    },
    pouch: (...args) => daemon.it.pouch(...args),
    async ok(...args) {
      const { exitCode, stdout, stderr } = await daemon.pouch(...args);
      assert.equal(exitCode, 0, `pouch ${args.join(' ')}: ${stderr}`);
      return stdout.replace(/\n$/, '');
    },
    sh: (script, ...flags) => daemon.ok('run', '--rm', ...flags, 'busybox', 'sh', '-c', script),
  };

  before(async function () {
    this.timeout(90_000);
    pouchd = await TestPouchd.create(options);
    // The first container creates the bridge and its rules, which stay.
    await daemon.sh('true');
    await pouchd.leftovers(new Set(), 0);
    atFirst = await withoutContainers(pouchd);
  });

  after(async function () {
    this.timeout(90_000);
    try {
      if (!pouchd) return;
      const expected = await removeAll(pouchd, atFirst);
      // Processes of plugins end with it.
      if ([...(await pouchd.inventory())].some((line) => /\/(plugins|sidecars)/.test(line)))
        await pouchd.stop();
      assert.deepEqual(await pouchd.leftovers(expected), []);
    } finally {
      await pouchd?.dispose();
    }
  });

  return daemon;
}

/** `--rm` is worked off behind the exit of its command. */
async function withoutContainers(pouchd: TestPouchd): Promise<ReadonlySet<string>> {
  while ((await pouchd.client.containers.list({ all: true })).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return await pouchd.inventory();
}

async function removeAll(pouchd: TestPouchd, atFirst: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const { containers, volumes, networks } = pouchd.client;
  const removed = (await containers.list({ all: true })).map(({ Id }) =>
    // `--rm` may be faster.
    containers.remove(Id, { force: true, volumes: true }).catch((error: { code?: string }) => {
      if (error.code !== 'PCH_CONTAINER_NOT_FOUND') throw error;
    }),
  );
  await Promise.all(removed);
  await volumes.prune({ all: ['true'] });
  await networks.prune();
  return atFirst;
}
