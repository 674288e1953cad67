/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One reply on its way out: its items, its events, its pace, its end.
 * Main thread only; the voice is made elsewhere. */
#pragma once

#include "lsdialogue.h"
#include "lsmessage.h"

G_BEGIN_DECLS

typedef struct _LsResponse LsResponse;

typedef struct {
  LsVoice *voice;
  gdouble pace; /* seconds of audio sent in a second; 0: as fast as can be */
  LsConversation *conversation;
  LsSendFunc send;
  /* response.done was sent; the response may be freed now */
  void (*ended) (LsResponse *response, gpointer user_data);
  gpointer user_data;
} LsResponseHost;

/* what response.create asked for; NULL: nothing of its own */
LsResponse *ls_response_new (
    const LsResponseHost *host, const LsConfig *config, JsonObject *request);
void ls_response_free (LsResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsResponse, ls_response_free)

const gchar *ls_response_get_id (const LsResponse *self);
const LsVoicing *ls_response_get_voicing (const LsResponse *self);
gboolean ls_response_has_begun (const LsResponse *self);
/* of speech that was sent */
guint64 ls_response_get_audio_ms (const LsResponse *self);

/* takes the reply and gives it; may end at once */
void ls_response_begin (LsResponse *self, LsReply *reply);
/* reason: turn_detected or client_cancelled. Ends it */
void ls_response_cancel (LsResponse *self, const gchar *reason);

G_END_DECLS
