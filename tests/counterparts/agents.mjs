// SPDX-License-Identifier: LGPL-2.1-or-later
//
// @openai/agents-realtime against the local server over ws: an agent hears a
// real recording, calls its tool, and speaks the answer.
import {
  RATE, SPOKEN, check, loudness, microphone, recording, require, run, start,
  until, words,
} from './support.mjs';

const {
  OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool,
} = require('@openai/agents-realtime');
const { z } = require('zod');

const ANSWER = 'the robot has arrived';
const MODEL = 'gpt-realtime';

function makeAgent (calls) {
  return new RealtimeAgent({
    name: 'robot',
    instructions: 'You steer a robot.',
    tools: [tool({
      name: 'background_agent',
      description: 'Does what the user asks to be done.',
      parameters: z.object({ prompt: z.string() }),
      execute: async ({ prompt }) => {
        calls.push(prompt);
        return ANSWER;
      },
    })],
  });
}

function listen (session, transport, note) {
  const heard = { audio: [], errors: [], texts: [], interrupted: 0 };
  transport.on('*', (event) => {
    note(JSON.stringify(event).slice(0, 200));
    if (event.type === 'response.output_audio_transcript.done')
      heard.texts.push(event.transcript);
  });
  session.on('audio', (event) => heard.audio.push(Buffer.from(event.data)));
  session.on('error', (event) => heard.errors.push(JSON.stringify(event)));
  session.on('audio_interrupted', () => heard.interrupted++);
  return heard;
}

// The text of the last message of that role in the client's own history.
function lastSaid (session, role) {
  const items = session.history.filter(
    (item) => item.type === 'message' && item.role === role);
  const content = items.at(-1)?.content ?? [];
  return content.map((part) => part.transcript ?? part.text ?? '').join(' ');
}

await run(90, async (note, cleanup) => {
  const [server] = process.argv.slice(2);
  const [, host] = await start(server, ['--port', '0'],
    /ws:\/\/([\w.]+:\d+)/, cleanup);
  const url = `ws://${host}/v1/realtime?model=${MODEL}`;
  const calls = [];
  const transport = new OpenAIRealtimeWebSocket({ url });
  const session = new RealtimeSession(makeAgent(calls), {
    transport,
    model: MODEL,
    config: { outputModalities: ['audio'] },
  });
  const heard = listen(session, transport, note);

  const hear = (what, probe) => until(what, () => {
    if (heard.errors.length > 0) throw new Error(heard.errors[0]);
    return probe();
  });

  await session.connect({ apiKey: 'ek_local', url });
  const mic = microphone((frame) => session.sendAudio(
    frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.length)));
  cleanup(() => { mic.stop(); session.close(); });
  mic.say(Buffer.concat([Buffer.alloc(RATE), recording()]));

  await hear('the user\'s words in the client\'s history',
    () => words(lastSaid(session, 'user')) === SPOKEN);
  check(true, `the user was understood: ${lastSaid(session, 'user')}`);
  await hear('the tool call', () => calls.length > 0);
  check(words(calls[0]).includes(SPOKEN), `tool called with: ${calls[0]}`);
  const before = heard.audio.length;
  await hear('the answer in words',
    () => heard.texts.some((text) => words(text).includes(ANSWER)));
  const pcm = await hear('the answer in sound', () => {
    const all = Buffer.concat(heard.audio.slice(before));
    return loudness(all) > 700 && all;
  });
  check(true, `${loudness(pcm)} ms of speech in ${pcm.length} bytes`);

  session.sendMessage('good morning');
  const replies = heard.texts.length;
  await hear('a reply to a typed message',
    () => heard.texts.length > replies);
  check(calls.length === 1, 'the tool was called once');
  check(heard.errors.length === 0, 'no errors');
});
