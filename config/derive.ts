import { createHash } from 'node:crypto';
import type { SettingPath } from './schema/setting.ts';

/** A default that is derived from other settings, in its written form. */
interface DerivedDefault {
  readonly path: SettingPath;
  readonly from: SettingPath;
  readonly value: unknown;
}

/** The settings that defaults are derived from; undefined if unset or invalid. */
interface Basis {
  readonly state: string;
  readonly managed: boolean | undefined;
  readonly address: string | undefined;
}

const defaultState = '/run/pouch';

/**
 * Returns the defaults that must differ between two daemons on one host. They are derived from `state`, which two
 * daemons cannot share; the default state has plain names.
 */
export function derivedDefaults(basis: Basis): DerivedDefault[] {
  const { state } = basis;
  const own = state === defaultState ? plainNames : hashedNames(state);
  return [
    { path: 'listen', from: 'state', value: [`unix://${state}/pouchd.sock`] },
    { path: 'cgroupParent', from: 'state', value: own.cgroupParent },
    { path: 'network.bridge', from: 'state', value: own.bridge },
    { path: 'network.subnet', from: 'state', value: own.subnet },
    { path: 'containerd.namespace', from: 'state', value: own.namespace },
    ...containerdDefaults(basis),
  ];
}

/** Returns them of a daemon that runs its own containerd, by setting, as text. */
export function derivedNames(state: string): Readonly<Record<string, string>> {
  const defaults = derivedDefaults({ state, managed: true, address: undefined });
  return Object.fromEntries(defaults.map(({ path, value }) => [path, String(value)]));
}

const plainNames = { bridge: 'pouch0', subnet: '172.29.0.0/16', cgroupParent: '/pouch', namespace: 'pouch' };

/** 16 bits of the hash name the daemon, 14 others select one of the 16 384 networks of 10.128.0.0/10. */
function hashedNames(state: string): typeof plainNames {
  const hash = createHash('sha256').update(state).digest();
  const id = hash.toString('hex', 0, 2);
  const subnet = `10.${128 + (hash.readUInt8(2) & 63)}.${hash.readUInt8(3)}.0/24`;
  return { bridge: `pouch-${id}`, subnet, cgroupParent: `/pouch-${id}`, namespace: `pouch-${id}` };
}

/** An address implies an existing containerd, so `managed: false` need not be given too. */
function containerdDefaults({ state, managed, address }: Basis): DerivedDefault[] {
  const isManaged = managed ?? address === undefined;
  const socket = isManaged ? managedSocket(state) : '/run/containerd/containerd.sock';
  return [
    { path: 'containerd.managed', from: 'containerd.address', value: String(isManaged) },
    { path: 'containerd.address', from: isManaged ? 'state' : 'containerd.managed', value: socket },
  ];
}

/** Returns the gRPC socket of the managed containerd. */
export function managedSocket(state: string): string {
  return `${state}/containerd/containerd.sock`;
}
