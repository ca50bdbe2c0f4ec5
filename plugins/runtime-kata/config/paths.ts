/** Where kata looks for its configuration. */

/** By the shims in Go, of 1.x to 3.x: /etc, then the defaults of the package or of the static release. */
const goFolders = [
  '/etc/kata-containers',
  '/usr/share/defaults/kata-containers',
  '/opt/kata/share/defaults/kata-containers',
];

/** runtime-rs (kata-types, config/default.rs) has the same below a folder of its own. */
export function configFolders(language: 'go' | 'rust'): readonly string[] {
  return language === 'go' ? goFolders : goFolders.map((folder) => `${folder}/runtime-rs`);
}
