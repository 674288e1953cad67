/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server may say, at random.
 */
#include "sequencewords.h"

/* rR is a response, aA an assistant's item, uU a user's, fC and cC a call and
 * its item, # a number: of a few each, so that they meet. */
static const gchar *const templates[] = {
  "created id=rR",
  "created",
  "done id=rR status=completed",
  "done id=rR status=cancelled reason=turn_detected",
  "done id=rR status=completed kind=call item=fC call=cC "
  "name=background_agent args={}",
  "done id=rR status=failed msg=oops",
  "output_added item=fC call=cC name=look_up kind=call resp=rR",
  "output_done item=fC call=cC name=look_up kind=call resp=rR args={}",
  "item_done item=fC call=cC name=remain_silent kind=call args={}",
  "item_done item=fC call=cC name=background_agent kind=call args={}",
  "arguments item=fC call=cC resp=rR name=look_up text={}",
  "item_added item=aA kind=message role=assistant prev=uU",
  "item_added item=uU kind=message role=user prev=aA",
  "item_done item=aA kind=message role=assistant text=x",
  "audio item=aA resp=rR ci=# audio=7",
  "audio item=aA resp=rR audio=40",
  "audio item=aA resp=rR audio=1",
  "audio_done item=aA resp=rR",
  "part_done item=aA resp=rR ci=#",
  "said_delta item=aA resp=rR ci=# text=x",
  "said item=aA resp=rR ci=# text=xx",
  "text_delta item=aA resp=rR text=x",
  "text item=aA resp=rR text=xx",
  "heard_delta item=uU text=x",
  "heard item=uU text=xx",
  "heard item=uU",
  "heard_failed item=uU msg=no",
  "speech_started item=uU ms=1",
  "speech_stopped item=uU ms=2",
  "committed item=uU prev=aA",
  "cleared",
  "idle item=uU",
  "error code=server_error msg=oops",
  "error code=conversation_already_has_active_response msg=busy",
  "error code=conversation_already_has_active_response "
  "msg='Conversation already has an active response in progress: rR.'",
  "error code=response_cancel_not_active msg=none",
  "session_created id=s1",
  "session_updated id=s1",
  "unknown",
};

static void
fill_in (GString *out, const gchar *name, guint n)
{
  g_autofree gchar *id = *name == '#' ? g_strdup_printf ("%u", n)
                                      : g_strdup_printf ("%c%u", *name, n);

  g_string_replace (out, name, id, 0);
}

gchar *
sequence_words (GRand *rand)
{
  GString *out = g_string_new (
      templates[g_rand_int_range (rand, 0, G_N_ELEMENTS (templates))]);
  guint call = g_rand_int_range (rand, 0, 9);

  fill_in (out, "rR", g_rand_int_range (rand, 0, 6));
  fill_in (out, "aA", g_rand_int_range (rand, 0, 9));
  fill_in (out, "uU", g_rand_int_range (rand, 0, 9));
  fill_in (out, "cC", call);
  fill_in (out, "fC", call);
  fill_in (out, "#", g_rand_int_range (rand, 0, 3));
  return g_string_free (out, FALSE);
}
