/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From words to frames.
 */
#include "wsstream.h"

#include <stdlib.h>
#include <string.h>

#define CLOSE 8

typedef struct {
  gboolean raw;
  gboolean fin;
  guint opcode;
  guint rsv;
  gboolean masked;
  guint width; /* of the length: 0 as it needs to be, 16, 64 */
} Head;

void
ws_message_free (WsMessage *message)
{
  g_bytes_unref (message->data);
  g_free (message);
}

static void
parse_flag (Head *head, const gchar *flag)
{
  if (strcmp (flag, "m") == 0)
    head->masked = TRUE;
  else if (*flag == 'r')
    head->rsv = atoi (flag + 1);
  else if (strcmp (flag, "16") == 0 || strcmp (flag, "64") == 0)
    head->width = atoi (flag);
  else
    g_error ("no such flag: %s", flag);
}

static void
parse_head (const gchar *text, gsize length, Head *head)
{
  static const gchar kinds[] = "CTB.....XPO";
  g_autofree gchar *word = g_strndup (text, length);
  g_auto (GStrv) parts = g_strsplit (word, "/", -1);
  const gchar *kind;
  guint i;

  memset (head, 0, sizeof (Head));
  head->fin = !g_ascii_islower (*parts[0]);
  head->raw = *parts[0] == 'R';
  kind = strchr (kinds, g_ascii_toupper (*parts[0]));
  if (g_ascii_isdigit (*parts[0]))
    head->opcode = atoi (parts[0]);
  else if (kind != NULL)
    head->opcode = kind - kinds;
  else if (!head->raw)
    g_error ("no such kind: %s", word);
  for (i = 1; parts[i] != NULL; i++)
    parse_flag (head, parts[i]);
}

static GByteArray *
parse_payload (const gchar *text, gboolean is_close)
{
  GByteArray *payload = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gchar *letters = NULL;

  if (*text == '*') {
    letters = g_strnfill (atoi (text + 1), 'a');
    text = letters;
  } else if (is_close && g_ascii_isdigit (*text)) {
    gulong code = strtoul (text, (gchar **) &text, 10);
    guint8 number[2] = { code >> 8, code };

    g_byte_array_append (payload, number, 2);
    text += *text == ',';
  }
  bytes = g_uri_unescape_bytes (text, -1, NULL, NULL);
  g_assert_nonnull (bytes);
  g_byte_array_append (
      payload, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return payload;
}

static void
append_size (GByteArray *out, const Head *head, guint64 size)
{
  guint8 bytes[9] = { head->masked ? 0x80 : 0 };
  guint n = 0, i;

  if (head->width == 64 || size > G_MAXUINT16)
    n = 8;
  else if (head->width == 16 || size > 125)
    n = 2;
  bytes[0] |= n == 8 ? 127 : n == 2 ? 126 : size;
  for (i = 0; i < n; i++)
    bytes[1 + i] = size >> 8 * (n - 1 - i);
  g_byte_array_append (out, bytes, 1 + n);
}

static void
append_frame (GByteArray *out, const Head *head, GByteArray *payload)
{
  static const guint8 key[4] = { 0x12, 0x34, 0x56, 0x78 };
  guint8 first = (head->fin ? 0x80 : 0) | head->rsv << 4 | head->opcode;
  guint i;

  g_byte_array_append (out, &first, 1);
  append_size (out, head, payload->len);
  if (head->masked) {
    g_byte_array_append (out, key, sizeof (key));
    for (i = 0; i < payload->len; i++)
      payload->data[i] ^= key[i % sizeof (key)];
  }
  g_byte_array_append (out, payload->data, payload->len);
}

static void
append_word (GByteArray *out, const gchar *word)
{
  const gchar *colon = strchr (word, ':');
  g_autoptr (GByteArray) payload = NULL;
  Head head;

  if (colon == NULL)
    g_error ("no payload: %s", word);
  parse_head (word, colon - word, &head);
  payload = parse_payload (colon + 1, head.opcode == CLOSE);
  if (head.raw)
    g_byte_array_append (out, payload->data, payload->len);
  else
    append_frame (out, &head, payload);
}

GByteArray *
ws_stream_new (const gchar *words)
{
  GByteArray *out = g_byte_array_new ();
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  guint i;

  for (i = 0; list[i] != NULL; i++)
    if (*list[i] != '\0')
      append_word (out, list[i]);
  return out;
}

GBytes *
ws_stream_dup_ping (const gchar *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  guint i;

  for (i = g_strv_length (list); i > 0; i--)
    if (g_str_has_prefix (list[i - 1], "P:"))
      return g_byte_array_free_to_bytes (
          parse_payload (list[i - 1] + strlen ("P:"), FALSE));
  return NULL;
}

GPtrArray *
ws_messages_new (const gchar *words)
{
  GPtrArray *out
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_message_free);
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  guint i;

  for (i = 0; list[i] != NULL; i++) {
    WsMessage *message;

    if (*list[i] == '\0')
      continue;
    message = g_new0 (WsMessage, 1);
    message->binary = *list[i] == 'B';
    message->data = g_byte_array_free_to_bytes (
        parse_payload (strchr (list[i], ':') + 1, FALSE));
    g_ptr_array_add (out, message);
  }
  return out;
}
