#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the fuzz targets with libFuzzer under AddressSanitizer and
# UndefinedBehaviorSanitizer, or mostly without these, one after the other, at
# the lowest priority.
set -euo pipefail

usage () {
  cat <<'USAGE'
Usage: tests/fuzz/campaign.sh [-f] [-n RUNS] [TARGET...]

  -f       fast: without sanitizers, but for the last 500000 executions, which
           begin with every input that was found worth keeping

  -n RUNS  executions of each target (default: 10000000), with those that
           campaign/TARGET.log has already: one that was ended goes on. Delete
           it when what it tells of is not what is tried.
  TARGET   decode json base64 settings session url header redact http proxy
           frames guard websocket (default: all)

It builds in $BUILDDIR (default: build-fuzz/ in the project), and what is
without sanitizers in $BUILDDIR-fast. In the former it keeps
what it found worth keeping: inputs in corpus/TARGET, figures in
campaign/TARGET.log, findings in campaign/TARGET-crash-*. The last lines are
a table.
USAGE
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath -m "${BUILDDIR:-$root/build-fuzz}")
runs=10000000
round=500000
length=1024 # of an input, at most
fast=no
while getopts fn:h option; do
  case $option in
    f) fast=yes ;;
    n) runs=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  targets=(frames base64 json redact url header proxy decode guard settings
    http session websocket)
fi

# make DIR OPTION...
make () {
  local dir=$1
  shift
  if [ ! -f "$dir/build.ninja" ]; then
    CC=${CC:-clang-14} meson setup "$dir" "$root" -Dfuzz=true "$@"
  fi
  nice -n 19 ninja -C "$dir" -j1 > "$dir/campaign-build.log"
}

make "$build" -Db_sanitize=address,undefined -Db_lundef=false
[ "$fast" = no ] || make "$build-fast"

export G_SLICE=always-malloc
# Most of the time went into the memory of what was freed long ago, or asked
# for and not used: what an execution frees is a small part of 2 MiB, and a
# finding is run again with all of its stack.
export ASAN_OPTIONS=quarantine_size_mb=2:thread_local_quarantine_size_kb=128\
:malloc_context_size=3:no_huge_pages_for_shadow=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
mkdir -p "$build/campaign"

# left TARGET: of its executions.
left () {
  local log=$build/campaign/$1.log
  touch "$log"
  awk -v "runs=$runs" '{ runs -= $2 } END { print (runs > 0 ? runs : 0) }' "$log"
}

# fuzz TARGET: rounds, so that what was done counts if it is ended early.
fuzz () {
  local name=$1 corpus=$build/corpus/$1 log=$build/campaign/$1.log
  local seeds=$root/tests/fuzz/corpus/$1 left n dir options=()
  "$build/tests/fuzz/fuzz-unpack" "$corpus" "$seeds.seeds"
  [ ! -f "$seeds.dict" ] || options=(-dict="$seeds.dict")
  while left=$(left "$name") && [ "$left" -gt 0 ]; do
    n=$((left < round ? left : round))
    dir=$build
    [ "$fast" = no ] || [ "$left" -le "$round" ] || dir=$build-fast
    # its bookkeeping of what is rare takes more time than most targets
    nice -n 19 "$dir/tests/fuzz/fuzz-$name" "${options[@]}" -runs="$n" \
      -entropic=0 \
      -max_len="$length" -rss_limit_mb=1024 -timeout=20 -print_final_stats=1 \
      -artifact_prefix="$build/campaign/$name-" "$corpus" \
      > "$build/campaign/$name.out" 2>&1 || true
    awk -v "name=$name" -v "fast=$([ "$dir" = "$build" ] || echo fast)" '
      /cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
      /number_of_executed_units/ { units = $2 }
      /average_exec_per_sec/ { speed = $2 }
      END { print name, units + 0, speed + 0, cov + 0, fast }' \
      "$build/campaign/$name.out" >> "$log"
    if ! grep -q number_of_executed_units "$build/campaign/$name.out"; then
      tail -n 5 "$build/campaign/$name.out" >&2
      echo "campaign: fuzz-$name did not run" >&2
      exit 1
    fi
    # one finding is enough to look at
    [ -z "$(compgen -G "$build/campaign/$name-*-*")" ] || return 0
  done
}

status=0
for name in "${targets[@]}"; do
  fuzz "$name"
done
printf '%-10s %12s %12s %9s %8s %8s\n' target executions sanitized a-second \
  edges findings
for name in "${targets[@]}"; do
  findings=$(compgen -G "$build/campaign/$name-*-*" | wc -l) || true
  [ "$findings" -eq 0 ] || status=1
  awk -v "findings=$findings" '
    { units += $2; speed = $3; cov = $4 }
    $5 == "" { sanitized += $2 }
    END {
      printf "%-10s %12d %12d %9d %8d %8d\n", $1, units, sanitized, speed, cov,
        findings
    }
  ' "$build/campaign/$name.log"
done
exit $status
