import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { HookPoint } from '../../../hooks/defineHook.ts';

const points = Object.entries(catalogue).flatMap(([family, list]) =>
  Object.entries(list).map(([name, point]): [string, HookPoint<unknown, unknown>] => [
    `${family}.${name}`,
    point,
  ]),
);

describe('the hook catalogue', () => {
  it('has every point of the design, with its kind', () => {
    const kindsOf = (kind: string) => points.filter(([, point]) => point.kind === kind).map(([name]) => name);
    assert.deepEqual(kindsOf('plan').sort(), [
      'container.preCreate',
      'container.preExec',
      'container.preUpdate',
      'container.preUpgrade',
      'container.spec',
      'cri.preCreateContainer',
      'cri.preRunSandbox',
      'image.resolve',
      'network.preAttach',
      'volume.preCreate',
    ]);
    assert.deepEqual(kindsOf('bail'), ['container.selectRuntime']);
    assert.deepEqual(kindsOf('apply').sort(), [
      'container.poststop',
      'container.prestart',
      'image.postPull',
      'image.prePull',
      'network.postDetach',
    ]);
    assert.deepEqual(kindsOf('observe').sort(), [
      'container.postCreate',
      'container.postRemove',
      'container.postUpdate',
      'container.postUpgrade',
      'container.poststart',
      'daemon.ready',
      'daemon.shutdown',
    ]);
  });

  it('is frozen', () => {
    assert.ok(
      [catalogue, ...Object.values(catalogue), ...points.map(([, point]) => point)].every(Object.isFrozen),
    );
  });

  for (const [path, point] of points) {
    it(`declares ${path} under its own name, completely, with a schema that compiles`, () => {
      assert.equal(point.name, path);
      assert.ok(point.deadlineMs > 0 && point.doc.endsWith('.') && point.since !== '');
      assert.ok(point.input.title);
      new Ajv({ strict: false }).compile(point.input);
      assert.equal(point.answer !== undefined, point.kind === 'bail');
      assert.equal(point.fixed !== undefined, point.kind === 'plan');
      const fields = Object.keys((point.input.properties ?? {}) as object);
      assert.deepEqual(
        (point.fixed ?? []).filter((field) => !fields.includes(field)),
        [],
      );
    });
  }
});
