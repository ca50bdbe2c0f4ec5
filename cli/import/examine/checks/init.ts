import { posix } from 'node:path';
import type { FileTree } from '../FileTree.ts';
import type { Check } from '../finding.ts';

export type Mode = 'systemd' | 's6' | 'runit' | 'openrc' | 'sbin-init' | 'dumb-init';

/** The init, and the rich mode that boots it. The daemon chooses by the same files, docs/guides/rich.md. */
export const init: Check = {
  topic: 'init',
  run({ tree }) {
    const mode = modeOf(tree);
    if (mode !== 'dumb-init')
      return [
        { verdict: 'works', found: `${initName(tree, mode)} (rich mode ${mode})`, options: [['rich', true]] },
      ];
    return [
      {
        verdict: 'changes',
        found: 'none that Pouch boots',
        advice: 'run one command, or services with --rich-service NAME=COMMAND',
        options: [['rich', true]],
      },
    ];
  },
};

export function modeOf(tree: FileTree): Mode {
  const has = (...paths: string[]) => paths.some((path) => tree.isProgram(path));
  const hasDirectory = (...paths: string[]) => paths.some((path) => tree.isDirectory(path));
  const target = tree.find('/sbin/init')?.path ?? '';
  if (has('/lib/systemd/systemd', '/usr/lib/systemd/systemd')) return 'systemd';
  const services = ['/etc/s6/services', '/etc/s6/service', '/etc/services.d', '/service'];
  if (has('/init') && hasDirectory('/package/admin/s6-overlay', '/etc/s6-overlay', '/etc/s6/init'))
    return 's6';
  const hasScan = has('/usr/bin/s6-svscan', '/bin/s6-svscan', '/command/s6-svscan');
  if (hasScan && hasDirectory(...services) && target === '') return 's6';
  const isRunit =
    /\/runit(-init)?$/.test(target) || (target === '' && has('/sbin/runit-init', '/usr/bin/runit'));
  if (has('/etc/runit/2') && isRunit) return 'runit';
  if (has('/sbin/openrc', '/usr/sbin/openrc')) return 'openrc';
  return has('/sbin/init') ? 'sbin-init' : 'dumb-init';
}

function initName(tree: FileTree, mode: Mode): string {
  if (mode !== 'sbin-init') return mode;
  const name = posix.basename(tree.find('/sbin/init')?.path ?? '');
  if (name === 'busybox') return "busybox's init";
  const isUpstart = tree.isDirectory('/etc/init') && tree.filesIn('/etc/init', /\.conf$/).length > 0;
  return isUpstart ? 'upstart' : tree.isDirectory('/etc/init.d') ? 'sysvinit' : name;
}
