/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What acknowledges what, of that which was said and of that which was told
 * again to a new session.
 */
#include "rtechoes.h"
#include "rtsent.h"
#include "sessiondriver.h"

#include <string.h>

/* "e1:user hi", "e2:output c1 text", "e3:progress c1 half",
 * "e4:final c1 done", "e5:create", "-:raw {...}" */
static void
add (RtSent *sent, const gchar *line)
{
  g_auto (GStrv) halves = g_strsplit (line, ":", 2);
  g_auto (GStrv) words = g_strsplit (halves[1], " ", 3);
  g_autoptr (RtCommand) command = rt_command_new (RT_COMMAND_USER_TEXT);
  gboolean of_call = g_str_equal (words[0], "output")
                     || g_str_equal (words[0], "progress")
                     || g_str_equal (words[0], "final");

  if (g_str_equal (words[0], "system"))
    command->type = RT_COMMAND_SYSTEM_TEXT;
  else if (g_str_equal (words[0], "output"))
    command->type = RT_COMMAND_FUNCTION_OUTPUT;
  else if (of_call)
    command->type = RT_COMMAND_HANDOFF_OUTPUT;
  else if (g_str_equal (words[0], "create"))
    command->type = RT_COMMAND_RESPONSE_CREATE;
  else if (g_str_equal (words[0], "raw"))
    command->type = RT_COMMAND_RAW;
  command->final = g_str_equal (words[0], "final");
  if (!g_str_equal (halves[0], "-"))
    command->event_id = g_strdup (halves[0]);
  if (of_call)
    command->call_id = g_strdup (words[1]);
  if (words[1] != NULL)
    command->text = g_strdup (of_call ? words[2] : words[1]);
  if (!of_call && words[1] != NULL && words[2] != NULL) {
    g_free (command->text);
    command->text = g_strconcat (words[1], " ", words[2], NULL);
  }
  rt_sent_add (sent, command);
}

static gchar *
describe (const RtSent *sent)
{
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; i < rt_sent_get_length (sent); i++) {
    const gchar *id = rt_sent_get (sent, i)->event_id;

    g_string_append_printf (
        out, "%s%s", i > 0 ? " " : "", id != NULL ? id : "-");
  }
  return g_string_free (out, FALSE);
}

static const struct {
  const gchar *said;
  const gchar *event;
  const gchar *left;
} acknowledgements[] = {
  { "e1:user a|e2:user b", "item_added item=i role=user text=a", "e2" },
  { "e1:user a|e2:user b", "item_done item=i role=user text=b", "" },
  { "e1:user a", "item_added item=i role=assistant text=a", "e1" },
  { "e1:user a", "item_added item=i role=user text=b", "e1" },
  { "e1:user a", "output_added item=i role=user text=a", "e1" },
  { "e1:user a", "audio item=i audio=20", "e1" },
  { "e1:system a", "item_added item=i role=system text=a", "" },
  /* an output is of use only in a reply */
  { "e1:output c x", "item_added kind=output item=i call=c", "e1" },
  { "e1:output c x|e2:create", "created id=r", "e1" },
  { "e1:output c x", "error code=x event=e1", "" },
  { "e1:output c x", "item_added kind=output item=i call=d", "e1" },
  { "e1:output c x", "item_added kind=call item=i call=c", "e1" },
  { "e1:final c x", "item_added kind=output item=i call=c", "e1" },
  { "e1:progress c x", "item_added kind=output item=i call=c", "e1" },
  { "e1:progress c x", "item_added item=i role=system text=x", "" },
  { "e1:user a|e2:create|e3:user b", "created id=r", "e3" },
  { "e1:user a", "created id=r", "e1" },
  { "e1:user a|e2:user b|e3:user c", "error code=x event=e2", "e3" },
  { "e1:user a", "error code=x event=e9", "e1" },
  { "e1:user a", "error code=x", "e1" },
  /* raw ones, by what answers them */
  { "-:raw {\"type\":\"conversation.item.create\"}",
      "item_added item=i role=user", "" },
  { "-:raw {\"type\":\"conversation.item.create\"}",
      "item_added kind=output item=i call=c", "" },
  { "-:raw {\"type\":\"conversation.item.create\"}",
      "item_added item=i role=assistant", "-" },
  { "-:raw {\"type\":\"conversation.item.create\"}",
      "item_added kind=call item=i call=c", "-" },
  { "-:raw {\"type\":\"conversation.item.create\"}", "rate_limits", "-" },
  { "-:raw {\"type\":\"session.update\"}", "session_updated id=s", "" },
  { "-:raw {\"type\":\"conversation.item.delete\"}", "item_deleted item=i",
      "" },
  { "-:raw {\"type\":\"conversation.item.retrieve\"}", "item_retrieved item=i",
      "" },
  { "-:raw {\"type\":\"conversation.item.truncate\"}", "item_truncated item=i",
      "" },
  { "-:raw {\"type\":\"response.create\"}", "created id=r", "" },
  { "-:raw {\"type\":\"response.create\",\"event_id\":\"own\"}",
      "error code=x event=own", "" },
  /* what of them is about audio or a reply is not kept */
  { "-:raw {\"type\":\"response.cancel\"}", "unknown", "" },
  { "-:raw {\"type\":\"input_audio_buffer.clear\"}", "unknown", "" },
  /* nobody knows what answers these */
  { "e1:user a|-:raw {\"type\":\"x.y\"}|e2:user b", "rate_limits", "e1 e2" },
  { "-:raw {\"no\":\"type\"}", "unknown", "" },
};

static void
acknowledged (void)
{
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (acknowledgements); i++) {
    g_autoptr (RtSent) sent = rt_sent_new (FALSE);
    g_auto (GStrv) said = g_strsplit (acknowledgements[i].said, "|", -1);
    g_autoptr (RtEvent) event
        = session_driver_event (acknowledgements[i].event);
    g_autofree gchar *left = NULL;

    for (j = 0; said[j] != NULL; j++)
      add (sent, said[j]);
    rt_sent_event (sent, event);
    left = describe (sent);
    g_test_message ("row %u", i);
    g_assert_cmpstr (left, ==, acknowledgements[i].left);
  }
}

static void
tell (RtSent *sent, const gchar *words, const gchar *expected)
{
  g_autoptr (RtEvent) event = session_driver_event (words);
  g_autofree gchar *left = NULL;

  rt_sent_event (sent, event);
  left = describe (sent);
  g_assert_cmpstr (left, ==, expected);
}

/* Until something of the reply to it came. */
static void
outputs (void)
{
  static const gchar *const signs[] = { "audio resp=r2 audio=20",
    "said_delta resp=r2 text=a", "text_delta resp=r2 text=a",
    "arguments resp=r2 call=d text={}", "done id=r2" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autoptr (RtSent) sent = rt_sent_new (FALSE);

    add (sent, "e1:output c x");
    add (sent, "e2:create");
    /* of the response before */
    tell (sent, "audio resp=r1 audio=20", "e1 e2");
    tell (sent, "item_added kind=output item=i call=c", "e1 e2");
    tell (sent, "done id=r1", "e1 e2");
    tell (sent, "created id=r2", "e1");
    add (sent, "e3:final d y");
    tell (sent, signs[i], "e3");
    /* one that the server begins by itself will do */
    tell (sent, "created id=r3", "e3");
    tell (sent, "done id=r3", "e3");
    tell (sent, "item_added kind=output item=i call=d", "e3");
    tell (sent, "created id=r4", "e3");
    /* but not in another session */
    rt_sent_retire (sent, NULL, NULL);
    tell (sent, "done id=r4", "e3");
    tell (sent, "item_added kind=output item=i call=d", "e3");
    tell (sent, "created id=r5", "e3");
    tell (sent, "done id=r5", "");
  }
}

/* A response that the server began by itself says nothing of what it has not
 * shown yet. */
static void
shown (void)
{
  g_autoptr (RtSent) sent = rt_sent_new (FALSE);

  add (sent, "e1:user a");
  add (sent, "e2:output c x");
  add (sent, "e3:create");
  tell (sent, "item_added item=i role=assistant", "e1 e2 e3");
  tell (sent, "created id=r1", "e1 e2");
  tell (sent, "audio resp=r1 audio=20", "e1 e2");
  tell (sent, "done id=r1", "e1 e2");
  tell (sent, "item_added kind=output item=j call=c", "e2");
}

static void
unanswered (void)
{
  g_autoptr (RtSent) sent = rt_sent_new (FALSE);
  g_autofree gchar *left = NULL;

  add (sent, "e1:output c x");
  add (sent, "e2:create");
  add (sent, "e3:progress d x");
  add (sent, "e4:create");
  add (sent, "-:raw {\"type\":\"x.y\"}");
  g_assert_true (rt_sent_answers (sent, "c"));
  g_assert_false (rt_sent_answers (sent, "d"));
  g_assert_true (rt_sent_has (sent, "e3"));
  rt_sent_retire (sent, NULL, NULL);
  left = describe (sent);
  g_assert_cmpstr (left, ==, "e1 e3 -");
}

/* Where nothing is acknowledged, a model that speaks has heard it. */
static void
by_output (void)
{
  static const gchar *const output[]
      = { "audio audio=20", "said_delta text=a", "text_delta text=a" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (output); i++) {
    g_autoptr (RtSent) sent = rt_sent_new (TRUE);
    g_autoptr (RtEvent) heard = session_driver_event ("heard_delta text=a");
    g_autoptr (RtEvent) event = session_driver_event (output[i]);

    add (sent, "e1:final c x");
    rt_sent_event (sent, heard);
    g_assert_cmpuint (rt_sent_get_length (sent), ==, 1);
    rt_sent_event (sent, event);
    g_assert_cmpuint (rt_sent_get_length (sent), ==, 0);
  }
}

static void
bounded (void)
{
  g_autoptr (RtSent) sent = rt_sent_new (FALSE);
  guint i;

  for (i = 0; i < RT_SENT_MAX + 10; i++) {
    g_autofree gchar *line = g_strdup_printf ("e%u:user a", i);

    add (sent, line);
  }
  g_assert_cmpuint (rt_sent_get_length (sent), ==, RT_SENT_MAX);
  g_assert_false (rt_sent_has (sent, "e9"));
  g_assert_true (rt_sent_has (sent, "e10"));
}

static gboolean
take (RtEchoes *echoes, const gchar *words)
{
  g_autoptr (RtEvent) event = session_driver_event (words);

  return rt_echoes_take (echoes, event->item);
}

static void
echoes (void)
{
  g_autoptr (RtEchoes) echoes = rt_echoes_new ();

  rt_echoes_expect_message (echoes, "i1", "user", "a");
  rt_echoes_expect_message (echoes, "i2", "assistant", "b");
  rt_echoes_expect_message (echoes, NULL, "user", "a");
  rt_echoes_expect_call (echoes, "i4", "c");
  rt_echoes_expect_message (echoes, "i5", "user", "never shown");
  g_assert_null (rt_echoes_get_name (echoes, "i1"));

  /* with our name, whatever it says */
  g_assert_true (take (echoes, "item_added item=i1 role=user"));
  g_assert_true (take (echoes, "item_done item=i1 role=user text=a"));
  g_assert_cmpstr (rt_echoes_get_name (echoes, "i1"), ==, "i1");
  /* with another one, by what it says */
  g_assert_false (take (echoes, "item_added item=x2 role=assistant text=z"));
  g_assert_true (take (echoes, "item_added item=x2 role=assistant text=b"));
  g_assert_true (take (echoes, "item_done item=x2 role=assistant"));
  g_assert_cmpstr (rt_echoes_get_name (echoes, "i2"), ==, "x2");
  /* each once */
  g_assert_true (take (echoes, "item_added item=x3 role=user text=a"));
  g_assert_false (take (echoes, "item_added item=x4 role=user text=a"));
  /* a call by its own id */
  g_assert_false (take (echoes, "item_added kind=output item=x5 call=c"));
  g_assert_true (take (echoes, "item_added kind=call item=x6 call=c"));
  g_assert_true (take (echoes, "item_done kind=call item=x6 call=c"));

  rt_echoes_settle (echoes);
  g_assert_false (
      take (echoes, "item_added item=i5 role=user text='never shown'"));
  g_assert_true (take (echoes, "item_done item=x3 role=user text=a"));
  /* a name that comes again is of another kind */
  g_assert_false (take (echoes, "item_added item=i1 role=assistant"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/sent/acknowledged", acknowledged);
  g_test_add_func ("/session/sent/outputs", outputs);
  g_test_add_func ("/session/sent/shown", shown);
  g_test_add_func ("/session/sent/unanswered", unanswered);
  g_test_add_func ("/session/sent/by-output", by_output);
  g_test_add_func ("/session/sent/bounded", bounded);
  g_test_add_func ("/session/sent/echoes", echoes);
  return g_test_run ();
}
