import { equal, ok, throws } from 'node:assert/strict';
import type { Spec } from '../../../../runlxc/spec/types.ts';
import type { Container } from '../../../../runlxc/translate/container.ts';
import { lxcConfig } from '../../../../runlxc/translate/lxcConfig.ts';

function config(spec: Partial<Spec>, unified = false, parents: string[] = []): string[] {
  const container: Container = {
    id: 'c',
    spec: { ociVersion: '1.1.0', ...spec },
    bundle: '/b',
    dir: '/run/runlxc/c',
    cgroup: '/pods/c',
    cgroups: { all: [], unified },
    preserveFds: 0,
    listenFds: 0,
    keepsKeyring: false,
    debug: false,
  };
  return lxcConfig(container, parents).split('\n');
}

const has = (lines: string[], line: string) => {
  ok(lines.includes(line), `${line} in\n${lines.join('\n')}`);
};

describe('the configuration for LXC', () => {
  it('creates new namespaces and joins those with a path', () => {
    const namespaces = [
      { type: 'mount' as const },
      { type: 'pid' as const },
      { type: 'network' as const, path: '/n' },
    ];
    const lines = config({ linux: { namespaces } });
    has(lines, 'lxc.namespace.clone = mnt pid');
    has(lines, 'lxc.namespace.share.net = /n');
    has(lines, 'lxc.net.0.type = none');
  });

  it('brings up the loopback interface of a new network namespace', () => {
    const lines = config({ linux: { namespaces: [{ type: 'network' }] } });
    has(lines, 'lxc.net.0.type = empty');
    has(lines, 'lxc.net.0.flags = up');
  });

  it('maps ids', () => {
    const map = [{ containerID: 0, hostID: 100000, size: 10 }];
    const lines = config({ linux: { namespaces: [{ type: 'user' }], uidMappings: map, gidMappings: map } });
    has(lines, 'lxc.idmap = u 0 100000 10');
    has(lines, 'lxc.idmap = g 0 100000 10');
  });

  it('places the monitor in the container’s cgroup and the container below', () => {
    has(config({}), 'lxc.cgroup.dir.monitor = pods/c');
    has(config({}), 'lxc.cgroup.dir.container = pods/c/payload');
  });

  it('uses paths relative to the parent’s cgroup if the monitor joins that first', () => {
    const lines = config({}, false, ['/sys/fs/cgroup/cpuset/pods/cgroup.procs']);
    has(lines, 'lxc.cgroup.relative = 1');
    has(lines, 'lxc.cgroup.dir.monitor = c');
    has(lines, 'lxc.cgroup.dir.container = c/payload');
    has(config({}), 'lxc.cgroup.relative = 0');
  });

  it('places the monitor beside the container on cgroup v2, where a cgroup with others below has no processes', () => {
    has(config({}, true), 'lxc.cgroup.dir.monitor = pods/c/monitor');
    has(config({}, true), 'lxc.cgroup.dir.container = pods/c/payload');
  });

  it('writes device rules for the host’s version of cgroups', () => {
    const linux = { resources: { devices: [{ allow: false }] } };
    has(config({ linux }), 'lxc.cgroup.devices.deny = a');
    has(config({ linux }, true), 'lxc.cgroup2.devices.deny = a');
  });

  it('leaves the time namespace to the init', () => {
    equal(config({ linux: { namespaces: [{ type: 'time' }] } }).includes('lxc.namespace.clone = '), true);
  });

  it('refuses a line break in a value, which would start another setting', () => {
    throws(
      () => config({ hostname: 'a\nlxc.hook.pre-start = /bin/evil' }),
      /^RunlxcError: hostname: a line break/,
    );
  });
});
