/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of words against a session.  One thread.
 */
#include "sessiondriver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

typedef struct {
  RtDialect dialect;
  RtSessionConfig *config;
  RtSession *session;
  RtEffects *effects;
} Driver;

static void
set_string (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_str_equal (value, "-") ? NULL : g_strdup (value);
}

static void
set_config (RtSessionConfig *config, const gchar *key, const gchar *value)
{
  if (g_str_equal (key, "mode"))
    config->mode = g_str_equal (value, "transcription")
                       ? RT_MODE_TRANSCRIPTION
                       : RT_MODE_CONVERSATIONAL;
  else if (g_str_equal (key, "turns"))
    config->turn_detection = g_str_equal (value, "none")
                                 ? RT_TURN_DETECTION_NONE
                                 : RT_TURN_DETECTION_SERVER_VAD;
  else if (g_str_equal (key, "create"))
    config->create_response = atoi (value);
  else if (g_str_equal (key, "interrupt"))
    config->interrupt_response = atoi (value);
  else if (g_str_equal (key, "voice"))
    set_string (&config->voice, value);
  else if (g_str_equal (key, "speed"))
    config->speed = g_ascii_strtod (value, NULL);
  else if (g_str_equal (key, "prompt"))
    set_string (&config->prompt, value);
  else if (g_str_equal (key, "model"))
    set_string (&config->model, value);
  else if (g_str_equal (key, "conversation"))
    set_string (&config->conversation_id, value);
  else if (g_str_equal (key, "transcriber"))
    set_string (&config->transcription_model, value);
  else if (g_str_equal (key, "handoff"))
    set_string (&config->handoff_tool, value);
  else if (g_str_equal (key, "options"))
    set_string (&config->session_options, value);
  else if (g_str_equal (key, "codec"))
    config->output_format = session_driver_format (value);
  else if (g_str_equal (key, "input"))
    config->input_format = session_driver_format (value);
  else
    g_error ("no such setting: %s", key);
}

/* "v1", "session-create": that dialect; "bare": one that knows no replies and
 * ends at errors.  "mute": the user's voice interrupts nothing here;
 * "hold=300": it does when a turn comes of it within 300 ms. */
static void
set_up (Driver *driver, const gchar *setup)
{
  g_auto (GStrv) words = g_strsplit (setup, " ", -1);
  gboolean barge_in = TRUE;
  guint hold = 0;
  guint i;

  driver->dialect = rt_dialect_v2;
  driver->config = rt_session_config_new ();
  for (i = 0; words[i] != NULL; i++) {
    gchar *value = strchr (words[i], '=');

    if (g_str_equal (words[i], "bare")) {
      driver->dialect.flags = RT_DIALECT_ERRORS_END;
    } else if (g_str_equal (words[i], "v1")) {
      driver->dialect = rt_dialect_v1;
    } else if (g_str_equal (words[i], "session-create")) {
      driver->dialect = rt_dialect_create;
    } else if (g_str_equal (words[i], "mute")) {
      barge_in = FALSE;
    } else if (g_str_has_prefix (words[i], "hold=")) {
      hold = atoi (value + 1);
      driver->config->interrupt_response = FALSE;
    } else if (value != NULL) {
      *value = '\0';
      set_config (driver->config, words[i], value + 1);
    }
  }
  driver->session = rt_session_new (&driver->dialect, driver->config);
  rt_session_set_barge_in (driver->session, barge_in, hold);
  driver->effects = rt_effects_new ();
}

static void
tear_down (Driver *driver)
{
  rt_session_free (driver->session);
  rt_session_config_free (driver->config);
  rt_effects_free (driver->effects);
}

static gboolean
ask (Driver *driver, gchar **words)
{
  static const gchar *const names[] = { "text", "raw", "commit", "clear",
    "create", "interrupt", "handoff", "function", "update" };
  RtRequest request = { RT_REQUEST_TEXT };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (words[0], names[i]))
      break;
  g_assert_cmpuint (i, <, G_N_ELEMENTS (names));
  request.type = i;
  switch (request.type) {
    case RT_REQUEST_TEXT:
    case RT_REQUEST_RAW:
      request.text = words[1];
      break;
    case RT_REQUEST_HANDOFF_OUTPUT:
      request.id = g_str_equal (words[1], "-") ? NULL : words[1];
      request.text = words[2];
      request.final = g_strcmp0 (words[3], "final") == 0;
      break;
    case RT_REQUEST_FUNCTION_OUTPUT:
      request.id = g_str_equal (words[1], "-") ? NULL : words[1];
      request.text = words[2];
      break;
    case RT_REQUEST_COMMIT:
    case RT_REQUEST_CLEAR:
      request.position = words[1] != NULL ? atoi (words[1]) : 0;
      break;
    default:
      break;
  }
  return rt_session_request (driver->session, &request, driver->effects);
}

static guint64
ms_to_ns (guint ms)
{
  return ms * G_GUINT64_CONSTANT (1000000);
}

/* So many ms of audio, of that running time. */
static void
append (Driver *driver, const gchar *ms, const gchar *time)
{
  rt_session_appended (driver->session, ms_to_ns (atoi (ms)),
      time != NULL ? ms_to_ns (atoi (time)) : RT_TIME_UNKNOWN);
}

/* "1=40/100": of 100 ms of track 1, 40 were heard; at 24 kHz, or behind a "@"
 * so many hertz.  Behind a ":" when the track began, in ms. */
static void
dropped (Driver *driver, gchar **words)
{
  g_autoptr (GArray) heard = g_array_new (FALSE, FALSE, sizeof (RtHeard));
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    guint track, received_ms, rate = 24000;
    gdouble heard_ms;
    RtHeard entry;

    g_assert_cmpint (sscanf (words[i], "%u=%lf/%u@%u", &track, &heard_ms,
                         &received_ms, &rate),
        >=, 3);
    entry.track = track;
    entry.rate = rate;
    entry.heard = (guint64) (heard_ms * rate / 1000);
    entry.received = (guint64) received_ms * rate / 1000;
    entry.begin = entry.end = RT_TIME_UNKNOWN;
    if (strchr (words[i], ':') != NULL)
      entry.begin = ms_to_ns (atoi (strchr (words[i], ':') + 1));
    if (entry.begin != RT_TIME_UNKNOWN && entry.heard > 0)
      entry.end = entry.begin + ms_to_ns (heard_ms);
    g_array_append_val (heard, entry);
  }
  rt_session_dropped (
      driver->session, (RtHeard *) heard->data, heard->len, driver->effects);
}

static gchar *
question (Driver *driver, const gchar *what)
{
  RtSession *session = driver->session;

  if (g_str_equal (what, "busy?"))
    return g_strdup (rt_session_is_busy (session) ? "yes" : "no");
  if (g_str_equal (what, "speaking?"))
    return g_strdup (rt_session_user_is_speaking (session) ? "yes" : "no");
  if (g_str_equal (what, "ready?"))
    return g_strdup (rt_session_is_ready (session) ? "yes" : "no");
  if (g_str_equal (what, "awaits_pause?"))
    return g_strdup (rt_session_awaits_pause (session) ? "yes" : "no");
  if (g_str_equal (what, "between?"))
    return g_strdup (rt_session_is_between_turns (session) ? "yes" : "no");
  if (g_str_equal (what, "owed?"))
    return g_strdup (rt_session_awaits_response (session) ? "yes" : "no");
  if (g_str_equal (what, "worked?"))
    return g_strdup (rt_session_has_worked (session) ? "yes" : "no");
  if (g_str_equal (what, "last_error?"))
    return g_strdup (rt_session_get_last_error (session));
  if (g_str_equal (what, "id?"))
    return g_strdup (rt_session_get_id (session));
  if (g_str_equal (what, "late?"))
    return g_strdup_printf (
        "%" G_GUINT64_FORMAT, rt_session_take_late_audio (session) / 1000000);
  g_error ("no such question: %s", what);
}

static void
configure (Driver *driver, gchar **words)
{
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    gchar *value = strchr (words[i], '=');

    *value = '\0';
    set_config (driver->config, words[i], value + 1);
  }
  rt_session_set_config (driver->session, driver->config, driver->effects);
}

static gchar *
drain_effects (Driver *driver, gboolean refused)
{
  g_autoptr (GString) out = g_string_new (refused ? "refused" : NULL);

  while (rt_effects_length (driver->effects) > 0) {
    g_autoptr (RtEffect) effect = rt_effects_pop (driver->effects);
    g_autofree gchar *text = session_driver_effect_to_string (effect);

    if (effect->type == RT_EFFECT_SEND)
      rt_session_sent (driver->session, effect->command);
    g_string_append_printf (out, "%s%s", out->len > 0 ? "; " : "", text);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* "1" or "1:500": a track, and when that is, in ms. */
static void
playback (Driver *driver, const gchar *what, const gchar *track)
{
  const gchar *colon = strchr (track, ':');
  guint64 time = colon != NULL ? ms_to_ns (atoi (colon + 1)) : RT_TIME_UNKNOWN;

  if (g_str_equal (what, "playing"))
    rt_session_playing (driver->session, atoi (track), time, driver->effects);
  else
    rt_session_drained (driver->session, atoi (track), time, driver->effects);
}

/* From one session to the next.  FALSE: it is nothing of that. */
static gboolean
passes (Driver *driver, gchar **words)
{
  RtSession *session = driver->session;

  if (g_str_equal (words[0], "lost"))
    rt_session_lost (
        session, g_strcmp0 (words[1], "repeats") == 0, driver->effects);
  else if (g_str_equal (words[0], "greet"))
    rt_effects_send (driver->effects, rt_session_greet (session));
  else if (g_str_equal (words[0], "commit_again"))
    rt_session_repeat_commit (session, driver->effects);
  else if (g_str_equal (words[0], "repeated"))
    rt_session_repeated (session, driver->effects);
  else if (g_str_equal (words[0], "ask_again"))
    rt_session_ask_again (session);
  else if (g_str_equal (words[0], "forgetful"))
    rt_session_set_restores (session, FALSE);
  else
    return FALSE;
  return TRUE;
}

static gchar *
run_row (Driver *driver, const gchar *in)
{
  g_auto (GStrv) words = NULL;
  gboolean refused = FALSE;

  g_assert_true (g_shell_parse_argv (in, NULL, &words, NULL));
  if (g_str_has_suffix (words[0], "?"))
    return question (driver, words[0]);
  if (g_str_equal (words[0], "opened")) {
    rt_session_opened (
        driver->session, g_strcmp0 (words[1], "greeted") == 0, driver->effects);
  } else if (passes (driver, words)) {
    /* that was it */
  } else if (g_str_equal (words[0], "ask")) {
    refused = !ask (driver, words + 1);
  } else if (g_str_equal (words[0], "unsent")) {
    return g_strdup (ask (driver, words + 1) ? "" : "refused");
  } else if (g_str_equal (words[0], "playing")
             || g_str_equal (words[0], "drained")) {
    playback (driver, words[0], words[1]);
  } else if (g_str_equal (words[0], "elapsed")) {
    rt_session_hold_elapsed (driver->session, driver->effects);
  } else if (g_str_equal (words[0], "barge-in")) {
    rt_session_set_barge_in (driver->session, atoi (words[1]), atoi (words[2]));
  } else if (g_str_equal (words[0], "paused")) {
    rt_session_audio_paused (driver->session, driver->effects);
  } else if (g_str_equal (words[0], "dropped")) {
    dropped (driver, words + 1);
  } else if (g_str_equal (words[0], "ended")) {
    append (driver, words[1], NULL);
    rt_session_input_ended (driver->session, driver->effects);
  } else if (g_str_equal (words[0], "append")) {
    append (driver, words[1], words[2]);
  } else if (g_str_equal (words[0], "config")) {
    configure (driver, words + 1);
  } else {
    g_autoptr (RtEvent) event = session_driver_event (in);

    g_assert_nonnull (event);
    rt_session_event (driver->session, event, driver->effects);
  }
  return drain_effects (driver, refused);
}

static void
run_table (gconstpointer data)
{
  const Table *table = data;
  Driver driver;
  guint i;

  set_up (&driver, table->setup);
  for (i = 0; i < table->n_rows; i++) {
    g_autofree gchar *out = run_row (&driver, table->rows[i].in);

    if (g_strcmp0 (out, table->rows[i].out) != 0)
      g_error ("row %u, \"%s\"\n  wanted: %s\n  got:    %s", i,
          table->rows[i].in, table->rows[i].out, out);
  }
  tear_down (&driver);
}

void
session_driver_add (const gchar *prefix, const Table *tables, guint n_tables)
{
  guint i;

  for (i = 0; i < n_tables; i++) {
    g_autofree gchar *path = g_strdup_printf ("%s/%s", prefix, tables[i].name);

    g_test_add_data_func (path, &tables[i], run_table);
  }
}
