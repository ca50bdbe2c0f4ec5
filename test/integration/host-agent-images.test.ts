import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';

const sleeper = { command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };

describe('the images of the host', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  let registry: TestRegistry;
  const at = (name: string) => `${registry.host}/${name}`;

  const write = (sections: object) => daemon.it.declare(sections);
  async function applied(sections: object): Promise<string> {
    await write(sections);
    return await ok('apply');
  }
  const idOf = async (name: string) => (await daemon.it.inspect(name))?.Image;
  const status = async () => (await pouch('status', '--all')).stdout;
  const until = async (what: string, condition: () => Promise<boolean>) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000 }), `${what}: ${await status()}`);
  /** Gives a tag of the registry the image of another one. */
  async function retag(from: string, to: string): Promise<void> {
    const { mediaType, body } = await registry.manifest('app', from);
    await registry.putManifest('app', to, mediaType, body);
  }

  before(async function () {
    this.timeout(90_000);
    registry = await TestRegistry.start();
    for (const tag of ['one', 'two']) {
      await ok('run', '--name', 'made', 'busybox', 'sh', '-c', `echo ${tag} > /version`);
      await ok('commit', 'made', at(`app:${tag}`));
      await ok('push', at(`app:${tag}`));
      await ok('rm', 'made');
      await ok('rmi', at(`app:${tag}`));
    }
  });
  beforeEach(() => retag('one', '1'));
  afterEach(async () => {
    await write({});
    await ok('apply', '--prune', '--yes');
    await pouch('rmi', '-f', at('app:1'));
  });
  after(() => registry.stop());

  it('are pulled, appear in the plan, status and history, and stay or are removed once they are not declared', async () => {
    const reference = at('app:1');
    await write({ images: { [reference]: { onRemove: 'remove' } } });
    const dry = await pouch('apply', '--dry-run');
    assert.equal(dry.exitCode, 2);
    assert.ok(dry.stdout.includes(`+ image ${reference}: pull  (`), dry.stdout);
    await ok('apply');
    assert.match(await status(), new RegExp(`image +${reference} +ok .*pouchd\\.yaml:\\d`));
    assert.equal(await ok('apply'), 'nothing to do');

    await ok('create', '--name', 'user', reference, 'true');
    await write({});
    const held = await pouch('apply');
    assert.match(
      held.stdout,
      new RegExp(`- image ${reference}: remove\\n +held: .*no container uses it: user`),
    );
    await ok('rm', 'user');
    await until('the image is removed', async () => !(await ok('images')).includes(registry.host));
    assert.match(await ok('history'), /a container was removed/);

    // One that was on the host before is not the agent's.
    await ok('pull', reference);
    await applied({ images: { [reference]: { onRemove: 'remove' } } });
    await applied({});
    assert.ok((await ok('images')).includes(registry.host));
  });

  it('are protected by keep from rmi and prune', async () => {
    const reference = at('app:1');
    await applied({ images: { [reference]: { keep: true } } });
    await ok('image', 'prune', '-a', '-f');
    assert.ok((await ok('images')).includes(registry.host));
    for (const words of [
      ['rmi', reference],
      ['rmi', '-f', reference],
    ]) {
      const { exitCode, stderr } = await pouch(...words);
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /is kept, as declared in .*pouchd\.yaml:\d+.*declare it without keep/s);
    }
    await ok('tag', reference, 'other:1');
    await ok('rmi', 'other:1');
    await applied({ images: { [reference]: {} } });
    await ok('rmi', reference);
    // It is declared.
    await until('it is pulled again', async () => (await ok('images')).includes(registry.host));
  });

  it('that are refreshed by their schedule replace the containers that use them', async () => {
    const reference = at('app:1');
    const sections = {
      images: { [reference]: { refresh: 'every 1m' } },
      containers: { web: { image: reference, ...sleeper } },
    };
    await applied(sections);
    const before = await idOf('web');
    await retag('two', '1');
    await daemon.it.stop();
    // As if pouchd was away at the times of the schedule.
    const file = join(daemon.it.root, 'host-agent', 'images.json');
    const book = await readFile(file, 'utf8');
    await writeFile(file, book.replace(/"refreshedAt":"[^"]*"/, '"refreshedAt":"2020-01-01T00:00:00.000Z"'));
    await daemon.it.start();
    await until('web has the new image', async () => {
      const id = await idOf('web');
      return id !== undefined && id !== before && (await pouch('status')).exitCode === 0;
    });
    assert.match(await ok('exec', 'web', 'cat', '/version'), /two/);
    assert.match(await ok('history'), /pull of the image/);
  });

  it('replace the containers that use them once a tag is another image, and try again with a better one', async () => {
    const reference = at('app:1');
    await applied({
      containers: {
        web: {
          image: reference,
          ...sleeper,
          command: ['sh', '-c', 'grep one /version && sleep 1000'],
          'health-cmd': 'grep one /version',
          'health-interval': '100ms',
          'health-retries': '1',
          update: { deadline: '5s' },
        },
      },
    });
    const before = await idOf('web');
    await retag('two', '1');
    await ok('pull', reference);
    await until('the update has failed', async () => / failed .*did not come up/.test(await status()));
    assert.equal(await idOf('web'), before);
    await retag('one', '1');
    await ok('pull', reference);
    await until('all is as declared', async () => (await pouch('status')).exitCode === 0);
  });

  it('come from a registry with credentials of a file', async () => {
    const secret = join(daemon.it.configFile, '..', 'registry-secret');
    await writeFile(secret, 'hunter2-of-the-registry\n');
    await chmod(secret, 0o600);
    await applied({
      registries: { credentials: { [registry.host]: { username: 'me', password: `\${file:${secret}}` } } },
      images: { [at('app:1')]: {} },
    });
    assert.ok((await ok('images')).includes(registry.host));
    assert.doesNotMatch(await daemon.it.log(), /hunter2/);
  });
});
