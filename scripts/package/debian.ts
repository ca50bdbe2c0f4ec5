/** The Debian package. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { copyright } from './copyright.ts';
import { compressed, documents, fileOf, type Release, settle } from './layout.ts';

const builtWithinMs = 10 * 60_000;

/** What pouchd starts for every container. */
const depends = [
  ...['adduser', 'containerd (>= 1.6) | containerd.io', 'runc | crun | containerd.io'],
  ...['containernetworking-plugins', 'iproute2', 'iptables', 'libc6 (>= 2.34)', 'libgcc-s1', 'libstdc++6'],
];

/** For `--init`, the rich mode supervised, disk quotas, runlxc, archives of images, and `network.isolation`. */
const recommends = [
  'tini',
  'busybox-static',
  'e2fsprogs',
  'liblxc1',
  'libseccomp2',
  'nftables',
  'bzip2',
  'xz-utils',
  'zstd',
];

/** For what few need: another runtime, builds, checkpoints, /proc of rich containers, images of Debian. */
const suggests = ['crun', 'buildah', 'criu', 'lxcfs', 'mmdebstrap', 'debian-archive-keyring', 'qemu-utils'];

/** Findings of lintian(1) that are as they should be. */
const overrides = 'usr/share/lintian/overrides/pouch';

const scripts = ['postinst', 'prerm', 'postrm'];

/** Builds the package from the tree, to which it adds what Debian's policy wants. */
export async function buildDeb(release: Release, tree: string, output: string): Promise<void> {
  const add = (path: string, content: string | Buffer) => writeFileSync(join(tree, path), content);
  mkdirSync(join(tree, dirname(overrides)), { recursive: true });
  add(overrides, fileOf('lintian-overrides'));
  await strip(tree);
  add(`${documents}/copyright`, copyright(release));
  add(`${documents}/changelog.gz`, compressed(changelog(release)));
  mkdirSync(join(tree, 'DEBIAN'));
  const installed = filesBelow(tree).filter((path) => !path.startsWith('DEBIAN/'));
  add('DEBIAN/control', control(release, sizeOf(tree, installed)));
  add('DEBIAN/conffiles', '/etc/pouch/pouchd.yaml\n');
  add(
    'DEBIAN/md5sums',
    installed
      .filter((path) => !path.startsWith('etc/'))
      .map((path) => digest(tree, path))
      .join(''),
  );
  for (const name of scripts) add(`DEBIAN/${name}`, fileOf(name));
  settle(tree, release.date);
  // zstd unpacks in a third of the time of xz.
  await execa('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z7', '--build', tree, output], {
    env: { SOURCE_DATE_EPOCH: String(release.date.getTime() / 1000) },
    stdin: 'ignore',
    timeout: builtWithinMs,
  });
}

/** Removes the symbols of modules that npm has built here. */
async function strip(tree: string): Promise<void> {
  const built = filesBelow(tree).filter((path) => /\/build\/Release\/[^/]+\.node$/.test(path));
  const files = built.map((path) => join(tree, path));
  if (files.length > 0)
    await execa('strip', ['--strip-unneeded', ...files], { stdin: 'ignore', timeout: 60_000 });
}

function control({ version, maintainer }: Release, kibibytes: number): string {
  return `Package: pouch
Version: ${version}
Section: admin
Priority: optional
Architecture: amd64
Maintainer: ${maintainer}
Installed-Size: ${kibibytes}
Depends: ${depends.join(', ')}
Recommends: ${recommends.join(', ')}
Suggests: ${suggests.join(', ')}
Description: container platform with rich containers
 Pouch runs plain OCI containers by default, and rich ones on demand: for
 applications that expect a whole host, with systemd or another init, sshd
 and cron. Everything beyond the lifecycle of containers is a plugin.
 .
 It uses containerd and runc and serves Docker's API, so that tools for
 Docker work. The package has a JavaScript runtime of its own.
`;
}

function changelog({ version, date, maintainer }: Release): string {
  const day = date.toUTCString().replace('GMT', '+0000');
  return `pouch (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- ${maintainer}  ${day}\n`;
}

function filesBelow(tree: string): string[] {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .toSorted();
}

function sizeOf(tree: string, files: readonly string[]): number {
  const bytes = files.map((path) => lstatSync(join(tree, path)).size);
  return bytes.reduce((sum, size) => sum + Math.ceil(size / 1024), 0);
}

function digest(tree: string, path: string): string {
  return `${createHash('md5')
    .update(readFileSync(join(tree, path)))
    .digest('hex')}  ${path}\n`;
}
