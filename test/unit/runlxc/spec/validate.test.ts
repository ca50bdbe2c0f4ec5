import { doesNotThrow, throws } from 'node:assert/strict';
import type { Spec } from '../../../../runlxc/spec/types.ts';
import { checkSpec } from '../../../../runlxc/spec/validate.ts';

function check(change: (spec: Spec) => void): void {
  const spec: Spec = {
    ociVersion: '1.1.0',
    root: { path: '/' },
    process: { args: ['true'], cwd: '/' },
    linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }] },
  };
  change(spec);
  checkSpec(spec, '/');
}

const linux = (spec: Spec) => spec.linux ?? {};

describe('a config.json', () => {
  it('needs only a root, a process and a mount namespace', () => {
    doesNotThrow(() => {
      check(() => undefined);
    });
  });

  const refused: [why: RegExp, change: (spec: Spec) => void][] = [
    [/^RunlxcError: ociVersion: "2\.0\.0"/, (spec) => (spec.ociVersion = '2.0.0')],
    [/^RunlxcError: root is missing/, (spec) => delete spec.root],
    [/^RunlxcError: root\.path: \/none does not exist/, (spec) => (spec.root = { path: 'none' })],
    [
      /^RunlxcError: process\.cwd must be an absolute path/,
      (spec) => (spec.process = { args: ['a'], cwd: 'a' }),
    ],
    [/^RunlxcError: process\.args must not be empty/, (spec) => (spec.process = { args: [], cwd: '/' })],
    [/duplicated ns "pid"/, (spec) => linux(spec).namespaces?.push({ type: 'pid' })],
    [
      /^RunlxcError: linux\.namespaces\[2\]\.type: expected a namespace type, found "odd"/,
      (spec) => linux(spec).namespaces?.push({ type: 'odd' as 'pid' }),
    ],
    [
      /^RunlxcError: linux\.namespaces\[2\]\.path: .*no such file/,
      (spec) => linux(spec).namespaces?.push({ type: 'ipc', path: '/none' }),
    ],
    [
      /^RunlxcError: linux\.uidMappings: a user namespace/,
      (spec) => linux(spec).namespaces?.push({ type: 'user' }),
    ],
    [
      /USER namespace isn’t enabled/,
      (spec) => (linux(spec).uidMappings = [{ containerID: 0, hostID: 1, size: 1 }]),
    ],
    [/^RunlxcError: hostname: /, (spec) => (spec.hostname = 'a')],
    [/^RunlxcError: domainname: /, (spec) => (spec.domainname = 'a')],
    [
      /"net\.ipv4\.ip_forward" is not allowed/,
      (spec) => (linux(spec).sysctl = { 'net.ipv4.ip_forward': '1' }),
    ],
    [/"vm\.swappiness" is not in a separate/, (spec) => (linux(spec).sysctl = { 'vm.swappiness': '1' })],
    [/"kernel\.hostname" is not allowed/, (spec) => (linux(spec).sysctl = { 'kernel.hostname': 'a' })],
    [/^RunlxcError: linux\.intelRdt: /, (spec) => (linux(spec).intelRdt = {})],
    [/^RunlxcError: linux\.timeOffsets: /, (spec) => (linux(spec).timeOffsets = { monotonic: { secs: 1 } })],
    [
      /^RunlxcError: linux\.namespaces: a container needs its own mount/,
      (spec) => (linux(spec).namespaces = []),
    ],
    [
      /^RunlxcError: linux\.devices\[0\]\.type: x/,
      (spec) => (linux(spec).devices = [{ type: 'x', path: '/dev/a' }]),
    ],
    [
      /^RunlxcError: hooks\.poststop\[0\]\.path: a is not absolute/,
      (spec) => (spec.hooks = { poststop: [{ path: 'a' }] }),
    ],
    [
      /^RunlxcError: hooks\.prestart\[0\]\.timeout/,
      (spec) => (spec.hooks = { prestart: [{ path: '/a', timeout: -1 }] }),
    ],
  ];
  for (const [why, change] of refused)
    it(`is refused: ${why.source}`, () => {
      throws(() => {
        check(change);
      }, why);
    });
});
