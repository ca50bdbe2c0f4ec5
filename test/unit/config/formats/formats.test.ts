import assert from 'node:assert/strict';
import {
  collectorUrl,
  absolutePath,
  boolean,
  integer,
  ipAddress,
  listOf,
  listenAddress,
  mapOf,
  mirrorUrl,
  onError,
  oneOf,
  registryHost,
  socketPath,
  subnet,
  ulimit,
  ulimitName,
} from '../../../../config/formats/index.ts';
import type { AnyFormat } from '../../../../config/formats/index.ts';
import { decode } from './decode.ts';

interface Case {
  readonly format: AnyFormat;
  /** Written form to value. */
  readonly good: readonly (readonly [unknown, unknown])[];
  /** Raw value to its hint, which may be undefined. */
  readonly bad: readonly (readonly [unknown, string | undefined])[];
}

const unix = (path: string) => ({ kind: 'unix', url: `unix://${path}`, path });
const longPath = `/${'a'.repeat(106)}`;

const cases: Record<string, Case> = {
  'a switch': {
    format: boolean,
    good: [
      ['true', true],
      ['false', false],
    ],
    bad: [
      ['yes', 'use true'],
      ['on', 'use true'],
      ['no', 'use false'],
      ['0', 'use false'],
      ['True', undefined],
      ['', undefined],
      [null, undefined],
    ],
  },
  'a whole number': {
    format: integer(-5, 100),
    good: [
      ['0', 0],
      ['-5', -5],
      ['100', 100],
      ['007', 7],
    ],
    bad: [
      ['-6', undefined],
      ['101', undefined],
      ['1.0', undefined],
      ['1e1', undefined],
      ['0x1', undefined],
      [' 1', undefined],
      ['', undefined],
      ['9'.repeat(400), undefined],
    ],
  },
  'one of some words': {
    format: oneOf('text', 'json'),
    good: [['json', 'json']],
    bad: [
      ['JSON', undefined],
      ['toString', undefined],
    ],
  },
  'an absolute path': {
    format: absolutePath,
    good: [
      ['/srv/pouch', '/srv/pouch'],
      ['/srv//pouch/', '/srv/pouch'],
      ['/srv/./x/../pouch', '/srv/pouch'],
      ['/', '/'],
    ],
    bad: [
      ['srv', undefined],
      ['./srv', undefined],
      ['~/srv', undefined],
      ['', undefined],
      ['/a\0b', 'a path cannot contain a NUL byte'],
    ],
  },
  'the address of a Unix socket': {
    format: listenAddress,
    good: [
      ['unix:///run/a.sock', unix('/run/a.sock')],
      ['unix:///run//x/../a.sock', unix('/run/a.sock')],
      [`unix://${longPath}`, unix(longPath)],
    ],
    bad: [
      ['unix://run/a.sock', undefined],
      ['unix:///run/', undefined],
      [`unix://${longPath}b`, 'a socket path is at most 107 bytes, this one has 108'],
      [`unix:///${'é'.repeat(54)}`, 'a socket path is at most 107 bytes, this one has 109'],
      ['/run/a.sock', undefined],
      ['http://127.0.0.1:80', undefined],
    ],
  },
  'a socket path': {
    format: socketPath,
    good: [['/run/containerd/containerd.sock', '/run/containerd/containerd.sock']],
    bad: [
      ['run/x.sock', undefined],
      [`${longPath}b`, 'a socket path is at most 107 bytes, this one has 108'],
    ],
  },
  'an IP address': {
    format: ipAddress,
    good: [
      ['192.0.2.53', '192.0.2.53'],
      ['2001:db8::1', '2001:db8::1'],
    ],
    bad: [
      ['192.0.2.256', undefined],
      ['192.0.2', undefined],
      ['dns.example', undefined],
    ],
  },
  'a subnet': {
    format: subnet,
    good: [
      ['172.29.0.0/16', '172.29.0.0/16'],
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['192.168.255.248/29', '192.168.255.248/29'],
      ['224.0.0.0/8', '224.0.0.0/8'],
    ],
    bad: [
      ['172.29.0.1/16', 'the network address is 172.29.0.0/16'],
      ['192.168.255.255/29', 'the network address is 192.168.255.248/29'],
      ['172.29.0.0', undefined],
      ['172.29.0.0/', undefined],
      ['172.29.0.0/16/2', undefined],
      ['172.29.0.0/30', 'the prefix length must be from /8 to /29'],
      ['0.0.0.0/0', 'the prefix length must be from /8 to /29'],
      ['172.29.0/16', undefined],
      ['300.0.0.0/8', undefined],
      ['fd00::/64', undefined],
    ],
  },
  'a registry': {
    format: registryHost,
    good: [
      ['docker.io', 'docker.io'],
      ['localhost:5000', 'localhost:5000'],
      ['[::1]:5000', '[::1]:5000'],
    ],
    bad: [
      ['https://docker.io', 'omit the scheme: docker.io'],
      ['docker.io/library', undefined],
      ['docker.io:', undefined],
      ['-x.example', undefined],
      ['', undefined],
    ],
  },
  'a collector': {
    format: collectorUrl,
    good: [
      ['http://127.0.0.1:4318', 'http://127.0.0.1:4318'],
      ['http://[::1]:4318/', 'http://[::1]:4318'],
      ['https://collector.example.org/otlp/', 'https://collector.example.org/otlp'],
    ],
    bad: [
      ['collector.example.org:4318', undefined],
      ['http://collector.example.org', 'http is for this host only (127.0.0.1, [::1], localhost): use https'],
      ['http://127.0.0.1.example.org', 'http is for this host only (127.0.0.1, [::1], localhost): use https'],
      ['https://user:pw@collector.example.org', 'credentials are not allowed in a URL'],
      ['https://collector.example.org/?a=b', 'a query and a fragment are not allowed'],
    ],
  },
  'a mirror': {
    format: mirrorUrl,
    good: [
      ['https://mirror.example.org', 'https://mirror.example.org'],
      ['http://127.0.0.1:5000/cache', 'http://127.0.0.1:5000/cache'],
    ],
    bad: [
      ['mirror.example.org', undefined],
      ['ftp://mirror.example.org', undefined],
      [
        'https://user:pw@mirror.example.org',
        'credentials are not allowed here: put them in the file of registries.dockerConfig',
      ],
      ['https://mirror.example.org/?a=b', 'a query and a fragment are not allowed'],
    ],
  },
  'a ulimit': {
    format: ulimit,
    good: [
      ['1024:4096', { soft: 1024, hard: 4096 }],
      ['0:0', { soft: 0, hard: 0 }],
      ['1024:-1', { soft: 1024, hard: -1 }],
      ['-1:-1', { soft: -1, hard: -1 }],
    ],
    bad: [
      ['4096:1024', 'the soft limit must not exceed the hard limit'],
      ['-1:1024', 'the soft limit must not exceed the hard limit'],
      ['1024:', undefined],
      ['-2', undefined],
      ['1k', undefined],
    ],
  },
  'a failure policy': {
    format: onError,
    good: [
      ['fail', 'fail'],
      ['skip', 'skip'],
      ['degrade', 'degrade'],
      ['retry(1)', { retry: 1 }],
      ['retry(10)', { retry: 10 }],
    ],
    bad: [
      ['retry', 'give a number of retries: retry(3)'],
      ['retry()', undefined],
      ['retry(0)', 'N must be from 1 to 10'],
      ['retry(11)', 'N must be from 1 to 10'],
      ['ignore', undefined],
    ],
  },
  'a list': {
    format: listOf(integer(0, 9), { min: 1 }),
    good: [
      [
        ['1', '2'],
        [1, 2],
      ],
    ],
    bad: [
      [[], undefined],
      ['1,2', undefined],
      [null, undefined],
      [new Map(), undefined],
      [['1', '01'], undefined],
      [Array.from({ length: 1001 }, (_, i) => String(i % 10)), undefined],
    ],
  },
  'a map': {
    format: mapOf(ulimitName, integer(0, 9)),
    good: [[new Map([['nofile', '3']]), new Map([['nofile', 3]])]],
    bad: [
      ['nofile', undefined],
      [['nofile'], undefined],
      [null, undefined],
      [new Map([['nofil', '3']]), undefined],
      [new Map([['nofile', '30']]), undefined],
    ],
  },
};

for (const [name, { format, good, bad }] of Object.entries(cases)) {
  describe(name, () => {
    for (const [raw, value] of good) {
      it(`accepts ${shown(raw)}`, () => {
        assert.deepEqual(decode(format, raw), { value, issues: [] });
      });
      it(`encodes ${shown(raw)} to the same value`, () => {
        const written = format.encode(value);
        const again = Array.isArray(written)
          ? written.map(String)
          : written instanceof Object
            ? toTexts(written)
            : String(written);
        assert.deepEqual(decode(format, again).value, value);
      });
    }
    for (const [raw, hint] of bad) {
      it(`rejects ${shown(raw)}`, () => {
        const { value, issues } = decode(format, raw);
        assert.equal(value, undefined);
        assert.equal(issues.length, 1, JSON.stringify(issues));
        assert.equal(issues[0]?.hint, hint);
      });
    }
  });
}

describe('a list and a map', () => {
  it('report every problem with its location', () => {
    const format = mapOf(registryHost, listOf(mirrorUrl));
    const raw = new Map([
      ['docker.io', ['https://ok.example', 'x', 'y']],
      ['a/b', ['z']],
    ]);
    const places = decode(format, raw).issues.map((issue) => issue.at);
    assert.deepEqual(places, [['docker.io', 1], ['docker.io', 2], ['a/b'], ['a/b', 0]]);
  });

  it('report the earlier of two equal entries', () => {
    const [issue] = decode(listOf(ipAddress), ['192.0.2.1', '192.0.2.2', '192.0.2.1']).issues;
    assert.deepEqual(issue, {
      at: [2],
      expected: 'each entry once',
      found: 'a repetition of entry 1 of the list',
    });
  });
});

function shown(raw: unknown): string {
  const text = raw instanceof Map ? JSON.stringify([...(raw as Map<unknown, unknown>)]) : JSON.stringify(raw);
  return text.slice(0, 50);
}

function toTexts(written: object): Map<string, string> {
  return new Map(Object.entries(written).map(([key, value]) => [key, String(value)]));
}
