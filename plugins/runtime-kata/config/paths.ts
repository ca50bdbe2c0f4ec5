/** Paths of kata's configuration. */

/** Paths of the shims in Go, 1.x to 3.x: /etc, then the defaults of the package or of the static release. */
const goFolders = [
  '/etc/kata-containers',
  '/usr/share/defaults/kata-containers',
  '/opt/kata/share/defaults/kata-containers',
];

/** runtime-rs (kata-types, config/default.rs) uses the same paths below its own directory. */
export function configFolders(language: 'go' | 'rust'): readonly string[] {
  return language === 'go' ? goFolders : goFolders.map((folder) => `${folder}/runtime-rs`);
}
