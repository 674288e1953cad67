#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the demo as a user would, in every protocol, and checks what it shows;
# then listens to what the model is said to have said.
# Usage: demo.sh BUILDDIR HEAR
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BUILDDIR=$1
hear=$2
OUTDIR=$(mktemp -d)
export OUTDIR
trap 'rm -rf "$OUTDIR"' EXIT

expect () {
  grep -qE "$1" "$OUTDIR/shown" || {
    echo "demo: nothing shown matches: $1" >&2
    exit 1
  }
}

said () {
  sed -nE "s/^assistant:$1([^ ].*)/\1/p" "$OUTDIR/shown" | tr '\n' ' '
}

# listen NAME WORDS: whether the recording says the words.
listen () {
  gst-launch-1.0 -q filesrc location="$OUTDIR/$1.wav" ! wavparse ! \
    audioconvert ! audioresample ! \
    audio/x-raw,format=S16LE,rate=16000,channels=1 ! \
    filesink location="$OUTDIR/$1.raw"
  "$hear" "$OUTDIR/$1.raw" "$2"
}

# converse ARG...: by gst-launch-1.0 and by the application.
converse () {
  "$root/examples/demo.sh" "$@" | tee "$OUTDIR/shown"
  expect '^user: go forward ten meters$'
  expect '^assistant: .*go forward ten meters'
  expect '^closed: eos$'
  expect '^user: +go forward ten meters$'
  listen reply "$(said ' ')"
  listen answered "$(said ' {2,}')"
}

# What was said was handed off; the handoff was answered, the answer spoken.
expect_handoff () {
  expect '^handoff: go forward ten meters$'
  expect '^handoff: +go forward ten meters$'
  expect '^answer: '
  [ "$(grep -cE '^assistant: {2,}' "$OUTDIR/shown")" -eq 2 ] || {
    echo 'demo: the answer of the handoff was not spoken' >&2
    exit 1
  }
}

converse
expect_handoff
converse --protocol realtime-v1
expect_handoff
converse --protocol session-create # which has no handoffs
