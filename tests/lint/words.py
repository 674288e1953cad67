#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every source names its licence, and none puts work off in a comment."""
import re
import sys

import lint

FOLDERS = ['gst', 'tests', 'examples', 'tools', '.ci']
SOURCES = ('.c', '.h', '.py', '.sh', '.mjs', '.js', '.build', 'meson.build',
           '.ci/run')
SPDX = 'SPDX-License-Identifier: LGPL-2.1-or-later'
# Put together from parts, so that this file does not complain of itself.
PUT_OFF = re.compile(
    r'\b(' + '|'.join(['TO' 'DO', 'FIX' 'ME', 'XX' 'X', 'HA' 'CK']) + r')\b')


def has_licence(path, lines):
    if path.endswith(('.c', '.h')):
        return lines[0] == f'/* {SPDX}' or lines[0] == f'/* {SPDX} */'
    return any(SPDX in line for line in lines[:2])


def check(root):
    for path in lint.files(root, FOLDERS, SOURCES):
        lines = lint.lines(root, path)
        if not has_licence(path, lines):
            yield f'{path}: no "{SPDX}" at its head'
    for path in lint.files(root, FOLDERS + ['docs'], SOURCES + ('.md',)):
        for number, line in enumerate(lint.lines(root, path), 1):
            if PUT_OFF.search(line):
                yield f'{path}:{number}: {line.strip()}'


C_HEAD = f'/* {SPDX}\n *\n * What it is.\n */\n'
CLEAN = {'gst/a.c': C_HEAD + 'int a;\n', 'tests/run.sh':
         f'#!/bin/bash\n# {SPDX}\nmktemp -t aXX' 'XXXX\n'}
PLANTS = {
    'no licence': {'gst/a.c': 'int a;\n'},
    'late licence': {'gst/a.h': '#pragma once\n' + C_HEAD},
    'other licence': {'tests/a.py': '# SPDX-License-Identifier: MIT\n'},
    'put off': {'gst/a.c': C_HEAD + '/* FIX' 'ME: later */\n'},
    'put off in docs': {'docs/a.md': 'TO' 'DO: write\n'},
}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
