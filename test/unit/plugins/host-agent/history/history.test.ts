import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHost } from '../../../../../plugins/host-agent/declare/readHost.ts';
import type { LostFile } from '../../../../../hooks/appliedFile.ts';
import { unread } from '../../../../../hooks/unread.ts';
import { Generations } from '../../../../../plugins/host-agent/history/Generations.ts';
import { InForce } from '../../../../../plugins/host-agent/history/InForce.ts';
import { PinFile } from '../../../../../plugins/host-agent/history/PinFile.ts';
import type { Options } from '../../../../../plugins/host-agent/options.ts';

const sectionsOf = (memory: string) => ({
  networks: {},
  volumes: {},
  containers: { web: { image: 'busybox', memory } },
});

describe('the history of the host', () => {
  let root: string;
  let errors: string[];
  const log = { info: () => undefined, error: (message: string) => void errors.push(message) };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'history-'));
    errors = [];
  });
  afterEach(() => rm(root, { recursive: true }));

  const generation = (memory = '1g') => ({
    at: '2026-01-02T03:04:05Z',
    cause: 'a test',
    sections: sectionsOf(memory),
    files: ['/etc/pouch/pouchd.yaml'],
    plan: { Steps: [], Problems: [] },
    done: 1,
    failed: 0,
    left: 0,
  });
  const fileOf = (number: number) => join(root, 'host-agent', `${String(number).padStart(6, '0')}.json`);

  async function generations(): Promise<Generations> {
    const all = new Generations(root, log);
    await all.read();
    return all;
  }

  it('keeps generations in files that only root reads', async () => {
    const all = await generations();
    assert.equal(await all.add(generation('1g')), 1);
    assert.equal(await all.add(generation('2g')), 2);
    const again = await generations();
    assert.equal(again.last, 2);
    assert.deepEqual(
      (await again.list()).map(({ number }) => number),
      [2, 1],
    );
    assert.deepEqual((await again.get(1)).sections, sectionsOf('1g'));
    assert.equal((await stat(fileOf(1))).mode & 0o777, 0o600);
    assert.equal((await stat(join(root, 'host-agent'))).mode & 0o777, 0o700);
  });

  it('keeps the last fifty', async () => {
    const all = await generations();
    for (let count = 0; count < 52; count++) await all.add(generation());
    const kept = (await all.list()).map(({ number }) => number);
    assert.deepEqual([kept.length, kept[0], kept.at(-1)], [50, 52, 3]);
  });

  for (const [what, text] of [
    ['half-written', '{"version":1,'],
    ['of another version', '{"version":2,"number":2}'],
    ['of another number', JSON.stringify({ version: 1, number: 7, ...generation() })],
    ['empty', ''],
  ] as const)
    it(`puts a file aside that is ${what}, and does not use its number again`, async () => {
      const all = await generations();
      await all.add(generation());
      await all.add(generation());
      await writeFile(fileOf(2), text);
      assert.deepEqual(
        (await all.list()).map(({ number }) => number),
        [1],
      );
      assert.equal(errors.length, 1);
      assert.equal(await readFile(`${fileOf(2)}.damaged`, 'utf8'), text);
      await assert.rejects(all.get(2), /generation 2: its file is damaged/);
      await assert.rejects(all.get(3), /generation 3: not found/);
      assert.deepEqual(await all.damaged(), ['000002.json.damaged']);
      assert.equal(await (await generations()).add(generation()), 3);
    });

  describe('a pin', () => {
    const open = async (
      memory: string,
      lost?: LostFile,
      sections: Options = lost ? nothing : sectionsOf(memory),
    ) => {
      const all = await generations();
      return await InForce.open({
        sections,
        lost,
        newest: () => all.newest(),
        locate: (pointer) => (pointer === '/containers/web' ? '/etc/pouch/conf.d/web.yaml:3:1' : undefined),
        key: 'k',
        pins: new PinFile(root, log),
        log,
        read: (sections, locate) => readHost(sections, locate, 'k'),
        now: () => '2026-01-02T03:04:05Z',
      });
    };
    const nothing = { networks: {}, volumes: {}, containers: {} };
    const lost: LostFile = { file: '/applied.json', found: 'an empty file', isDamaged: true };
    const memoryOf = (inForce: InForce) => inForce.declared.containers.get('web')?.request.resources?.memory;

    it('holds over a restart, until the files change', async () => {
      const number = await (await generations()).add(generation('1g'));
      const first = await open('2g');
      assert.deepEqual(first.files, ['/etc/pouch/conf.d/web.yaml']);
      const ofFiles = memoryOf(first);
      await first.pinTo(await (await generations()).get(number));
      const pinned = memoryOf(first);
      assert.notDeepEqual(pinned, ofFiles);

      const second = await open('2g');
      assert.equal(second.pin?.number, number);
      assert.deepEqual(memoryOf(second), pinned);
      assert.equal(second.declared.containers.get('web')?.origin, `generation ${number}`);

      const changed = await open('3g');
      assert.equal(changed.pin, undefined);
      assert.equal((await open('2g')).pin, undefined);
    });

    it('holds while an object of the files cannot be read', async () => {
      const number = await (await generations()).add(generation('1g'));
      await (await open('2g')).pinTo(await (await generations()).get(number));
      const web = Object.fromEntries(unread('expected a readable file, found /none'));
      assert.equal((await open('2g', undefined, { ...nothing, containers: { web } })).pin?.number, number);
      assert.equal((await open('2g')).pin?.number, number);
    });

    it('ends, also for the next start', async () => {
      const number = await (await generations()).add(generation('1g'));
      const inForce = await open('2g');
      let changes = 0;
      inForce.onChange = () => void changes++;
      await inForce.unpin();
      assert.equal(changes, 0);
      await inForce.pinTo(await (await generations()).get(number));
      await inForce.unpin();
      assert.equal(changes, 2);
      assert.equal(inForce.pin, undefined);
      assert.equal((await open('2g')).pin, undefined);
    });

    it('is to the newest generation while what was applied is lost', async () => {
      await (await generations()).add(generation('1g'));
      const number = await (await generations()).add(generation('2g'));
      const wanted = memoryOf(await open('2g'));
      const first = await open('', lost);
      assert.deepEqual([first.isHeld, first.isRolledBack, first.isUnknown], [true, false, false]);
      await first.unpin();
      const second = await open('', lost);
      assert.deepEqual([second.pin?.number, memoryOf(second)], [number, wanted]);
      // Generations come and go.
      await rm(fileOf(number));
      assert.deepEqual(memoryOf(await open('', lost)), wanted);
      // A file that declares nothing ends it as well.
      const known = await open('3g');
      assert.deepEqual([known.pin, known.isHeld], [undefined, false]);
    });

    it('is still that of a rollback while what was applied is lost', async () => {
      const number = await (await generations()).add(generation('1g'));
      await (await generations()).add(generation('2g'));
      await (await open('2g')).pinTo(await (await generations()).get(number));
      const inForce = await open('', lost);
      assert.deepEqual([inForce.pin?.number, inForce.isHeld, inForce.isRolledBack], [number, false, true]);
      assert.equal((await open('2g')).pin?.number, number);
    });

    it('is to nothing if the newest generation is damaged, too: an earlier one has declared something else', async () => {
      await (await generations()).add(generation('1g'));
      const number = await (await generations()).add(generation('2g'));
      await writeFile(fileOf(number), '{');
      for (let start = 0; start < 2; start++) {
        const inForce = await open('', lost);
        assert.deepEqual([inForce.isUnknown, inForce.pin], [true, undefined]);
      }
      const rolledBack = await open('', lost);
      await rolledBack.pinTo(await (await generations()).get(1));
      assert.deepEqual([rolledBack.isUnknown, rolledBack.isHeld], [false, false]);
    });

    describe('with profiles', () => {
      const withProfiles = (memory: string) => ({
        ...sectionsOf('1g'),
        profiles: { small: { memory } },
      });
      const openWith = (sections: ReturnType<typeof sectionsOf>) =>
        InForce.open({
          sections,
          newest: () => Promise.resolve(undefined),
          locate: () => undefined,
          key: 'k',
          pins: new PinFile(root, log),
          log,
          read: (wanted, locate) => readHost(wanted, locate, 'k'),
          now: () => '2026-01-02T03:04:05Z',
        });
      const addWith = async (sections: ReturnType<typeof sectionsOf>) => {
        const all = await generations();
        return await all.get(await all.add({ ...generation(), sections, secrets: ['swordfish'] }));
      };
      const small = ({ profiles }: InForce) => profiles?.find(({ name }) => name === 'small');

      it('has those of the generation, and the built-in ones, until the files have others', async () => {
        const then = await addWith(withProfiles('64m'));
        const inForce = await openWith(withProfiles('128m'));
        assert.equal(inForce.profiles, undefined);
        assert.ok(inForce.differsFrom(then));
        await inForce.pinTo(then);
        assert.ok(!inForce.differsFrom(then));
        const again = await openWith(withProfiles('128m'));
        assert.equal(small(again)?.parts[0]?.request.resources?.memory, 64 * 1024 ** 2);
        assert.ok(again.profiles?.some(({ origin }) => origin === 'built-in'));
        assert.deepEqual(again.secrets, ['swordfish']);
        assert.equal((await openWith(withProfiles('96m'))).pin, undefined);
      });

      it('compares a generation of an older pouchd, and its pin, without them', async () => {
        const then = await addWith(sectionsOf('1g'));
        const inForce = await openWith(withProfiles('128m'));
        assert.ok(!inForce.differsFrom(then));
        await inForce.pinTo(then);
        const again = await openWith(withProfiles('64m'));
        assert.deepEqual([again.pin?.number, again.profiles], [then.number, undefined]);
        assert.equal((await openWith({ ...withProfiles('64m'), ...sectionsOf('2g') })).pin, undefined);
      });
    });

    it('that is damaged is put aside', async () => {
      const number = await (await generations()).add(generation('1g'));
      await (await open('2g')).pinTo(await (await generations()).get(number));
      await writeFile(join(root, 'host-agent', 'pinned.json'), '{');
      assert.equal((await open('2g')).pin, undefined);
      assert.equal(errors.length, 1);
      assert.ok((await readdir(join(root, 'host-agent'))).includes('pinned.json.damaged'));
    });
  });
});
