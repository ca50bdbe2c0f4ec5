import type { ContainerFiles } from './ContainerFiles.ts';

const mainPath = '/etc/ssh/sshd_config';
const ownPath = '/etc/ssh/sshd_config.d/00-pouch.conf';
/** Where images have units of sockets that start sshd. */
const unitDirectories = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const sockets = ['ssh.socket', 'sshd.socket'];
const ofRoot = { uid: 0, gid: 0 };

/**
 * Has sshd listen on a port and on no other: `Port` adds to the ports that other lines name (sshd_config(5)), so the
 * image's lines become comments. A repetition changes nothing.
 */
export function setSshPort(files: ContainerFiles, port: number): void {
  const found = files.read(mainPath);
  if (found === undefined) throw new Error(`${mainPath} does not exist`);
  const [global, ofMatches] = split(found);
  const without = global.replaceAll(/^([ \t]*Port[ \t=])/gim, '#$1');
  const line = `Port ${port}\n`;
  const isIncluded = /^[ \t]*Include[ \t]+"?\/etc\/ssh\/sshd_config\.d\/\*(\.conf)?"?[ \t]*$/im.test(global);
  // Global lines come before those of a Match.
  const wanted = (isIncluded ? '' : line) + without.replace(isIncluded ? '' : `#${line}`, '') + ofMatches;
  if (isIncluded)
    files.write(ownPath, `# Written by Pouch at the first start of the container.\n${line}`, {
      ids: ofRoot,
      mode: 0o644,
    });
  if (wanted !== found) files.write(mainPath, wanted, { ids: ofRoot, mode: 0o644, keeps: true });
  for (const socket of sockets)
    if (unitDirectories.some((directory) => files.exists(`${directory}/${socket}`)))
      files.write(
        `/etc/systemd/system/${socket}.d/00-pouch.conf`,
        `[Socket]\nListenStream=\nListenStream=${port}\n`,
        { ids: ofRoot, mode: 0o644 },
      );
}

/** The part before the first `Match`, and the rest. */
function split(config: string): [global: string, ofMatches: string] {
  const at = config.search(/^[ \t]*Match[ \t=]/im);
  return at < 0 ? [config, ''] : [config.slice(0, at), config.slice(at)];
}
