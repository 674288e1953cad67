/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both voices: what is played, when a reply begins and ends for the listener,
 * and what the server is told when it is cut.
 */
#include "sessiondriver.h"

#include "rtledger.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define CREATED(n)                                  \
  {                                                 \
    "created id=r" #n, "note response created r" #n \
  }
#define DONE(n)                                                        \
  {                                                                    \
    "done id=r" #n " status=completed", "note response completed r" #n \
  }
/* 100 ms of item a of response r on track t; the same, and that is all. */
#define AUDIO(r, a, t)                                                    \
  {                                                                       \
    "audio resp=r" #r " item=a" #a " audio=100", "play " #t " 4800@24000" \
  }
#define AUDIO_DONE(r, a, t)                        \
  {                                                \
    "audio_done resp=r" #r " item=a" #a, "end " #t \
  }
#define PLAYING(t, a)                                   \
  {                                                     \
    "playing " #t, "note speech assistant playing a" #a \
  }
#define BARGE_IN                                                             \
  {                                                                          \
    "speech_started item=u1 ms=50", "note speech user detected u1 @50; drop" \
  }

static const Row heard_out[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  { "part_done resp=r1 item=a1", "" },
  { "output_done resp=r1 item=a1 kind=message", "" },
  DONE (1),
  { "drained 1", "note speech assistant drained a1" },
  { "drained 1", "" },
  { "playing 1", "" },
};

/* Two items are one reply: the first is heard before the second comes. */
static const Row two_items[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  AUDIO_DONE (1, 1, 1),
  { "drained 1", "" },
  AUDIO (1, 2, 2),
  { "playing 2", "" },
  AUDIO_DONE (1, 2, 2),
  { "drained 2", "" },
  { "done id=r1 status=completed",
      "note response completed r1; note speech assistant drained a2" },
};

/* No server need say the end of audio by its name. */
static const Row ends[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  { "part_done resp=r1 item=a1", "end 1" },
  AUDIO (1, 2, 2),
  { "output_done resp=r1 item=a2 kind=message", "end 2" },
  AUDIO (1, 3, 3),
  { "item_done item=a3 kind=message role=assistant",
      "note item done a3; end 3" },
  AUDIO (1, 4, 4),
  AUDIO (1, 5, 5),
  { "done id=r1 status=completed", "end 4; end 5; note response completed r1" },
};

static const Row formats[] = {
  START,
  { "audio item=a1 audio=10", "play 1 480@24000" },
  { "session_updated id=s1 out=pcm@16000", "note session s1 updated" },
  { "audio item=a2 audio=10", "play 2 480@16000" },
  { "audio item=a3 audio=10 rate=48000", "play 3 960@48000" },
  { "audio item=a4 audio=10 rate=48000 channels=2", "play 4 1920@48000*2" },
  { "audio item=a3", "" },
  { "audio item=a3 audio=0", "" },
};

static const Row format_asked_for[] = {
  START,
  { "audio item=a1 audio=10", "play 1 480@8000 audio/pcmu" },
  /* a rate beside the audio makes no PCM of it */
  { "audio item=a2 audio=10 rate=24000", "play 2 480@8000 audio/pcmu" },
  { "audio item=a3 audio=10 rate=8000 channels=2",
      "play 3 320@8000 audio/pcmu" },
  /* what the server says of its session does */
  { "session_created id=s1 out=pcm@16000", "note session s1 created" },
  { "audio item=a4 audio=10 rate=24000", "play 4 480@24000" },
};

/* A reply that begins while another one is still heard. */
static const Row seamless[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  CREATED (2),
  AUDIO (2, 2, 2),
  { "drained 1", "" },
  { "playing 2", "" },
  AUDIO_DONE (2, 2, 2),
  DONE (2),
  { "drained 2", "note speech assistant drained a2" },
};

/* Another reply is being made, but this one is over. */
static const Row not_seamless[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  CREATED (2),
  { "drained 1", "note speech assistant drained a1" },
};

static const Row cut_while_generating[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  { "said_delta resp=r1 item=a1 text='one two'",
      "note assistant 'one two' a1" },
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=40/100",
      "note speech assistant interrupted a1; send truncate a1 0 40; "
      "note interrupted a1 40+60; "
      "note assistant final interrupted '' a1" },
  /* what comes of it now is too late */
  { "audio resp=r1 item=a1 audio=30", "" },
  { "audio resp=r1 item=a2 audio=30", "" },
  { "said_delta resp=r1 item=a1 text=' three'", "" },
  { "said resp=r1 item=a1 text='one two three'", "" },
  { "audio_done resp=r1 item=a1", "" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  { "late?", "60" },
  { "drained 1", "" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  CREATED (2),
  AUDIO (2, 3, 2),
  PLAYING (2, 3),
};

/* The reply is usually complete long before it is heard. */
static const Row cut_when_complete[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  { "said resp=r1 item=a1 text=done", "note assistant final 'done' a1" },
  DONE (1),
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=99/100",
      "note speech assistant interrupted a1; send truncate a1 0 99; "
      "note interrupted a1 99+1; note assistant final interrupted '' a1" },
  { "ask interrupt", "" },
};

static const Row nothing_heard[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  BARGE_IN,
  { "dropped 1=0/100", "send delete a1; note interrupted a1 0+100" },
};

static const Row all_heard[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=100/100", "note speech assistant drained a1" },
};

/* The report of its end and the interruption crossed. */
static const Row heard_out_meanwhile[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped", "note speech assistant drained a1" },
  { "drained 1", "" },
};

static const Row drained_before_drop[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  BARGE_IN,
  { "drained 1", "note speech assistant drained a1" },
  { "dropped", "" },
};

/* All that came was heard, but more would have come. */
static const Row heard_so_far[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=100/100",
      "note speech assistant interrupted a1; send truncate a1 0 100; "
      "note interrupted a1 100+0" },
};

/* Playback may be ahead of what was received by rounding; never so the
 * server's word. */
static const Row clamped[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=180/100",
      "note speech assistant interrupted a1; send truncate a1 0 100; "
      "note interrupted a1 100+0" },
};

static const Row less_than_a_millisecond[] = {
  START,
  { "audio item=a1 audio=100 rate=16000", "play 1 3200@16000" },
  PLAYING (1, 1),
  BARGE_IN,
  { "dropped 1=0.9/100@16000",
      "note speech assistant interrupted a1; send delete a1; "
      "note interrupted a1 0+100" },
};

static const Row several_items[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  AUDIO (1, 2, 2),
  AUDIO_DONE (1, 2, 2),
  AUDIO (1, 3, 3),
  AUDIO_DONE (1, 3, 3),
  DONE (1),
  CREATED (2),
  { "audio resp=r2 item=a4 audio=100", "play 4 4800@24000" },
  PLAYING (1, 1),
  { "drained 1", "" },
  BARGE_IN,
  { "dropped 2=100/100 3=30/100 4=0/100",
      "note speech assistant interrupted a3; send truncate a3 0 30; "
      "note interrupted a3 30+70; send delete a4; note interrupted a4 0+100" },
};

/* The parts of an item are heard one after the other. */
static const Row several_parts[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  { "audio resp=r1 item=a1 ci=1 audio=100", "play 2 4800@24000" },
  { "audio resp=r1 item=a1 ci=2 audio=100", "play 3 4800@24000" },
  { "audio_done resp=r1 item=a1", "end 1" },
  { "audio_done resp=r1 item=a1 ci=1", "end 2" },
  PLAYING (1, 1),
  { "drained 1", "" },
  BARGE_IN,
  { "dropped 2=70/100 3=0/100",
      "note speech assistant interrupted a1; send truncate a1 1 70; "
      "note interrupted a1 170+130" },
};

static const Row first_part_heard[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  PLAYING (1, 1),
  { "drained 1", "" },
  { "audio resp=r1 item=a1 ci=1 audio=100", "play 2 4800@24000" },
  BARGE_IN,
  { "dropped 2=0/100", "note speech assistant interrupted a1; "
                       "note interrupted a1 100+100" },
};

static const Row by_request[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  { "ask interrupt", "send cancel r1; drop" },
  { "ask interrupt", "" },
  { "audio resp=r1 item=a1 audio=10", "" },
  { "dropped 1=10/100",
      "note speech assistant interrupted a1; send truncate a1 0 10; "
      "note interrupted a1 10+90" },
};

/* A reply that is not spoken is cut as well. */
static const Row text_reply[] = {
  START,
  CREATED (1),
  { "text item=a1 resp=r1 text=whole", "note assistant final 'whole' a1" },
  { "text_delta item=a2 resp=r1 text=hal", "note assistant 'hal' a2" },
  { "ask interrupt",
      "send cancel r1; note assistant final interrupted 'hal' a2" },
  { "text_delta item=a2 resp=r1 text=f", "" },
  { "text item=a2 resp=r1 text=half", "" },
  { "ask interrupt", "" },
};

static const Row spoken_and_text[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  { "said_delta item=a1 resp=r1 text=spo", "note assistant 'spo' a1" },
  { "text_delta item=a2 resp=r1 text=wri", "note assistant 'wri' a2" },
  BARGE_IN,
  { "dropped 1=50/100", "send truncate a1 0 50; note interrupted a1 50+50; "
                        "note assistant final interrupted '' a1; "
                        "note assistant final interrupted 'wri' a2" },
};

static const Row new_audio_behind_drop[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  BARGE_IN,
  CREATED (2),
  AUDIO (2, 2, 2),
  { "dropped 1=50/100",
      "note speech assistant interrupted a1; send truncate a1 0 50; "
      "note interrupted a1 50+50" },
  PLAYING (2, 2),
  AUDIO (2, 2, 2),
};

/* What is told between our word to drop and playback's answer. */
static const Row meanwhile[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  BARGE_IN,
  { "audio resp=r1 item=a1 audio=100", "" },
  { "audio_done resp=r1 item=a1", "" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  { "speech_started item=u2 ms=60", "note speech user detected u2 @60" },
  { "dropped 1=100/100",
      "note speech assistant interrupted a1; send truncate a1 0 100; "
      "note interrupted a1 100+0" },
};

/* Another reply begins and is cut before playback answered. */
static const Row text_meanwhile[] = {
  START,
  AUDIO (1, 1, 1),
  BARGE_IN,
  CREATED (2),
  { "text_delta item=a2 resp=r2 text=hal", "note assistant 'hal' a2" },
  { "ask interrupt",
      "send cancel r2; note assistant final interrupted 'hal' a2" },
  { "dropped 1=0/100", "send delete a1; note interrupted a1 0+100" },
};

static const Row nameless[] = {
  START,
  { "audio audio=100", "play 1 4800@24000" },
  { "playing 1", "note speech assistant playing" },
  { "speech_started ms=50", "note speech user detected @50; drop" },
  { "audio audio=100", "" },
  { "dropped 1=40/100",
      "note speech assistant interrupted; note interrupted  40+60" },
  { "audio audio=100", "play 2 4800@24000" },
  { "audio_done", "end 2" },
  { "audio audio=100", "play 3 4800@24000" },
};

static const Row not_an_interruption[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  AUDIO (1, 1, 1),
};

static const Row nothing_playing[] = {
  START,
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  { "ask interrupt", "" },
  { "dropped", "" },
};

static void
bounds (void)
{
  g_autoptr (RtLedger) ledger = rt_ledger_new (FALSE);
  const RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;
  guint i, ended, track = 0;

  /* what was heard counts no more */
  for (i = 0; i < RT_LEDGER_MAX_TRACKS * 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("a%u", i);

    track = rt_ledger_push (ledger, "r", id, 0, &format, 1, &ended);
    g_assert_cmpuint (track, ==, i + 1);
    g_assert_true (rt_ledger_drained (ledger, track, NULL, NULL));
  }
  for (i = 0; i < RT_LEDGER_MAX_TRACKS - 1; i++)
    g_assert_cmpuint (rt_ledger_push (ledger, "r", "i", i, &format, 1, &ended),
        ==, track + i + 1);
  g_assert_cmpuint (
      rt_ledger_push (ledger, "r", "i", i, &format, 1, &ended), ==, 0);
  g_assert_cmpuint (
      rt_ledger_push (ledger, "r", "i", 0, &format, 1, &ended), ==, track + 1);
  for (i = 0; i < RT_LEDGER_MAX_INTERRUPTED * 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("r%u", i);

    rt_ledger_interrupt_response (ledger, id);
    g_assert_true (rt_ledger_is_interrupted (ledger, id, NULL));
  }
  g_assert_false (rt_ledger_is_interrupted (ledger, "r0", NULL));
}

static const Table tables[] = {
  TABLE ("heard-out", "", heard_out),
  TABLE ("two-items", "", two_items),
  TABLE ("ends", "", ends),
  TABLE ("formats", "", formats),
  TABLE ("format-asked-for", "codec=pcmu", format_asked_for),
  TABLE ("seamless", "", seamless),
  TABLE ("not-seamless", "", not_seamless),
  TABLE ("cut-while-generating", "", cut_while_generating),
  TABLE ("cut-when-complete", "", cut_when_complete),
  TABLE ("nothing-heard", "", nothing_heard),
  TABLE ("all-heard", "", all_heard),
  TABLE ("heard-out-meanwhile", "", heard_out_meanwhile),
  TABLE ("drained-before-drop", "", drained_before_drop),
  TABLE ("heard-so-far", "", heard_so_far),
  TABLE ("clamped", "", clamped),
  TABLE ("less-than-a-millisecond", "", less_than_a_millisecond),
  TABLE ("several-items", "", several_items),
  TABLE ("several-parts", "", several_parts),
  TABLE ("first-part-heard", "", first_part_heard),
  TABLE ("by-request", "", by_request),
  TABLE ("text-reply", "", text_reply),
  TABLE ("spoken-and-text", "", spoken_and_text),
  TABLE ("new-audio-behind-drop", "", new_audio_behind_drop),
  TABLE ("meanwhile", "", meanwhile),
  TABLE ("text-meanwhile", "", text_meanwhile),
  TABLE ("nameless", "", nameless),
  TABLE ("not-barge-in", "mute", not_an_interruption),
  TABLE ("not-at-the-server", "interrupt=0", not_an_interruption),
  TABLE ("nothing-playing", "", nothing_playing),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/interruption", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/interruption/bounds", bounds);
  return g_test_run ();
}
