#!/usr/bin/env bash
# Runs this checkout in the place of the cluster's gateway: its traffic comes here, Ollama and DNS are the cluster's,
# policies and .env are the local ones. Ctrl-C gives the traffic back.
#
#   k8s/mirrord.sh                      all traffic of the gateway (one pod: overlays/dev)
#   k8s/mirrord.sh --user USER_ID       only requests of one Open WebUI user; everyone else keeps the cluster's gateway
#   k8s/mirrord.sh --header 'x-dev: me' only requests with this header (a regular expression over `name: value`)
#   k8s/mirrord.sh … -- bun run dev     another command than `bun run start`
set -euo pipefail
cd "$(dirname "$0")/.."

config=.mirrord/mirrord.json
header=
while [ $# -gt 0 ]; do
  case $1 in
    --user) header="^x-openwebui-user-id: ${2:?--user needs a user id}\$"; shift 2 ;;
    --header) header=${2:?--header needs a regular expression}; shift 2 ;;
    --) shift; break ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "Unknown argument $1; accepted: --user, --header, --" >&2; exit 2 ;;
  esac
done
[ $# -gt 0 ] || set -- bun run start

for tool in mirrord bun kubectl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed (mirrord: https://mirrord.dev)" >&2; exit 1; }
done
[ -f .env ] || echo "No .env here: defaults apply, ENFORCEMENT_MODE=monitor. Start from .env.example." >&2

replicas=$(kubectl get deployment llm-gateway --namespace llm-gateway --output 'jsonpath={.spec.replicas}')
if [ "$replicas" != 1 ]; then
  echo "deployment/llm-gateway has $replicas pods; only one of them gives up its traffic. Use k8s/overlays/dev." >&2
fi

if [ -n "$header" ]; then
  # The same file with one more condition: not a probe, and this header.
  config=$(mktemp -t mirrord.XXXXXX).json
  trap 'rm -f "$config" "${config%.json}"' EXIT
  HEADER=$header bun --eval '
    const config = await Bun.file(".mirrord/mirrord.json").json();
    const { path_filter: path, ports } = config.feature.network.incoming.http_filter;
    config.feature.network.incoming.http_filter = { all_of: [{ path }, { header: process.env.HEADER }], ports };
    process.stdout.write(JSON.stringify(config));
  ' > "$config"
fi
mirrord exec --config-file "$config" -- "$@"
