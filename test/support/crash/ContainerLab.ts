import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerCreateRequest, HostConfig } from '../../../client/index.ts';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { greeting } from '../greeting.ts';
import { identityOf } from '../host/inventory.ts';
import { freePort } from '../freePort.ts';
import { TestPouchd } from '../TestPouchd.ts';

export const calls = ['create', 'start', 'run', 'stop', 'rm'] as const;
/** With `run --rm` the container is gone where that of `run` stays. */
export type Call = (typeof calls)[number] | 'run --rm';

/** What may have become of a container whose call was cut off. */
const outcomes: Record<Call, { undone: string[]; finished: string }> = {
  create: { undone: ['gone'], finished: 'created' },
  start: { undone: ['created'], finished: 'running' },
  run: { undone: ['gone', 'created'], finished: 'running' },
  'run --rm': { undone: ['gone'], finished: 'running' },
  stop: { undone: ['running'], finished: 'exited' },
  rm: { undone: ['exited'], finished: 'gone' },
};

/** The step after which most is left to be undone or finished. */
const halfDone: Record<Call, string> = {
  create: 'before:create:commit',
  start: 'after:start:task',
  run: 'after:start:task',
  'run --rm': 'after:start:task',
  stop: 'before:stop:begin',
  rm: 'after:remove:begin',
};

/** What a container has that does not run. */
const atRest = /^(file \S+\/(containers|volumes)\/\w+$|snapshot )/;

/** A pouchd that is killed at will, with bystanders that must not notice. */
export class ContainerLab {
  readonly pouchd: TestPouchd;
  readonly #failpointFile: string;
  readonly #port: number;
  readonly #steps = new Map<Call, string[]>();
  readonly #bystanders = new Map<string, string>();
  #before: ReadonlySet<string> = new Set();
  /** Name of the container that the next kill meets: a new one each time, so that one failure is not all. */
  #name = 'victim';
  #count = 0;

  readonly #host: HostConfig;

  private constructor(pouchd: TestPouchd, failpointFile: string, port: number, host: HostConfig) {
    this.#host = host;
    this.pouchd = pouchd;
    this.#failpointFile = failpointFile;
    this.#port = port;
  }

  /** `yaml`: lines for its configuration; `host`: of its containers. */
  static async open(yaml = '', host: HostConfig = {}): Promise<ContainerLab> {
    const pouchd = await TestPouchd.create({ yaml });
    const file = join(pouchd.dir, 'failpoint');
    const lab = new ContainerLab(pouchd, file, await freePort(), host);
    try {
      await pouchd.restart({ failpoint: `@${file}` });
      await lab.#addBystanders();
      lab.#before = await pouchd.inventory();
      return lab;
    } catch (error) {
      await pouchd.dispose();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pouchd.dispose();
  }

  /** The ledger's steps of a call, as the daemon reports them. */
  async stepsOf(call: Call): Promise<string[]> {
    const known = this.#steps.get(call);
    if (known) return known;
    await this.#prepare(call);
    const traced = await this.#traced(() => this.#perform(call));
    await this.#clean();
    this.#steps.set(call, traced);
    return traced;
  }

  /** The steps of what a new daemon does about a call that was cut off where most is left to do. */
  async recoveryStepsOf(call: Call): Promise<string[]> {
    await this.#prepare(call);
    await this.#dieAt(halfDone[call], call);
    const traced = await this.#traced(async () => {
      await this.#startAgain();
      await this.#checkOutcome(call, halfDone[call]);
    });
    await this.#clean();
    return traced;
  }

  /** Kills the daemon at a step of a call, and holds all that must hold afterwards. */
  async killAt(step: string, call: Call): Promise<void> {
    await this.#cleanAfter(call, async () => {
      await this.#dieAt(step, call);
      await this.#startAgain();
      await this.#checkOutcome(call, step);
      await this.#again(call);
    });
  }

  /** The same for a daemon that is killed once more, at a step of its recovery. */
  async killInRecovery(step: string, call: Call): Promise<void> {
    await this.#cleanAfter(call, async () => {
      await this.#dieAt(halfDone[call], call);
      await this.#arm(step);
      // It may serve already when it comes to the step.
      await this.#startAgain().catch(() => {});
      assert.equal(await this.pouchd.ended(), 'SIGKILL');
      await this.#disarm();
      await this.#startAgain();
      await this.#checkOutcome(call, step);
      await this.#again(call);
    });
  }

  async #cleanAfter(call: Call, work: () => Promise<void>): Promise<void> {
    await this.#prepare(call);
    try {
      await work();
    } finally {
      await this.#disarm();
      if (!this.pouchd.isRunning) await this.#startAgain();
      await this.#clean();
    }
    await this.#checkBystanders();
  }

  async #traced(work: () => Promise<void>): Promise<string[]> {
    const earlier = (await this.pouchd.log()).length;
    await this.#arm('trace');
    await work();
    await this.#disarm();
    return steps((await this.pouchd.log()).slice(earlier));
  }

  async #dieAt(step: string, call: Call): Promise<void> {
    await this.#arm(step);
    const cutOff = this.#perform(call).then(
      () => {},
      () => {},
    );
    assert.equal(await this.pouchd.ended(), 'SIGKILL');
    await cutOff;
    await this.#disarm();
  }

  async #checkBystanders(): Promise<void> {
    for (const [id, identity] of this.#bystanders) {
      const found = await this.pouchd.inspect(id);
      assert.equal(found?.State.Status, 'running');
      assert.equal(identityOf(found.State.Pid), identity);
    }
  }

  async #startAgain(): Promise<void> {
    await this.pouchd.start({ failpoint: `@${this.#failpointFile}` });
  }

  async #addBystanders(): Promise<void> {
    for (const NetworkMode of ['bridge', 'none']) {
      const id = await this.pouchd.runContainer({ Cmd: ['sleep', '1000'], HostConfig: { NetworkMode } });
      const found = await this.pouchd.inspect(id);
      this.#bystanders.set(id, identityOf(found!.State.Pid));
    }
    // The runtime returns before its process has become the command.
    const sleep = async () =>
      [...(await this.pouchd.inventory())].filter((line) => line.endsWith(': sleep 1000')).length === 2;
    assert.ok(await waitUntil(sleep, { withinMs: 30_000 }));
  }

  /** Brings a container to where the call begins. */
  async #prepare(call: Call): Promise<void> {
    this.#name = `victim-${(this.#count += 1)}`;
    if (call === 'create' || isRun(call)) return;
    await this.#create();
    if (call === 'start') return;
    await this.#start();
    if (call === 'rm') await this.#stop();
  }

  async #perform(call: Call): Promise<void> {
    if (call === 'create') await this.#create();
    else if (call === 'start') await this.#start();
    else if (isRun(call)) await this.#run(call === 'run --rm');
    else if (call === 'stop') await this.#stop();
    else await this.#remove();
  }

  async #create(): Promise<void> {
    await this.pouchd.createContainer(this.#body, this.#name);
  }

  /** Resolves when it is started; leaves it running. */
  async #run(AutoRemove: boolean): Promise<void> {
    const { pouch } = this.pouchd.client;
    const streams = { stdin: false, stdout: true, stderr: true };
    const { HostConfig, ...body } = this.#body;
    const wanted = { Image: 'busybox', ...body, HostConfig: { ...HostConfig, AutoRemove } };
    const { socket } = await pouch.run(wanted, { name: this.#name, ...streams });
    const text = await new Promise<string>((resolve) => {
      let received = '';
      socket.on('data', (data: Buffer) => {
        received += data.toString();
        if (/"(started|failed)"/.test(received)) resolve(received);
      });
      socket.once('close', () => resolve(received));
      socket.once('error', () => resolve(received));
    });
    socket.destroy();
    assert.match(text, /"started"/);
  }

  get #body(): ContainerCreateRequest {
    return {
      Cmd: ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'],
      Volumes: { '/data': {} },
      HostConfig: {
        ...this.#host,
        PortBindings: {
          '80/tcp': ['127.0.0.1', '::1'].map((HostIp) => ({ HostIp, HostPort: String(this.#port) })),
        },
      },
    };
  }

  async #start(): Promise<void> {
    await this.pouchd.client.containers.start(this.#name);
  }

  async #stop(): Promise<void> {
    await this.pouchd.client.containers.stop(this.#name, { timeoutSeconds: 0 });
  }

  async #remove(): Promise<void> {
    await this.pouchd.client.containers.remove(this.#name, { volumes: true });
  }

  async #checkOutcome(call: Call, step: string): Promise<void> {
    const { undone, finished } = outcomes[call];
    const status = await this.#settledStatus();
    const isCommitted = /^after:\w+:commit$/.test(step) && !(isRun(call) && step.includes(':create:'));
    const allowed = isCommitted ? [finished] : [...undone, finished];
    assert.ok(allowed.includes(status), `the container is ${status}, expected ${allowed.join(' or ')}`);
    if (status !== 'running') await this.#checkAtRest();
    const known = (await this.pouchd.client.containers.list({ all: true })).map(({ Id }) => Id);
    assert.deepEqual(await this.pouchd.unexplained(known), []);
  }

  /** An end that nobody saw is worked off while the daemon serves already. */
  async #settledStatus(): Promise<string> {
    const status = async () => (await this.pouchd.inspect(this.#name))?.State.Status ?? 'gone';
    await waitUntil(async () => (await status()) !== 'removing', { withinMs: 30_000 });
    return await status();
  }

  async #checkAtRest(): Promise<void> {
    let left: string[] = [];
    const rests = async () => {
      left = (await this.#more()).filter((line) => !atRest.test(line));
      return left.length === 0;
    };
    await waitUntil(rests, { withinMs: 30_000 });
    assert.deepEqual(left, []);
  }

  async #more(): Promise<string[]> {
    return [...(await this.pouchd.inventory())].filter((line) => !this.#before.has(line));
  }

  /** The same call works now; where it was finished it says so. */
  async #again(call: Call): Promise<void> {
    const status = await this.#settledStatus();
    if (call === 'create' && status === 'created')
      return await assert.rejects(this.#create(), { code: 'PCH_NAME_IN_USE' });
    if (call === 'rm' && status === 'gone')
      return await assert.rejects(this.#remove(), { code: 'PCH_CONTAINER_NOT_FOUND' });
    if (isRun(call) && status !== 'gone') {
      await assert.rejects(this.#run(call === 'run --rm'), { code: 'PCH_NAME_IN_USE' });
      await this.#start();
    } else await this.#perform(call);
    assert.equal(await this.#settledStatus(), outcomes[call].finished);
    if (call !== 'start' && !isRun(call)) return;
    for (const host of ['127.0.0.1', '::1'])
      assert.equal(await greeting(this.#port, 20_000, host), 'hello\n', host);
  }

  async #clean(): Promise<void> {
    if (await this.pouchd.inspect(this.#name))
      await this.pouchd.client.containers.remove(this.#name, { force: true, volumes: true });
    assert.deepEqual(await this.pouchd.leftovers(this.#before), []);
  }

  async #arm(step: string): Promise<void> {
    await writeFile(this.#failpointFile, step);
  }

  async #disarm(): Promise<void> {
    await rm(this.#failpointFile, { force: true });
  }
}

function isRun(call: Call): boolean {
  return call === 'run' || call === 'run --rm';
}

function steps(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.startsWith('ledger-step '));
  return [...new Set(lines.map((line) => line.slice('ledger-step '.length)))];
}
