import { readme } from './readme.ts';
import type { ScaffoldOptions } from './scaffoldOptions.ts';

/** Files of a plugin in shell: an executable that needs jq. */
export function shellFiles({ name }: ScaffoldOptions): Record<string, string> {
  const test = `${name}_test`;
  return {
    [name]: plugin(name),
    [test]: testOf(name),
    'README.md': readme(name, name, `./${test}`),
  };
}

function plugin(name: string): string {
  return `#!/bin/sh
# Labels every container with its owner. Needs jq.
exec jq --compact-output --unbuffered '
  def manifest: {protocol: 1, name: "${name}", doc: "Labels every container with its owner.",
    options: {type: "object", properties: {owner: {type: "string", default: "nobody"}}},
    hooks: [{point: "container.preCreate"}]};
  # The changes of the draft as a JSON Patch (RFC 6902).
  def pre_create($options): if .labels.owner then {}
    else {patch: [{op: "add", path: "/labels/owner", value: $options.owner}]} end;

  if .type == "describe" then {type: "reply", id, manifest: manifest}
  elif .type == "hook" then {type: "reply", id} + (.options as $options | .input | pre_create($options))
  else empty end'
`;
}

function testOf(name: string): string {
  return `#!/bin/sh
# Sends requests to the plugin and checks its replies.
cd "$(dirname "$0")" || exit 1
failed=0

# check WHAT REQUEST CONDITION: the condition is a filter of jq.
check() {
  if echo "$2" | ./${name} | jq --exit-status "$3" >/dev/null; then echo "ok: $1"; else echo "FAILED: $1"; failed=1; fi
}

hook() {
  echo '{"type":"hook","id":1,"point":"container.preCreate","options":{"owner":"ops"},"input":{"labels":'"$1"'}}'
}

check 'it describes itself' '{"type":"describe","id":1}' '.manifest.name == "${name}"'
check 'a container gets the label' "$(hook '{}')" '.patch[0].value == "ops"'
check 'the label of a request is kept' "$(hook '{"owner":"web"}')" '.patch == null'
exit $failed
`;
}
