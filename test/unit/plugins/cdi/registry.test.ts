import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRegistry } from '../../../../plugins/cdi/registry.ts';

const device = { name: 'one', containerEdits: { env: ['A=b'] } };
const spec = { cdiVersion: '0.5.0', kind: 'vendor.example/gadget', devices: [device] };

describe('the CDI specifications of a host', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pouch-cdi-'));
    for (const name of ['first', 'second']) await mkdir(join(root, name));
  });
  afterEach(() => rm(root, { recursive: true }));

  const directories = () => ['first', 'second', 'none'].map((name) => join(root, name));
  const write = (path: string, content: unknown) =>
    writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));

  it('are JSON and YAML files, and no others', async () => {
    await write('first/a.json', spec);
    await write('first/b.yaml', 'cdiVersion: 0.5.0\nkind: v/c\ndevices: [{ name: x, containerEdits: {} }]\n');
    await write('first/c.txt', spec);
    const { devices, problems } = await readRegistry(directories());
    assert.deepEqual([...devices.keys()], ['vendor.example/gadget=one', 'v/c=x']);
    assert.deepEqual(problems, []);
  });

  it('a later directory takes precedence; a directory may define a device twice', async () => {
    await write('first/a.json', spec);
    await write('first/b.json', spec);
    const twice = (await readRegistry(directories())).devices.get('vendor.example/gadget=one');
    assert.equal(twice?.length, 2);
    await write('second/a.json', spec);
    const one = (await readRegistry(directories())).devices.get('vendor.example/gadget=one');
    assert.deepEqual(
      one?.map(({ file }) => file),
      [join(root, 'second/a.json')],
    );
  });

  const bad: [what: string, content: unknown, says: RegExp][] = [
    ['no JSON', '{', /a\.json: /],
    ['a list', [], /the file must be object/],
    ['an unknown field', { ...spec, extra: 1 }, /additional properties \(extra\)/],
    ['no devices', { ...spec, devices: undefined }, /devices/],
    ['a wrong kind', { ...spec, kind: 'gadget' }, /kind must match/],
    ['a wrong name', { ...spec, devices: [{ ...device, name: '-x' }] }, /devices\.0\.name must match/],
    [
      'a variable without =',
      { ...spec, containerEdits: { env: ['A'] } },
      /containerEdits\.env\.0 must match/,
    ],
    ['an unknown version', { ...spec, cdiVersion: '9.0.0' }, /cdiVersion: expected one of .*, found 9\.0\.0/],
    [
      'a hook of an unknown kind',
      { ...spec, containerEdits: { hooks: [{ hookName: 'x', path: '/x' }] } },
      /hooks\.0\.hookName/,
    ],
    [
      'RDT before its version',
      { ...spec, containerEdits: { intelRdt: { closID: 'a' } } },
      /expected at least 0\.7\.0 for intelRdt, found 0\.5\.0/,
    ],
    [
      'a mount type before its version',
      {
        ...spec,
        cdiVersion: '0.3.0',
        containerEdits: { mounts: [{ hostPath: '/a', containerPath: '/b', type: 'bind' }] },
      },
      /expected at least 0\.4\.0 for a mount type/,
    ],
    [
      'annotations before their version',
      { ...spec, annotations: { a: 'b' } },
      /expected at least 0\.6\.0 for annotations/,
    ],
  ];
  for (const [what, content, says] of bad)
    it(`${what} is a problem of that file only`, async () => {
      await write('first/a.json', content);
      await write('second/good.json', { ...spec, kind: 'v/good' });
      const { devices, problems } = await readRegistry(directories());
      assert.deepEqual([...devices.keys()], ['v/good=one']);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', says);
    });
});
