/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which member of an update a server means.
 */
#include <string.h>

#include "describe.h"
#include "rtsessionpath.h"

#define NAME64 \
  "a234567890123456789012345678901234567890123456789012345678901234"

static void
test_parse (void)
{
  static const gchar *const rows[][2] = {
    { "session.audio.input.noise_reduction",
        "session.audio.input.noise_reduction" },
    { "session.x-y_Z9", "session.x-y_Z9" },
    { "session.9lives", "session.9lives" },
    /* of an array, the array */
    { "session.tools[0].name", "session.tools" },
    { "session.tools.0.name", "session.tools" },
    { "session.tools[0]", "session.tools" },
    { "session.a['b.c'].d", "session.a" },
    { "session.0", "session" },
    { "session.b.c.d.e.f.g.h", "session.b.c.d.e.f.g.h" },
    { "session.b.c.d.e.f.g.h.i", NULL },
    { "session." NAME64, "session." NAME64 },
    { "session." NAME64 "5", NULL },
    /* what is no parameter of the session */
    { NULL, NULL },
    { "", NULL },
    { "session", NULL },
    { "session.", NULL },
    { "session..a", NULL },
    { "session.a.", NULL },
    { "session.[0]", NULL },
    { "session[0].a", NULL },
    { "response.instructions", NULL },
    { "audio.input", NULL },
    { "session.a b", NULL },
    { "session.a\n", NULL },
    { "session.\303\244", NULL },
    { "session./etc", NULL },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *path = rt_session_path_parse (rows[i][0]);

    g_test_message ("%s", rows[i][0]);
    g_assert_cmpstr (path, ==, rows[i][1]);
  }
}

static void
test_spare (void)
{
  static const struct {
    const gchar *path;
    gboolean spare;
  } rows[] = {
    { "session", FALSE },
    { "session.type", FALSE },
    { "session.type.more", FALSE },
    { "session.types", TRUE },
    { "session.instructions", TRUE },
    { "session.audio", FALSE },
    { "session.audio.input", FALSE },
    { "session.audio.input.format", FALSE },
    { "session.audio.input.format.rate", FALSE },
    { "session.audio.input.formats", TRUE },
    { "session.audio.input.transcription", TRUE },
    { "session.audio.output", FALSE },
    { "session.audio.output.format.type", FALSE },
    { "session.audio.output.voice", TRUE },
    { "session.audio.more", TRUE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].path);
    g_assert_cmpint (
        rt_session_path_is_spare (rows[i].path), ==, rows[i].spare);
  }
}

static void
test_relations (void)
{
  g_autofree gchar *parent = rt_session_path_dup_parent ("session.a.b");
  g_autofree gchar *root = rt_session_path_dup_parent (parent);
  g_autofree gchar *none = NULL;

  g_assert_cmpstr (parent, ==, "session.a");
  g_assert_nonnull (root);
  g_assert_cmpstr (root, ==, "session");
  none = rt_session_path_dup_parent (root);
  g_assert_null (none);
  g_assert_true (rt_session_path_holds ("session.a", "session.a"));
  g_assert_true (rt_session_path_holds ("session.a", "session.a.b.c"));
  g_assert_false (rt_session_path_holds ("session.a", "session.ab"));
  g_assert_false (rt_session_path_holds ("session.a.b", "session.a"));
}

/* The text of each member, and what is left without it. */
static void
test_members (void)
{
  static const gchar *const rows[][3] = {
    { "session.a", "{\"b\":{\"c\":1.5},\"d\":[2]}", "{'session':{'e':null}}" },
    { "session.a.b.c", "1.5", "{'session':{'a':{'b':{},'d':[2]},'e':null}}" },
    { "session.a.d", "[2]", "{'session':{'a':{'b':{'c':1.5}},'e':null}}" },
    { "session.e", "null", "{'session':{'a':{'b':{'c':1.5},'d':[2]}}}" },
    { "session.f", NULL, NULL },
    { "session.e.f", NULL, NULL },
    { "session.a.d.f", NULL, NULL },
    { "other.a", NULL, NULL },
  };
  static const gchar *const all
      = "{\"session\":{\"a\":{\"b\":{\"c\":1.5},\"d\":[2]},\"e\":null}}";
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonNode) message = rt_test_parse (all);
    JsonObject *object = json_node_get_object (message);
    g_autofree gchar *text = rt_session_path_dup_text (object, rows[i][0]);
    g_autofree gchar *left = NULL;

    g_test_message ("%s", rows[i][0]);
    g_assert_cmpstr (text, ==, rows[i][1]);
    rt_session_path_drop (object, rows[i][0]);
    left = rt_json_to_text (message);
    if (rows[i][2] != NULL)
      rt_test_check_json (left, rows[i][2]);
    else
      g_assert_cmpstr (left, ==, all);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/session-path/parse", test_parse);
  g_test_add_func ("/wire/session-path/spare", test_spare);
  g_test_add_func ("/wire/session-path/relations", test_relations);
  g_test_add_func ("/wire/session-path/members", test_members);
  return g_test_run ();
}
