/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What holds of the effects of a session.
 */
#include "sessionchecks.h"

#include <string.h>

#include "rtrefusals.h"

#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)
#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

typedef struct {
  gchar *item_id;
  guint content_index;
  guint rate;
  guint frame_size;
  guint64 bytes; /* a frame may come in two pieces */
  guint64 heard; /* frames */
  guint session;
} Track;

struct _SessionChecks {
  const RtDialect *dialect;
  guint session;         /* how many were lost */
  GHashTable *finals;    /* parts of texts, with the session's number */
  GHashTable *cut;       /* of these, those told to be interrupted */
  GHashTable *raised;    /* calls that mean the same as long as they are here */
  GHashTable *answered;  /* of these, those that had their last answer */
  GHashTable *ended;     /* responses */
  GHashTable *said;      /* event ids */
  GHashTable *tracks;    /* of Track, by number */
  GPtrArray *past_cuts;  /* of Track: of an item each, of a session before */
  const Track *past_cut; /* what is being told is of this one; or NULL */
  gchar *item_id;        /* of the audio that comes */
  guint content_index;
  gboolean opened;
  gboolean said_first;
  gboolean starts_again;
  gboolean started; /* … and was told to be */
  gboolean ready;
  gboolean failed;
  gboolean over;
  gboolean speaking;
};

static void
track_free (Track *track)
{
  g_free (track->item_id);
  g_free (track);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

SessionChecks *
session_checks_new (const RtDialect *dialect)
{
  SessionChecks *self = g_new0 (SessionChecks, 1);

  self->dialect = dialect;
  self->finals = new_set ();
  self->cut = new_set ();
  self->past_cuts = g_ptr_array_new ();
  self->raised = new_set ();
  self->answered = new_set ();
  self->ended = new_set ();
  self->said = new_set ();
  self->tracks
      = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) track_free);
  return self;
}

void
session_checks_free (SessionChecks *self)
{
  g_hash_table_unref (self->finals);
  g_hash_table_unref (self->cut);
  g_ptr_array_unref (self->past_cuts);
  g_hash_table_unref (self->raised);
  g_hash_table_unref (self->answered);
  g_hash_table_unref (self->ended);
  g_hash_table_unref (self->said);
  g_hash_table_unref (self->tracks);
  g_free (self->item_id);
  g_free (self);
}

void
session_checks_opened (SessionChecks *self, gboolean greeted)
{
  self->opened = TRUE;
  self->said_first = greeted;
}

static gboolean
is_answered (gpointer call_id, gpointer value, gpointer user_data)
{
  SessionChecks *self = user_data;

  return g_hash_table_contains (self->answered, call_id);
}

/* What the server knew is over; what was told to the application is not. */
void
session_checks_lost (SessionChecks *self)
{
  self->opened = FALSE;
  self->ready = FALSE;
  self->failed = FALSE;
  self->starts_again = TRUE;
  /* a name may come again, and is of something else */
  self->session++;
  g_hash_table_remove_all (self->ended);
  g_hash_table_remove_all (self->said);
  /* but the application still has the open calls under theirs */
  g_hash_table_foreach_remove (self->raised, is_answered, self);
  g_hash_table_remove_all (self->answered);
}

void
session_checks_set_part (SessionChecks *self, const RtEvent *event)
{
  g_free (self->item_id);
  self->item_id = g_strdup (event->item_id);
  self->content_index = event->content_index;
}

static guint64
received (const Track *track)
{
  return track->bytes / track->frame_size;
}

static Track *
find_track (SessionChecks *self, guint number)
{
  return g_hash_table_lookup (self->tracks, GUINT_TO_POINTER (number));
}

void
session_checks_play (SessionChecks *self, const RtEffect *effect)
{
  Track *track = find_track (self, effect->track);

  g_assert_cmpuint (effect->track, !=, 0);
  g_assert_false (self->failed);
  if (track == NULL) {
    track = g_new0 (Track, 1);
    track->item_id = g_strdup (self->item_id);
    track->content_index = self->content_index;
    track->session = self->session;
    track->rate = effect->format.rate;
    track->frame_size = rt_audio_format_frame_size (&effect->format);
    g_hash_table_insert (self->tracks, GUINT_TO_POINTER (effect->track), track);
  }
  /* a track has one part and one rate */
  g_assert_cmpstr (track->item_id, ==, self->item_id);
  g_assert_cmpuint (track->content_index, ==, self->content_index);
  g_assert_cmpuint (track->rate, ==, effect->format.rate);
  track->bytes += g_bytes_get_size (effect->audio);
}

static guint64
to_ms (const Track *track, guint64 frames)
{
  return frames * NS_PER_SECOND / track->rate / NS_PER_MS;
}

/* An item that outlived its session and is not heard to its end: it is told
 * so, by a name that may mean something else in this session. */
static void
expect_past_cut (SessionChecks *self, Track *track)
{
  guint i;

  if (track->session == self->session || track->item_id == NULL
      || to_ms (track, track->heard) == to_ms (track, received (track)))
    return;
  for (i = 0; i < self->past_cuts->len; i++) {
    const Track *other = g_ptr_array_index (self->past_cuts, i);

    if (other->session == track->session
        && g_str_equal (other->item_id, track->item_id))
      return;
  }
  g_ptr_array_add (self->past_cuts, track);
}

void
session_checks_drop (SessionChecks *self)
{
  g_ptr_array_set_size (self->past_cuts, 0);
}

void
session_checks_heard (SessionChecks *self, guint number, guint64 frames)
{
  Track *track = find_track (self, number);

  if (track == NULL)
    return;
  g_assert_cmpuint (frames, <=, received (track));
  track->heard = frames;
  expect_past_cut (self, track);
}

void
session_checks_drained (SessionChecks *self, guint number)
{
  Track *track = find_track (self, number);

  if (track != NULL)
    track->heard = received (track);
}

/* ms of a part, or (-1) of all of an item; `past`: whether or not the session
 * knows it. */
static void
sum_up (SessionChecks *self, const gchar *item_id, gint64 content_index,
    gboolean past, guint64 *received_ms, guint64 *heard_ms)
{
  GHashTableIter iter;
  gpointer value;
  guint64 received_ns = 0, heard_ns = 0;

  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Track *track = value;

    if (g_strcmp0 (track->item_id, item_id) != 0
        || (track->session != self->session && !past)
        || (content_index >= 0 && track->content_index != content_index))
      continue;
    received_ns += received (track) * NS_PER_SECOND / track->rate;
    heard_ns += track->heard * NS_PER_SECOND / track->rate;
  }
  *received_ms = received_ns / NS_PER_MS;
  *heard_ms = heard_ns / NS_PER_MS;
}

static void
check_truncate (SessionChecks *self, const RtCommand *command)
{
  guint64 came, heard;

  g_assert_nonnull (command->item_id);
  sum_up (self, command->item_id, command->content_index, FALSE, &came, &heard);
  g_assert_cmpuint (command->audio_end_ms, >, 0);
  g_assert_cmpuint (command->audio_end_ms, <=, heard);
  g_assert_cmpuint (command->audio_end_ms, <=, came);
}

/* A session that is told of a call, or its answer again, means the same; but
 * an answer put in words tells it no name. */
static void
note_call (SessionChecks *self, const RtCommand *command)
{
  if (command->call_id == NULL)
    return;
  if ((command->again && command->type != RT_COMMAND_USER_TEXT)
      || command->type == RT_COMMAND_FUNCTION_CALL)
    g_hash_table_add (self->raised, g_strdup (command->call_id));
  if (command->final || command->type == RT_COMMAND_FUNCTION_OUTPUT)
    g_hash_table_add (self->answered, g_strdup (command->call_id));
}

void
session_checks_command (SessionChecks *self, const RtCommand *command)
{
  guint64 came, heard;

  self->past_cut = NULL;
  if (command->type == RT_COMMAND_RAW)
    return;
  /* the first word opens the session */
  if (self->said_first)
    g_assert_false (command->first);
  else
    g_assert_cmpint (command->type, ==, RT_COMMAND_SESSION_UPDATE);
  self->said_first = TRUE;
  g_assert_nonnull (command->event_id);
  g_assert_true (g_hash_table_add (self->said, g_strdup (command->event_id)));
  if (command->left_out != NULL)
    g_assert_cmpuint (g_strv_length (command->left_out), <=, RT_REFUSALS_MAX);
  note_call (self, command);
  switch (command->type) {
    case RT_COMMAND_ITEM_TRUNCATE:
      check_truncate (self, command);
      break;
    case RT_COMMAND_ITEM_DELETE:
      sum_up (self, command->item_id, -1, FALSE, &came, &heard);
      g_assert_cmpuint (heard, ==, 0);
      break;
    case RT_COMMAND_FUNCTION_OUTPUT:
    case RT_COMMAND_HANDOFF_OUTPUT:
      g_assert_nonnull (command->call_id);
      break;
    default:
      break;
  }
}

/* Whoever is said to say it. */
static gchar *
name_part (const RtNote *note, guint session)
{
  return g_strdup_printf (
      "%u %s %u", session, note->item_id, note->content_index);
}

/* Once for each part, and for one of a session before only behind its final,
 * which ends nothing in this one. */
static void
check_cut_text (SessionChecks *self, const RtNote *note)
{
  guint session = self->session;
  g_autofree gchar *part = NULL;

  if (self->past_cut != NULL
      && g_str_equal (self->past_cut->item_id, note->item_id)) {
    g_autofree gchar *past = name_part (note, self->past_cut->session);

    if (g_hash_table_contains (self->finals, past)
        && !g_hash_table_contains (self->cut, past))
      session = self->past_cut->session;
  }
  part = name_part (note, session);
  g_hash_table_add (self->finals, g_strdup (part));
  g_assert_true (g_hash_table_add (self->cut, g_steal_pointer (&part)));
}

static void
check_transcript (SessionChecks *self, const RtNote *note)
{
  gchar *part;

  g_assert_nonnull (note->text);
  if (note->interrupted)
    g_assert_true (note->flag);
  /* without a name it is whatever is being said */
  if (note->item_id == NULL)
    return;
  if (note->interrupted) {
    check_cut_text (self, note);
    return;
  }
  part = name_part (note, self->session);
  if (note->flag) {
    g_hash_table_add (self->finals, part);
    return;
  }
  /* an increment never comes after its final */
  g_assert_false (g_hash_table_contains (self->finals, part));
  g_free (part);
}

static void
check_speech (SessionChecks *self, const RtNote *note)
{
  if (!g_str_equal (note->role, "assistant"))
    return;
  g_assert_cmpint (note->flag, !=, self->speaking);
  self->speaking = note->flag;
}

static void
check_interrupted (SessionChecks *self, const RtNote *note)
{
  guint64 came, heard;
  guint i;

  if (*note->item_id == '\0')
    return;
  for (i = 0; i < self->past_cuts->len && self->past_cut == NULL; i++) {
    const Track *track = g_ptr_array_index (self->past_cuts, i);

    if (g_str_equal (track->item_id, note->item_id))
      self->past_cut = g_ptr_array_remove_index (self->past_cuts, i);
  }
  sum_up (self, note->item_id, -1, TRUE, &came, &heard);
  g_assert_cmpuint (note->played, <=, heard);
  g_assert_cmpuint ((guint64) note->played + note->dropped, <=, came);
}

static void
check_response (SessionChecks *self, const RtNote *note)
{
  g_assert_nonnull (note->state);
  if (note->response_id == NULL || g_str_equal (note->state, "created"))
    return;
  g_assert_true (g_hash_table_add (self->ended, g_strdup (note->response_id)));
}

static void
check_note (SessionChecks *self, const RtNote *note)
{
  /* before it has started the application may be refused something */
  g_assert_true (self->started || note->type == RT_NOTE_STARTED
                 || note->type == RT_NOTE_ERROR);
  switch (note->type) {
    case RT_NOTE_STARTED:
      g_assert_true (self->opened);
      g_assert_cmpint (note->flag, ==, self->started);
      g_assert_true (!self->started || self->starts_again);
      self->started = TRUE;
      self->starts_again = FALSE;
      break;
    case RT_NOTE_TRANSCRIPT:
      check_transcript (self, note);
      break;
    case RT_NOTE_HANDOFF:
    case RT_NOTE_FUNCTION_CALL:
      g_assert_nonnull (note->call_id);
      g_assert_true (g_hash_table_add (self->raised, g_strdup (note->call_id)));
      g_hash_table_remove (self->answered, note->call_id);
      break;
    case RT_NOTE_SPEECH:
      check_speech (self, note);
      break;
    case RT_NOTE_INTERRUPTED:
      check_interrupted (self, note);
      break;
    case RT_NOTE_RESPONSE:
      check_response (self, note);
      break;
    case RT_NOTE_ITEM:
      g_assert_nonnull (note->json);
      break;
    case RT_NOTE_ERROR:
      g_assert_nonnull (note->text);
      break;
    default:
      break;
  }
}

void
session_checks_told (SessionChecks *self, const RtEffect *effect)
{
  /* its texts come right behind the word that it was cut */
  if (effect->type != RT_EFFECT_NOTE
      || effect->note->type != RT_NOTE_TRANSCRIPT)
    self->past_cut = NULL;
  switch (effect->type) {
    case RT_EFFECT_READY:
      g_assert_false (self->ready);
      self->ready = TRUE;
      break;
    case RT_EFFECT_NOTE:
      check_note (self, effect->note);
      break;
    case RT_EFFECT_FAIL:
      g_assert_false (self->failed);
      g_assert_cmpint (effect->severity, >=, RT_SEVERITY_RECONNECT);
      g_assert_nonnull (effect->note->text);
      self->failed = TRUE;
      self->over |= effect->severity == RT_SEVERITY_FATAL;
      break;
    default:
      g_assert_not_reached ();
  }
}

gboolean
session_checks_is_open (SessionChecks *self)
{
  return self->opened;
}

gboolean
session_checks_has_failed (SessionChecks *self)
{
  return self->failed;
}

gboolean
session_checks_is_over (SessionChecks *self)
{
  return self->over;
}
