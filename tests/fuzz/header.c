/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may go into the request: lines of the input are the key's header, the
 * key, and then names and values.  What passes the check is a header each.
 */
#include "fuzz.h"
#include "rtupgrade.h"

#include <string.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define MAX_PAIRS 6
/* GET, five of the WebSocket's, and the empty line. */
#define OWN_LINES 7

static RtConnectParams *
take_params (FuzzInput *input)
{
  static const gchar *const auth[] = { NULL, "Authorization", "api-key" };
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  RtConnectParams *params = rt_connect_params_new ();
  guint i;

  params->url = rt_url_build (
      "wss://example.com/v1/realtime", NULL, FALSE, NULL, NULL, NULL);
  params->proxy = g_strdup ("direct://");
  params->auth_header = g_strdup (auth[fuzz_take_below (input, 3)]);
  params->secret = fuzz_take_line (input);
  for (i = 0; i < MAX_PAIRS && input->left > 0; i++) {
    g_ptr_array_add (pairs, fuzz_take_line (input));
    g_ptr_array_add (pairs, fuzz_take_line (input));
  }
  g_ptr_array_add (pairs, NULL);
  params->headers = (GStrv) g_ptr_array_free (g_steal_pointer (&pairs), FALSE);
  return params;
}

/* NULL unless the line is "name: value". */
static gchar *
name_of (const gchar *line)
{
  const gchar *colon = strchr (line, ':');

  if (colon == NULL || colon == line || colon[1] != ' ')
    return NULL;
  return g_ascii_strdown (line, colon - line);
}

static guint
count_lines (const RtConnectParams *params)
{
  gboolean has_key = params->auth_header != NULL;
  guint n = OWN_LINES + has_key;
  guint i;

  for (i = 0; params->headers[i] != NULL; i += 2)
    if (!has_key
        || g_ascii_strcasecmp (params->headers[i], params->auth_header) != 0)
      n++;
  return n;
}

/* Nobody's value begins a header of its own. */
static void
check_request (const RtConnectParams *params)
{
  GString *request = rt_upgrade_request (params, KEY);
  g_auto (GStrv) lines = g_strsplit (request->str, "\r\n", -1);
  guint hosts = 0, keys = 0, i;

  g_assert_cmpuint (strlen (request->str), ==, request->len);
  g_assert_true (g_str_has_suffix (request->str, "\r\n\r\n"));
  /* the split has one more, behind the last */
  g_assert_cmpuint (g_strv_length (lines), ==, count_lines (params) + 1);
  for (i = 1; *lines[i] != '\0'; i++) {
    g_autofree gchar *name = name_of (lines[i]);

    g_assert_nonnull (name);
    g_assert_null (strpbrk (lines[i], "\r\n"));
    hosts += strcmp (name, "host") == 0;
    keys += strcmp (name, "sec-websocket-key") == 0;
  }
  g_assert_cmpuint (hosts, ==, 1);
  g_assert_cmpuint (keys, ==, 1);
  g_string_free (request, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (RtConnectParams) params = take_params (&input);
  g_autoptr (GError) error = NULL;

  if (rt_connect_params_check (params, &error))
    check_request (params);
  else
    g_assert_nonnull (error);
  return 0;
}
