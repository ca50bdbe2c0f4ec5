import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { everyCase } from '../support/someOf.ts';
import { pick, seededRandom } from '../support/seededRandom.ts';
import { useDaemon } from '../support/useDaemon.ts';

const names = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff'];
const networks = ['n1', 'n2'];
const turns = 4;
/** Milliseconds: what an apply takes. */
const longestLife = 1500;

type Words = Readonly<Record<string, unknown>>;
interface Sections {
  readonly networks: Readonly<Record<string, Words>>;
  readonly volumes: Readonly<Record<string, Words>>;
  readonly containers: Readonly<Record<string, Words>>;
}

describe('a declared host with random files, changes by hand and kills of pouchd', function () {
  this.timeout(300_000);
  this.slow(60_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const random = seededRandom();
  before(() => console.log(`      POUCH_TEST_SEED=${random.seed}`));
  const chance = (percent: number) => random.below(100) < percent;

  function file(): Sections {
    const declared = networks.filter(() => chance(80));
    const subnet = (name: string) =>
      `10.${110 + (process.pid % 100)}.${networks.indexOf(name) * 8 + (chance(25) ? 4 : 0)}.0/24`;
    const chosen = names.filter(() => chance(70));
    return {
      networks: Object.fromEntries(declared.map((name) => [name, { subnet: subnet(name) }])),
      volumes: { v1: {}, v2: { onRemove: 'remove' } },
      containers: Object.fromEntries(
        chosen.map((name, index) => [name, container(declared, chosen[index - 1])]),
      ),
    };
  }

  function container(declared: readonly string[], before: string | undefined): Words {
    const network = chance(30) ? [...declared] : pick(random, declared);
    return {
      image: 'busybox',
      command: ['sleep', '1000'],
      'stop-timeout': '0',
      network: declared.length > 0 && chance(60) ? network : 'none',
      ...(chance(50) && { memory: pick(random, ['32m', '48m', '64m']) }),
      ...(chance(30) && { env: { A: pick(random, ['1', '2']) } }),
      ...(chance(30) && { label: { k: pick(random, ['1', '2']) } }),
      ...(chance(30) && { volume: [`${pick(random, ['v1', 'v2'])}:/data`] }),
      ...(chance(20) && { hostname: pick(random, ['h1', 'h2']) }),
      ...(chance(20) && { restart: pick(random, ['always', 'on-failure']) }),
      ...(chance(20) && { replicas: pick(random, [1, 2, 3]) }),
      ...(chance(30) && { update: { order: pick(random, ['start-first', 'stop-first']), deadline: '20s' } }),
      ...(chance(30) && { onRemove: pick(random, ['remove', 'stop', 'keep']) }),
      ...(before !== undefined && chance(40) && { dependsOn: [before] }),
    };
  }

  const listed = () => daemon.it.client.containers.list({ all: true });

  /** Whatever somebody does; it may fail. */
  async function byHand(): Promise<void> {
    const found = (await listed().catch(() => [])).flatMap(({ Names }) => Names.map((name) => name.slice(1)));
    if (found.length === 0) return;
    const name = pick(random, found);
    await pouch(
      ...pick(random, [
        ['stop', name],
        ['kill', name],
        ['rm', '-f', name],
        ['update', '-m', '80m', name],
        ['pause', name],
        ['unpause', name],
        ['restart', '-t', '0', name],
        ['rename', name, `x${random.below(99)}`],
        ['network', 'disconnect', '-f', pick(random, networks), name],
        ['network', 'connect', pick(random, networks), name],
        ['volume', 'rm', 'v1'],
        ['network', 'rm', 'n1'],
      ]),
    );
  }

  async function turn(): Promise<void> {
    if (chance(70)) await daemon.it.declare(file());
    const under = [pouch('apply', '--prune', '--yes')];
    if (chance(40)) under.push(pouch('apply'));
    if (chance(30)) under.push(pouch('rollback'));
    const hands = Array.from({ length: random.below(4) }, async () => {
      await delay(random.below(longestLife));
      await byHand();
    });
    if (chance(40)) {
      await delay(random.below(longestLife));
      await daemon.it.kill9();
      await Promise.allSettled([...under, ...hands]);
      await daemon.it.start();
    } else await Promise.allSettled([...under, ...hands]);
  }

  /** Fails unless the host becomes what the file says, in a few attempts, and nothing else is left. */
  async function settles(sections: Sections): Promise<void> {
    await daemon.it.declare(sections);
    let output = '';
    for (let attempt = 0; attempt < 5; attempt++) {
      const { exitCode, stdout, stderr } = await pouch('apply', '--prune', '--yes', '--wait');
      output = stdout + stderr;
      if (exitCode === 0 && (await pouch('apply')).stdout === 'nothing to do\n') break;
    }
    const wanted = Object.entries(sections.containers).flatMap(([name, { replicas }]) =>
      replicas === undefined
        ? [name]
        : Array.from({ length: Number(replicas) }, (_, index) => `${name}-${index + 1}`),
    );
    const all = await listed();
    const running = all.filter(({ State }) => State === 'running').map(({ Names }) => Names[0]?.slice(1));
    const kept = all.filter(({ Labels }) => ['keep', 'stop'].includes(Labels?.['io.pouch.on-remove'] ?? ''));
    const isKept = (name = '') => kept.some(({ Names }) => Names[0] === `/${name}`);
    assert.deepEqual(
      running.filter((name) => wanted.includes(name ?? '') || !isKept(name)).toSorted(),
      wanted.toSorted(),
      `${output}\n${(await pouch('status')).stdout}\n${JSON.stringify(sections)}`,
    );
    assert.equal(await ok('apply'), 'nothing to do');
  }

  for (let round = 1; round <= (everyCase() ? 2 : 1); round++)
    it(`becomes what the file says, ${round}`, async () => {
      for (let i = 0; i < turns; i++) await turn();
      await settles(file());
    });

  afterEach(async () => {
    await daemon.it.declare({ containers: {} });
    await pouch('apply', '--prune', '--yes');
    const kept = (await listed()).map(({ Id }) => Id);
    if (kept.length > 0) await ok('rm', '-f', ...kept);
    await ok('apply');
  });
});
