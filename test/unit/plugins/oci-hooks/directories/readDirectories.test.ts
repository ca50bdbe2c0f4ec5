import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PouchError } from '../../../../../hooks/index.ts';
import { readDirectories } from '../../../../../plugins/oci-hooks/directories/readDirectories.ts';

describe('directories of OCI hooks', () => {
  let dir: string;
  let vendor: string;
  let admin: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'oci-hooks-'));
    vendor = join(dir, 'vendor');
    admin = join(dir, 'admin');
    mkdirSync(vendor);
    mkdirSync(admin);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const good = { version: '1.0.0', hook: { path: '/bin/sh' }, when: { always: true }, stages: ['prestart'] };
  const write = (directory: string, name: string, change: object | string = {}) =>
    writeFileSync(
      join(directory, name),
      typeof change === 'string' ? change : JSON.stringify({ ...good, ...change }),
    );
  const paths = () => readDirectories([vendor, admin]).files.map(({ path }) => path.slice(dir.length + 1));

  /** The mistakes of one file. */
  function mistakes(name = 'one.json'): string[] {
    try {
      readDirectories([vendor, admin]);
    } catch (error) {
      assert.ok(error instanceof PouchError);
      assert.equal(error.code, 'PCH_OCI_HOOK_INVALID');
      const start = `${join(admin, name)}: `;
      return error.message.split('; ').map((one) => {
        assert.ok(one.startsWith(join(admin, name)), one);
        return one.startsWith(start) ? one.slice(start.length) : one;
      });
    }
    return [];
  }

  it('files are in the order of their names in lower case; other endings are left out', () => {
    write(vendor, 'B.json');
    write(vendor, 'a.json');
    write(admin, 'C.json');
    write(admin, 'README', 'x');
    assert.deepEqual(paths(), ['vendor/a.json', 'vendor/B.json', 'admin/C.json']);
  });

  it('a file of a later directory hides one of the same name, also one that is invalid', () => {
    write(vendor, 'a.json', '{');
    write(admin, 'a.json', { when: { always: false } });
    assert.deepEqual(paths(), ['admin/a.json']);
  });

  it('a directory that does not exist is reported', () => {
    assert.deepEqual(readDirectories([join(dir, 'none')]), { files: [], missing: [join(dir, 'none')] });
  });

  const invalid: [string, object | string, RegExp[]][] = [
    ['no JSON', '{ "version": "1.0.0", }', [/JSON/]],
    ['no object', '[]', [/^version: expected "1\.0\.0", found none$/]],
    [
      'an older version',
      '{ "hook": "/bin/sh", "stage": ["prestart"] }',
      [/^version: expected "1\.0\.0", found none$/],
    ],
    ['a later version', { version: '2.0.0' }, [/^version: expected "1\.0\.0", found "2\.0\.0"$/]],
    [
      'several mistakes',
      { hook: { path: 'sh', timeout: '5' }, stages: ['precreate'], when: { hasBindMount: true } },
      [
        /^hook\.path: must match pattern "\^\/", found "sh"$/,
        /^hook\.timeout: must be integer, found "5"$/,
        /^when\.hasBindMount: unknown field$/,
        /^stages\[0\]: expected one of prestart, .*poststop, found "precreate"$/,
      ],
    ],
    ['no conditions', { when: {} }, [/^when: expected at least one entry, found none$/]],
    ['no hook', { hook: undefined }, [/^hook: required, found none$/]],
    [
      'a bad pattern',
      { when: { commands: ['.*', '('] } },
      [/^when\.commands\[1\]: expected a regular expression/],
    ],
    [
      'a bad key',
      { when: { annotations: { '(': '' } } },
      [/^when\.annotations: expected a regular expression/],
    ],
    ['no such program', { hook: { path: '/no/such' } }, [/^hook\.path: ENOENT.*\/no/]],
    [
      'no executable',
      { hook: { path: '/etc/passwd' } },
      [/^hook\.path: expected an executable at \/etc\/passwd/],
    ],
    ['a large file', ' '.repeat(300_000), [/^expected at most 256 KiB, found 300000 bytes$/]],
  ];
  for (const [what, content, expected] of invalid)
    it(`${what}: file and field are named`, () => {
      write(admin, 'one.json', content);
      const found = mistakes();
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index]!, pattern);
    });

  it('a program of the container need not be on the host', () => {
    write(admin, 'one.json', { hook: { path: '/only/inside' }, stages: ['startContainer'] });
    assert.deepEqual(mistakes(), []);
  });

  it('files and programs that others can replace are refused, behind links too', () => {
    write(admin, 'one.json');
    chmodSync(join(admin, 'one.json'), 0o666);
    assert.match(
      mistakes()[0]!,
      /^\/\S+\/one\.json can be written by every user, and it names what runs as root/,
    );
    chmodSync(join(admin, 'one.json'), 0o644);
    const program = join(dir, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o777);
    symlinkSync(program, join(dir, 'link'));
    write(admin, 'one.json', { hook: { path: join(dir, 'link') } });
    assert.match(mistakes()[0]!, /^hook\.path: .*can be written by every user, and it runs as root/);
    chmodSync(program, 0o755);
    assert.deepEqual(mistakes(), []);
  });
});
