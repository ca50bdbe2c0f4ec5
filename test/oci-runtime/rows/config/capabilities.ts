import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { succeeded } from '../../support/Container.ts';
import { section, type Row } from '../../support/row.ts';

/** Bits of sets in /proc/PID/status (capabilities(7), linux/capability.h). */
const bits = { CAP_CHOWN: 0x1, CAP_KILL: 0x20, CAP_NET_RAW: 0x2000, CAP_SYS_CHROOT: 0x4_0000 };
const [chown, kill] = ['CAP_CHOWN', 'CAP_KILL'];

/** Runs the executable without a shell, since an execve by root gains the bounding set. */
const status = ['/bin/busybox', 'cat', '/proc/self/status'];

const is = (set: string, ...names: (keyof typeof bits)[]): RegExp => {
  const sum = names.reduce((value, name) => value + bits[name], 0);
  return new RegExp(`^Cap${set}:\t${sum.toString(16).padStart(16, '0')}$`, 'm');
};

/** Sets a user with only these sets. */
const sets = (capabilities: Record<string, string[]>, uid = 1000): NonNullable<Row['spec']> => {
  return ({ process }) => Object.assign(process, { capabilities, user: { uid, gid: uid } });
};

/** config.md, Linux Process: capabilities. */
export const capabilityRows = section('config.md#linux-process', [
  {
    must: 'capabilities.bounding is the bounding set',
    spec: sets({ bounding: [chown, kill] }),
    args: status,
    prints: is('Bnd', 'CAP_CHOWN', 'CAP_KILL'),
  },
  {
    must: 'capabilities.inheritable is the inheritable set',
    spec: sets({ bounding: [chown, kill], inheritable: [kill], permitted: [kill] }),
    args: status,
    prints: is('Inh', 'CAP_KILL'),
  },
  {
    must: 'capabilities.ambient survives the execve of a user who is not root, as permitted and effective ones',
    spec: sets({
      bounding: [chown, kill],
      permitted: [chown, kill],
      effective: [chown, kill],
      inheritable: [chown, kill],
      ambient: [kill],
    }),
    args: status,
    prints: new RegExp(
      ['Prm', 'Eff', 'Bnd', 'Amb']
        .map(
          (set) =>
            is(set, ...(set === 'Bnd' ? (['CAP_CHOWN', 'CAP_KILL'] as const) : (['CAP_KILL'] as const)))
              .source,
        )
        .join('[^]*'),
      'm',
    ),
  },
  {
    must: 'without ambient capabilities a user who is not root has no permitted and no effective ones',
    spec: sets({ bounding: [chown], permitted: [chown], effective: [chown] }),
    args: status,
    prints: new RegExp(['Prm', 'Eff', 'Amb'].map((set) => is(set).source).join('[^]*'), 'm'),
  },
  {
    must: 'root’s permitted and effective capabilities do not exceed the bounding set',
    spec: sets({ bounding: [chown, kill], permitted: [chown, kill], effective: [chown, kill] }, 0),
    args: status,
    prints: new RegExp(
      ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']
        .map(
          (set) =>
            is(set, ...(set === 'Inh' || set === 'Amb' ? [] : (['CAP_CHOWN', 'CAP_KILL'] as const))).source,
        )
        .join('[^]*'),
      'm',
    ),
  },
  {
    must: 'without capabilities no set has any',
    spec: ({ process }) => delete process.capabilities,
    args: status,
    prints: new RegExp(['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => is(set).source).join('[^]*'), 'm'),
  },
  {
    must: 'empty sets contain no capabilities',
    spec: sets({}, 0),
    args: status,
    prints: new RegExp(['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => is(set).source).join('[^]*'), 'm'),
  },
  {
    must: 'a capability in the bounding set is effective, and one outside it is not',
    spec: sets({ bounding: ['CAP_CHOWN'], permitted: ['CAP_CHOWN'], effective: ['CAP_CHOWN'] }, 0),
    sh: 'touch /tmp/a && chown 5 /tmp/a && echo owned; chroot / true 2>/dev/null || echo no chroot',
    prints: 'owned\nno chroot',
  },
  {
    must: 'a capability unknown to the kernel is a warning in the log, not an error',
    spec: sets({ bounding: [chown, 'CAP_COFFEE'], permitted: [chown, 'CAP_COFFEE'] }),
    test: async (c) => {
      c.spec.process.args = status;
      const { stdout, stderr } = succeeded(await c.run());
      assert.match(stdout, is('Bnd', 'CAP_CHOWN'));
      assert.match(stderr, /"level":"warn(ing)?".*CAP_COFFEE|CAP_COFFEE.*"level":"warn(ing)?"/);
    },
  },
  {
    must: 'a capability that the runtime itself does not have is not an error',
    notHere: () => (lacksResource() ? undefined : 'the tests have all capabilities'),
    spec: sets({ bounding: [chown, 'CAP_SYS_RESOURCE'], permitted: [chown, 'CAP_SYS_RESOURCE'] }),
    args: status,
    prints: is('Bnd', 'CAP_CHOWN'),
  },
]);

function lacksResource(): boolean {
  const bounding = /^CapBnd:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return (BigInt(`0x${bounding}`) & (1n << 24n)) === 0n;
}
