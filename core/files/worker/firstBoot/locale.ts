import type { ContainerFiles } from './ContainerFiles.ts';

const root = { ids: { uid: 0, gid: 0 }, mode: 0o644 };

/** localtime(5). /etc/timezone is Debian's. */
export function setTimezone(files: ContainerFiles, zone: string): void {
  files.makeDirectory('/etc', { ...root, mode: 0o755 });
  files.link('/etc/localtime', `/usr/share/zoneinfo/${zone}`);
  files.write('/etc/timezone', `${zone}\n`, root);
}

/** locale.conf(5), and Debian's file, which pam_env(8) reads. */
export function setLocale(files: ContainerFiles, locale: string): void {
  files.write('/etc/locale.conf', `LANG=${locale}\n`, root);
  if (files.exists('/etc/default')) files.write('/etc/default/locale', `LANG=${locale}\n`, root);
}
