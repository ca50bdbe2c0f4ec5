import type { ContainerCreateRequest } from '../../../client/index.ts';
import { pick } from '../../support/seededRandom.ts';
import type { TrackedVolume } from '../model/Model.ts';
import type { Tracked } from '../model/Tracked.ts';
import { gapIn } from '../oracles/lost.ts';
import type { LoadClient, Operation } from './LoadClient.ts';
import { readFrames } from './streams.ts';

export const serverScript = 'trap "exit 3" TERM; i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done';
const most = 4;
const streamMs = 20_000;

/** How often each is drawn. */
const operations: readonly (readonly [weight: number, operation: Operation])[] = [
  [10, create],
  [14, start],
  [5, stop],
  [4, kill],
  [3, restart],
  [3, pause],
  [5, unpause],
  [3, rename],
  [3, update],
  [3, removeStopped],
  [8, remove],
  [8, exec],
  [5, run],
  [3, followLogs],
  [2, attach],
  [3, list],
  [3, createVolume],
  [3, writeVolume],
  [2, removeVolume],
];

const drawn = operations.flatMap(([weight, operation]) => Array<Operation>(weight).fill(operation));

export function chooseOperation(client: LoadClient): Operation {
  if (client.own.length === 0) return create;
  return pick(client.random, drawn);
}

async function create(client: LoadClient): Promise<void> {
  if (client.own.length >= most) return await remove(client);
  const isBrief = client.random.below(3) === 0;
  const exitCode = client.random.below(100);
  const name = client.newName();
  const one = client.model.container({
    name,
    kind: isBrief ? 'brief' : 'server',
    exitCode,
    labels: { by: name },
  });
  one.exitCodes = isBrief ? [exitCode] : [3];
  one.mayBe('created');
  const made = await client.call(`create ${name}`, () =>
    client.api.containers.create({ ...drawBody(client), ...commandOf(one), Labels: one.labels }, { name }),
  );
  if (!made.isDone) return;
  one.id = made.result!.Id;
  one.is('created');
  client.own.push(one);
}

export function commandOf({ kind, ownExitCode }: Tracked): ContainerCreateRequest {
  const script = kind === 'brief' ? `echo brief; exit ${ownExitCode}` : serverScript;
  return { Image: 'busybox', Cmd: ['sh', '-c', script] };
}

/** What differs between containers, so that each has other things on the host. */
function drawBody({ random }: LoadClient): ContainerCreateRequest {
  const NetworkMode = pick(random, ['bridge', 'none', 'none']);
  const isPublished = NetworkMode === 'bridge' && random.below(3) === 0;
  return {
    ...(random.below(2) === 0 && { Volumes: { '/data': {} } }),
    HostConfig: {
      NetworkMode,
      ...(isPublished && { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
    },
  };
}

async function start(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await client.act('start', 'start', one, (ref) => client.api.containers.start(ref));
}

async function stop(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  const timeoutSeconds = client.random.below(2);
  if (one)
    await client.act('stop', 'stop', one, (ref) => client.api.containers.stop(ref, { timeoutSeconds }));
}

async function kill(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await client.act('kill', 'kill', one, (ref) => client.api.containers.kill(ref, 'SIGKILL'));
}

async function restart(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one)
    await client.act('restart', 'restart', one, (ref) =>
      client.api.containers.restart(ref, { timeoutSeconds: 1 }),
    );
}

async function pause(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await client.act('pause', 'pause', one, (ref) => client.api.containers.pause(ref));
}

async function unpause(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await client.act('unpause', 'unpause', one, (ref) => client.api.containers.unpause(ref));
}

async function rename(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (!one) return;
  const name = client.newName();
  const before = [...one.names];
  one.names = [...before, name];
  const failures = client.failures.length;
  await client.act('look', 'rename', one, (ref) => client.api.containers.rename(ref, name));
  const failed = client.failures[failures];
  if (one.isShared) return;
  if (!failed) one.names = [name];
  else if (failed.isTrue) one.names = before;
}

async function update(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (!one) return;
  const PidsLimit = 50 + client.random.below(100);
  const before = one.pidsLimits ?? [0];
  one.pidsLimits = [...before, PidsLimit];
  const done = await client.act('look', 'update', one, (ref) =>
    client.api.containers.update(ref, { PidsLimit }),
  );
  if (done !== undefined && !one.isShared) one.pidsLimits = [PidsLimit];
}

async function removeStopped(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await forgetIfGone(client, one, 'rm');
}

async function remove(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (one) await forgetIfGone(client, one, 'rm -f');
}

async function forgetIfGone(client: LoadClient, one: Tracked, verb: 'rm' | 'rm -f'): Promise<void> {
  const options = { force: verb === 'rm -f', volumes: true };
  await client.act(verb, verb, one, (ref) => client.api.containers.remove(ref, options));
  const at = client.own.indexOf(one);
  if (at >= 0 && one.must('gone')) client.own.splice(at, 1);
}

async function exec(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (!one) return;
  const wanted = client.random.below(50);
  const began = performance.now();
  const hurts = one.hurts;
  const outcome = await client.act('use', 'exec', one, async (ref) => {
    const Cmd = ['sh', '-c', `echo exec ${wanted}; exit ${wanted}`];
    const { Id } = await client.api.execs.create(ref, { Cmd, AttachStdout: true, AttachStderr: true });
    const { stdout } = await readFrames((await client.api.execs.start(Id, {})).socket, streamMs);
    const { ExitCode } = await client.api.execs.inspect(Id);
    return `${stdout.trim()}, exit code ${ExitCode}`;
  });
  const isCertain = one.must('running') && !one.isShared && one.hurts === hurts;
  if (outcome === undefined || !isCertain || client.lab.downtimes.overlap(began, performance.now())) return;
  const expected = `exec ${wanted}, exit code ${wanted}`;
  if (outcome !== expected)
    client.wrongs.push(`exec in ${one.name}: expected "${expected}", found "${outcome}"`);
}

/** `run --rm`: it must say what its command has said and exited with, and be gone. */
async function run(client: LoadClient, options: { bind?: string; script?: string } = {}): Promise<boolean> {
  const wanted = client.random.below(100);
  const name = client.newName();
  const began = performance.now();
  const one = client.model.container({ name, kind: 'brief' });
  one.exitCodes = undefined;
  one.hasWholeLog = false;
  one.is('gone', 'created', 'ending', 'exited');
  const script = options.script ?? `echo run ${wanted}; exit ${wanted}`;
  const body = {
    Image: 'busybox',
    Cmd: ['sh', '-c', script],
    HostConfig: { NetworkMode: 'none', AutoRemove: true, ...(options.bind && { Binds: [options.bind] }) },
  };
  const { result } = await client.call(`run ${name}`, async () => {
    const streams = { stdin: false, stdout: true, stderr: true };
    const { socket } = await client.api.pouch.run(body, { name, ...streams });
    return await readFrames(socket, streamMs);
  });
  if (!result) return false;
  const last = result.messages.at(-1);
  if (last && 'failed' in last) {
    const { code = '', status, message } = last.failed;
    client.failures.push({
      call: `run ${name}`,
      began,
      ended: performance.now(),
      code,
      status,
      message,
      isTrue: false,
    });
    return false;
  }
  const isEnded = last !== undefined && 'exited' in last;
  if (!isEnded && client.lab.downtimes.overlap(began, performance.now())) return false;
  const found = isEnded ? `${result.stdout.trim()}, exit code ${last.exited.StatusCode}` : 'no exit';
  const expected = options.script === undefined ? `run ${wanted}, exit code ${wanted}` : ', exit code 0';
  if (isEnded) one.is('gone');
  if (found === expected || one.hurts > 0) return found === expected;
  if (options.script !== undefined && client.model.fullDisks.overlap(began, performance.now())) return false;
  const isCut = client.model.keeperDeaths.some((at) => at >= began);
  if (isCut && found === `, exit code ${wanted}`) return false;
  client.wrongs.push(`run ${name}: expected "${expected}", found "${found}"`);
  return false;
}

async function followLogs(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (!one || one.kind === 'brief') return;
  const text = await client.act('look', 'logs -f', one, async (ref) => {
    const stream = await client.api.containers.logs(ref, { stdout: true, follow: true });
    return (await readFrames(stream, 100 + client.random.below(400))).stdout;
  });
  const gap = text === undefined ? undefined : gapIn(text.split('\n').slice(0, -1));
  if (gap !== undefined && one.hasWholeLog && !one.isShared)
    client.wrongs.push(`logs -f of ${one.name} has a gap: ${gap}`);
}

async function attach(client: LoadClient): Promise<void> {
  const one = client.someContainer();
  if (!one) return;
  // One that does not run is joined at its next start.
  await client.act('look', 'attach', one, async (ref) => {
    const { socket } = await client.api.containers.attach(ref, { stdin: false, stdout: true, stderr: true });
    await readFrames(socket, 100 + client.random.below(300));
  });
}

async function list(client: LoadClient): Promise<void> {
  const { result } = await client.call('ps', () => client.api.containers.list({ all: true }));
  const ids = result?.map(({ Id }) => Id);
  for (const { name, id, states } of client.own)
    if (ids && id !== undefined && !states.has('gone') && !ids.includes(id))
      client.wrongs.push(`ps does not list ${name}`);
}

async function createVolume(client: LoadClient): Promise<void> {
  const volume = client.model.volume(`${client.newName()}-volume`);
  volume.exists = 'maybe';
  const made = await client.call(`volume create ${volume.name}`, () =>
    client.api.volumes.create({ Name: volume.name }),
  );
  if (made.isDone) volume.exists = 'yes';
}

function someVolume(client: LoadClient): TrackedVolume | undefined {
  const own = client.model.volumes.filter(
    ({ name, exists }) => exists === 'yes' && name.startsWith(`${client.name}n`),
  );
  return own.length === 0 ? undefined : pick(client.random, own);
}

async function writeVolume(client: LoadClient): Promise<void> {
  const volume = someVolume(client);
  if (!volume) return await createVolume(client);
  const marker = `marker ${client.random.below(1_000_000)}`;
  volume.marker = undefined;
  const script = `echo ${marker} > /v/marker`;
  if (await run(client, { bind: `${volume.name}:/v`, script })) volume.marker = `${marker}\n`;
}

async function removeVolume(client: LoadClient): Promise<void> {
  const volume = someVolume(client);
  if (!volume) return;
  volume.exists = 'maybe';
  const removed = await client.call(
    `volume rm ${volume.name}`,
    () => client.api.volumes.remove(volume.name),
    // The container that wrote into it may still be on its way out.
    { isTrue: (code) => code === 'PCH_CONFLICT' },
  );
  if (removed.isDone) volume.exists = 'no';
  else if (removed.isRefused) volume.exists = 'yes';
}
