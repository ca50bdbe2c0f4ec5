import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReconciliationWire } from '../../client/index.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const MiB = 2 ** 20;

/** What it plans depends on a label of the container; without \`works\` it fails. */
const corp = (marks: string) => `import { appendFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { definePlugin, Type } from 'pouch/hooks';
export default definePlugin({
  name: 'corp',
  options: Type.Object({ works: Type.Boolean() }),
  setup({ hooks, options, effect }) {
    effect({
      kind: 'corp-mark',
      describe: ({ name }) => 'write the mark ' + name,
      apply: ({ name }) => writeFile('${marks}/' + name, ''),
      undo: ({ name }) => rm('${marks}/' + name, { force: true }),
    });
    hooks.container.preCreate.tap((draft, { onAbandoned }) => {
      if (!options.works) throw new Error('the database is away');
      onAbandoned?.(() => appendFileSync('${marks}.abandoned', draft.name + '\\n'));
      draft.labels.corp = 'yes';
      if (draft.labels.plan === 'live') {
        draft.resources.memory = { ...draft.resources.memory, limit: ${48 * MiB}, swap: ${48 * MiB} };
        return;
      }
      if (draft.labels.plan === 'fixed') draft.effects['volume./data'].args.copyFrom = '/etc';
      draft.process.env.CORP = 'present';
      draft.files['/etc/corp'] = { content: 'corporate', mode: 0o644, readonly: false };
      draft.effects.mark = { kind: 'corp-mark', stage: 'create', args: { name: draft.name } };
    });
  },
});
`;

const other = `import { definePlugin, Type } from 'pouch/hooks';
export default definePlugin({
  name: 'other',
  options: Type.Object({ works: Type.Boolean() }),
  setup({ hooks, options }) {
    hooks.container.preCreate.tap((draft) => {
      if (!options.works) throw new Error('out of order');
      draft.labels.other = 'yes';
    });
  },
});
`;

const required = `import { definePlugin } from 'pouch/hooks';
export default definePlugin({ name: 'guard', required: true, hooks: ['container.preCreate'], setup() {
  throw new Error('no rules');
} });
`;

describe('pouch reconcile', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  let folder = '';
  let marks = '';

  before(async () => {
    folder = join(daemon.it.dir, 'corp');
    marks = join(folder, 'marks');
    await mkdir(marks, { recursive: true });
    await writeFile(join(folder, 'corp.ts'), corp(marks));
    await writeFile(join(folder, 'other.ts'), other);
    await writeFile(join(folder, 'guard.ts'), required);
  });

  /** Loads both plugins. */
  async function plugins(works: { corp: boolean; other?: boolean }, more = ''): Promise<void> {
    const entry = (name: string, does: boolean) =>
      `  - { path: ${folder}/${name}.ts, isolation: in-process, onError: degrade, options: { works: ${does} } }\n`;
    const entries = entry('corp', works.corp) + entry('other', works.other ?? true);
    await daemon.it.configure(`plugins:\n${entries}${more}`);
    await daemon.pouch('plugin', 'reload');
  }

  const inspect = async (name: string) => (await daemon.it.inspect(name))!;
  const degraded = async (name: string) => ((await inspect(name)).Degraded ?? []).map(({ plugin }) => plugin);
  const reconcile = (name: string, query = {}) => daemon.it.client.containers.reconcile(name, query);
  const changed = ({ changes }: ReconciliationWire) =>
    Object.fromEntries(changes.map(({ field, applies }) => [field, applies]));

  it('a container planned without a plugin is marked with its name and why, in ps, inspect and events', async () => {
    await plugins({ corp: false });
    const since = Math.floor(Date.now() / 1000);
    await daemon.ok('run', '-d', '--name', 'live', '--label', 'plan=live', 'busybox', 'sleep', '1000');
    await daemon.ok(
      'run',
      '-d',
      '--name',
      'full',
      '--stop-signal',
      'KILL',
      'busybox',
      'sh',
      '-c',
      'echo "[$CORP]"; exec sleep 1000',
    );
    await daemon.ok('create', '--name', 'stopped', 'busybox', 'sh', '-c', 'echo "$CORP $(cat /etc/corp)"');
    await daemon.ok(
      'create',
      '--name',
      'fixed',
      '--label',
      'plan=fixed',
      '-v',
      'reconcile-data:/data',
      'busybox',
      'true',
    );
    const [mark] = (await inspect('live')).Degraded ?? [];
    assert.deepEqual(mark, { plugin: 'corp', hook: 'container.preCreate', message: 'the database is away' });
    const status = await daemon.ok('ps', '-a', '--format', '{{.Names}} {{.Status}}');
    assert.match(status, /^live Up .* \(degraded\)$/m);
    assert.match(status, /^stopped Created \(degraded\)$/m);
    const until = String(Math.ceil(Date.now() / 1000) + 1);
    const events = await daemon.ok(
      'events',
      '--since',
      String(since),
      '--until',
      until,
      '--filter',
      'event=degraded',
    );
    assert.match(events, /degraded .*plugin=corp.*reason=the database is away/);
  });

  it('while the plugin is missing nothing changes, and the exit code is 1', async () => {
    const { exitCode, stdout } = await daemon.pouch('reconcile', '--all');
    assert.equal(exitCode, 1);
    assert.match(stdout, /^live: unchanged, a plugin is still missing$/m);
    assert.match(stdout, /without plugin corp \(container\.preCreate\): the database is away/);
    assert.deepEqual(await degraded('live'), ['corp']);
  });

  it('a dry run shows each field with its author and changes nothing', async () => {
    await plugins({ corp: true });
    const text = await daemon.ok('reconcile', '--dry-run', 'full');
    assert.match(text, /^full: would change \d fields$/m);
    assert.match(
      text,
      / {2}process\.env\.CORP {3}\(corp, container\.preCreate; needs it stopped\)\n {4}- \(not set\)\n {4}\+ "present"/,
    );
    assert.deepEqual(await degraded('full'), ['corp']);
    assert.equal((await inspect('full')).Config.Labels?.['corp'], undefined);
  });

  it('labels and limits of a container that runs change at once, and the mark goes', async () => {
    const { Pid } = (await inspect('live')).State;
    const done = await reconcile('live');
    assert.deepEqual([done.outcome, done.degraded], ['applied', []]);
    assert.deepEqual([...new Set(Object.values(changed(done)))], ['now']);
    const { State, Config } = await inspect('live');
    assert.deepEqual([State.Pid, Config.Labels?.['corp']], [Pid, 'yes']);
    assert.equal(Number(cgroupFile(Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')), 48 * MiB);
    assert.deepEqual(await degraded('live'), []);
    assert.equal((await reconcile('live')).outcome, 'sound');
  });

  it('what needs a stop is left and named; with --restart the container has it all', async () => {
    const first = await reconcile('full');
    assert.equal(first.outcome, 'partly');
    const applies = changed(first);
    assert.deepEqual([applies['labels.corp'], applies['process.env.CORP']], ['now', 'start']);
    assert.deepEqual(
      [await degraded('full'), (await inspect('full')).Config.Labels?.['corp']],
      [['corp'], 'yes'],
    );
    assert.equal(existsSync(join(marks, 'full')), false);
    const text = await daemon.ok('reconcile', '--restart', 'full');
    assert.match(text, /^full: \d+ fields changed, restarted; lacks nothing$/m);
    assert.deepEqual([await degraded('full'), existsSync(join(marks, 'full'))], [[], true]);
    assert.equal(
      await daemon.ok('exec', 'full', 'sh', '-c', 'echo "$CORP"; cat /etc/corp'),
      'present\ncorporate',
    );
    await daemon.ok('rm', '-f', 'full');
    assert.equal(existsSync(join(marks, 'full')), false);
  });

  it('a stopped container is planned anew: environment, files and effects of its create', async () => {
    await daemon.ok('reconcile', 'stopped');
    assert.deepEqual([await degraded('stopped'), existsSync(join(marks, 'stopped'))], [[], true]);
    assert.equal(await daemon.ok('start', '-a', 'stopped'), 'present corporate');
    const explained = await daemon.ok('explain', '--field', 'process.env.CORP', 'stopped');
    assert.match(explained, /corp/);
    await daemon.ok('rm', 'stopped');
    assert.equal(existsSync(join(marks, 'stopped')), false);
  });

  it('what only a new container can have is refused with the field and the way out', async () => {
    const { exitCode, stderr } = await daemon.pouch('reconcile', 'fixed');
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /only a new container can have the planned effects\["volume\.\/data"\]\.args\.copyFrom/,
    );
    assert.match(stderr, /^code: PCH_RECONCILE_REFUSED$/m);
    assert.deepEqual(await degraded('fixed'), ['corp']);
    assert.match(
      await readFile(`${marks}.abandoned`, 'utf8'),
      /^fixed$/m,
      'plugins hear that it is abandoned',
    );
  });

  it('what another plugin has planned is not lost because that one is missing now', async () => {
    await plugins({ corp: false });
    await daemon.ok('create', '--name', 'both', 'busybox', 'true');
    await plugins({ corp: true, other: false });
    await assert.rejects(reconcile('both'), {
      code: 'PCH_RECONCILE_REFUSED',
      message: /both cannot be reconciled: it would be planned without plugin other/,
    });
    await plugins({ corp: true });
    assert.equal((await reconcile('both')).outcome, 'applied');
    assert.deepEqual((await inspect('both')).Config.Labels?.['other'], 'yes');
  });

  it('a mount that cannot be added after all abandons its plan, and is added once it can', async () => {
    await plugins({ corp: true });
    const path = `${marks}.abandoned`;
    await writeFile(path, '');
    await daemon.ok('run', '-d', '--name', 'abandoned', '--cap-add', 'SYS_ADMIN', 'busybox', 'sleep', '1000');
    const { stderr } = await daemon.pouch('mount', 'add', 'abandoned', `${folder}:/mnt:ro`);
    assert.match(stderr, /could be made writable inside/);
    assert.equal(await readFile(path, 'utf8'), 'abandoned\n');
    await daemon.ok('mount', 'add', 'abandoned', `${folder}:/mnt`);
    assert.equal(await readFile(path, 'utf8'), 'abandoned\n');
    await daemon.ok('rm', '-f', 'abandoned');
  });

  it('a required plugin that is not loaded fails closed, and without it creates work again', async () => {
    await plugins({ corp: true }, `  - { path: ${folder}/guard.ts, isolation: in-process }\n`);
    const refused = await daemon.pouch('create', 'busybox', 'true');
    assert.match(refused.stderr, /no container is made without plugin guard .*quarantined: .*no rules/);
    assert.match(refused.stderr, /^code: PCH_PLUGIN_QUARANTINED$/m);
    await plugins({ corp: true });
    await daemon.ok('create', '--name', 'unguarded', 'busybox', 'true');
  });

  /**
   * Kills pouchd at a step of a call, and starts it again. Returns whether the container has the new plan, which it has
   * in whole or not at all.
   */
  async function killAt(step: string, name: string, call: () => Promise<unknown>): Promise<boolean> {
    const failpoint = join(daemon.it.dir, 'failpoint');
    const { Id: id } = await inspect(name);
    await writeFile(failpoint, step);
    await call().catch(() => undefined);
    assert.equal(await daemon.it.ended(), 'SIGKILL', step);
    await rm(failpoint);
    await daemon.it.start({ failpoint: `@${failpoint}` });
    const isNew = (await degraded(name)).length === 0;
    const directory = join(daemon.it.root, 'containers', id);
    for (const file of ['spec.json', 'plan.json', 'config.json'])
      assert.equal(
        (await readFile(join(directory, file), 'utf8')).includes('present'),
        isNew,
        `${step} ${file}`,
      );
    assert.deepEqual(
      [existsSync(join(marks, name)), existsSync(join(directory, 'reconcile.json'))],
      [isNew, false],
      step,
    );
    return isNew;
  }

  describe('of which pouchd is killed', function () {
    it('killed at any step it leaves the old plan or the new one, and the same call works', async () => {
      const failpoint = join(daemon.it.dir, 'failpoint');
      await plugins({ corp: false });
      for (let i = 0; i < 10; i++)
        await daemon.ok(
          'create',
          '--name',
          `killed-${i}`,
          'busybox',
          'sh',
          '-c',
          'echo "[$CORP] $(cat /etc/corp)"',
        );
      await plugins({ corp: true });
      await daemon.it.restart({ failpoint: `@${failpoint}` });
      const earlier = (await daemon.it.log()).length;
      await writeFile(failpoint, 'trace');
      await reconcile('killed-0');
      await rm(failpoint);
      const found = (await daemon.it.log()).slice(earlier).matchAll(/^ledger-step (\S+:reconcile:.*)$/gm);
      const steps = [...found].map(([, step]) => step!);
      assert.ok(steps.includes('applied:reconcile:mark') && steps.length < 10, steps.join(', '));
      for (const [index, step] of someOf(steps).entries()) {
        const name = `killed-${index + 1}`;
        const isNew = await killAt(step, name, () => reconcile(name));
        assert.equal(isNew, step.endsWith(':commit'), step);
        const { outcome } = await reconcile(name);
        assert.equal(outcome, isNew ? 'sound' : 'applied', step);
        assert.equal(await daemon.ok('start', '-a', name), '[present] corporate', step);
      }
    });

    it('killed at any step of --restart the container has the old plan or the new one, and the same call works', async function () {
      this.timeout(1_200_000);
      const failpoint = join(daemon.it.dir, 'failpoint');
      const run = (name: string) =>
        daemon.ok('run', '-d', '--name', name, '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
      await plugins({ corp: false });
      await run('traced');
      await plugins({ corp: true });
      await daemon.it.restart({ failpoint: `@${failpoint}` });
      const earlier = (await daemon.it.log()).length;
      await writeFile(failpoint, 'trace');
      assert.equal((await reconcile('traced', { restart: true })).restarted, true);
      await rm(failpoint);
      const found = (await daemon.it.log()).slice(earlier).matchAll(/^ledger-step (.*)$/gm);
      const steps = [...new Set([...found].map(([, step]) => step!))];
      const verbs = new Set(steps.map((step) => step.split(':')[1]));
      for (const verb of ['stop', 'reconcile', 'start']) assert.ok(verbs.has(verb), steps.join(', '));
      // Each costs a kill and a start of pouchd: of each verb a sample of the sample.
      const cases = ['stop', 'reconcile', 'start'].flatMap((verb) =>
        someOf(
          someOf(
            steps.filter((step) => step.split(':')[1] === verb),
            verb,
          ),
          verb,
        ),
      );
      const nameOf = (index: number) => `cut-off-${index}`;
      await plugins({ corp: false });
      for (const index of cases.keys()) await run(nameOf(index));
      await plugins({ corp: true });
      for (const [index, step] of cases.entries()) {
        const name = nameOf(index);
        const isNew = await killAt(step, name, () => reconcile(name, { restart: true }));
        const { outcome } = await reconcile(name, { restart: true });
        assert.equal(outcome, isNew ? 'sound' : 'applied', step);
        if (!(await inspect(name)).State.Running) await daemon.ok('start', name);
        const shown = await daemon.ok('exec', name, 'sh', '-c', 'echo "$CORP"; cat /etc/corp');
        assert.equal(shown, 'present\ncorporate', step);
        await daemon.ok('rm', '-f', name);
        assert.equal(existsSync(join(marks, name)), false, step);
      }
      await daemon.ok('rm', '-f', 'traced');
    });

    sampleTests(this);
  });
});
