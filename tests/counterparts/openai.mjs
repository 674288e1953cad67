// SPDX-License-Identifier: LGPL-2.1-or-later
//
// openai's OpenAIRealtimeWS against the local server over wss: a real
// recording, the events in their order, a function call, errors, text.
// Started by openai-wss.mjs, which sets the trusted CA.
import {
  RATE, SPOKEN, check, loudness, microphone, recording, require, run, until,
  words,
} from './support.mjs';

const OpenAI = require('openai');
const { OpenAIRealtimeWS } = require('openai/realtime/ws');

const ANSWER = 'the robot has arrived';
const TOOL = {
  type: 'function',
  name: 'background_agent',
  description: 'Does what the user asks to be done.',
  parameters: {
    type: 'object',
    properties: { prompt: { type: 'string' } },
    required: ['prompt'],
    additionalProperties: false,
  },
};
// Of a spoken reply, in this order; what comes between them is free.
const REPLY = [
  'response.created', 'response.output_item.added',
  'conversation.item.added', 'response.content_part.added',
  'response.output_audio.delta', 'response.output_audio.done',
  'response.content_part.done', 'response.output_item.done', 'response.done',
];

class Conversation {
  constructor (baseURL, note) {
    this.events = [];
    this.errors = [];
    this.socketErrors = [];
    const client = new OpenAI({ apiKey: 'sk-local', baseURL });
    this.rt = new OpenAIRealtimeWS({ model: 'gpt-realtime' }, client);
    this.rt.on('event', (event) => {
      note(JSON.stringify(event).slice(0, 200));
      this.events.push(event);
      if (event.type === 'error') this.errors.push(event.error);
    });
    this.rt.on('error', (error) => {
      if (!error.error) this.socketErrors.push(error.message);
    });
  }

  // The first event of that type from `from` on that `test` likes.
  find (type, from = 0, test = () => true) {
    return this.events.slice(from).find((e) => e.type === type && test(e));
  }

  async next (type, from = 0, test = undefined) {
    return until(type, () => {
      if (this.socketErrors.length > 0) throw new Error(this.socketErrors[0]);
      return this.find(type, from, test);
    });
  }

  audioOf (responseId) {
    return Buffer.concat(this.events
      .filter((e) => e.type === 'response.output_audio.delta'
        && e.response_id === responseId)
      .map((e) => Buffer.from(e.delta, 'base64')));
  }

  typesOf (responseId, itemId) {
    return this.events.filter((e) => (e.response_id ?? e.response?.id)
      === responseId || e.item?.id === itemId).map((e) => e.type);
  }
}

function inOrder (types, wanted) {
  let at = -1;
  return wanted.every((type) => {
    at = types.indexOf(type, at + 1);
    return at >= 0;
  });
}

async function speak (c, mic) {
  mic.say(Buffer.concat([Buffer.alloc(RATE), recording()]));
  const began = await c.next('input_audio_buffer.speech_started');
  const ended = await c.next('input_audio_buffer.speech_stopped');
  check(began.audio_start_ms < ended.audio_end_ms
    && ended.audio_end_ms - began.audio_start_ms < 6000,
  `speech from ${began.audio_start_ms} to ${ended.audio_end_ms} ms`);
  const committed = await c.next('input_audio_buffer.committed');
  const heard = await c.next(
    'conversation.item.input_audio_transcription.completed');
  check(words(heard.transcript) === SPOKEN, `heard: ${heard.transcript}`);
  check(began.item_id === committed.item_id
    && heard.item_id === committed.item_id, 'one item all along');
}

async function answerCall (c) {
  const call = await c.next('response.function_call_arguments.done');
  check(words(JSON.parse(call.arguments).prompt).includes(SPOKEN),
    `called with ${call.arguments}`);
  await c.next('response.done', 0, (e) => e.response.id === call.response_id);
  const from = c.events.length;
  c.rt.send({
    type: 'conversation.item.create',
    item: {
      type: 'function_call_output', call_id: call.call_id, output: ANSWER,
    },
  });
  c.rt.send({ type: 'response.create' });
  const text = await c.next('response.output_audio_transcript.done', from,
    (e) => words(e.transcript).includes(ANSWER));
  const done = await c.next('response.done', from,
    (e) => e.response.id === text.response_id);
  check(done.response.status === 'completed', 'the reply is completed');
  const pcm = c.audioOf(text.response_id);
  check(loudness(pcm) > 700, `${loudness(pcm)} ms of speech`);
  const types = c.typesOf(text.response_id, text.item_id);
  check(inOrder(types, REPLY), `order: ${[...new Set(types)].join(' ')}`);
}

async function misbehave (c) {
  let from = c.events.length;
  c.rt.send({ type: 'no.such.event', event_id: 'wrong_1' });
  const unknown = await c.next('error', from);
  check(unknown.error.event_id === 'wrong_1'
    && unknown.error.type === 'invalid_request_error',
  `an unknown event: ${unknown.error.message}`);
  from = c.events.length;
  c.rt.send({ type: 'response.cancel', event_id: 'wrong_2' });
  const cancel = await c.next('error', from);
  check(cancel.error.code === 'response_cancel_not_active',
    `nothing to cancel: ${cancel.error.message}`);
}

async function type (c) {
  const from = c.events.length;
  c.rt.send({
    type: 'conversation.item.create',
    item: {
      type: 'message', role: 'user',
      content: [{ type: 'input_text', text: 'good morning' }],
    },
  });
  c.rt.send({ type: 'response.create', response: {
    output_modalities: ['text'] } });
  const text = await c.next('response.output_text.done', from);
  check(text.text.length > 0, `a typed reply: ${text.text}`);
  await c.next('response.done', from);
  check(!c.find('response.output_audio.delta', from), 'and no sound of it');
}

await run(90, async (note, cleanup) => {
  const [baseURL] = process.argv.slice(2);
  const c = new Conversation(baseURL, note);
  cleanup(() => c.rt.close());
  await c.next('session.created');
  c.rt.send({
    type: 'session.update',
    session: {
      type: 'realtime', output_modalities: ['audio'], tools: [TOOL],
      audio: { input: { transcription: { model: 'gpt-transcribe' } } },
    },
  });
  await c.next('session.updated');
  const mic = microphone((frame) => c.rt.send({
    type: 'input_audio_buffer.append', audio: frame.toString('base64') }));
  cleanup(() => mic.stop());
  await speak(c, mic);
  await answerCall(c);
  check(c.errors.length === 0, 'no errors so far');
  await misbehave(c);
  await type(c);
});
