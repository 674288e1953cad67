/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Audio of late, by points in ns of audio since the session began, as the
 * server counts.  In blocks, so that what a long turn needed goes after it.
 */
#include "rtrecall.h"

#include "rtanswers.h"
#include "rtquiet.h"

#include <string.h>

#define BLOCK_SIZE ((gsize) 8192)
#define NS_PER_MS G_GUINT64_CONSTANT (1000000)
#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)
/* What a server wants to hear before the speech. */
#define LEAD (500 * NS_PER_MS)
/* That it told of and that nobody has understood. */
#define MAX_TURNS 64

typedef struct {
  guint64 end; /* the point behind it */
  gchar *item_id;
  gboolean committed; /* by us, and the server has not said so yet */
  gboolean cleared;   /* it is none: what is behind the one before is void */
} Turn;

struct _RtRecall {
  RtRecallRules rules;
  RtAudioFormat format;
  GQueue blocks;  /* of guint8[BLOCK_SIZE] */
  gsize offset;   /* taken of the first … */
  gsize used;     /* … and bytes that there are */
  guint64 before; /* ns appended in other formats */
  guint64 frames; /* and in this one */
  RtTimes times;  /* of these */
  gboolean speaking;
  GQueue turns; /* of Turn, not understood, oldest first */
  RtAnswers answers;
  RtQuiet quiet;
};

static void
turn_free (Turn *turn)
{
  g_free (turn->item_id);
  g_free (turn);
}

RtRecall *
rt_recall_new (void)
{
  RtRecall *self = g_new0 (RtRecall, 1);

  self->format = RT_AUDIO_FORMAT_DEFAULT;
  return self;
}

void
rt_recall_free (RtRecall *self)
{
  if (self == NULL)
    return;
  rt_times_clear (&self->times);
  g_queue_clear_full (&self->blocks, g_free);
  g_queue_clear_full (&self->turns, (GDestroyNotify) turn_free);
  rt_answers_clear (&self->answers);
  g_free (self);
}

void
rt_recall_set_rules (RtRecall *self, const RtRecallRules *rules)
{
  self->rules = *rules;
}

static guint64
to_ns (const RtRecall *self, guint64 frames)
{
  return frames * NS_PER_SECOND / self->format.rate;
}

static guint64
to_frames (const RtRecall *self, guint64 ns)
{
  return (ns * self->format.rate + NS_PER_SECOND / 2) / NS_PER_SECOND;
}

static guint64
get_end (const RtRecall *self)
{
  return self->before + to_ns (self, self->frames);
}

guint64
rt_recall_get_length (const RtRecall *self)
{
  return to_ns (self, self->used / rt_audio_format_frame_size (&self->format));
}

/* The number of the first frame that there is. */
static guint64
get_head (const RtRecall *self)
{
  return self->frames - self->used / rt_audio_format_frame_size (&self->format);
}

static guint64
get_begin (const RtRecall *self)
{
  return get_end (self) - rt_recall_get_length (self);
}

static void
push (RtRecall *self, const guint8 *data, gsize size)
{
  gsize n;

  for (; size > 0; data += n, size -= n) {
    gsize at = (self->offset + self->used) % BLOCK_SIZE;

    if (at == 0
        && self->offset + self->used >= self->blocks.length * BLOCK_SIZE)
      g_queue_push_tail (&self->blocks, g_malloc (BLOCK_SIZE));
    n = MIN (size, BLOCK_SIZE - at);
    memcpy ((guint8 *) self->blocks.tail->data + at, data, n);
    self->used += n;
  }
}

/* `out` NULL: into the void. */
static void
pop (RtRecall *self, guint8 *out, gsize size)
{
  gsize n, done;

  for (done = 0; done < size; done += n) {
    n = MIN (size - done, BLOCK_SIZE - self->offset);
    if (out != NULL)
      memcpy (out + done, (guint8 *) self->blocks.head->data + self->offset, n);
    self->offset += n;
    self->used -= n;
    if (self->offset == BLOCK_SIZE || self->used == 0) {
      g_free (g_queue_pop_head (&self->blocks));
      self->offset = 0;
    }
  }
  rt_times_forget (&self->times, get_head (self));
}

static void
forget_audio (RtRecall *self, guint64 point)
{
  guint frame_size = rt_audio_format_frame_size (&self->format);
  guint64 begin = get_begin (self);

  if (point > begin)
    pop (self, NULL,
        MIN (to_frames (self, MIN (point, get_end (self)) - begin) * frame_size,
            self->used));
}

/* Turns whose audio is gone are void, and so is what was cleared behind them. */
static void
trim (RtRecall *self, guint64 point)
{
  Turn *turn;

  forget_audio (self, point);
  while ((turn = g_queue_peek_head (&self->turns)) != NULL
         && (turn->cleared || turn->end <= get_begin (self)
             || turn->end <= point)) {
    if (turn->cleared)
      forget_audio (self, turn->end);
    turn_free (g_queue_pop_head (&self->turns));
  }
}

static void
forget_all (RtRecall *self)
{
  trim (self, get_end (self));
}

static void
keep_within_limit (RtRecall *self)
{
  guint64 end = get_end (self);
  guint64 quiet = rt_quiet_take_point (&self->quiet);

  if (self->rules.told && !self->speaking && self->turns.length == 0)
    trim (self, quiet);
  if (rt_recall_get_length (self) > self->rules.limit)
    trim (self, end - self->rules.limit);
}

void
rt_recall_append (RtRecall *self, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time, gint64 now)
{
  if (!rt_audio_format_equal (&self->format, format)) {
    forget_all (self);
    self->before = get_end (self);
    self->frames = 0;
    rt_times_clear (&self->times);
    self->format = *format;
  }
  rt_quiet_note (&self->quiet, get_end (self), now);
  if (time != RT_NS_UNKNOWN)
    rt_times_mark (&self->times, self->frames, time, format->rate);
  push (self, data, size);
  self->frames += size / rt_audio_format_frame_size (format);
  keep_within_limit (self);
}

void
rt_recall_heard (RtRecall *self, gint64 when)
{
  rt_quiet_heard (&self->quiet, when);
}

static void
add_turn (RtRecall *self, const gchar *item_id, guint64 end, gboolean committed)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->item_id = g_strdup (item_id);
  turn->end = end;
  turn->committed = committed;
  g_queue_push_tail (&self->turns, turn);
}

void
rt_recall_commit (RtRecall *self)
{
  if (self->used > 0)
    add_turn (self, NULL, get_end (self), TRUE);
}

void
rt_recall_clear (RtRecall *self)
{
  Turn *last = g_queue_peek_tail (&self->turns);

  if (last == NULL) {
    forget_all (self);
  } else if (last->cleared) {
    last->end = get_end (self);
  } else {
    add_turn (self, NULL, get_end (self), FALSE);
    ((Turn *) self->turns.tail->data)->cleared = TRUE;
  }
}

static GList *
find_turn (RtRecall *self, const gchar *item_id)
{
  GList *link;

  for (link = self->turns.head; link != NULL; link = link->next) {
    const Turn *turn = link->data;

    if (turn->item_id != NULL ? g_strcmp0 (turn->item_id, item_id) == 0
                              : item_id == NULL && !turn->cleared)
      return link;
  }
  return NULL;
}

static GList *
find_commit (RtRecall *self)
{
  GList *link;

  for (link = self->turns.head; link != NULL; link = link->next)
    if (((Turn *) link->data)->committed
        && ((Turn *) link->data)->item_id == NULL)
      return link;
  return NULL;
}

static void
speech_started (RtRecall *self, const RtEvent *event)
{
  guint64 begin = event->audio_ms * NS_PER_MS;

  self->speaking = TRUE;
  /* not of a server that counts what it was never sent */
  if (self->turns.length == 0 && begin > LEAD && begin <= get_end (self))
    trim (self, begin - LEAD);
}

/* What the next one tells goes for this one, too. */
static void
forget_oldest (RtRecall *self)
{
  GList *link;

  for (link = self->turns.head; link != NULL; link = link->next) {
    Turn *turn = link->data;

    if (turn->committed || turn->cleared)
      continue;
    turn_free (turn);
    g_queue_delete_link (&self->turns, link);
    return;
  }
}

/* Of a server that tells no time, or counts what it was never sent, it is all
 * that was said until now. */
static void
speech_stopped (RtRecall *self, const RtEvent *event)
{
  guint64 end = get_end (self);

  self->speaking = FALSE;
  if (find_turn (self, event->item_id) != NULL)
    return;
  if (event->has_audio_ms)
    end = MIN (end, event->audio_ms * NS_PER_MS);
  add_turn (self, event->item_id, end, FALSE);
  if (self->turns.length > MAX_TURNS)
    forget_oldest (self);
}

static void
committed (RtRecall *self, const RtEvent *event)
{
  GList *link = find_turn (self, event->item_id);

  if (link == NULL)
    link = find_commit (self);
  if (link != NULL && ((Turn *) link->data)->item_id == NULL)
    ((Turn *) link->data)->item_id = g_strdup (event->item_id);
}

static void
understood (RtRecall *self, const RtEvent *event)
{
  GList *link = find_turn (self, event->item_id);

  if (link == NULL && event->item_id == NULL)
    link = self->turns.head;
  if (link != NULL)
    trim (self, ((Turn *) link->data)->end);
  else if (self->rules.by_output)
    forget_all (self);
}

/* The end of the last turn that the server knows of; 0: of none. */
static guint64
get_known_end (const RtRecall *self)
{
  GList *link;

  for (link = self->turns.tail; link != NULL; link = link->prev) {
    const Turn *turn = link->data;

    if (turn->item_id != NULL || (!turn->committed && !turn->cleared))
      return turn->end;
  }
  return 0;
}

/* That an answer is about to come is not enough: it could get lost. */
static void
answered (RtRecall *self, const RtEvent *event)
{
  if (self->rules.by_output)
    forget_all (self);
  else
    trim (
        self, rt_answers_get_end (&self->answers, event, get_known_end (self)));
}

static void
refused (RtRecall *self, const RtEvent *event)
{
  GList *link = find_commit (self);

  if (link == NULL || event->error == NULL
      || g_strcmp0 (event->error->code, "input_audio_buffer_commit_empty") != 0)
    return;
  turn_free (link->data);
  g_queue_delete_link (&self->turns, link);
  trim (self, 0);
}

void
rt_recall_event (RtRecall *self, const RtEvent *event)
{
  switch (event->type) {
    case RT_EVENT_SPEECH_STARTED:
      speech_started (self, event);
      break;
    case RT_EVENT_SPEECH_STOPPED:
      speech_stopped (self, event);
      break;
    case RT_EVENT_AUDIO_COMMITTED:
      committed (self, event);
      break;
    case RT_EVENT_INPUT_TRANSCRIPT_DONE:
    case RT_EVENT_INPUT_TRANSCRIPT_FAILED:
      understood (self, event);
      break;
    case RT_EVENT_RESPONSE_CREATED:
      rt_answers_announce (&self->answers, event, get_known_end (self));
      break;
    case RT_EVENT_OUTPUT_AUDIO_DELTA:
    case RT_EVENT_OUTPUT_TRANSCRIPT_DELTA:
    case RT_EVENT_OUTPUT_TEXT_DELTA:
    case RT_EVENT_FUNCTION_ARGUMENTS_DONE:
      answered (self, event);
      break;
    case RT_EVENT_RESPONSE_DONE:
      if (!rt_answers_is_failure (event))
        answered (self, event);
      break;
    case RT_EVENT_ERROR:
      refused (self, event);
      break;
    default:
      break;
  }
}

gboolean
rt_recall_is_empty (const RtRecall *self)
{
  return self->used == 0;
}

gboolean
rt_recall_get_format (const RtRecall *self, RtAudioFormat *format)
{
  *format = self->format;
  return self->used > 0;
}

/* Up to the end of a turn, or a jump of the times, at most. */
static gsize
take_some (
    RtRecall *self, guint8 *out, gsize size, guint64 *time, gboolean *commits)
{
  guint frame_size = rt_audio_format_frame_size (&self->format);
  guint64 begin = get_begin (self), head = get_head (self);
  guint64 run = rt_times_next_jump (&self->times, head) - head;
  Turn *turn = g_queue_peek_head (&self->turns);
  gsize n = MIN (size - size % frame_size, self->used);

  n = MIN (n / frame_size, run) * frame_size;
  *time = rt_times_of (&self->times, head, self->format.rate);
  if (turn != NULL) {
    guint64 rest
        = to_frames (self, MAX (turn->end, begin) - begin) * frame_size;

    if (rest <= n) {
      n = rest;
      *commits = turn->committed;
      turn_free (g_queue_pop_head (&self->turns));
    }
  }
  pop (self, out, n);
  trim (self, 0);
  return n;
}

/* Only our own commits are sent again: a server that ends turns by itself
 * will do so again. */
gsize
rt_recall_take (
    RtRecall *self, guint8 *out, gsize size, guint64 *time, gboolean *commits)
{
  guint turns;
  gsize n;

  *commits = FALSE;
  do {
    turns = self->turns.length;
    n = take_some (self, out, size, time, commits);
  } while (n == 0 && !*commits && self->turns.length < turns);
  return n;
}
