/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was heard of a text that was spoken.  Pure.
 */
#include "rtheardtext.h"

#define NS_PER_US 1000
/* What a letter takes at 25 a second; people speak some 15, fast ones 20. */
#define MIN_LETTER_US 40000
/* A character of a script that writes syllables or words takes as long as this
 * many letters. */
#define WIDE_LETTERS 3

static guint
letters_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? WIDE_LETTERS : 1;
}

static guint64
count_letters (const gchar *text)
{
  guint64 letters = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    letters += letters_of (g_utf8_get_char (text));
  return letters;
}

/* A word ends before a blank and at the end; in scripts without blanks around
 * each character. */
static gboolean
is_word_end (gunichar before, const gchar *at)
{
  gunichar c = g_utf8_get_char (at);

  if (g_unichar_isspace (before) || g_unichar_iszerowidth (c))
    return FALSE;
  return *at == '\0' || g_unichar_isspace (c) || g_unichar_iswide (c)
         || g_unichar_iswide (before);
}

/* Bytes of the whole words within the first `reach` letters. */
static gsize
find_end (const gchar *text, guint64 reach)
{
  const gchar *at = text;
  guint64 letters = 0;
  gsize end = 0;

  while (*at != '\0') {
    gunichar c = g_utf8_get_char (at);

    letters += letters_of (c);
    if (letters > reach)
      break;
    at = g_utf8_next_char (at);
    if (is_word_end (c, at))
      end = at - text;
  }
  return end;
}

gchar *
rt_heard_text (
    const gchar *text, guint64 heard, guint64 received, gboolean complete)
{
  guint64 letters, duration;

  if (text == NULL || heard / NS_PER_US == 0)
    return g_strdup ("");
  if (complete && heard >= received)
    return g_strdup (text);
  letters = count_letters (text);
  duration = MAX (received / NS_PER_US, 1);
  if (!complete)
    duration = MAX (duration, letters * MIN_LETTER_US);
  heard = MIN (heard / NS_PER_US, duration);
  return g_strndup (text, find_end (text, letters * heard / duration));
}
