#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Checks what wire-dump (the argument) prints against the types of the npm
# package openai: every line must be a RealtimeClientEvent to the TypeScript
# compiler, with no member more. $RT_NPM_DIR is where the packages are kept.
set -euo pipefail

dump=$1
packages=(openai@7.57.0 typescript@7.0.2)
cache=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}
# A folder of its own, for others keep their packages beside it.
dir=${RT_NPM_DIR:-$cache/gst-realtime/npm}/types
work=

skip () {
  echo "skipped: $1"
  exit 77
}

is_installed () {
  local package
  for package in "${packages[@]}"; do
    grep -qs "\"version\": \"${package#*@}\"" \
      "$dir/node_modules/${package%@*}/package.json" || return 1
  done
}

install_packages () {
  mkdir -p "$dir" || skip "$dir cannot be made"
  # Another build's test may run at the same time.
  exec 9> "$dir/.lock"
  flock 9
  if ! is_installed; then
    [ -f "$dir/package.json" ] || echo '{ "private": true }' > "$dir/package.json"
    timeout 240 npm install --prefix "$dir" --no-audit --no-fund \
      --ignore-scripts --loglevel=error --fetch-retries=1 \
      --fetch-retry-mintimeout=1000 "${packages[@]}" < /dev/null \
      || skip 'npm cannot install the packages (is the registry reachable?)'
  fi
  flock -u 9
}

# Two members may be null by the documentation of the service but not by the
# types. The last lines prove that a wrong message would be noticed.
write_source () {
  cat <<'TS'
import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
type Off<T> = T extends (infer U)[]
  ? Off<U>[]
  : T extends object
    ? {
        [K in keyof T]: K extends 'noise_reduction' | 'transcription'
          ? Off<T[K]> | null
          : Off<T[K]>;
      }
    : T;
type Event = Off<RealtimeClientEvent>;
export const events: Event[] = [
TS
  sed 's/$/,/' "$1"
  cat <<'TS'
];
export const wrong: Event[] = [
  // @ts-expect-error a member too much
  { type: 'input_audio_buffer.commit', surplus: 1 },
  // @ts-expect-error a member too little
  { type: 'conversation.item.delete' },
  // @ts-expect-error a member too much, far inside
  { type: 'session.update', session: { type: 'realtime', audio: { input: { surplus: 1 } } } },
  // @ts-expect-error a value that there is not
  { type: 'session.update', session: { type: 'realtime', output_modalities: ['smell'] } },
];
TS
}

for tool in node npm flock; do
  command -v "$tool" > /dev/null || skip "$tool is not installed"
done
install_packages
# Beside the packages, for the compiler looks for them upwards.
work=$(mktemp -d "$dir/check-types.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$dump" > "$work/lines"
[ -s "$work/lines" ] || { echo "$dump prints nothing"; exit 1; }
write_source "$work/lines" > "$work/events.ts"
"$dir/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --types '' \
  --target es2022 --module nodenext --moduleResolution nodenext \
  "$work/events.ts"
echo "$(wc -l < "$work/lines") messages are of the type RealtimeClientEvent"
