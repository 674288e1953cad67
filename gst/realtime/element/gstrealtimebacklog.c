/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of one element that were posted and not freed yet, and what is
 * left out when they are too many.  Any thread.
 */
#include "gstrealtimebacklog.h"

#include <string.h>

#define MEBIBYTE (1024 * 1024)
/* At most one line in the log in so much time. */
#define SAY_INTERVAL (10 * G_TIME_SPAN_SECOND)

typedef struct {
  guint messages;
  gsize bytes; /* of text: one message may have as much as the server sends */
} Limit;

/* A conversation says some twenty words a second at the most, and a message
 * is about half a kilobyte.  So who is behind by the first limit has not looked
 * for minutes, and what is kept for him is 2 MB; the last one is more than a
 * day of talk, and 16 MB. */
static const Limit limits[GST_REALTIME_WORTH_LIMITED] = {
  [GST_REALTIME_WORTH_INCREMENT] = { 4096, 16 * MEBIBYTE },
  [GST_REALTIME_WORTH_MOMENT] = { 8192, 32 * MEBIBYTE },
  [GST_REALTIME_WORTH_RECORD] = { 32768, 64 * MEBIBYTE },
};

struct _GstRealtimeBacklog {
  gatomicrefcount refs; /* the element's, and one for each message */

  /* A leaf, as messages may be freed under anybody's locks. */
  GMutex lock;
  /* lock */
  guint messages;
  gsize bytes;
  gboolean full[GST_REALTIME_WORTH_LIMITED];
  guint64 dropped;
  guint64 untold; /* of them */
  gint64 said;    /* monotonic us; 0: never */
};

/* What a message carries for us. */
typedef struct {
  GstRealtimeBacklog *backlog;
  gsize bytes;
} Entry;

static G_DEFINE_QUARK (gst - realtime - backlog - entry, entry)

GstRealtimeBacklog *
gst_realtime_backlog_new (void)
{
  GstRealtimeBacklog *self = g_new0 (GstRealtimeBacklog, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  return self;
}

void
gst_realtime_backlog_unref (GstRealtimeBacklog *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstRealtimeWorth
gst_realtime_worth_of_note (const RtNote *note)
{
  switch (note->type) {
    case RT_NOTE_TRANSCRIPT:
      return note->flag ? GST_REALTIME_WORTH_RECORD
                        : GST_REALTIME_WORTH_INCREMENT;
    case RT_NOTE_SPEECH:
    case RT_NOTE_INTERRUPTED:
    case RT_NOTE_RESPONSE:
    case RT_NOTE_ITEM:
      return GST_REALTIME_WORTH_MOMENT;
    case RT_NOTE_RECONNECTING:
      /* the first one is the outage, the others may go on for weeks */
      return note->attempt == 1 ? GST_REALTIME_WORTH_RECORD
                                : GST_REALTIME_WORTH_MOMENT;
    case RT_NOTE_ERROR:
      return note->severity == RT_SEVERITY_FATAL ? GST_REALTIME_WORTH_PROMISE
                                                 : GST_REALTIME_WORTH_RECORD;
    case RT_NOTE_STARTED:
    case RT_NOTE_SESSION:
      return GST_REALTIME_WORTH_RECORD;
    default:
      /* handoffs and function calls, and whatever comes to be */
      return GST_REALTIME_WORTH_PROMISE;
  }
}

static gboolean add_size (GQuark field, const GValue *value, gpointer size);

static void
add_size_of_list (const GValue *list, gsize *size)
{
  guint i;

  for (i = 0; i < gst_value_list_get_size (list); i++)
    add_size (0, gst_value_list_get_value (list, i), size);
}

static gboolean
add_size (GQuark field, const GValue *value, gpointer size)
{
  if (G_VALUE_HOLDS_STRING (value)) {
    const gchar *text = g_value_get_string (value);

    *(gsize *) size += text != NULL ? strlen (text) : 0;
  } else if (GST_VALUE_HOLDS_LIST (value))
    add_size_of_list (value, size);
  else if (GST_VALUE_HOLDS_STRUCTURE (value))
    gst_structure_foreach (gst_value_get_structure (value), add_size, size);
  return TRUE;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;
  GstRealtimeBacklog *self = entry->backlog;

  g_mutex_lock (&self->lock);
  self->messages--;
  self->bytes -= entry->bytes;
  g_mutex_unlock (&self->lock);
  gst_realtime_backlog_unref (self);
  g_free (entry);
}

/* Not a weak reference: the text may be another by the time it is freed. */
void
gst_realtime_backlog_add (GstRealtimeBacklog *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  Entry *entry = g_new0 (Entry, 1);

  entry->backlog = self;
  if (structure != NULL)
    gst_structure_foreach (structure, add_size, &entry->bytes);
  g_atomic_ref_count_inc (&self->refs);
  g_mutex_lock (&self->lock);
  self->messages++;
  self->bytes += entry->bytes;
  g_mutex_unlock (&self->lock);
  gst_mini_object_set_qdata (
      GST_MINI_OBJECT (message), entry_quark (), entry, free_entry);
}

/* Lock.  What is full has room again when half of it was freed, so that what
 * is missing is a piece and not every other message. */
static void
look (GstRealtimeBacklog *self)
{
  guint i;

  for (i = 0; i < GST_REALTIME_WORTH_LIMITED; i++) {
    guint share = self->full[i] ? 2 : 1;

    self->full[i] = self->messages >= limits[i].messages / share
                    || self->bytes >= limits[i].bytes / share;
  }
}

/* Lock. */
static gboolean
leave_out (GstRealtimeBacklog *self)
{
  gint64 now;

  self->dropped++;
  if (self->untold++ > 0)
    return FALSE;
  now = g_get_monotonic_time ();
  if (self->said != 0 && now - self->said < SAY_INTERVAL)
    return FALSE;
  self->said = now;
  return TRUE;
}

gboolean
gst_realtime_backlog_admit (
    GstRealtimeBacklog *self, GstRealtimeWorth worth, gboolean *says)
{
  gboolean admitted;

  *says = FALSE;
  g_mutex_lock (&self->lock);
  look (self);
  admitted = worth >= GST_REALTIME_WORTH_LIMITED || !self->full[worth];
  if (!admitted)
    *says = leave_out (self);
  g_mutex_unlock (&self->lock);
  return admitted;
}

/* Where there is room for increments there is room for all. */
guint64
gst_realtime_backlog_take_untold (GstRealtimeBacklog *self, gboolean anyway)
{
  guint64 untold = 0;

  g_mutex_lock (&self->lock);
  if (anyway || !self->full[GST_REALTIME_WORTH_INCREMENT]) {
    untold = self->untold;
    self->untold = 0;
  }
  g_mutex_unlock (&self->lock);
  return untold;
}

void
gst_realtime_backlog_peek (
    GstRealtimeBacklog *self, GstRealtimeBacklogStatus *status)
{
  g_mutex_lock (&self->lock);
  status->level = self->messages;
  status->dropped = self->dropped;
  g_mutex_unlock (&self->lock);
}
