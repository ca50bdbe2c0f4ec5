/**
 * Several containers in one virtual machine, by a stand-in for kata's shim: the real one has not been tried with it.
 */
import assert from 'node:assert/strict';
import { sampleTests } from '../support/someOf.ts';
import { useKata } from './support/kata.ts';

const sleep = ['busybox', 'sleep', '1000'];

describe('a virtual machine of several containers (--vm-of, a stand-in shim in kata’s place)', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const kata = useKata();
  const { ok, pouch } = kata;

  beforeEach(async () => {
    await kata.shim.forget();
    await ok('run', '-d', '--name', 'first', '--runtime', 'kata', ...sleep);
    await ok('run', '-d', '--name', 'second', '--vm-of', 'first', ...sleep);
  });
  afterEach(async () => {
    for (const name of ['second', 'third', 'first']) await pouch('rm', '-f', name);
  });

  async function assertRefused(says: RegExp, code: string, ...command: string[]): Promise<void> {
    const { exitCode, stderr } = await pouch(...command);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, says);
    assert.match(stderr, new RegExp(`code: ${code}`));
  }

  function refusedRun(says: RegExp, code: string, ...options: string[]): Promise<void> {
    return assertRefused(says, code, 'run', '-d', '--name', 'third', ...options, ...sleep);
  }

  it('has one shim, whose address the second start returns', async () => {
    const starts = await kata.shim.records('start');
    assert.equal(starts.length, 2);
    assert.equal(starts[0]?.path, starts[1]?.path);
    assert.equal((await kata.shim.records('serve')).length, 1);
    assert.equal(new Set((await kata.shim.records('Create')).map(({ pid }) => pid)).size, 1);
  });

  it('is recognized by the annotations of Kubernetes, and has one network', async () => {
    const first = await ok('inspect', '-f', '{{.Id}}', 'first');
    const specs = (await kata.shim.records('Create')).map(({ spec }) => spec!);
    assert.deepEqual(
      specs.map(({ annotations }) => annotations),
      [
        { 'io.kubernetes.cri.container-type': 'sandbox', 'io.kubernetes.cri.sandbox-id': first },
        { 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.sandbox-id': first },
      ],
    );
    const networks = specs.map(({ linux }) => linux.namespaces.find(({ type }) => type === 'network'));
    assert.deepEqual(networks[0], networks[1]);
    const address = async (name: string) =>
      await ok('exec', name, 'ip', '-o', '-4', 'address', 'show', 'eth0');
    assert.equal(await address('first'), await address('second'));
  });

  it('takes another by the name of any container in it', async () => {
    await ok('run', '-d', '--name', 'third', '--vm-of', 'second', ...sleep);
    assert.equal(
      await ok('inspect', '-f', '{{.HostConfig.VmOf}}', 'third'),
      await ok('inspect', '-f', '{{.Id}}', 'first'),
    );
    assert.equal((await kata.shim.records('serve')).length, 1);
  });

  it('does not end under its other containers: stop, restart and rm -f of the first name them', async () => {
    for (const verb of [['stop'], ['restart'], ['rm', '-f']])
      await assertRefused(
        /other running containers: second.*\nhint: pouch stop second/,
        'PCH_CONFLICT',
        ...verb,
        'first',
      );
    await ok('stop', '-t', '0', 'second');
    await ok('stop', '-t', '0', 'first');
  });

  it('runs on when another of its containers ends', async () => {
    await ok('rm', '-f', 'second');
    assert.equal(await ok('exec', 'first', 'echo', 'here'), 'here');
  });

  it('takes its other containers along when its first ends by itself', async () => {
    await ok('kill', 'first');
    const { State } = await kata.it.until('second', 'exited');
    assert.equal(State.ExitCode, 137);
  });

  it('ends with its shim: all of its containers have ended, and start again', async () => {
    const { pid } = (await kata.shim.records('serve'))[0]!;
    process.kill(pid, 'SIGKILL');
    for (const name of ['first', 'second']) await kata.it.until(name, 'exited');
    for (const name of ['first', 'second']) await ok('start', name);
    assert.equal(await ok('exec', 'second', 'echo', 'here'), 'here');
  });

  it('is made anew by the first; until then no other starts', async () => {
    await ok('stop', '-t', '0', 'second');
    await ok('stop', '-t', '0', 'first');
    await assertRefused(
      /the VM of first does not run: the container is exited/,
      'PCH_CONTAINER_NOT_RUNNING',
      'start',
      'second',
    );
    await ok('start', 'first');
    await ok('start', 'second');
    assert.equal((await kata.shim.records('serve')).length, 2);
  });

  it('is known to a daemon that was killed, with all of its containers', async () => {
    await kata.it.kill9();
    await kata.it.start();
    assert.equal(await ok('exec', 'second', 'echo', 'here'), 'here');
    await assertRefused(/other running containers: second/, 'PCH_CONFLICT', 'stop', 'first');
    assert.equal((await kata.shim.records('serve')).length, 1);
  });

  describe('is refused', () => {
    it('where the other container has no VM', async () => {
      await ok('run', '-d', '--name', 'plain', ...sleep);
      await refusedRun(
        /runc does not give .*--vm-of.*it does not create virtual machines/,
        'PCH_RUNTIME_CANNOT',
        '--vm-of',
        'plain',
      );
      await ok('rm', '-f', 'plain');
    });

    it('where it does not run, or does not exist', async () => {
      await ok('stop', '-t', '0', 'second');
      await ok('stop', '-t', '0', 'first');
      await refusedRun(
        /the container is exited\nhint: start it first/,
        'PCH_CONTAINER_NOT_RUNNING',
        '--vm-of',
        'first',
      );
      await refusedRun(/No such container/, 'PCH_CONTAINER_NOT_FOUND', '--vm-of', 'nobody');
    });

    it('with a runtime, a network, ports or settings of its own', async () => {
      const into = (...options: string[]) => ['--vm-of', 'first', ...options];
      await refusedRun(
        /--runtime: expected that of the VM of first, kata; found runc/,
        'PCH_OPTION_INVALID',
        ...into('--runtime', 'runc'),
      );
      await refusedRun(
        /--network: a container with --vm-of first has the network of that VM/,
        'PCH_OPTION_INVALID',
        ...into('--network', 'none'),
      );
      await refusedRun(
        /a container with --vm-of cannot publish ports/,
        'PCH_OPTION_INVALID',
        ...into('-p', '80'),
      );
      await refusedRun(
        /cannot configure the VM, which already runs/,
        'PCH_KATA_OPTION',
        ...into('--kata-opt', 'hypervisor.default_vcpus=1'),
      );
    });
  });

  sampleTests(this);
});
