/** Which files an examination reads. */

/** Bytes of one file. */
export const maxContentBytes = 256 << 10;

/** Bytes of all files together. */
export const maxTotalBytes = 64 << 20;

/** Files that a root file system may have for an examination, which keeps their names in memory. */
export const maxFiles = 4_000_000;

/** Bytes at the beginning of a program: its header says for which processor it is (elf(5)). */
export const headBytes = 64;

const texts = [
  /^\/etc\//,
  /^\/usr\/lib\/os-release$/,
  /^\/usr\/lib\/(modules-load|sysctl)\.d\//,
  /^\/var\/spool\/cron\//,
  /^\/(?!usr\/(share|lib)\/).*(\.lic|\/licen[cs]e\.(dat|key|txt))$/i,
  /^\/(root|home\/[^/]+)\/\.ssh\/authorized_keys$/,
];

const programs = /^\/(usr\/)?s?bin\/(bash|dash|sh|busybox|init|coreutils|ls)$|\/lib\/systemd\/systemd$/;

/** Whether the text of a file is read. */
export function wantsContent(path: string, size: number): boolean {
  return size <= maxContentBytes && texts.some((pattern) => pattern.test(path));
}

/** Whether the beginning of a program is read. */
export function wantsHead(path: string): boolean {
  return programs.test(path);
}
