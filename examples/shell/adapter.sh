#!/usr/bin/env bash
# A real HAProxy behind the adapter protocol: bash, jq and haproxy, one process a deployment. What it says of itself stands
# in description.json, how a configuration becomes HAProxy's in haproxy.jq; what is asked of an adapter stands in
# docs/adapter-protocol.md of the package counterpoise. In this folder:
#
#     npx counterpoise adapter test cmd:./adapter.sh
#     npx counterpoise conform cmd:./adapter.sh schedule health
#
# Standard output is the protocol's: one JSON object a line. Everything else goes to standard error.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/counterpoise-shell-XXXXXX")

# Whatever happens, nothing is left: neither on the end of the input nor on SIGTERM.
end_all() {
  trap - EXIT TERM INT
  for folder in "$work"/*/; do end_one "$folder"; done
  rm -rf "$work"
}
end_one() {
  [ -f "$1/pid" ] || return 0
  kill -TERM "$(cat "$1/pid")" 2>/dev/null
  # answered only once it has gone: the addresses of its instances go to others, who want no checks of it
  while ask "$1" 'show info' >/dev/null 2>&1; do sleep 0.01; done
  rm -rf "$1"
}
trap end_all EXIT
trap 'exit 0' TERM INT

# Deployments are named by the harness; a name becomes a folder.
folder_of() { echo "$work/d-$(jq -r '.deployment // "" | gsub("[^A-Za-z0-9-]"; "_")' <<<"$1")"; }
words() { jq "$@" -L "$here"; }
# Both are JSON already. Each program that is started here is a delay in which checks go on: there are few.
reply() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$1" "$2"; }
fail() { jq -nc --argjson id "$1" --argjson code "$2" --arg message "$3" '{jsonrpc: "2.0", id: $id, error: {code: $code, message: $message}}'; }

describe() {
  jq -c --arg version "$(haproxy -v | sed -n '1s/.*version \([^ ]*\).*/\1/p')" '.version = $version' "$here/description.json"
}

# Runtime commands, one after the other with no traffic in between.
ask() { # folder, commands
  exec 3<>"/dev/tcp/127.0.0.1/$(cat "$1/admin")" || return 1
  printf '%s\n' "$2" >&3
  local told
  while IFS= read -r told <&3; do printf '%s\n' "$told"; done
  exec 3>&-
}

# The lines of a list as one runtime command line.
joined() { paste -sd ';' -; }

deploy() { # params
  local folder="$(folder_of "$1")" endpoint admin pid
  mkdir -p "$folder"
  for _ in 1 2 3 4 5; do
    endpoint=$((20000 + RANDOM % 10000)) admin=$((20000 + RANDOM % 10000))
    words -r --argjson endpoint $endpoint --argjson admin $admin \
      'import "haproxy" as haproxy; . + {endpointPort: $endpoint, adminPort: $admin} | haproxy::configuration' \
      <<<"$1" >"$folder/haproxy.cfg"
    haproxy -db -f "$folder/haproxy.cfg" </dev/null >/dev/null 2>"$folder/words" &
    pid=$!
    echo $pid >"$folder/pid"
    echo $admin >"$folder/admin"
    for _ in $(seq 200); do
      kill -0 $pid 2>/dev/null || break
      if ask "$folder" 'show info' >/dev/null 2>&1; then
        words -c 'import "haproxy" as haproxy; haproxy::state' <<<"$1" >"$folder/state"
        ask "$folder" "$(words -r 'import "haproxy" as haproxy; .servers[] | haproxy::entering' "$folder/state" | joined)" >&2
        jq -c --argjson port $endpoint '{outcome: {is: "accepted"}, readBack: .configuration, endpoint: {address: "127.0.0.1", port: $port}}' <<<"$1"
        return
      fi
      sleep 0.01
    done
    grep -qi 'cannot bind' "$folder/words" || break
  done
  # HAProxy's own words on why it does not take this
  jq -Rsc '{outcome: {is: "rejected", violations: [{path: "", expected: ., by: "balancer"}]}}' "$folder/words"
  end_one "$folder"
}

setInstances() { # params
  local folder="$(folder_of "$1")" changed
  changed=$(words -c --slurpfile state "$folder/state" 'import "haproxy" as haproxy; {state: $state[0], wanted: .instances} | haproxy::changed' <<<"$1")
  jq -c .state <<<"$changed" >"$folder/state"
  ask "$folder" "$(jq -r '.commands[]' <<<"$changed" | joined)" >&2
  echo '{"is":"accepted"}'
}

dispose() { # params
  local folder
  for folder in "$work"/*/; do
    case $(folder_of "$1")/ in "$work/d-/" | "$folder") end_one "$folder" ;; esac
  done
  echo null
}

while IFS= read -r line; do
  { read -r id; read -r method; IFS= read -r params; } < <(jq -cr '.id, .method, (.params // {})' <<<"$line")
  case $method in
    describe | deploy | setInstances | dispose)
      if result=$($method "$params") && [ -n "$result" ]; then reply "$id" "$result"; else fail "$id" 1 "$method broke down"; fi ;;
    settle) reply "$id" null ;;
    reconfigure) reply "$id" '{"is":"unsupported","note":"HAProxy takes another configuration only in a new process"}' ;;
    *) fail "$id" -32601 "no method $method" ;;
  esac
done
