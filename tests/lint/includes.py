#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: the rooms of gst/realtime and their libraries."""
import os
import re
import sys

import lint

ROOMS = {
    'wire': {'wire'},
    'queue': {'queue'},
    'session': {'session', 'wire'},
    'net': {'net'},
    'conversation': {'conversation', 'session', 'wire', 'net', 'queue'},
    'element': {'element', 'conversation', 'session', 'wire', 'net', 'queue'},
    # plugin.c, which lives beside the rooms
    '': {'element', 'conversation', 'session', 'wire', 'net', 'queue'},
}
LIBRARIES = {
    'gst/': {'element', ''},
    'libsoup/': {'net'},
    'openssl/': {'net'},
    'gio/': {'net', 'conversation', 'element', ''},
    'json-glib/': {'wire', 'session', 'conversation', 'element'},
}
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
HOUSE = 'gst/realtime'


def room_of(path):
    return os.path.dirname(os.path.relpath(path, HOUSE)).split(os.sep)[0]


def check_quoted(room, name, owner):
    # What no room owns is generated, which only the element does.
    target = owner.get(os.path.basename(name))
    if target is None:
        if room != 'element':
            yield f'"{name}" is in no room'
    elif target not in ROOMS[room]:
        yield f'"{name}" is of {target or "no room"}, ' \
            f'which {room or "plugin.c"} may not include'


def check_library(room, name):
    for prefix, rooms in LIBRARIES.items():
        if name.startswith(prefix) and room not in rooms:
            yield f'<{name}> is not for {room or "plugin.c"}'


def check(root):
    for path in lint.files(root, ['gst', 'tests', 'examples'], ('.c', '.h')):
        for number, line in enumerate(lint.lines(root, path), 1):
            if re.match(r'\s*#\s*include\s+"\.\./', line):
                yield f'{path}:{number}: "../" in an include'
    house = lint.files(root, [HOUSE], ('.c', '.h'))
    owner = {os.path.basename(p): room_of(p) for p in house}
    for path in house:
        room = room_of(path)
        if room not in ROOMS:
            yield f'{path}: {room} is no room'
            continue
        for number, line in enumerate(lint.lines(root, path), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, name = match.groups()
            found = check_library(room, name) if quote == '<' \
                else check_quoted(room, name, owner)
            for complaint in found:
                yield f'{path}:{number}: {complaint}'


CLEAN = {
    f'{HOUSE}/plugin.c': '#include <gst/gst.h>\n#include "gstelement.h"\n',
    f'{HOUSE}/element/gstelement.h': '#include "rtconversation.h"\n',
    f'{HOUSE}/element/gstelement.c':
        '#include <gst/gst.h>\n#include "generated.h"\n',
    f'{HOUSE}/conversation/rtconversation.h': '#include "rtsession.h"\n',
    f'{HOUSE}/session/rtsession.h': '#include "rtwire.h"\n',
    f'{HOUSE}/wire/rtwire.h': '#include <glib.h>\n',
    f'{HOUSE}/queue/rtqueue.h': '#include <glib.h>\n',
    f'{HOUSE}/net/rtnet.c': '#include <libsoup/soup.h>\n',
}
PLANTS = {
    name: {**CLEAN, f'{HOUSE}/{path}': text + '\n'} for name, path, text in [
        ('wire to session', 'wire/a.c', '#include "rtsession.h"'),
        ('queue to wire', 'queue/a.h', '#include "rtwire.h"'),
        ('session to queue', 'session/a.c', '#include "rtqueue.h"'),
        ('net to wire', 'net/a.c', '#include "rtwire.h"'),
        ('conversation to element', 'conversation/a.c',
         '#include "gstelement.h"'),
        ('unknown header', 'wire/a.c', '#include "nowhere.h"'),
        ('GStreamer in session', 'session/a.c', '#include <gst/gst.h>'),
        ('libsoup in element', 'element/a.c', '# include <libsoup/soup.h>'),
        ('OpenSSL in wire', 'wire/a.c', '#include <openssl/evp.h>'),
        ('JSON in net', 'net/a.c', '#include <json-glib/json-glib.h>'),
        ('unknown room', 'attic/a.c', '#include <glib.h>'),
        ('parent folder', 'element/a.c', '#include "../wire/rtwire.h"'),
    ]}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
