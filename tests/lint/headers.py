#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each header of the house compiles on its own, with no more include paths
than its room may have. $CC is the compiler, $GENERATED a folder of headers
that the build makes."""
import concurrent.futures
import os
import shlex
import subprocess
import sys

import includes
import lint

PACKAGES = ['gstreamer-1.0', 'gstreamer-base-1.0', 'gstreamer-audio-1.0',
            'libsoup-3.0', 'json-glib-1.0', 'gio-unix-2.0', 'libcrypto']


def compile_alone(root, path, flags):
    room = includes.room_of(path)
    command = shlex.split(os.environ.get('CC', 'cc')) + flags + [
        '-std=gnu11', '-fsyntax-only', '-Wall', '-Werror', '-x', 'c', '-']
    command += [f'-I{root}/{includes.HOUSE}/{r}'
                for r in sorted(includes.ROOMS.get(room, ()))]
    if room == 'element' and 'GENERATED' in os.environ:
        command.append('-I' + os.environ['GENERATED'])
    # The declaration keeps the translation unit from being empty.
    run = subprocess.run(
        command, input=f'#include "{root}/{path}"\nextern int unit;\n',
        stderr=subprocess.PIPE, text=True, check=False)
    return f'{path}: {run.stderr.strip()}' if run.returncode else None


def check(root):
    root = os.path.abspath(root)
    flags = shlex.split(subprocess.run(
        ['pkg-config', '--cflags', *PACKAGES], stdout=subprocess.PIPE,
        text=True, check=True).stdout)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda path: compile_alone(root, path, flags),
                         lint.files(root, [includes.HOUSE], ('.h',)))
        yield from filter(None, found)


CLEAN = {
    'gst/realtime/wire/rta.h': '#include <glib.h>\ngint rt_a (void);\n',
    'gst/realtime/session/rtb.h': '#include "rta.h"\ngint rt_b (gint a);\n',
}
PLANTS = {
    'missing include': {'gst/realtime/wire/rta.h': 'gint rt_a (void);\n'},
    'other room': {**CLEAN, 'gst/realtime/net/rtc.h': '#include "rta.h"\n'},
    'syntax': {'gst/realtime/wire/rta.h': 'int rt_a (void)\n'},
}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
