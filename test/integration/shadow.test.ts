import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShadowReportWire } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const old = `import { definePlugin } from 'pouch/hooks';
export default definePlugin({
  name: 'corp',
  version: '1.0.0',
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft) => void (draft.labels.corp = 'old'));
  },
});
`;

/** What it does depends on a label of the container. */
const fresh = `import { Containers, definePlugin, Events } from 'pouch/hooks';
export default definePlugin({
  name: 'corp',
  version: '2.0.0',
  inject: { containers: Containers, events: Events },
  setup({ hooks, services, log }) {
    hooks.container.preCreate.tap(async (draft) => {
      switch (draft.labels.mode) {
        case 'throw': throw new Error('no luck');
        case 'hang': return await new Promise(() => {});
        case 'spin': for (;;);
        case 'exit': process.exit(3);
        case 'flood': for (let i = 0; i < 100_000; i++) log.info('flood ' + i); break;
        case 'create': await services.containers.create({ image: 'busybox', name: 'of-a-shadow' }); break;
        case 'emit': services.events.emit({ type: 'daemon', action: 'shadow', id: 'x', attributes: {} }); break;
        case 'read': draft.labels.seen = String(services.containers.list({ all: true }).length > 0); break;
      }
      draft.labels.corp = 'new';
    });
    hooks.container.preUpdate.tap((draft) => void (draft.restart = { name: 'always', maximumRetryCount: 0 }));
  },
});
`;

/** Deadline of the shadow's taps: what hangs is soon over, and a loaded host runs the others in time. */
const deadlineMs = 5000;

describe('a shadow', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  let [oldPath, newPath] = ['', ''];

  before(async () => {
    const folder = join(daemon.it.dir, 'plugins');
    await mkdir(folder, { mode: 0o755 });
    [oldPath, newPath] = [join(folder, 'old.ts'), join(folder, 'new.ts')];
    await writeFile(oldPath, old);
    await writeFile(newPath, fresh);
    await daemon.it.configure(
      `plugins:
  - path: ${oldPath}
  - path: ${newPath}
    shadow: true
    timeout: ${deadlineMs}ms
    grants: { services: { containers: true, events: true } }
`,
    );
    assert.equal(await daemon.ok('plugin', 'reload'), 'added   corp\nadded   corp (shadow)');
  });

  async function report(): Promise<ShadowReportWire> {
    const [only] = await daemon.it.client.plugins.shadows();
    return only!;
  }

  /** Its report once it has compared or dropped so many plans. */
  async function after(plans: number): Promise<ShadowReportWire> {
    const done = async () => {
      const { calls, dropped, leftOut } = await report();
      return calls + dropped + leftOut >= plans;
    };
    assert.ok(await waitUntil(done, { withinMs: 45_000 }), JSON.stringify(await report()));
    return await report();
  }

  let plans = 0;

  /** Milliseconds that a create took. */
  async function create(name: string, mode: string): Promise<number> {
    const started = performance.now();
    await daemon.it.client.containers.create({ Image: 'busybox', Labels: { mode } }, { name });
    plans += 1;
    return performance.now() - started;
  }

  it('plans beside the version that serves, and its differences are reported by field', async () => {
    await create('plain', 'none');
    const { calls, differing, serving, differences, p50Ms, servingP50Ms } = await after(plans);
    assert.deepEqual([calls, differing, serving], [1, 1, { source: oldPath, version: '1.0.0' }]);
    assert.deepEqual(differences[0]?.fields, [{ field: 'labels.corp', from: 'old', to: 'new' }]);
    assert.ok(p50Ms! > 0 && servingP50Ms! > 0);
    assert.equal(await daemon.ok('inspect', '-f', '{{.Config.Labels.corp}}', 'plain'), 'old');
    const text = await daemon.ok('plugin', 'shadow', 'corp');
    assert.match(text, /^corp 2\.0\.0 \(.*new\.ts\) beside corp 1\.0\.0 \(.*old\.ts\), since /);
    assert.match(text, /plain \(container\.preCreate\)\n {4}labels\.corp\n {6}- "old"\n {6}\+ "new"/);
    const format = '{{.Name}} {{.Version}} {{.State}} {{.Calls}}';
    const rows = (await daemon.ok('plugin', 'ls', '--format', format)).split('\n');
    assert.ok(rows.includes('corp 1.0.0 active 1') && rows.includes('corp 2.0.0 shadow 1'), rows.join('\n'));
    const [json] = JSON.parse(await daemon.ok('plugin', 'shadow', '--format', 'json')) as ShadowReportWire[];
    assert.equal(json?.differing, 1);
    assert.match(await daemon.ok('plugin', 'logs', 'corp'), /the shadow plans differently .*labels\.corp/);
  });

  it('plans updates too', async () => {
    await daemon.ok('update', '--memory', '64m', 'plain');
    plans += 1;
    const { differences } = await after(plans);
    assert.equal(differences[0]?.hook, 'container.preUpdate');
    assert.deepEqual(
      differences[0]?.fields.map(({ field }) => field),
      ['restart.name'],
    );
    assert.equal(await daemon.ok('inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', 'plain'), 'no');
  });

  it('may read by services, and is refused what changes something', async () => {
    await create('reads', 'read');
    const { differences } = await after(plans);
    assert.ok(differences[0]?.fields.some(({ field, to }) => field === 'labels.seen' && to === 'true'));
    for (const mode of ['create', 'emit']) {
      await create(mode, mode);
      const { differences: refused } = await after(plans);
      assert.match(
        refused[0]?.error?.to ?? '',
        /plugin corp is a shadow and cannot call (containers|events)\./,
      );
    }
    const all = await daemon.it.client.containers.list({ all: true });
    assert.ok(!all.some(({ Names }) => Names.includes('/of-a-shadow')));
  });

  for (const mode of someOf(['throw', 'exit', 'hang', 'spin', 'flood']))
    it(`that ${mode}s delays no create, and works again afterwards`, async () => {
      const { failed } = await report();
      const alone = await create(`${mode}-before`, 'none');
      await after(plans);
      const bad = await create(`${mode}-bad`, mode);
      // The shadow is at it, or is to begin.
      const beside = [];
      for (let i = 0; i < 3; i++) beside.push(await create(`${mode}-${i}`, 'none'));
      const slowest = Math.max(bad, ...beside);
      assert.ok(slowest < deadlineMs, `${slowest} ms beside it, ${alone} ms alone`);
      const now = await after(plans);
      if (mode !== 'flood') assert.ok(now.failed > failed, JSON.stringify(now));
      assert.equal(await daemon.ok('inspect', '-f', '{{.Config.Labels.corp}}', `${mode}-2`), 'old');
      // What was spared or killed is called again.
      const { same, differing } = await report();
      await create(`${mode}-after`, 'none');
      const later = await after(plans);
      assert.equal(later.same + later.differing, same + differing + 1);
      await Promise.all(
        (await daemon.it.client.containers.list({ all: true })).map(({ Id }) =>
          daemon.it.client.containers.remove(Id, { force: true }),
        ),
      );
    });

  it('promoted serves, also after a kill -9; demoted it is a shadow again', async () => {
    const label = async (name: string) => {
      await daemon.ok('create', '--name', name, 'busybox');
      const value = await daemon.ok('inspect', '-f', '{{.Config.Labels.corp}}', name);
      await daemon.ok('rm', name);
      return value;
    };
    const text = await daemon.ok('plugin', 'promote', 'corp');
    assert.match(
      text,
      /^updated +corp\nremoved +corp \(shadow\)\nit serves also after a restart; to say so in pouchd\.yaml:/,
    );
    assert.match(text, /remove the entry of .*old\.ts at .*pouchd\.yaml:\d+/);
    assert.match(text, /remove `shadow: true` at .*pouchd\.yaml:\d+/);
    assert.equal(await label('promoted'), 'new');
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await label('restarted'), 'new');
    assert.equal(await daemon.ok('plugin', 'shadow'), 'no plugin has a shadow');
    assert.match(await daemon.ok('plugin', 'demote', 'corp'), /^updated +corp\nadded +corp \(shadow\)$/);
    assert.equal(await label('demoted'), 'old');
    assert.equal((await report()).source, newPath);
  });

  it('that is broken is refused a promotion, and the same call works once it is fixed', async () => {
    await writeFile(newPath, 'export default {');
    const broken = await daemon.pouch('plugin', 'reload');
    assert.equal(broken.exitCode, 1);
    assert.match(broken.stdout, /^quarantined +corp \(shadow\) +.*new\.ts cannot be loaded/);
    const refused = await daemon.pouch('plugin', 'promote', 'corp');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /plugin corp is not promoted: .*new\.ts cannot be loaded/);
    assert.match(refused.stderr, /^code: PCH_PLUGIN_QUARANTINED$/m);
    assert.match((await report()).error ?? '', /cannot be loaded/);
    // What serves is not touched by it.
    await create('beside-broken', 'none');
    assert.equal(await daemon.ok('inspect', '-f', '{{.Config.Labels.corp}}', 'beside-broken'), 'old');
    await writeFile(newPath, fresh);
    assert.equal(await daemon.ok('plugin', 'reload'), 'added   corp (shadow)');
    await daemon.ok('plugin', 'promote', 'corp');
    await daemon.ok('plugin', 'demote', 'corp');
  });
});
