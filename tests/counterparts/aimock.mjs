// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The element against @copilotkit/aimock, a server that others wrote: text
// replies, tool calls, a handoff, transcription, errors, a cut connection.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { check, run, start } from './support.mjs';

const LONG = 'one two three four five six seven eight nine ten eleven twelve';
const FIXTURES = {
  fixtures: [
    { match: { toolCallId: 'call_weather' },
      response: { content: 'It is raining in Paris' } },
    { match: { toolCallId: 'call_handoff' },
      response: { content: 'The lights are on' } },
    { match: { userMessage: 'hello' },
      response: { content: 'Hi there, how are you today' }, chunkSize: 5 },
    { match: { userMessage: 'weather' },
      response: { toolCalls: [{ id: 'call_weather', name: 'get_weather',
        arguments: '{"city":"Paris"}' }] } },
    { match: { userMessage: 'lights' },
      response: { toolCalls: [{ id: 'call_handoff', name: 'background_agent',
        arguments: '{"prompt":"switch the lights on"}' }] } },
    { match: { userMessage: 'broken' },
      response: { error: { message: 'It broke', type: 'server_error',
        code: 'server_error' }, status: 500 } },
    { match: { userMessage: 'cut' }, response: { content: LONG },
      chunkSize: 4, latency: 20, truncateAfterChunks: 4 },
    { match: { endpoint: 'realtime-transcription' },
      response: { transcription: { text: 'good morning to everybody' } },
      chunkSize: 8, latency: 30 },
  ],
};
const WEATHER = JSON.stringify([{
  type: 'function', name: 'get_weather', description: 'The weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}]);

// What the client prints; the test fails when it does not see all of `until`.
function client (program, options, until, note) {
  const args = Object.entries(options).flatMap(([k, v]) => [`--${k}`, v]);
  for (const pattern of until) args.push('--until', pattern);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
    for (const line of `${data}`.trim().split('\n')) note(line.slice(0, 300));
  });
  return new Promise((resolve, reject) => child.once('close', (status) => {
    if (status === 0) resolve(text.split('\n'));
    else reject(new Error(`the client left with ${status}; it waited for `
      + until.join(' and ')));
  }));
}

function count (lines, pattern) {
  return lines.filter((line) => pattern.test(line)).length;
}

// The text of the increments of one role, put together.
function increments (lines, role) {
  return lines.filter((line) => line.startsWith(`realtime-transcript role=${role}`)
      && line.includes(' final=false'))
    .map((line) => / text=(.*) final=false/.exec(line)[1]).join('');
}

async function text (talk) {
  const lines = await talk({ say: 'hello' }, [
    'realtime-transcript role=assistant text=Hi there, how are you today final=true*',
    'realtime-response status=completed*',
  ]);
  check(increments(lines, 'assistant') === 'Hi there, how are you today',
    'a typed message and its reply, in increments');
  check(count(lines, /^realtime-started/) === 1, 'started once');
}

async function functionCall (talk) {
  const lines = await talk({
    say: 'weather', output: '{"sky":"rain"}',
    properties: `tools=${JSON.stringify(WEATHER)}`,
  }, [
    'realtime-function-call *name=get_weather arguments={"city":"Paris"}*',
    'realtime-transcript *text=It is raining in Paris final=true*',
  ]);
  check(count(lines, /^realtime-function-call/) === 1,
    'a function call, once, and the reply to its output');
}

async function handoff (talk) {
  const lines = await talk({ say: 'lights', output: 'done' }, [
    'realtime-handoff *input-transcript=switch the lights on *',
    'realtime-transcript *text=The lights are on final=true*',
  ]);
  check(count(lines, /^realtime-handoff/) === 1
    && count(lines, /^realtime-function-call/) === 0,
  'a handoff, once, and the reply to its answer');
}

async function transcription (talk) {
  const lines = await talk({
    commit: '500',
    properties: 'mode=transcription turn-detection=none '
      + 'transcription-model=gpt-4o-transcribe',
  }, ['realtime-transcript role=user '
    + 'text=good morning to everybody final=true*']);
  check(increments(lines, 'user') === 'good morning to everybody',
    'a transcription session');
}

async function faults (talk) {
  await talk({ say: 'broken' }, ['realtime-error *message=It broke*']);
  check(true, 'an error is told and does not end the session');
  const last = await talk({ say: 'cut', properties: 'reconnect=false' }, [
    'realtime-closed reason=transport-closed*', 'ERROR *']);
  check(count(last, /^realtime-closed/) === 1,
    'a cut connection is one realtime-closed and an error');
  const lines = await talk({ say: 'cut' }, [
    'realtime-reconnecting attempt=1*', 'realtime-started *resumed=true*']);
  check(count(lines, /^(realtime-closed|ERROR)/) === 0,
    'or else another session follows');
}

await run(100, async (note, cleanup) => {
  const [program] = process.argv.slice(2);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rt-aimock-'));
  cleanup(() => rmSync(folder, { recursive: true }));
  const fixtures = path.join(folder, 'fixtures.json');
  writeFileSync(fixtures, JSON.stringify(FIXTURES));
  const cli = path.join(process.env.RT_NPM_DIR,
    'node_modules/@copilotkit/aimock/dist/cli.js');
  const [, port] = await start(process.execPath,
    [cli, '-p', '0', '-h', '127.0.0.1', '-f', fixtures],
    /listening on http:\/\/127\.0\.0\.1:(\d+)/, cleanup);
  const uri = `ws://127.0.0.1:${port}`;
  const talk = (options, until) => client(program, { uri, ...options }, until,
    note);

  await text(talk);
  await functionCall(talk);
  await handoff(talk);
  await transcription(talk);
  await faults(talk);

  const journal = await (await fetch(
    `http://127.0.0.1:${port}/__aimock/journal`)).json();
  check(JSON.stringify(journal).includes('switch the lights on'),
    'the server\'s journal has the handoff');
});
