/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a session is set to: as the client sees it, and as the server uses it.
 * Main thread only; trusts that what it applies was validated. */
#pragma once

#include "lsvalidate.h"

G_BEGIN_DECLS

typedef enum {
  LS_FORMAT_PCM,
  LS_FORMAT_MULAW,
  LS_FORMAT_ALAW,
} LsFormat;

guint ls_format_rate (LsFormat format);
guint ls_format_sample_size (LsFormat format);
JsonObject *ls_format_to_json (LsFormat format);
LsFormat ls_format_from_json (JsonObject *json);
/* samples as the client gets them; appended to bytes */
void ls_format_encode (
    LsFormat format, const gint16 *samples, gsize n, GByteArray *bytes);
void ls_format_decode (
    LsFormat format, const guint8 *bytes, gsize n, GArray *samples);

typedef struct {
  LsFormat format;
  gchar *voice;
  gdouble speed;
  gboolean text_only;
  gint max_tokens;  /* -1: no limit */
  JsonArray *tools; /* NULL: none */
  JsonNode *choice; /* NULL: auto */
} LsVoicing;

void ls_voicing_clear (LsVoicing *self);

typedef struct {
  gboolean transcription_only;
  LsFormat input;

  gboolean detect_turns; /* FALSE: the client commits */
  gdouble threshold;
  guint prefix_ms, silence_ms;
  guint idle_ms; /* 0: never */
  gboolean create_response, interrupt_response;

  gboolean transcribe;
  gboolean transcribe_live;        /* guesses while the user speaks */
  gboolean transcribe_by_duration; /* billed by time */
} LsHearing;

typedef struct _LsConfig LsConfig;

/* model: of the query, NULL in a transcription session */
LsConfig *ls_config_new (const gchar *model, gint64 expires_at);
void ls_config_free (LsConfig *self);
/* all or nothing; spoken: the model's voice was heard already */
LsFault *ls_config_apply (LsConfig *self, JsonObject *session, gboolean spoken);
JsonObject *ls_config_to_json (const LsConfig *self);
const LsHearing *ls_config_hearing (const LsConfig *self);
/* with what a response.create asks for itself, NULL: nothing */
void ls_config_voicing (
    const LsConfig *self, JsonObject *response, LsVoicing *voicing);

G_END_DECLS
