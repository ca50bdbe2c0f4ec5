import type { ScaffoldOptions } from './scaffoldOptions.ts';

/** An OCI hook: an executable that needs jq, and the file of `hooks.d` that adds it to containers. */
export function ociHookFiles({ name }: ScaffoldOptions): Record<string, string> {
  const test = `${name}_test`;
  return {
    [name]: hook(name),
    [`${name}.json`]: hookFile(name),
    [test]: testOf(name),
    'README.md': readme(name, test),
  };
}

/** Where the executable is deployed. */
const folder = '/usr/local/libexec/oci-hooks';

function hook(name: string): string {
  return `#!/bin/sh
# Logs each start and end of a container. The OCI runtime runs it as root on the host, with the container's state as JSON
# on stdin (OCI runtime-spec, runtime.md, "State"). A failure of prestart ends the start. Needs jq.
set -eu
line=$(jq --raw-output '"\\(.id // error("expected an id, found none")) \\(.status) \\(.bundle)"')
echo "$(date -u +%FT%TZ) $line" >>"\${LOG:-/var/log/${name}.log}"
`;
}

function hookFile(name: string): string {
  const content = {
    version: '1.0.0',
    hook: {
      path: `${folder}/${name}`,
      args: [name],
      env: ['PATH=/usr/bin:/bin', `LOG=/var/log/${name}.log`],
      timeout: 5,
    },
    when: { always: true },
    stages: ['prestart', 'poststop'],
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function testOf(name: string): string {
  return `#!/bin/sh
# Runs the hook as an OCI runtime does, and checks the hook file.
cd "$(dirname "$0")" || exit 1
failed=0
export LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT

check() {
  what=$1; shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}

state() {
  echo '{"ociVersion":"1.0.2","id":"web","status":"'"$1"'","pid":7,"bundle":"/bundle"}'
}

logs() {
  state "$1" | ./${name} && grep -q " web $1 /bundle\\$" "$LOG"
}

refuses() {
  ! echo "$1" | ./${name} 2>/dev/null
}

is_of_hook() {
  jq --exit-status '.version == "1.0.0" and (.hook.path | endswith("/${name}"))' ${name}.json >/dev/null
}

check 'the start of a container is logged' logs created
check 'its end is logged' logs stopped
check 'a state without an id is refused' refuses '{}'
check 'the hook file runs this hook' is_of_hook
exit $failed
`;
}

function readme(name: string, test: string): string {
  return `# ${name}

An OCI hook: it logs each start and end of a container. podman and CRI-O read the same files.

\`\`\`sh
./${test}
\`\`\`

The test needs jq, and neither root nor pouchd.

To deploy it, as root:

\`\`\`sh
install -D ${name} ${folder}/${name}
install -D -m 644 ${name}.json /etc/containers/oci/hooks.d/${name}.json
\`\`\`

In /etc/pouch/pouchd.yaml:

\`\`\`yaml
plugins:
  - name: oci-hooks
    options: { directories: [/usr/share/containers/oci/hooks.d, /etc/containers/oci/hooks.d] }
\`\`\`

Then:

\`\`\`sh
pouchd --check-config
systemctl reload pouchd
pouch run --rm busybox true
tail /var/log/${name}.log
\`\`\`

Of Pouch's documents, docs/guides/host-resources.md has the fields of the file; oci-hooks(5) is the manual page of podman.
`;
}
