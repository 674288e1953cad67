#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Validates what wire-dump (the argument) prints against the JSON Schema of
client events that $RT_CLIENT_SCHEMA names."""
import json
import os
import subprocess
import sys

SKIP = 77
TYPES = {
    'session.update', 'input_audio_buffer.append', 'input_audio_buffer.commit',
    'input_audio_buffer.clear', 'response.create', 'response.cancel',
    'conversation.item.create', 'conversation.item.truncate',
    'conversation.item.delete',
}


def skip(why):
    print('skipped: ' + why)
    sys.exit(SKIP)


def deepest(error):
    """The innermost causes say more than 'is not valid under any'."""
    return [cause for sub in error.context for cause in deepest(sub)] \
        or [error]


def complaints(validator, line):
    for error in validator.iter_errors(json.loads(line)):
        for cause in deepest(error):
            yield '/'.join(map(str, cause.absolute_path)) + ': ' \
                + cause.message


def main():
    path = os.environ.get('RT_CLIENT_SCHEMA')
    if not path:
        skip('RT_CLIENT_SCHEMA names no schema of client events')
    try:
        import jsonschema
    except ImportError:
        skip('python3-jsonschema is not installed')
    with open(path, encoding='utf-8') as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)(schema)
    lines = subprocess.run(sys.argv[1:2], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()

    # A schema that lets this pass checks nothing.
    if validator.is_valid({'type': 'response.cancel', 'surplus': 1}):
        sys.exit(f'{path} is not a strict schema of client events')
    missing = TYPES - {json.loads(line)['type'] for line in lines}
    if missing:
        sys.exit(f'never said: {", ".join(sorted(missing))}')
    wrong = [f'{line}\n  {what}' for line in lines
             for what in complaints(validator, line)]
    print('\n'.join(wrong) or f'{len(lines)} messages are valid')
    sys.exit(bool(wrong))


if __name__ == '__main__':
    main()
