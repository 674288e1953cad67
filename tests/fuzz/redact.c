/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be shown of what a server said: the first line is the key, the
 * rest what it said.
 */
#include "fuzz.h"
#include "rturl.h"

#include <string.h>

#define MARK "[redacted]"
#define REPLACEMENT "\xef\xbf\xbd" /* of invalid bytes */

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  gsize max = fuzz_take_byte (&input);
  g_autofree gchar *secret = fuzz_take_line (&input);
  g_autofree gchar *text = g_strndup ((const gchar *) input.at, input.left);
  g_autofree gchar *whole = rt_redact (text, secret, G_MAXSIZE);
  g_autofree gchar *cut = rt_redact (text, secret, max);
  g_autofree gchar *unset = rt_redact (text, NULL, max);

  g_assert_true (g_utf8_validate (whole, -1, NULL));
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_true (g_utf8_validate (unset, -1, NULL));
  g_assert_cmpuint (strlen (cut), <=, max);
  g_assert_true (g_str_has_prefix (whole, cut));
  /* unless what it is replaced by is made of it */
  if (*secret != '\0' && g_utf8_validate (secret, -1, NULL)
      && strstr (MARK, secret) == NULL && strpbrk (secret, "[]") == NULL
      && strstr (secret, REPLACEMENT) == NULL)
    g_assert_null (strstr (whole, secret));
  return 0;
}
