import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { errorOf, inOneLine, load, loadConfig, problemsOf, withConfigFile } from './fixture.ts';

/** Lines of a file to the problems reported for them. */
const cases: Record<string, readonly [lines: string, problems: readonly (string | RegExp)[]]> = {
  'a tab as indentation': ['log:\n\tlevel: info', ['2:1 : expected spaces for indentation, found a tab']],
  'an unclosed quote': [
    'root: "/srv',
    [/^3:1 : expected YAML 1\.2, found a syntax error: Missing closing "quote/],
  ],
  'an unclosed list': ['listen: [unix:///a', [/^2:1 : expected YAML 1\.2, found a syntax error: /]],
  'a key that is too deep': [
    'log:\n  level: info\n   format: json',
    [/^2:10 : expected one "key: value" per line, all keys of a map in one column, found a second ": "/],
  ],
  'no space after the colon': [
    'root:/srv\nstate: /run/x',
    [/^1:1 : expected "key: value" with a space after the colon/],
  ],
  'a reserved character': [
    'root: @srv',
    ['1:7 : expected a value, found a reserved character before it (quote the value)'],
  ],
  'two documents': [
    'root: /srv\n---\nstate: /run/x',
    ['2:1 : expected one document, found another one after "---"'],
  ],
  'a tag': ['root: !env /srv', [/^1:7 : expected plain values, found a tag \(quote/]],
  'an alias': [
    'root: &r /srv\nstate: *r',
    [/^2:8 : expected plain values, found the alias \*r \(repeat the value/, /^2:8 state: .*found nothing$/],
  ],
  'an alias of what holds it': [
    'network: &n\n  dns: [*n]',
    [/^2:9 : expected plain values, found the alias \*n/, /2:9 network\.dns\[0\]: /],
  ],
  'a merge key': [
    '<<: { root: /srv }',
    [/^1:1 <<: expected one of apiVersion, .*, found the unknown key "<<"$/],
  ],
  'a repeated key, and the rest all the same': [
    'root: /srv\nlog:\n  level: info\n  level: loud\nroot: /srv2\nstopTimeout: 5',
    [
      '4:3 : expected each key once, found level a second time',
      /^4:10 log\.level: /,
      '5:1 : expected each key once, found root a second time',
      /^6:14 stopTimeout: expected a duration/,
    ],
  ],
  'an unknown key at the top level': [
    'rooot: /srv',
    [
      /^1:1 rooot: expected one of apiVersion, root, .*, found the unknown key "rooot" \(did you mean root\?\)$/,
    ],
  ],
  'an unknown key in a group': [
    'network:\n  mtuu: 1400',
    [
      /^2:3 network\.mtuu: expected one of default, bridge, .*, found the unknown key "mtuu" \(did you mean mtu\?\)$/,
    ],
  ],
  'a key in another style': ['stop_timeout: 5s', [/did you mean stopTimeout\?/]],
  'a key of another group': ['mirrors: {}', [/^1:1 mirrors: .*\(did you mean registries\.mirrors\?\)$/]],
  'a key that resembles none': ['xyzzy: 1', [/^1:1 xyzzy: .*, found the unknown key "xyzzy"$/]],
  'a key of the prototype': [
    '__proto__: { a: 1 }\nconstructor: 1',
    [/^1:1 __proto__: /, /^2:1 constructor: /],
  ],
  'a dotted key': [
    'log.level: debug',
    [/^1:1 log\.level: expected log as a map with level, found the dotted key/],
  ],
  'a key that is not text': ['? [a]\n: 1', [/^1:3 .*unknown key/]],
  'a group that is a text': [
    'network: fast',
    [
      '1:10 network: expected a map with default, bridge, subnet, binDir, mtu, ipMasq, hairpin, isolation, publishAddress, dns, dnsSearch, dnsOptions, networks, found "fast"',
    ],
  ],
  'a group that is a list': [
    'log:\n  - level: info',
    ['1:1 log: expected a map with level, format, found a list'],
  ],
  'a setting without a value': [
    'root:',
    ['1:6 root: expected an absolute path such as /srv/pouch, found nothing'],
  ],
  'a setting that is a map': [
    'root: { a: 1 }',
    ['1:7 root: expected an absolute path such as /srv/pouch, found a map'],
  ],
  'a relative path': [
    'state: run/pouch',
    ['1:8 state: expected an absolute path such as /srv/pouch, found "run/pouch"'],
  ],
  'a duration without unit': [
    'stopTimeout: 10',
    [
      '1:14 stopTimeout: expected a duration such as 5s, 1m30s or 250ms, found "10" (add the unit: 10s for seconds, 10ms for milliseconds)',
    ],
  ],
  'an invalid size': [
    'shmSize: big',
    ['1:10 shmSize: expected a size from 4k such as 64m, 1.5g or 65536 (bytes), found "big"'],
  ],
  'a switch of YAML 1.1': [
    'network:\n  ipMasq: yes',
    ['2:11 network.ipMasq: expected true or false, found "yes" (use true)'],
  ],
  'a number out of range': [
    'network:\n  mtu: 70000',
    ['2:8 network.mtu: expected a whole number from 576 to 65535, found "70000"'],
  ],
  'an unknown word': [
    'log: { level: loud }',
    ['1:15 log.level: expected one of trace, debug, info, warn, error, found "loud"'],
  ],
  'a TCP address without authentication': [
    'listen:\n  - unix:///run/a.sock\n  - tcp://127.0.0.1:2375',
    [
      /^3:5 listen\[1\]: .*, found "tcp:\/\/127\.0\.0\.1:2375" \(.*`tls`, `tokenFile` or `insecure: true`; see docs\/guides\/remote-access\.md\)$/,
    ],
  ],
  'no address at all': [
    'listen: []',
    [/^1:9 listen: expected a list, each unix:.*\(at least 1, at most 1000\), found a list of 0$/],
  ],
  'one address without a list': [
    'listen: unix:///a',
    [/^1:9 listen: expected a list, .*, found "unix:\/\/\/a"$/],
  ],
  'a bridge name that is too long': [
    'network:\n  bridge: pouch-bridge-001',
    [
      '2:11 network.bridge: expected the name of a network interface, 1 to 15 of A-Z a-z 0-9 _ . -, found "pouch-bridge-001"',
    ],
  ],
  'host bits in the subnet': [
    'network: { subnet: 172.29.0.1/16 }',
    [/^1:20 network\.subnet: .*\(the network address is 172\.29\.0\.0\/16\)$/],
  ],
  'a cgroup path that climbs': [
    'cgroupParent: /pouch/../x',
    [/^1:15 cgroupParent: expected an absolute cgroup path/],
  ],
  'a mirror that is not a list': [
    'registries:\n  mirrors:\n    docker.io: https://m.example',
    [/^3:16 registries\.mirrors\["docker\.io"\]: expected a list, each a URL/],
  ],
  'a ulimit that does not exist': [
    'defaultUlimits: { nofiles: 1024 }',
    [/^1:28 defaultUlimits\.nofiles: expected one of as, core/],
  ],
  'a plugin entry that is a text': [
    'plugins: [rich-systemd]',
    [/^1:11 plugins\[0\]: expected a map with name or path/],
  ],
  'a plugin with name and path': [
    'plugins:\n  - name: a\n    path: ./a.ts',
    ['2:5 plugins[0]: expected either name or path, found both'],
  ],
  'a plugin with neither': [
    'plugins:\n  - enabled: true',
    ['2:5 plugins[0]: expected either name or path, found neither'],
  ],
  'unknown and wrong fields of plugins': [
    'plugins:\n  - name: a\n    timeOut: 5s\n    entries: {}\n  - name: B\n    options: 7\n    onError: retry',
    [
      /^3:14 plugins\[0\]\.timeOut: expected one of name, .* \(did you mean timeout\?\)$/,
      /^4:14 plugins\[0\]\.entries: .* \(a plugin's settings go below its options\)$/,
      /^5:11 plugins\[1\]\.name: expected the name of a plugin/,
      `6:14 plugins[1].options: expected a map of the plugin's options, found "7"`,
      /^7:14 plugins\[1\]\.onError: .* \(give a number of retries: retry\(3\)\)$/,
    ],
  ],
  'the process of a plugin that has none': [
    'plugins:\n  - { path: ./a.ts, isolation: in-process, user: daemon }\n  - { path: ./b, isolation: in-process }',
    [
      /^2:50 plugins\[0\]\.user: expected user in the entry of a plugin with a process of its own only/,
      /^3:29 plugins\[1\].isolation: expected TypeScript or JavaScript for this isolation, found an executable/,
    ],
  ],
  'one plugin twice': [
    'plugins:\n  - path: ./a.ts\n  - path: a.ts\n    enabled: false',
    [/^3:5 plugins\[1\]: expected each plugin once, found \/.*\/a\.ts again, as in entry 1$/],
  ],
  'root below state': [
    'root: /run/x/root\nstate: /run/x',
    [
      '2:8 state: expected root and state in separate directories, found root /run/x/root, state /run/x (state may be lost at a reboot, root must not)',
    ],
  ],
  'root equal to the default state': ['root: /run/pouch', [/^1:7 root: expected root and state in separate/]],
  'an address with a managed containerd': [
    'containerd:\n  managed: true\n  address: /run/containerd/containerd.sock',
    [/^3:12 containerd\.address: expected no address with managed: true, found both \(remove one/],
  ],
  'a state that is too long for its sockets': [
    `state: /run/${'s'.repeat(70)}`,
    [
      '1:8 state: expected a path of at most 74 bytes, found 75 bytes (a socket path is at most 107 bytes, and pouchd creates STATE/containerd/containerd.sock.ttrpc)',
    ],
  ],
  'a state so long that even its API socket is': [
    `state: /run/${'s'.repeat(91)}\ncontainerd: { managed: false }`,
    [
      '1:8 state: expected a path of at most 95 bytes, found 96 bytes (a socket path is at most 107 bytes, and pouchd creates STATE/pouchd.sock)',
    ],
  ],
};

describe('a problem in pouchd.yaml is reported with its line: ', () => {
  for (const [name, [lines, expected]] of Object.entries(cases)) {
    it(name, () => {
      const problems = problemsOf(lines);
      assert.equal(problems.length, expected.length, problems.join('\n'));
      expected.forEach((wanted, i) => {
        if (wanted instanceof RegExp) assert.match(problems[i] ?? '', wanted);
        else assert.equal(problems[i], wanted);
      });
    });
  }

  it('a missing apiVersion', () => {
    const { problems } = withConfigFile('root: /srv\n', (file) => errorOf(() => loadConfig({ file })));
    assert.deepEqual(problems.map(inOneLine), [
      '1:1 apiVersion: expected apiVersion: pouch/v1, found no apiVersion',
    ]);
  });

  it('another apiVersion', () => {
    const { problems } = withConfigFile('apiVersion: pouch/v2\n', (file) =>
      errorOf(() => loadConfig({ file })),
    );
    assert.deepEqual(problems.map(inOneLine), ['1:13 apiVersion: expected pouch/v1, found "pouch/v2"']);
  });

  it('a value that is not a map', () => {
    const { problems } = withConfigFile('- root\n', (file) => errorOf(() => loadConfig({ file })));
    assert.match(problems.map(inOneLine).join(), /^1:1 : expected settings such as/);
  });
});

describe('a message', () => {
  it('wants a CA, or a certificate and its key, per registry', () => {
    const of = (files: string) => `registries: { certificates: { 'r.example:5000': ${files} } }`;
    for (const [files, expected] of [
      ['{}', /r\.example:5000.*expected ca, or certificate and key, found an empty map/],
      [
        '{ certificate: /c.pem }',
        /certificate.*expected certificate and key together, found certificate alone/,
      ],
      ['{ key: /k.pem }', /key.*expected certificate and key together, found key alone/],
      ['{ ca: ca.pem }', /ca.*expected an absolute path/],
      ['{ cas: /ca.pem }', /found "cas"|cas/],
    ] as const)
      assert.match(problemsOf(of(files))[0] ?? '', expected);
  });

  it('hides the credentials of a URL and truncates a long value', () => {
    const [problem = ''] = problemsOf(
      'registries: { mirrors: { docker.io: ["https://me:hunter2@m.example"] } }',
    );
    assert.match(problem, /found "https:\/\/\(hidden\)@m\.example" \(credentials are not allowed here/);
    assert.ok(problemsOf(`runtime: { default: ${'X'.repeat(9000)} }`).join().length < 300);
  });
});

describe('all problems', () => {
  const lines = 'stopTimeout: 5\nlog: { level: loud }\nnetwork:\n  mtu: big\n  brigde: br0\nstate: x';
  const overrides = {
    env: { POUCHD_RUNTIME_DEFAULT: 'Run C' },
    flags: { logFormat: 'xml', 'network.hairpn': 'true' },
  };

  it('of file, environment and flags are reported at once, the file first and in its order', () => {
    const problems = problemsOf(lines, overrides).map((problem) => problem.replace(/: expected .*/, ''));
    assert.deepEqual(problems, [
      '1:14 stopTimeout',
      '2:15 log.level',
      '4:8 network.mtu',
      '5:3 network.brigde',
      '6:8 state',
      'POUCHD_RUNTIME_DEFAULT runtime.default',
      '--log-format log.format',
      '--set network.hairpn network.hairpn',
    ]);
  });

  it('are reported even if a variable overrides the invalid value of the file', () => {
    assert.equal(problemsOf('log: { level: loud }', { env: { POUCHD_LOG_LEVEL: 'info' } }).length, 1);
  });

  it('are one error with a code, a hint, and a line per problem with the file', () => {
    const error = errorOf(() => load(lines, overrides));
    assert.equal(error.code, 'PCH_CONFIG_INVALID');
    assert.match(
      error.message,
      /^\/.*\/pouchd\.yaml:1:14: stopTimeout: expected a duration .*\n(.*\n){6}--set network\.hairpn: /,
    );
    assert.match(error.hint ?? '', /--check-config/);
  });
});

describe('a configuration file', () => {
  it('that is given must exist', () => {
    const error = errorOf(() => loadConfig({ file: '/nonexistent/pouchd.yaml' }));
    assert.equal(error.code, 'PCH_CONFIG_NOT_FOUND');
    assert.equal(
      error.message,
      '/nonexistent/pouchd.yaml: expected a configuration file, found no such file',
    );
    assert.match(error.hint ?? '', /--config/);
  });

  it('that is a directory is reported as unreadable', () => {
    const directory = mkdtempSync(`${tmpdir()}/pouch-config-`);
    try {
      const error = errorOf(() => loadConfig({ file: directory }));
      assert.equal(error.code, 'PCH_CONFIG_UNREADABLE');
      assert.match(error.message, /found a directory$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('that is a FIFO or a device is rejected without reading it', () => {
    assert.equal(errorOf(() => loadConfig({ file: '/dev/zero' })).code, 'PCH_CONFIG_UNREADABLE');
  });

  it('that this user may not read is reported as unreadable', () => {
    withConfigFile('', (file) => {
      chmodSync(file, 0);
      assert.equal(errorOf(() => asNobody(() => loadConfig({ file }))).code, 'PCH_CONFIG_UNREADABLE');
    });
  });

  it('that is not UTF-8 is rejected', () => {
    const error = withConfigFile(Buffer.from([0x72, 0xff, 0xfe]), (file) =>
      errorOf(() => loadConfig({ file })),
    );
    assert.equal(error.code, 'PCH_CONFIG_UNREADABLE');
    assert.match(error.message, /expected UTF-8 text/);
  });

  it('that is larger than 1 MiB is rejected', () => {
    const error = withConfigFile(`# ${'x'.repeat(1024 * 1024)}`, (file) =>
      errorOf(() => loadConfig({ file })),
    );
    assert.equal(error.code, 'PCH_CONFIG_UNREADABLE');
    assert.match(error.message, /expected at most 1048576 bytes, found 1048578 bytes/);
  });

  for (const level of ['[', '{ a: ', '- ']) {
    it(`with ${JSON.stringify(level)} 50 000 times is reported and does not crash`, () => {
      const text = `plugins:\n  ${level.repeat(50_000)}x`;
      assert.equal(
        withConfigFile(text, (file) => errorOf(() => loadConfig({ file }))).code,
        'PCH_CONFIG_INVALID',
      );
    });
  }
});

/** Runs without root's permission to read every file. */
function asNobody<T>(call: () => T): T {
  if (process.geteuid?.() !== 0) return call();
  process.seteuid?.('nobody');
  try {
    return call();
  } finally {
    process.seteuid?.('root');
  }
}
