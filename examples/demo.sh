#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A spoken conversation on this machine: installs, builds, starts the local
# server and talks to it. Needs no account and no Internet but for packages.
set -euo pipefail

usage () {
  cat <<'USAGE'
Usage: examples/demo.sh [--protocol NAME] [FILE.wav]
       examples/demo.sh [--protocol NAME] --talk

  FILE.wav         what is said to the model (default: a recording of a man
                   who says "go forward ten meters")
  --talk           talk to it yourself, by microphone and loudspeaker
  --protocol NAME  realtime-v2 (default), realtime-v1 or session-create

What the model says is written to reply.wav and answered.wav in OUTDIR
(default: demo-output/ in the current directory). BUILDDIR is where it builds
(default: build/ in the project).
USAGE
}

mode=recording
recording=
protocol=realtime-v2
while [ $# -gt 0 ]; do
  case "$1" in
    --talk) mode="talk" ;;
    --protocol)
      protocol=${2:-}
      case "$protocol" in
        realtime-v2 | realtime-v1 | session-create) shift ;;
        *) usage >&2; exit 2 ;;
      esac
      ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *)
      recording=$(realpath -e -- "$1") || {
        echo "demo: there is no file $1" >&2
        exit 2
      }
      ;;
  esac
  shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${BUILDDIR:-$root/build}")
out=$(realpath -m "${OUTDIR:-demo-output}")
work=$(mktemp -d)
server=

finish () {
  if [ -n "$server" ]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

say () {
  printf '\n== %s\n' "$*"
}

"$root/tools/install-packages.sh" demo

say 'Building'
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" > "$work/setup.log" \
  || { cat "$work/setup.log" >&2; exit 1; }
ninja -C "$build" gst/realtime/element/libgstrealtime.so \
  examples/localserver/realtime-localserver examples/realtime-talk \
  > "$work/build.log" || { tail -n 40 "$work/build.log" >&2; exit 1; }
export GST_PLUGIN_PATH_1_0="$build/gst/realtime/element${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"

say 'Starting the local server'
mkfifo "$work/said"
"$build/examples/localserver/realtime-localserver" --port 0 \
  --protocol "$protocol" > "$work/said" &
server=$!
read -r -t 60 line < "$work/said" || {
  echo 'demo: the local server did not start' >&2
  exit 1
}
echo "$line"
uri=${line##* }

if [ "$mode" = talk ]; then
  say 'Talk now; Ctrl-C ends it'
  "$build/examples/realtime-talk" --uri "$uri" --protocol "$protocol" --talk
  exit
fi

mkdir -p "$out"
if [ -z "$recording" ]; then
  raw=$(dpkg -L pocketsphinx-testdata | grep '/goforward\.raw$')
  recording=$work/goforward.wav
  gst-launch-1.0 -q filesrc location="$raw" ! \
    rawaudioparse format=pcm pcm-format=s16le sample-rate=16000 \
    num-channels=1 ! wavenc ! filesink location="$recording"
fi

# Where there are no transcripts, items say what was said.
items=()
if [ "$protocol" = session-create ]; then
  items=(-e 's/.*realtime-item, .*\\"role\\":\\"([a-z]+)\\".*\\"text\\":\\"(([^"\\]|\\[^"])*)\\".*/\1: \2/p')
fi

# Shows the element's messages as a conversation. Strings come quoted when they
# hold more than a word.
show () {
  sed -nuE \
    "${items[@]}" \
    -e 's/.*realtime-transcript, role=\(string\)([a-z]+), text=\(string\)("([^"\\]|\\.)*"|[^,]*), final=\(boolean\)true.*/\1: \2/p' \
    -e 's/.*realtime-handoff, .*input-transcript=\(string\)("([^"\\]|\\.)*"|[^,]*), active.*/handoff: \1/p' \
    -e 's/.*realtime-speech, role=\(string\)([a-z]+), speaking=\(boolean\)(true|false), reason=\(string\)([a-z]+).*/  (\1 \3)/p' \
    -e 's/.*realtime-closed, reason=\(string\)([a-z-]+).*/closed: \1/p' \
    -e 's/.*realtime-error, .*message=\(string\)("([^"\\]|\\.)*"|[^,]*).*/error: \1/p' \
    -e '/^ERROR/p' | sed -uE -e 's/\\([^0-9])/\1/g' -e 's/: "(.*)"$/: \1/'
}

say 'A conversation in one line'
cat <<LINE
gst-launch-1.0 -m filesrc location=$recording ! \\
  wavparse ! audioconvert ! audioresample ! \\
  realtimeconversation uri=$uri protocol=$protocol eos-timeout=6000 ! \\
  audioconvert ! wavenc ! filesink location=$out/reply.wav

LINE
gst-launch-1.0 -m filesrc location="$recording" ! \
  wavparse ! audioconvert ! audioresample ! \
  realtimeconversation uri="$uri" protocol="$protocol" eos-timeout=6000 ! \
  audioconvert ! wavenc ! filesink location="$out/reply.wav" \
  2>&1 | tee "$work/messages" | show

say 'The same by an application, which answers what is handed over'
cat <<LINE
realtime-talk --uri $uri --protocol $protocol \\
  --input $recording --output $out/answered.wav

LINE
"$build/examples/realtime-talk" --uri "$uri" --protocol "$protocol" \
  --input "$recording" --output "$out/answered.wav"

say 'What the model said is in'
ls -l "$out/reply.wav" "$out/answered.wav"
