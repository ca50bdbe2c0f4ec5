import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { HookPoint } from '../../../hooks/defineHook.ts';

const points = Object.entries(catalogue).flatMap(([family, list]) =>
  Object.entries(list).map(([name, point]): [string, HookPoint<unknown, unknown>] => [
    `${family}.${name}`,
    point,
  ]),
);

/** All that the engine calls: a point that is declared and not called is a promise that nobody keeps. */
const callers = sourcesIn(resolve(import.meta.dirname, '../../../core'));

function sourcesIn(directory: string): string {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.includes('gen/'));
  return sources.map((file) => readFileSync(resolve(directory, file), 'utf8')).join('\n');
}

/** `catalogue.family.name`, or `{ name } = catalogue.family`. */
function mentionOf(path: string): RegExp {
  const [family = '', name = ''] = path.split('.');
  return new RegExp(`catalogue\\.${family}\\.${name}\\b|\\{ ${name} \\} = catalogue\\.${family}\\b`);
}

describe('the hook catalogue', () => {
  it('has every point of the design, with its kind', () => {
    const kindsOf = (kind: string) => points.filter(([, point]) => point.kind === kind).map(([name]) => name);
    assert.deepEqual(kindsOf('plan').sort(), [
      'container.preCreate',
      'container.preExec',
      'container.preStop',
      'container.preUpdate',
      'container.restart',
      'container.spec',
      'image.resolve',
      'network.preAttach',
      'volume.preCreate',
    ]);
    assert.deepEqual(kindsOf('bail'), ['container.selectRuntime', 'container.validate']);
    assert.deepEqual(kindsOf('apply').sort(), [
      'container.poststop',
      'container.preCheckpoint',
      'container.preRemove',
      'container.prestart',
      'image.postLoad',
      'image.prePull',
      'image.preRemove',
      'network.postDetach',
      'volume.preRemove',
    ]);
    assert.deepEqual(kindsOf('observe').sort(), [
      'container.postCreate',
      'container.postExec',
      'container.postRemove',
      'container.postUpdate',
      'container.poststart',
      'daemon.ready',
      'daemon.reload',
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
      assert.match(callers, mentionOf(path), `nothing in core/ calls ${path}`);
      new Ajv({ strict: false }).compile(point.input);
      assert.equal(point.result !== undefined, point.kind === 'bail');
      assert.equal(point.fixed !== undefined, point.kind === 'plan');
      const fields = Object.keys((point.input.properties ?? {}) as object);
      assert.deepEqual(
        (point.fixed ?? []).filter((field) => !fields.includes(field)),
        [],
      );
    });
  }
});
