/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is said in one item of a reply, on its way out: words, audio, pace.
 * Main thread only; the voice is made elsewhere. */
#pragma once

#include "lsevents.h"
#include "lsvoice.h"

G_BEGIN_DECLS

/* the service's own rate, and the usual one of English */
#define LS_TOKENS_A_SECOND_SPOKEN 20
#define LS_TOKENS_OF_WORDS(words) ((words) *4 / 3)

typedef struct _LsMessage LsMessage;

typedef enum {
  LS_MESSAGE_SAID,
  LS_MESSAGE_RAN_OUT, /* of the tokens it may take */
} LsMessageEnd;

typedef struct {
  LsVoice *voice;
  gdouble pace; /* seconds of audio sent in a second; 0: as fast as can be */
  LsSendFunc send;
  gpointer send_data;
  /* nothing more comes of itself; the message may be freed now */
  void (*ended) (LsMessageEnd end, gpointer user_data);
  gpointer user_data;
} LsMessageHost;

/* output and voicing outlive the message; says that the part is there */
LsMessage *ls_message_new (const LsMessageHost *host, const LsVoicing *voicing,
    LsItem *item, const LsOutput *output);
void ls_message_free (LsMessage *self);
/* may end at once */
void ls_message_say (LsMessage *self, const gchar *text);
/* says that the part is done, with as much as was sent of it */
void ls_message_close (LsMessage *self);
guint ls_message_get_words (const LsMessage *self);

G_END_DECLS
