#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files stay under 500 lines and functions under 60."""
import sys

import lint

FOLDERS = ['gst', 'tests', 'examples', 'tools']
SOURCES = ('.c', '.h', '.py', '.sh', '.mjs', '.js', '.build')
FILE_LIMIT = 500
FUNCTION_LIMIT = 60


def functions(lines):
    """(first line, name, length) of each function: in the project's format a
    definition's braces stand alone in the first column."""
    start = None
    for number, line in enumerate(lines):
        if line == '{':
            start = number
            while start > 0 and lines[start - 1] and \
                    lines[start - 1][-1] not in ';}/':
                start -= 1
        elif line == '}' and start is not None:
            name = lines[min(start + 1, number)].split(' ')[0]
            yield start + 1, name, number - start + 1
            start = None


def check(root):
    for path in lint.files(root, FOLDERS, SOURCES):
        lines = lint.lines(root, path)
        count = len(lines) - (lines[-1] == '')
        if count >= FILE_LIMIT:
            yield f'{path}: {count} lines, {FILE_LIMIT - 1} are allowed'
        if not path.endswith(('.c', '.h')):
            continue
        for start, name, length in functions(lines):
            if length >= FUNCTION_LIMIT:
                yield f'{path}:{start}: {name} has {length} lines, ' \
                    f'{FUNCTION_LIMIT - 1} are allowed'


def function(length):
    return 'static int\nf (void)\n{\n' + '  g ();\n' * (length - 4) + '}\n'


CLEAN = {'gst/a.c': '#include "a.h"\n\n' + function(59) * 3,
         'tests/a.py': 'a = 1\n' * 499}
PLANTS = {
    'long function': {'gst/a.c': function(60)},
    'long function in a test': {'tests/unit/a.c': '\n' + function(70)},
    'long file': {'gst/a.c': 'int a;\n' * 500},
    'long script': {'tools/a.sh': 'true\n' * 500},
}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
