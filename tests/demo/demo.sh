#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the demo as a user would and checks what it shows; then listens to what
# the model is said to have said.
# Usage: demo.sh BUILDDIR HEAR
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BUILDDIR=$1
hear=$2
OUTDIR=$(mktemp -d)
export OUTDIR
trap 'rm -rf "$OUTDIR"' EXIT

"$root/examples/demo.sh" | tee "$OUTDIR/shown"

expect () {
  grep -qE "$1" "$OUTDIR/shown" || {
    echo "demo: nothing shown matches: $1" >&2
    exit 1
  }
}

# By gst-launch-1.0: what was said was heard, handed off and answered.
expect '^user: go forward ten meters$'
expect '^handoff: go forward ten meters$'
expect '^assistant: .*go forward ten meters'
expect '^closed: eos$'
# By the application: the handoff was answered, and the answer spoken.
expect '^user: +go forward ten meters$'
expect '^handoff: +go forward ten meters$'
expect '^answer: '
[ "$(grep -cE '^assistant: {2,}' "$OUTDIR/shown")" -eq 2 ] || {
  echo 'demo: the answer of the handoff was not spoken' >&2
  exit 1
}

listen () {
  gst-launch-1.0 -q filesrc location="$OUTDIR/$1.wav" ! wavparse ! \
    audioconvert ! audioresample ! \
    audio/x-raw,format=S16LE,rate=16000,channels=1 ! \
    filesink location="$OUTDIR/$1.raw"
  "$hear" "$OUTDIR/$1.raw" "$2"
}

said () {
  sed -nE "s/^assistant:$1([^ ].*)/\1/p" "$OUTDIR/shown" | tr '\n' ' '
}

listen reply "$(said ' ')"
listen answered "$(said ' {2,}')"
