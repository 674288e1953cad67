/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was heard of a text that was spoken, when speech was cut.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The beginning of `text` that was heard, in whole words and without blanks at
 * its end; transfer full.  No word has a time, so the text is laid evenly over
 * the audio that was received of it, of which `heard` ns were heard.
 *
 * `complete`: that audio is all there is of the text.  Otherwise the text may
 * be ahead of it, and is taken to last at least as long as somebody who speaks
 * very fast needs for it; or behind it, and then less is said to have been
 * heard than was, never more. */
gchar *rt_heard_text (
    const gchar *text, guint64 heard, guint64 received, gboolean complete);

G_END_DECLS
