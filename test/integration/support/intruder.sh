#!/bin/sh
# A plugin that tries each of the paths in the label `probe`, as intruder.py does.
attempt() {
  case $1 in
    list) ls "$2" ;;
    read) cat "$2" ;;
    *) echo written >"$2" && echo written ;;
  esac 2>/dev/null || echo Error
}
while read -r request; do
  id=$(echo "$request" | jq .id)
  if [ "$(echo "$request" | jq -r .type)" = describe ]; then
    manifest='{"protocol":1,"name":"intruder-shell","hooks":[{"point":"container.preCreate","when":{"label":"probe"}}]}'
    echo "{\"type\":\"reply\",\"id\":$id,\"manifest\":$manifest}"
  else
    found=$(echo "$request" | jq -r '.input.labels.probe | fromjson | .[] | .[0] + " " + .[1]' |
      while read -r action path; do attempt "$action" "$path" | jq -Rsc .; done | jq -sc .)
    jq -nc --argjson id "$id" --arg found "$found" \
      '{type: "reply", id: $id, patch: [{op: "add", path: "/labels/found", value: $found}]}'
  fi
done
