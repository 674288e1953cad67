/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of a URL: lines of the input are the URL, and then names and
 * values of the query.
 */
#include "fuzz.h"
#include "rturl.h"

#include <string.h>

#define MAX_PAIRS 4
#define MAX_DISPLAY 2048

static const gchar *const owned[] = { "model", "intent", NULL };

typedef struct {
  gchar *uri;
  gchar *pairs[2 * MAX_PAIRS + 1];
  gboolean complete;
  gboolean has_owned;
  const gchar *default_path;
} Case;

static void
take_case (FuzzInput *input, Case *self)
{
  static const gchar *const paths[] = { "/v1/realtime", "/ws", NULL, "" };
  guint flags = fuzz_take_byte (input);
  guint n;

  self->complete = (flags & 1) != 0;
  self->has_owned = (flags & 2) != 0;
  self->default_path = paths[(flags >> 2) % 4];
  self->uri = fuzz_take_line (input);
  for (n = 0; n < 2 * MAX_PAIRS && input->left > 0; n++)
    self->pairs[n] = fuzz_take_line (input);
  /* a name without a value is none */
  if (n % 2 == 1)
    g_clear_pointer (&self->pairs[n - 1], g_free);
}

static void
clear_case (Case *self)
{
  guint i;

  g_free (self->uri);
  for (i = 0; self->pairs[i] != NULL; i++)
    g_free (self->pairs[i]);
}

static RtUrl *
build (const Case *self, const gchar *uri, GError **error)
{
  return rt_url_build (uri, self->default_path, self->complete,
      (const gchar *const *) self->pairs, self->has_owned ? owned : NULL,
      error);
}

static void
check_visible (const gchar *text)
{
  for (; *text != '\0'; text++)
    g_assert_true (g_ascii_isgraph (*text));
}

static void
check_url (const RtUrl *url)
{
  g_assert_cmpuint (strlen (url->host), >, 0);
  g_assert_cmpuint (url->port, !=, 0);
  check_visible (url->host);
  check_visible (url->host_header);
  check_visible (url->target);
  g_assert_cmpint (*url->target, ==, '/');
  g_assert_null (strchr (url->target, '#'));
  /* no user, and nothing that ends the authority early */
  g_assert_null (strpbrk (url->host_header, "@/?#\\"));
  g_assert_cmpuint (strlen (url->display), <=, MAX_DISPLAY);
  g_assert_true (g_utf8_validate (url->display, -1, NULL));
  g_assert_true (g_str_has_prefix (url->display, url->tls ? "wss:" : "ws:"));
  rt_host_is_loopback (url->host);
  rt_host_is_within (url->host, "openai.com");
}

/* What was built is built of itself again. */
static void
check_again (const Case *self, const RtUrl *url)
{
  g_autofree gchar *uri = g_strconcat (
      url->tls ? "https://" : "http://", url->host_header, url->target, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtUrl) again = build (self, uri, &error);

  /* the zone of an address is not told to the server */
  if (strchr (url->host, '%') != NULL)
    return;
  g_assert_no_error (error);
  g_assert_cmpstr (again->host, ==, url->host);
  g_assert_cmpuint (again->port, ==, url->port);
  g_assert_cmpstr (again->host_header, ==, url->host_header);
  g_assert_cmpint (again->tls, ==, url->tls);
  g_assert_cmpstr (again->target, ==, url->target);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtUrl) url = NULL;
  Case self = { 0 };

  take_case (&input, &self);
  url = build (&self, self.uri, &error);
  if (url != NULL) {
    check_url (url);
    check_again (&self, url);
  } else {
    g_assert_cmpuint (error->domain, ==, RT_URL_ERROR);
  }
  clear_case (&self);
  return 0;
}
