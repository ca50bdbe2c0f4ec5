/** Each oracle of test/torture can fail: a planted violation is found, and its true counterpart is not. */
import assert from 'node:assert/strict';
import { Downtimes } from '../../torture/lab/Downtimes.ts';
import { Model } from '../../torture/model/Model.ts';
import type { Status, Tracked } from '../../torture/model/Tracked.ts';
import { type Found, lost, type Seen } from '../../torture/oracles/lost.ts';
import { leftovers, orphans } from '../../torture/oracles/orphans.ts';
import { responsive, type Sample } from '../../torture/oracles/responsive.ts';
import { type Look, touched } from '../../torture/oracles/touched.ts';
import { type Failure, strayErrors, untrue } from '../../torture/oracles/untrue.ts';
import type { Violation } from '../../torture/oracles/violation.ts';

const id = 'a'.repeat(64);
const other = 'b'.repeat(64);

function assertFound(violations: Violation[], evidence: RegExp): void {
  assert.equal(violations.length, 1, violations.map((one) => one.evidence).join('\n') || 'none');
  assert.match(violations[0]!.evidence, evidence);
}

describe('oracle 1: nothing acknowledged is lost', () => {
  const modelOf = (...states: Status[]): { model: Model; one: Tracked } => {
    const model = new Model();
    const one = model.container({ name: 'web', kind: 'server', labels: { by: 'web' } });
    one.id = id;
    one.is(...states);
    one.exitCodes = [3];
    return { model, one };
  };
  const seen = (Status: string, more: Partial<Seen> = {}): Seen => ({
    Id: id,
    Name: '/web',
    State: { Status, ExitCode: 3 },
    Config: { Labels: { by: 'web' } },
    HostConfig: {},
    ...more,
  });
  const found = (...containers: Seen[]): Found => ({ containers, volumes: new Map() });

  it('holds for a container as it was acknowledged', () => {
    assert.deepEqual(lost(modelOf('running').model, found(seen('running'))), []);
    assert.deepEqual(lost(modelOf('ending').model, found(seen('exited'))), []);
    assert.deepEqual(lost(modelOf('running', 'gone').model, found()), []);
  });

  it('finds a lost container', () => {
    assertFound(lost(modelOf('running').model, found()), /web is gone, expected running/);
  });

  it('finds a container that should be gone', () => {
    assertFound(lost(modelOf('gone').model, found(seen('exited'))), /is exited, expected gone/);
  });

  it('finds a container that nobody has created', () => {
    assertFound(lost(new Model(), found(seen('created'))), /exists, but .* no create was/);
  });

  it('finds a wrong status, exit code, name, label and limit', () => {
    const { model, one } = modelOf('exited');
    one.pidsLimits = [50];
    assertFound(lost(modelOf('running').model, found(seen('exited'))), /is exited, expected running/);
    const right = { HostConfig: { PidsLimit: 50 } };
    assertFound(
      lost(model, found(seen('exited', { ...right, State: { Status: 'exited', ExitCode: 0 } }))),
      /has exited with 0, expected 3/,
    );
    assertFound(lost(model, found(seen('exited', { ...right, Name: '/old' }))), /named \/old, expected web/);
    assertFound(
      lost(model, found(seen('exited', { ...right, Config: { Labels: null } }))),
      /lost its label by/,
    );
    assertFound(lost(model, found(seen('exited'))), /limit of 0 processes, expected 50/);
  });

  it('finds a gap in a log, and takes a new start for what it is', () => {
    const { model } = modelOf('running');
    assertFound(lost(model, found(seen('running', { log: 'line 0\nline 2\n' }))), /gap.*"line 0".*"line 2"/);
    assertFound(lost(model, found(seen('running', { log: 'line 1\n' }))), /begins with "line 1"/);
    assert.deepEqual(lost(model, found(seen('running', { log: 'line 0\nline 1\nline 0\nli' }))), []);
  });

  it('finds a lost volume, a lost write, and a volume that should be gone', () => {
    const model = new Model();
    const volume = model.volume('data');
    volume.exists = 'yes';
    volume.marker = 'new\n';
    const volumes = (...entries: [string, string | undefined][]): Found => ({
      containers: [],
      volumes: new Map(entries),
    });
    assertFound(lost(model, volumes()), /volume data is gone/);
    assertFound(lost(model, volumes(['data', 'old\n'])), /holds "old\\n", expected "new\\n"/);
    assert.deepEqual(lost(model, volumes(['data', 'new\n'])), []);
    volume.exists = 'no';
    assertFound(lost(model, volumes(['data', 'new\n'])), /its removal was acknowledged/);
  });
});

describe('oracle 2: nothing is orphaned', () => {
  const kinds: Record<string, string> = {
    'shim or task': 'shim of ID',
    process: 'process in the cgroup of ID: sleep 1000',
    'container or snapshot in containerd': 'snapshot ID',
    'network namespace': 'mount /tmp/pd/state/netns/ID',
    FIFO: 'file /tmp/pd/state/io/ID',
    mount: 'mount /tmp/pd/state/containerd/io.containerd.runtime.v2.task/pouch/ID/rootfs',
    cgroup: 'cgroup /sys/fs/cgroup/pids/pouch/ID',
    'packet filter rule or lease': 'lease 10.0.0.2 of ID',
    directory: 'file /tmp/pd/root/containers/ID',
  };

  for (const [kind, line] of Object.entries(kinds))
    it(`finds a ${kind} of a container that does not exist`, () => {
      const found = orphans([line.replace('ID', other)], [{ id, isUp: true }]);
      assertFound(found, new RegExp(`^${kind} of a container that does not exist: `));
      assert.deepEqual(orphans([line.replace('ID', id)], [{ id, isUp: true }]), []);
    });

  it('finds a mount of a container that does not run, and leaves it its record and snapshot', () => {
    const lines = [`mount /tmp/pd/state/netns/${id}`, `file /tmp/pd/root/containers/${id}`, `snapshot ${id}`];
    assertFound(orphans(lines, [{ id, isUp: false }]), /network namespace of a container that does not run/);
  });

  it('finds an interface that is left after everything was removed', () => {
    const atFirst = new Set(['interface veth1']);
    assertFound(leftovers(['interface veth1', 'interface veth2'], atFirst), /network interface .*veth2/);
  });
});

describe('oracle 3: bystanders are untouched', () => {
  const before: Look = { name: 'counter', status: 'running', identity: '7 started at 1', log: ['1', '2'] };
  const now = (change: Partial<Look>): Look => ({ ...before, log: ['2', '3'], ...change });

  it('holds for the same process with a continuous log and an open stream', () => {
    assert.deepEqual(touched(before, now({ stream: { isOpen: true, sent: 16, returned: 16 } })), []);
  });

  it('finds a stopped and a replaced process', () => {
    assertFound(touched(before, now({ status: 'exited' })), /is exited/);
    assertFound(touched(before, now({ identity: '8 started at 2' })), /is process 8 .*, was 7/);
  });

  it('finds a gap in the log, lines lost since the last look, and silence', () => {
    assertFound(touched(before, now({ log: ['2', '3', '5'] })), /"3" is followed by "5"/);
    assertFound(touched(before, now({ log: ['4', '5'] })), /lost log lines: "4" follows "2"/);
    assertFound(touched(before, now({ log: ['2'] })), /logged nothing since "2"/);
  });

  it('finds a broken stream and bytes that did not come back', () => {
    assertFound(touched(before, now({ stream: { isOpen: false, sent: 0, returned: 0 } })), /lost its TCP/);
    assertFound(touched(before, now({ stream: { isOpen: true, sent: 32, returned: 16 } })), /16 of 32 bytes/);
  });
});

describe('oracle 4: the daemon responds within a second', () => {
  const sample = (change: Partial<Sample>): Sample => ({
    request: 'ping',
    began: 1000,
    ended: 1010,
    starvedMs: 0,
    ...change,
  });

  it('finds a slow reply, and none that was slow for lack of a CPU', () => {
    assertFound(responsive([sample({ ended: 2100 })], new Downtimes()), /ping took 1100 ms/);
    assert.deepEqual(responsive([sample({}), sample({ ended: 2100, starvedMs: 500 })], new Downtimes()), []);
  });

  it('finds a daemon that has ended by itself, and none that was ended on purpose', () => {
    const refused = sample({ error: 'connect ECONNREFUSED' });
    assertFound(responsive([refused], new Downtimes()), /ECONNREFUSED/);
    const downtimes = new Downtimes();
    downtimes.begin(900);
    assert.deepEqual(responsive([refused], downtimes), []);
    downtimes.end(1005);
    assert.deepEqual(responsive([refused], downtimes), []);
    assert.equal(responsive([{ ...refused, began: 1006 }], downtimes).length, 1);
  });
});

describe('oracle 5: errors are coded and true', () => {
  const failure = (change: Partial<Failure>): Failure => ({
    call: 'stop web',
    began: 1000,
    ended: 1010,
    code: 'PCH_CONFLICT',
    status: 409,
    message: 'it is paused',
    isTrue: true,
    ...change,
  });
  const judge = (change: Partial<Failure>, codes: ('PCH_RUNTIME_FAILED' | 'PCH_CONFLICT')[] = []) =>
    untrue([failure(change)], new Set(codes), new Downtimes());

  it('holds for an error that the state or a fault explains', () => {
    assert.deepEqual(judge({}), []);
    assert.deepEqual(
      judge({ code: 'PCH_RUNTIME_FAILED', status: 500, isTrue: false }, ['PCH_RUNTIME_FAILED']),
      [],
    );
  });

  it('finds an error without a code, an unknown code and PCH_INTERNAL', () => {
    assertFound(judge({ code: '', status: 400 }), /without a code/);
    assertFound(judge({ code: 'PCH_NEVER_HEARD_OF' }), /without a code of Pouch/);
    assertFound(judge({ code: 'PCH_INTERNAL', status: 500 }), /PCH_INTERNAL/);
  });

  it('finds a status that is not the code’s', () => {
    assertFound(judge({ status: 500 }), /PCH_CONFLICT with status 500, expected 409/);
  });

  it('finds an error that nothing explains', () => {
    assertFound(judge({ isTrue: false }), /PCH_CONFLICT is not true/);
    assertFound(judge({ code: 'PCH_DAEMON_LOST', status: 0 }), /was meant to be up/);
  });

  it('finds a stray error in the log of the daemon', () => {
    assertFound(strayErrors('info ready\nerror unhandled rejection error=x\n'), /unhandled/);
    assertFound(strayErrors('error POST /x: y code=PCH_INTERNAL'), /PCH_INTERNAL/);
    assert.deepEqual(strayErrors('warn restart by policy failed'), []);
  });
});
