/**
 * A hook that fails within seconds if a package does not exist. mmdebstrap itself looks for the packages once it has
 * installed the base system.
 */
export function findPackagesScript(packages: readonly string[]): string {
  return `#!/bin/sh
set -eu
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
cd "$1"
# Another hook may have read the package lists.
ls var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt-get update --error-on=any
apt-get --simulate -qq install ${packages.join(' ')} >/dev/null
`;
}
