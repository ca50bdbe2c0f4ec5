import assert from 'node:assert/strict';
import { hostBoundingSet } from '../../core/plan/capabilities.ts';
import { controllersIn } from '../../core/plan/clamp/hostLimits.ts';
import { readFileSync } from 'node:fs';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { skip } from '../support/skip.ts';
import { useDaemon } from '../support/useDaemon.ts';

const held = hostBoundingSet();
const { controllers, hasControllerFile } = controllersIn(readFileSync('/proc/self/mounts', 'utf8'), (path) =>
  readFileSync(path, 'utf8'),
);

for (const runtime of ociRuntimes)
  describe(`what the host cannot give is left out with a warning: ${runtime}`, function () {
    this.timeout(60_000);
    const daemon = useDaemon();

    /** Runs a script; returns its output and the warnings on stderr, which `inspect` must show too. */
    async function run(script: string, ...options: string[]) {
      const args = ['--name', 'clamped', '--runtime', runtime, ...options, 'busybox', 'sh', '-c', script];
      const { exitCode, stdout, stderr } = await daemon.pouch('run', ...args);
      assert.equal(exitCode, 0, stderr);
      const [{ Warnings: warnings = [] }] = JSON.parse(await daemon.ok('inspect', 'clamped')) as [
        { Warnings?: string[] },
      ];
      for (const warning of warnings) assert.ok(stderr.includes(warning), `${warning} is not in ${stderr}`);
      await daemon.ok('rm', 'clamped');
      return { stdout, warnings: warnings.join('\n') };
    }

    it('nothing is said where nothing was asked for', async () => {
      assert.equal((await run('true')).warnings, '');
    });

    it('all privileges are those of pouchd', async () => {
      const { stdout, warnings } = await run('grep CapEff /proc/self/status', '--privileged');
      const mask = BigInt(`0x${/[0-9a-f]{16}/.exec(stdout)?.[0]}`);
      assert.equal([...mask.toString(2)].filter((bit) => bit === '1').length, held.length);
      assert.equal(/pouchd itself lacks it/.test(warnings), held.length < 41, warnings);
    });

    it('a capability, a negative OOM score and a limit beyond pouchd’s', async function () {
      if (held.includes('CAP_SYS_RESOURCE')) skip(this, 'pouchd has CAP_SYS_RESOURCE');
      const { stdout, warnings } = await run(
        'cat /proc/self/oom_score_adj; ulimit -Hn',
        ...['--cap-add', 'SYS_RESOURCE', '--oom-score-adj', '-500', '--ulimit', 'nofile=1000000000'],
      );
      const [score, files] = stdout.split('\n').map(Number);
      assert.ok(score! >= 0 && files! < 1_000_000_000, stdout);
      assert.match(
        warnings,
        /without CAP_SYS_RESOURCE.*\n--oom-score-adj -500 became.*\n--ulimit nofile=1000000000 became/,
      );
    });

    it('a block I/O weight', async function () {
      if (controllers.has('blkio') && hasControllerFile('blkio', 'blkio.weight'))
        skip(this, 'the kernel has blkio.weight');
      assert.match((await run('true', '--blkio-weight', '500')).warnings, /^without --blkio-weight: /);
    });
  });
