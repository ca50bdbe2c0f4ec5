import assert from 'node:assert/strict';
import type { AgentProgress } from '../../../../../client/wire.ts';
import { Failures } from '../../../../../plugins/host-agent/converge/Failures.ts';
import type { ContainerStep } from '../../../../../plugins/host-agent/plan/step.ts';

describe('failures of declared objects', () => {
  const step: ContainerStep = { kind: 'container', name: 'web', action: 'create', changes: [] };
  const progress = (more: Partial<AgentProgress> = {}): AgentProgress => ({
    Kind: 'container',
    Name: 'web',
    Action: 'create',
    ...more,
  });
  const failed = (Code = 'PCH_X') => progress({ Error: { Code, Message: 'no memory' } });
  const ofObject = { isWithoutImage: false };

  it('wait for twice as long after each attempt', () => {
    const failures = new Failures();
    assert.deepEqual([failures.isDue(step), failures.untilNextMs()], [true, undefined]);
    for (const [least, most] of [
      [0, 1000],
      [1000, 2000],
      [2000, 4000],
    ] as const) {
      failures.note(failed(), step, ofObject);
      const waitMs = failures.untilNextMs()!;
      assert.ok(waitMs > least && waitMs <= most, String(waitMs));
    }
    assert.deepEqual([failures.isDue(step), failures.whyOf(step)], [false, 'no memory']);
  });

  it('end with a step that is done, with other changes, and where somebody asks', () => {
    const failures = new Failures();
    failures.note(failed(), step, ofObject);
    const other = { ...step, changes: [{ Field: 'memory', Applies: 'now' as const }] };
    assert.equal(failures.isDue(other), true);
    failures.note(progress(), step, ofObject);
    assert.deepEqual([failures.isDue(step), failures.whyOf(step)], [true, undefined]);
    failures.note(failed(), step, ofObject);
    failures.clear();
    assert.deepEqual([failures.isDue(step), failures.untilNextMs()], [true, undefined]);
  });

  it('are final for a replacement, which costs downtime each time', () => {
    const failures = new Failures();
    failures.note(failed('PCH_AGENT_REPLACE_FAILED'), step, ofObject);
    assert.deepEqual(
      [failures.isFinal('container/web'), failures.isDue(step), failures.untilNextMs()],
      [true, false, undefined],
    );
    assert.equal(failures.isFinal('container/db'), false);
  });

  it('are tried with the next pull if an image is missing', () => {
    const failures = new Failures();
    failures.note(progress({ Waits: 'its image x: no registry' }), step, { isWithoutImage: true });
    assert.deepEqual(
      [failures.isDue(step), failures.whyOf(step), failures.untilNextMs()],
      [true, 'it waits for its image x: no registry', undefined],
    );
  });
});
