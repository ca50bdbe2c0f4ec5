import assert from 'node:assert/strict';
import { useDaemon } from '../support/useDaemon.ts';

describe('built-in profiles', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok, sh } = daemon;

  const status = 'grep -E "CapEff|NoNewPrivs" /proc/self/status | tr -s "[:space:]" " "';

  it('hardened: only /tmp and /run are writable, and root is nobody on the host', async () => {
    const script = `${status}; touch /x 2>&1; touch /tmp/y && cat /proc/self/uid_map; cp /bin/true /tmp/t; /tmp/t 2>&1; ulimit -c`;
    const output = await sh(script, '--profile', 'hardened', '--name', 'hard');
    assert.match(output, /CapEff: 0000000000000000 NoNewPrivs: 1/);
    assert.match(output, /touch: \/x: Read-only file system/);
    assert.match(output, /^ *0 +[1-9]\d+ +\d+$/m);
    assert.match(output, /\/tmp\/t: Permission denied\n0$/);
  });

  it('hardened: limits processes, and a command line adds a capability', async () => {
    const options = ['--profile', 'hardened', '--cap-add', 'NET_BIND_SERVICE', '--network', 'none'];
    await ok('run', '-d', '--name', 'limited', ...options, 'busybox', 'sleep', '1000');
    const inspected = await daemon.it.inspect('limited');
    assert.equal(inspected?.HostConfig.PidsLimit, 256);
    assert.match(await ok('exec', 'limited', 'sh', '-c', status), /CapEff: 0000000000000400/);
    await ok('rm', '-f', 'limited');
  });

  it('java-legacy: sizes the heap below the limit', async () => {
    const script = 'echo $JAVA_TOOL_OPTIONS $MALLOC_ARENA_MAX; cat /proc/1/comm';
    const output = await sh(script, '--profile', 'java-legacy', '--restart', 'no');
    assert.match(output, /^-Xmx1280m -XX:ParallelGCThreads=2 2\n/);
    assert.ok(!output.endsWith('\nsh'), output);
  });

  it('batch: ends before services when memory runs out, and is started again after a failure', async () => {
    await ok('run', '-d', '--name', 'job', '--profile', 'batch', 'busybox', 'sleep', '1000');
    assert.equal(await ok('exec', 'job', 'cat', '/proc/1/oom_score_adj'), '500');
    const { HostConfig } = (await daemon.it.inspect('job'))!;
    assert.deepEqual(HostConfig.RestartPolicy, { Name: 'on-failure', MaximumRetryCount: 3 });
    assert.equal(HostConfig.CpuShares, 128);
    await ok('rm', '-f', 'job');
  });

  it('dev: debuggers may trace, and the host has a name', async () => {
    const output = await sh(`${status}; grep host.docker.internal /etc/hosts`, '--profile', 'dev');
    // Docker's default capabilities and SYS_PTRACE.
    assert.match(output, /CapEff: 00000000a80c25fb/);
    assert.match(output, /\thost\.docker\.internal$/);
  });

  it('legacy-vm: boots as a rich container', async () => {
    const plan = await ok('plan', 'run', '--profile', 'legacy-vm', 'busybox', '/sbin/init');
    assert.match(plan, /rich/);
    assert.match(await ok('profile', 'ls', '--format', '{{.Name}} {{.Origin}}'), /^legacy-vm built-in$/m);
  });
});
