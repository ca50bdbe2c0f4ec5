/** Disk usage and what is unused, by `pouch system`, and by the docker CLI at the same socket. */
import assert from 'node:assert/strict';
import { Docker } from '../support/Docker.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('pouch system', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;

  it('df reports what the docker CLI reports', async () => {
    await ok('volume', 'create', 'usage-data');
    const script = 'head -c 5000 /dev/zero >/data/five; head -c 3000 /dev/zero >/three';
    await ok('run', '--name', 'usage', '-v', 'usage-data:/data', 'busybox', 'sh', '-c', script);
    const docker = new Docker(daemon.it.host.replace('unix://', ''));
    const format = '{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}';
    const own = await ok('system', 'df', '--format', format);
    assert.equal(own, (await docker.ok('system', 'df', '--format', format)).trim());
    assert.match(
      own,
      /^Images\|1\|1\|\S+\|0B \(0%\)\nContainers\|1\|0\|\S+\|\S+ \(100%\)\nLocal Volumes\|1\|1\|[\d.]+kB\|0B/,
    );
    assert.match(await ok('system', 'df'), /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 /);
  });

  it('df -v lists each object', async () => {
    const text = await ok('system', 'df', '-v');
    assert.match(text, /^Images space usage:\n\nREPOSITORY +TAG .*\nbusybox +latest /);
    assert.match(
      text,
      /\n\nContainers space usage:\n\nCONTAINER ID .*\n[0-9a-f]{12} +busybox .* 1 .* usage\n/,
    );
    assert.match(
      text,
      /\n\nLocal Volumes space usage:\n\nVOLUME NAME +LINKS +SIZE\nusage-data +1 +[\d.]+kB\n/,
    );
    assert.match(text, /\n\nBuild cache usage: 0B\n\nCACHE ID .*$/);
    assert.equal(
      await ok('system', 'df', '-v', '--format', '{{range .Volumes}}{{.Name}} {{.Links}}{{end}}'),
      'usage-data 1',
    );
    const { Containers } = JSON.parse(await ok('system', 'df', '-v', '--format', 'json')) as {
      Containers: { Names: string }[];
    };
    assert.deepEqual(
      Containers.map(({ Names }) => Names),
      ['usage'],
    );
  });

  it('df refuses an unknown field', async () => {
    const { exitCode, stderr } = await pouch('system', 'df', '--format', '{{.Nosuch}}');
    assert.equal(exitCode, 1);
    assert.match(stderr, /--format: expected one of Type, TotalCount, .*"Nosuch"/);
  });

  it('prune removes what is unused, and keeps named volumes', async () => {
    await ok('run', '--name', 'kept', '-d', 'busybox', 'sleep', '1000');
    const refused = await pouch('system', 'prune', '-f', '--volumes', '--filter', 'until=1h');
    assert.match(refused.stderr, /--filter: expected another filter than until/);
    const unanswered = await pouch('system', 'prune');
    assert.match(unanswered.stderr, /WARNING! This will remove:\n {2}- all stopped containers\n/);
    assert.match(
      await ok('system', 'prune', '-f', '--filter', 'label=nosuch'),
      /^Total reclaimed space: 0B$/,
    );
    const pruned = await ok('system', 'prune', '-f', '--volumes');
    assert.match(pruned, /^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: [\d.]+kB$/);
    assert.equal(await ok('ps', '-a', '--format', '{{.Names}}'), 'kept');
    assert.equal(await ok('volume', 'ls', '-q'), 'usage-data');
  });

  it('ps is not blocked by a pattern that a backtracking matcher cannot finish', async () => {
    await ok('run', '-d', '--name', `b${'a'.repeat(60)}`, 'busybox', 'sleep', '1000');
    const started = performance.now();
    assert.equal(await ok('ps', '-q', '--filter', 'name=^/?(b|a+)+$!'), '');
    assert.ok(performance.now() - started < 5000);
    const { exitCode, stderr } = await pouch('ps', '--filter', 'name=(a?){250}');
    assert.equal(exitCode, 1);
    assert.match(stderr, /filter name: expected a regular expression of at most 512 instructions/);
    assert.equal(await ok('network', 'ls', '--filter', 'name=^n.ne$', '--format', '{{.Name}}'), 'none');
    assert.equal(await ok('volume', 'ls', '-q', '--filter', 'name=^usage-.*a$'), 'usage-data');
    assert.equal(await ok('volume', 'ls', '-q', '--filter', 'name=^sage'), '');
  });

  it('has no managed plugins of Docker', async () => {
    const docker = new Docker(daemon.it.host.replace('unix://', ''));
    assert.match(await docker.ok('plugin', 'ls'), /^ID +NAME +DESCRIPTION +ENABLED\s*$/);
    assert.match(await docker.ok('info', '--format', '{{.Plugins.Log}}'), /json-file/);
    const inspected = await docker.run(['plugin', 'inspect', 'nosuch']);
    assert.match(inspected.stderr, /nosuch/);
    const installed = await docker.run(['plugin', 'install', '--grant-all-permissions', 'nosuch']);
    assert.match(installed.stderr, /a managed plugin of Docker is not supported by Pouch/);
  });
});
