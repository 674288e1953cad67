/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a process remembers of a key when its conversations are over: its
 * writable memory is searched for what a core dump would show.  The process is
 * one of its own, and is told what to look for in disguise.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtpipeline.h"

#define KEY_SIZE 48
#define PIECE 16 /* bytes: what is shorter is no key any more */
#define DISGUISE 0xa5
#define VARIABLE_URI "RT_TEST_URI"
#define VARIABLE_CA "RT_TEST_CA"
#define VARIABLE_KEY "RT_TEST_KEY_FILE"
#define VARIABLE_NEEDLE "RT_TEST_NEEDLE"
#define GOODBYE 1500 /* ms, for a connection to end behind us */
#define LIFE_WAIT 60000

static const gchar *program;

/* the one who remembers */

static guint8 needle[KEY_SIZE];

static void
read_needle (void)
{
  const gchar *hex = g_getenv (VARIABLE_NEEDLE);
  gsize i;

  for (i = 0; i < KEY_SIZE; i++)
    needle[i] = g_ascii_xdigit_value (hex[2 * i]) * 16
                + g_ascii_xdigit_value (hex[2 * i + 1]);
}

static gboolean
is_piece (const guint8 *at, gsize from)
{
  gsize i;

  for (i = 0; i < PIECE; i++)
    if ((at[i] ^ DISGUISE) != needle[from + i])
      return FALSE;
  return TRUE;
}

/* A copy may have lost its beginning to the allocator. */
__attribute__ ((no_sanitize_address)) static guint
count_in (const guint8 *begin, const guint8 *end)
{
  const guint8 *at;
  guint found = 0;

  for (at = begin; at + PIECE <= end; at++)
    found += is_piece (at, KEY_SIZE - PIECE);
  return found;
}

static guint
count_copies (void)
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  unsigned long begin, end;
  char line[512], flags[8];
  guint found = 0;

  while (fgets (line, sizeof (line), maps) != NULL)
    if (sscanf (line, "%lx-%lx %7s", &begin, &end, flags) == 3
        && g_str_has_prefix (flags, "rw"))
      found += count_in ((const guint8 *) begin, (const guint8 *) end);
  fclose (maps);
  return found;
}

static RtPipeline *
make_pipeline (void)
{
  RtPipeline *p
      = rt_pipeline_new (g_getenv (VARIABLE_URI), RT_IN_LIVE, NULL, RT_OUT_ANY);

  g_object_set (p->rt, "api-key-file", g_getenv (VARIABLE_KEY), "tls-ca-file",
      g_getenv (VARIABLE_CA), NULL);
  return p;
}

/* A conversation: a few words, a change, an end.  How often the key was there
 * meanwhile. */
static guint
converse (void)
{
  guint copies = 0;
  RtPipeline *p = make_pipeline ();
  g_autofree guint8 *pcm = g_malloc0 (RT_PCM_MS (200));

  rt_pipeline_play (p);
  if (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0) == NULL
      && rt_pipeline_wait (p, "realtime-session", LIFE_WAIT) != NULL) {
    rt_pipeline_push (p, pcm, RT_PCM_MS (200));
    g_object_set (p->rt, "speed", 1.2, NULL);
    copies = count_copies ();
  }
  rt_pipeline_free (p);
  return copies;
}

/* Says how often the key is still there. */
static int
remember (void)
{
  guint i;

  gst_init (NULL, NULL);
  read_needle ();
  /* who finds nothing now looks in the wrong way */
  for (i = 0; i < 3; i++)
    g_assert_cmpuint (converse (), >, 0);
  g_usleep (GOODBYE * 1000);
  g_print ("%u\n", count_copies ());
  return 0;
}

/* who asks it */

static gchar *
make_key (void)
{
  static const gchar letters[]
      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  gchar *key = g_malloc0 (KEY_SIZE + 1);
  gsize i;

  for (i = 0; i < KEY_SIZE; i++)
    key[i] = letters[g_random_int_range (0, sizeof (letters) - 1)];
  return key;
}

static gchar *
disguise (const gchar *key)
{
  GString *hex = g_string_new (NULL);
  gsize i;

  for (i = 0; i < KEY_SIZE; i++)
    g_string_append_printf (hex, "%02x", (guint8) key[i] ^ DISGUISE);
  return g_string_free (hex, FALSE);
}

static guint
ask (RtFakeServer *server, const gchar *key, const gchar *path)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *hex = disguise (key);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;

  g_subprocess_launcher_setenv (
      launcher, VARIABLE_URI, rt_fake_server_get_uri (server), TRUE);
  if (rt_fake_server_get_ca_file (server) != NULL)
    g_subprocess_launcher_setenv (
        launcher, VARIABLE_CA, rt_fake_server_get_ca_file (server), TRUE);
  g_subprocess_launcher_setenv (launcher, VARIABLE_KEY, path, TRUE);
  g_subprocess_launcher_setenv (launcher, VARIABLE_NEEDLE, hex, TRUE);
  /* meson lets the allocator overwrite what is freed */
  g_subprocess_launcher_unsetenv (launcher, "MALLOC_PERTURB_");
  child = g_subprocess_launcher_spawn (
      launcher, &error, program, "--remember", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (child, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (child));
  return g_ascii_strtoull (text, NULL, 10);
}

static void
test_remains (gconstpointer flags)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (GPOINTER_TO_UINT (flags));
  g_autofree gchar *key = make_key (), *path = NULL;
  g_autoptr (GError) error = NULL;
  RtFakeConn *conn;
  guint copies;
  gint fd;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("AddressSanitizer keeps what is freed");
  return;
#endif
  fd = g_file_open_tmp ("rt-key-XXXXXX", &path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (fd, key, KEY_SIZE), ==, KEY_SIZE);
  close (fd);
  rt_fake_server_set_auto (server, TRUE);
  copies = ask (server, key, path);
  g_unlink (path);
  g_test_message ("%u", copies);
  /* it was told, and not repeated */
  conn = rt_fake_server_expect_connection (server, LIFE_WAIT);
  g_assert_nonnull (
      strstr (rt_fake_conn_get_header (conn, "authorization"), key));
  g_assert_cmpuint (copies, ==, 0);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 2 && g_str_equal (argv[1], "--remember"))
    return remember ();
  rt_element_test_init (&argc, &argv);
  g_test_add_data_func (
      "/remains/ws", GUINT_TO_POINTER (RT_FAKE_SERVER_PLAIN), test_remains);
  g_test_add_data_func (
      "/remains/wss", GUINT_TO_POINTER (RT_FAKE_SERVER_TLS), test_remains);
  return g_test_run ();
}
