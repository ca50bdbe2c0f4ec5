/** dockerode, whose requests differ from the docker CLI's: upgrades with a body, POSTs without a body, no version. */
import assert from 'node:assert/strict';
import { PassThrough, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import Dockerode from 'dockerode';
import { skip } from '../support/skip.ts';
import { target, uniqueName, type Target } from './support/target.ts';

describe('dockerode', function () {
  this.timeout(60_000);
  let api: Target | undefined;
  let docker: Dockerode;
  let image: string;
  let container: Dockerode.Container | undefined;

  before(async () => {
    api = await target('dockerode');
    docker = new Dockerode({ socketPath: api.socket });
    image = api.image;
  });
  after(() => api?.stop());
  afterEach(async () => {
    await container?.remove({ force: true, v: true }).catch(() => undefined);
    container = undefined;
  });

  const make = async (options: Partial<Dockerode.ContainerCreateOptions>): Promise<Dockerode.Container> =>
    (container = await docker.createContainer({ name: uniqueName(), Image: image, ...options }));

  const started = async (Cmd: string[] = ['sleep', '1000']): Promise<Dockerode.Container> => {
    const made = await make({ Cmd });
    await made.start();
    return made;
  };

  const demuxed = async (stream: Duplex): Promise<[string, string]> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(stream, stdout, stderr);
    stream.once('end', () => (stdout.end(), stderr.end()));
    return Promise.all([text(stdout), text(stderr)]);
  };

  it('runs a container and demultiplexes its output', async () => {
    const made = await make({ Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 7'] });
    const stream = await made.attach({ stream: true, stdout: true, stderr: true });
    const output = demuxed(stream as unknown as Duplex);
    await made.start();
    assert.equal((await made.wait()).StatusCode, 7);
    assert.deepEqual(await output, ['out\n', 'err\n']);
  });

  it('attaches with stdin over a taken connection', async () => {
    const made = await make({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
    const stream = (await made.attach({
      stream: true,
      stdin: true,
      stdout: true,
      hijack: true,
    })) as unknown as Duplex;
    const output = demuxed(stream);
    await made.start();
    stream.end('typed\n');
    assert.deepEqual(await output, ['typed\n', '']);
    assert.equal((await made.wait()).StatusCode, 0);
  });

  it('executes commands, with and without stdin', async () => {
    const made = await started();
    const exec = await made.exec({
      Cmd: ['sh', '-c', 'echo hi; exit 3'],
      AttachStdout: true,
      AttachStderr: true,
    });
    assert.deepEqual(await demuxed(await exec.start({})), ['hi\n', '']);
    assert.equal((await exec.inspect()).ExitCode, 3);
    const cat = await made.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
    const stream = await cat.start({ hijack: true, stdin: true });
    const output = demuxed(stream);
    stream.end('in');
    assert.deepEqual(await output, ['in', '']);
  });

  it('gives a raw stream at a terminal', async () => {
    const made = await started();
    const exec = await made.exec({ Cmd: ['echo', 'hi'], AttachStdout: true, Tty: true });
    assert.equal(await text(await exec.start({ Tty: true, hijack: true })), 'hi\r\n');
  });

  it('lists, inspects, stops and removes', async () => {
    const made = await started();
    const list = await docker.listContainers({ filters: { status: ['running'] } });
    assert.ok(list.some(({ Id }) => Id === made.id));
    assert.equal((await made.inspect()).State.Running, true);
    await made.stop({ t: 1 });
    assert.equal((await made.inspect()).State.Status, 'exited');
    await made.remove();
    await assert.rejects(made.inspect(), { statusCode: 404 });
  });

  it('follows logs', async () => {
    const made = await started(['sh', '-c', 'echo one; echo two']);
    await made.wait();
    const logs = await made.logs({ follow: true, stdout: true, stderr: true });
    assert.deepEqual(await demuxed(logs as unknown as Duplex), ['one\ntwo\n', '']);
  });

  it('changes limits, and reads and follows what a container uses', async () => {
    const made = await started();
    await made.update({ Memory: 2 ** 26, MemorySwap: -1, CpuShares: 512 });
    assert.equal((await made.inspect()).HostConfig.Memory, 2 ** 26);
    const once = await made.stats({ stream: false });
    assert.equal(once.memory_stats.limit, 2 ** 26);
    assert.ok(once.cpu_stats.system_cpu_usage > once.precpu_stats.system_cpu_usage);
    const stream = await made.stats({ stream: true });
    const lines: string[] = [];
    for await (const chunk of stream) if (lines.push(String(chunk)) === 2) break;
    assert.ok(lines.every((line) => JSON.parse(line).pids_stats.current === 1));
  });

  it('reads the text of an error', async () => {
    await assert.rejects(docker.getContainer('nosuch').start(), /No such container: nosuch/);
    await assert.rejects(docker.createContainer({ Image: 'no-such-image' }), { statusCode: 404 });
  });

  it('pulls with progress', async function () {
    if (!api?.pullable) return skip(this, 'the daemon was there, and its registry is not known');
    const stream = await docker.pull(api.pullable[0]);
    const lines = await new Promise<{ status: string }[]>((resolve, reject) =>
      docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output))),
    );
    assert.match(lines.at(-1)?.status ?? '', /newer image|up to date/);
  });

  it('reports events', async () => {
    const stream = await docker.getEvents({ filters: { event: ['create'] } });
    const first = new Promise<{ Action: string }>((resolve) =>
      stream.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as { Action: string })),
    );
    await make({ Cmd: ['true'] });
    assert.equal((await first).Action, 'create');
    (stream as unknown as Duplex).destroy();
  });

  it('reads info, version, images, volumes and networks', async () => {
    assert.equal((await docker.info()).OSType, 'linux');
    assert.equal((await docker.version()).ApiVersion, '1.47');
    assert.ok((await docker.listImages()).length > 0);
    assert.ok(Array.isArray((await docker.listVolumes()).Volumes));
    assert.ok((await docker.listNetworks()).some(({ Name }) => Name === 'bridge'));
    assert.equal((await docker.ping()).toString(), 'OK');
  });
});
