import assert from 'node:assert/strict';
import { chosenHosts, splitHosts } from '../../../../cli/fleet/chosenHosts.ts';
import { clientOf } from '../../../../cli/fleet/clientOf.ts';
import { FleetFile } from '../../../../cli/fleet/FleetFile.ts';
import { ApplyRun } from '../../../../cli/fleet/ApplyRun.ts';
import { RollbackRun } from '../../../../cli/fleet/RollbackRun.ts';
import { hostProblem } from '../../../../cli/fleet/hostProblem.ts';
import { readParallel } from '../../../../cli/fleet/readParallel.ts';
import { type Ending, rollOut } from '../../../../cli/fleet/rollOut.ts';
import { withDeadline } from '../../../../cli/fleet/withDeadline.ts';
import { Session } from '../../../../cli/Session.ts';
import { type AgentMessage, type Client, ClientError } from '../../../../client/index.ts';

const Text = `containers:
  web: { image: x }
hosts:
  web1: {}
  web2: # the second
    host: ssh://root@10.0.0.2
    containers:
      web: { memory: 1g, env: { A: "two" } }
  'web 3': { containers: { web: null } }
`;

describe('a fleet file', () => {
  const fleet = new FleetFile({ Name: 'fleet.yaml', Text });

  it('has its hosts in their order, each with its address', () => {
    assert.deepEqual(fleet.hosts, ['web1', 'web2', 'web 3']);
    assert.deepEqual(
      fleet.hosts.map((host) => fleet.addressOf(host)),
      ['web1', 'ssh://root@10.0.0.2', 'web 3'],
    );
  });

  it('sends a host its own overlay only, and keeps the lines', () => {
    const { Text: sent, Host, Name } = fleet.for('web 3');
    assert.deepEqual([Host, Name, sent.length], ['web 3', 'fleet.yaml', Text.length]);
    assert.ok(!/10\.0|memory|two/.test(sent));
    assert.ok(sent.includes("'web 3': { containers: { web: null } }"));
    assert.equal(sent.split('\n').length, Text.split('\n').length);
    const flow = new FleetFile({
      Name: 'f',
      Text: 'hosts: {a: {containers: {x: 1}}, b: {containers: {y: 2}}}',
    });
    assert.match(flow.for('a').Text, /^hosts: \{a: \{containers: \{x: 1\}\}, b: +\}$/);
  });

  it('without hosts, or with mistakes, is sent as it is', () => {
    for (const text of ['containers: {}', 'containers: [', 'hosts: 3', '', '- a'])
      assert.deepEqual(new FleetFile({ Name: 'f', Text: text }).for('a'), { Name: 'f', Text: text });
  });

  it('has the hosts from which -H chooses, by name or address', () => {
    assert.deepEqual(chosenHosts(undefined, fleet).length, 3);
    assert.deepEqual(chosenHosts(['ssh://root@10.0.0.2', 'web1'], fleet), [
      { name: 'web2', address: 'ssh://root@10.0.0.2' },
      { name: 'web1', address: 'web1' },
    ]);
    assert.throws(() => chosenHosts(['web4'], fleet), {
      code: 'PCH_OPTION_INVALID',
      message: /found "web4"/,
    });
    assert.deepEqual(chosenHosts(['a'], undefined), [{ name: 'a', address: 'a' }]);
    assert.deepEqual(chosenHosts(undefined, undefined), []);
  });
});

describe('hosts of an option', () => {
  it('are addresses, or names for ssh, whatever daemon is the usual one', () => {
    const env = { POUCH_CONFIG: '/no/such', POUCH_HOST: 'unix:///usual.sock' };
    const session = new Session({ env } as never);
    session.connection = { host: 'a,b' };
    const cases = { web1: 'ssh://web1', '/x.sock': 'unix:///x.sock', 'tcp://h:1': 'tcp://h:1' };
    for (const [name, host] of Object.entries(cases)) assert.equal(clientOf(session, name).host, host);
    assert.throws(() => clientOf(session, 'a b'), { code: 'PCH_OPTION_INVALID' });
  });

  it('are names with commas between them', () => {
    assert.deepEqual(splitHosts('web1, ssh://root@b:22'), ['web1', 'ssh://root@b:22']);
    for (const text of ['', 'a,', ',', 'a,a'])
      assert.throws(() => splitHosts(text), { code: 'PCH_OPTION_INVALID' });
  });

  it('are changed so many at once', () => {
    assert.deepEqual(
      [readParallel('25%', 10), readParallel('25%', 3), readParallel('100%', 7), readParallel('4', 2)],
      [2, 1, 7, 4],
    );
    for (const text of ['0', '-1', '101%', '0%', 'x', '1.5', ''])
      assert.throws(() => readParallel(text, 3), { code: 'PCH_OPTION_INVALID' }, text);
  });
});

describe('a roll-out', () => {
  async function run(bad: readonly string[], { parallel = 2, interruptedAt = '' } = {}) {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const log: string[] = [];
    const interruption = new AbortController();
    const endings = await rollOut(hosts, {
      parallel,
      signal: interruption.signal,
      async change(host) {
        log.push(`+${host}`);
        if (host === interruptedAt) interruption.abort();
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`-${host}`);
        return !bad.includes(host);
      },
    });
    const of = (wanted: Ending) => hosts.filter((host) => endings.get(host) === wanted).join('');
    return { log: log.join(''), done: of('done'), failed: of('failed'), untouched: of('untouched') };
  }

  it('has the first host go ahead alone, and the others follow so many at once', async () => {
    const { log, done } = await run([]);
    assert.equal(done, 'abcdef');
    assert.ok(log.startsWith('+a-a+b+c'), log);
    assert.equal((await run([], { parallel: 1 })).log, '+a-a+b-b+c-c+d-d+e-e+f-f');
  });

  it('ends with a first host that fails', async () => {
    assert.deepEqual(await run(['a']), { log: '+a-a', done: '', failed: 'a', untouched: 'bcdef' });
  });

  it('begins no host after a later one has failed', async () => {
    assert.deepEqual(await run(['b']), { log: '+a-a+b+c-b-c', done: 'ac', failed: 'b', untouched: 'def' });
  });

  it('begins no host after an interruption', async () => {
    const { done, untouched } = await run([], { interruptedAt: 'a' });
    assert.deepEqual([done, untouched], ['a', 'bcdef']);
  });
});

describe('an apply on one host of several', () => {
  const { signal } = new AbortController();
  const missing = { Kind: 'container', Name: 'web', Why: 'it is unhealthy' } as const;
  const reload = { generation: 1, plugins: [], settings: [], needRestart: [] } as const;
  const outcome = (Failed: number): AgentMessage => ({
    outcome: { Done: 1, Failed, Left: 0, Generation: 3 },
  });

  async function run(messages: object[]) {
    const sent: unknown[] = [];
    const client = {
      agent: {
        async apply(options: unknown) {
          sent.push(options);
          return (async function* () {
            yield* messages as AgentMessage[];
          })();
        },
      },
    } as unknown as Client;
    const printed: string[] = [];
    const print = (line: string) => void printed.push(line);
    const output = { exitCode: 0, print, warn: print };
    const options = { prune: false, rollbackOnFailure: true, resume: false, waitMs: 5000, signal };
    const host = new ApplyRun({ name: 'a', client, output, ...options });
    const isDone = await host.change();
    return { isDone, sent, detail: host.detail, printed };
  }

  it('is judged by its pouchd', async () => {
    const { isDone, sent, detail } = await run([
      { reload },
      outcome(0),
      { up: { Declared: 1, Missing: [] } },
    ]);
    assert.deepEqual([isDone, detail], [true, '1 done, 0 failed, 0 left']);
    assert.deepEqual(sent, [{ prune: false, rollbackOnFailure: true, waitMs: 5000 }]);
  });

  it('has succeeded if all has come up since a failure', async () => {
    assert.ok((await run([outcome(1), { up: { Declared: 1, Missing: [] } }])).isDone);
  });

  it('has failed if something is not up, or was rolled back, or a file is not in force', async () => {
    const more = { ...missing, Name: 'db' };
    const down = { up: { Declared: 2, Missing: [missing, more] } };
    const notUp = await run([outcome(0), down, { rollback: { Generation: 2 } }, outcome(0)]);
    assert.deepEqual(
      [notUp.isDone, notUp.detail],
      [false, 'container web: not up: it is unhealthy, and 1 more; rolled back to generation 2'],
    );
    const isUp = { up: { Declared: 1, Missing: [] } };
    assert.ok(!(await run([outcome(1), { rollback: { Generation: 2 } }, outcome(0), isUp])).isDone);
    const kept = { name: 'x', change: 'kept', reason: 'no', isBuiltIn: false };
    assert.ok(!(await run([{ reload: { ...reload, plugins: [kept] } }, outcome(0), isUp])).isDone);
  });

  it('has a deadline', async () => {
    const never = (ending: AbortSignal) =>
      new Promise<never>((_, reject) => ending.addEventListener('abort', () => reject(new Error('aborted'))));
    await assert.rejects(withDeadline(10, signal, never), { code: 'PCH_DEADLINE' });
    await assert.rejects(
      withDeadline(60_000, AbortSignal.abort(), async (ending) => ending.throwIfAborted()),
      {
        name: 'AbortError',
      },
    );
  });
});

describe('a rollback of one host of several', () => {
  const { signal } = new AbortController();
  const plan = { Steps: [], Problems: [] };
  const isUp: AgentMessage = { up: { Declared: 1, Missing: [] } };
  const outcome = (Failed: number): AgentMessage => ({
    outcome: { Done: 1, Failed, Left: 0, Generation: 9 },
  });

  function newRun({
    status = {},
    messages = [],
    generation,
  }: {
    status?: object;
    messages?: AgentMessage[];
    generation?: number;
  }) {
    const calls: unknown[] = [];
    const client = {
      agent: {
        status: async () => status,
        async rollbackPlan(number = 7) {
          return { Generation: number, Plan: plan };
        },
        async rollback(options: unknown) {
          calls.push(options);
          return (async function* () {
            yield* messages;
          })();
        },
      },
    } as unknown as Client;
    const printed: string[] = [];
    const print = (line: string) => void printed.push(line);
    const output = { exitCode: 0, print, warn: print };
    const options = { name: 'a', client, output, waitMs: 5000, signal };
    const run = new RollbackRun({ ...options, ...(generation !== undefined && { generation }) });
    return { run, calls, printed };
  }

  it('is to the generation of its check, and judged by whether all is up', async () => {
    const messages = [{ rollback: { Generation: 7 } }, outcome(1), isUp];
    const { run, calls, printed } = newRun({ messages });
    assert.ok(await run.check());
    run.printPlan();
    assert.deepEqual(printed, ['to generation 7:', 'nothing to do']);
    assert.ok(await run.change());
    assert.deepEqual(calls, [{ generation: 7, waitMs: 5000 }]);
    assert.equal(run.detail, 'to generation 7: 1 done, 1 failed, 0 left');
  });

  it('fails with what is not up', async () => {
    const down: AgentMessage = {
      up: { Declared: 1, Missing: [{ Kind: 'container', Name: 'web', Why: 'it is unhealthy' }] },
    };
    const { run } = newRun({ messages: [{ rollback: { Generation: 7 } }, outcome(0), down] });
    assert.ok(await run.check());
    assert.ok(!(await run.change()));
    assert.equal(run.detail, 'container web: not up: it is unhealthy');
  });

  it('stays at the generation of one before, and takes a number in its place', async () => {
    const status = { Pinned: { Generation: 3, Since: '' } };
    for (const [generation, expected] of [
      [undefined, 3],
      [5, 5],
    ] as const) {
      const { run, calls } = newRun({ status, ...(generation && { generation }) });
      assert.ok(await run.check());
      await run.change();
      assert.deepEqual(calls, [{ generation: expected, waitMs: 5000 }]);
    }
  });

  it('does not begin on a paused host', async () => {
    const { run, printed } = newRun({ status: { Paused: { By: 'user 0', Since: 'now' } } });
    assert.ok(!(await run.check()));
    assert.deepEqual(printed, ['the host is paused by user 0 since now (`pouch apply --resume` resumes it)']);
  });
});

describe('a problem of a host', () => {
  it('has its hint and code, and names a daemon of another version as such', () => {
    const unreachable = new ClientError('PCH_DAEMON_UNREACHABLE', 'no way', { hint: 'try' });
    assert.equal(hostProblem(unreachable), 'no way (try) [PCH_DAEMON_UNREACHABLE]');
    for (const code of ['PCH_PATH_NOT_FOUND', ''])
      assert.match(
        hostProblem(new ClientError(code, 'page not found', { status: 404 })),
        /update pouchd on the host/,
      );
    assert.equal(hostProblem(new Error('plain')), 'plain');
  });
});
