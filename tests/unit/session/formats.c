/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server says of the audio's formats against what it was asked for:
 * a server that hears or speaks another codec ends the session.
 */
#include "sessiondriver.h"

#define OPEN                                                  \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define UPDATED "note session s1 updated"
#define MISMATCH(direction, asked, told)                                   \
  "fail format fatal format_mismatch 'the " direction " was asked for as " \
  "audio/" asked " Hz, but is audio/" told " Hz to the server'"

static const Row agreed[] = {
  OPEN,
  { "session_updated id=s1 in=pcmu out=pcmu", UPDATED },
  { "audio item=a1 audio=10", "play 1 480@8000 audio/pcmu" },
};

static const Row agreed_each[] = {
  OPEN,
  { "session_updated id=s1 in=pcma out=pcm@24000", UPDATED },
  { "audio item=a1 audio=10", "play 1 480@24000" },
};

static const Row input_ignored[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000 out=pcmu",
      UPDATED "; " MISMATCH ("input", "pcmu at 8000", "pcm at 24000") },
  /* it is over */
  { "audio item=a1 audio=10", "" },
};

static const Row input_other_law[] = {
  OPEN,
  { "session_updated id=s1 in=pcma out=pcmu",
      UPDATED "; " MISMATCH ("input", "pcmu at 8000", "pcma at 8000") },
};

static const Row input_other_rate[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@16000",
      UPDATED "; " MISMATCH ("input", "pcm at 24000", "pcm at 16000") },
};

static const Row output_ignored[] = {
  OPEN,
  { "session_updated id=s1 in=pcmu out=pcm@24000",
      UPDATED "; " MISMATCH ("output", "pcmu at 8000", "pcm at 24000") },
};

static const Row output_not_asked[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000 out=pcma",
      UPDATED "; " MISMATCH ("output", "pcm at 24000", "pcma at 8000") },
};

/* PCM is played at whatever rate it is. */
static const Row output_other_rate[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000 out=pcm@16000", UPDATED },
  { "audio item=a1 audio=10", "play 1 480@16000" },
};

static const Row nothing_said[] = {
  OPEN,
  { "session_updated id=s1", UPDATED },
  { "audio item=a1 audio=10", "play 1 480@8000 audio/pcmu" },
};

/* What it was before it was asked is no answer, and is not what it is after. */
static const Row before_it_was_asked[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1 in=pcm@24000 out=pcm@24000",
      "ready; note session s1 created" },
  { "audio item=a1 audio=10", "play 1 480@24000" },
  { "session_updated id=s1", UPDATED },
  { "audio item=a2 audio=10", "play 2 480@8000 audio/pcmu" },
};

/* The answer to the first of two is none to the second. */
static const Row asked_twice[] = {
  OPEN,
  { "config input=pcmu", "send update" },
  { "session_updated id=s1 in=pcm@24000", UPDATED },
  { "session_updated id=s1 in=pcmu", UPDATED },
  { "config input=pcma codec=pcma", "send update" },
  { "session_updated id=s1 in=pcmu",
      UPDATED "; " MISMATCH ("input", "pcma at 8000", "pcmu at 8000") },
};

/* Two errors of one update are one answer. */
static const Row asked_thrice[] = {
  OPEN,
  { "config input=pcmu", "send update" },
  { "config input=pcma", "send update" },
  { "error code=invalid_value msg=no param=a event=rt_update_1",
      "note error warning invalid_value 'no (a)' rt_update_1" },
  { "error code=invalid_value msg=no param=b event=rt_update_1",
      "note error warning invalid_value 'no (b)' rt_update_1" },
  { "session_updated id=s1 in=pcmu", UPDATED },
  { "session_updated id=s1 in=pcmu",
      UPDATED "; " MISMATCH ("input", "pcma at 8000", "pcmu at 8000") },
};

/* What the session that waited was greeted with is answered, too. */
static const Row greeted_before[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000", UPDATED },
  { "greet", "send update" },
  { "config input=pcmu", "send update" },
  { "session_updated id=s1 in=pcmu", UPDATED },
  { "lost", "" },
  { "opened greeted", "send update; note started resumed" },
  { "session_created id=s2 in=pcm@24000",
      "ready; note session s2 created; repeat" },
  { "session_updated id=s2 in=pcm@24000", "note session s2 updated" },
  { "session_updated id=s2 in=pcm@24000",
      "note session s2 updated; " MISMATCH (
          "input", "pcmu at 8000", "pcm at 24000") },
};

/* … also when it changes later. */
static const Row greeted_alike[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000", UPDATED },
  { "greet", "send update" },
  { "lost", "" },
  { "opened greeted", "note started resumed" },
  { "session_created id=s2 in=pcm@24000",
      "ready; note session s2 created; repeat" },
  { "config input=pcmu", "send update" },
  { "session_updated id=s2 in=pcm@24000", "note session s2 updated" },
  { "session_updated id=s2 in=pcmu", "note session s2 updated" },
};

static const Row changed_by_itself[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000 out=pcm@24000", UPDATED },
  { "session_updated id=s1 in=pcmu",
      UPDATED "; " MISMATCH ("input", "pcm at 24000", "pcmu at 8000") },
};

/* A refused change leaves what was before. */
static const Row refused[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1 in=pcm@24000 out=pcm@24000",
      "ready; note session s1 created" },
  { "error code=invalid_value msg=no event=rt_update_1",
      "note error warning invalid_value 'no' rt_update_1; " MISMATCH (
          "input", "pcmu at 8000", "pcm at 24000") },
};

static const Row refused_and_alike[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1 in=pcm@24000 out=pcm@24000",
      "ready; note session s1 created" },
  { "error code=invalid_value msg=no event=rt_update_1",
      "note error warning invalid_value 'no' rt_update_1" },
};

/* A transcription says nothing. */
static const Row no_output[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@24000 out=pcm@24000", UPDATED },
};

/* Each event says what it is. */
static const Row declared_by_events[] = {
  OPEN,
  { "session_updated id=s1 in=pcm@16000 out=pcmu", UPDATED },
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
};

static const Row older[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1 in=pcm@16000",
      "ready; " UPDATED "; "
      "fail format fatal format_mismatch 'the input was asked for as "
      "audio/pcm at 24000 Hz, but is audio/pcm at 16000 Hz to the server'" },
};

static const Table tables[] = {
  TABLE ("agreed", "input=pcmu codec=pcmu", agreed),
  TABLE ("agreed-each", "input=pcma", agreed_each),
  TABLE ("input-ignored", "input=pcmu codec=pcmu", input_ignored),
  TABLE ("input-other-law", "input=pcmu codec=pcmu", input_other_law),
  TABLE ("input-other-rate", "", input_other_rate),
  TABLE ("output-ignored", "input=pcmu codec=pcmu", output_ignored),
  TABLE ("output-not-asked", "", output_not_asked),
  TABLE ("output-other-rate", "", output_other_rate),
  TABLE ("nothing-said", "input=pcmu codec=pcmu", nothing_said),
  TABLE ("before-it-was-asked", "codec=pcmu", before_it_was_asked),
  TABLE ("asked-twice", "", asked_twice),
  TABLE ("asked-thrice", "", asked_thrice),
  TABLE ("greeted-before", "", greeted_before),
  TABLE ("greeted-alike", "", greeted_alike),
  TABLE ("changed-by-itself", "", changed_by_itself),
  TABLE ("refused", "input=pcmu codec=pcmu", refused),
  TABLE ("refused-and-alike", "", refused_and_alike),
  TABLE ("no-output", "mode=transcription codec=pcmu", no_output),
  TABLE ("declared-by-events", "session-create", declared_by_events),
  TABLE ("older", "v1", older),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/formats", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
