/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a session is asked to be: the settings that travel in the handshake's
 * query and in session.update.  A plain value; whoever holds it owns it.
 */
#pragma once

#include "rtaudioformat.h"

G_BEGIN_DECLS

typedef enum {
  RT_MODE_CONVERSATIONAL,
  RT_MODE_TRANSCRIPTION,
} RtMode;

typedef enum {
  RT_MODALITY_AUDIO,
  RT_MODALITY_TEXT,
} RtModality;

typedef enum {
  RT_TURN_DETECTION_SERVER_VAD,
  RT_TURN_DETECTION_SEMANTIC_VAD,
  RT_TURN_DETECTION_NONE,
} RtTurnDetection;

typedef enum {
  RT_EAGERNESS_AUTO,
  RT_EAGERNESS_LOW,
  RT_EAGERNESS_MEDIUM,
  RT_EAGERNESS_HIGH,
} RtEagerness;

typedef enum {
  RT_NOISE_REDUCTION_NEAR_FIELD,
  RT_NOISE_REDUCTION_FAR_FIELD,
  RT_NOISE_REDUCTION_NONE,
} RtNoiseReduction;

typedef struct {
  RtMode mode;
  gchar *model;           /* NULL: none is named */
  gchar *prompt;          /* NULL: none is sent */
  gchar *conversation_id; /* NULL: none */
  gchar *voice;           /* NULL: the dialect's default */
  gdouble speed;
  RtModality output_modality;
  RtTurnDetection turn_detection;
  gdouble vad_threshold;
  guint vad_prefix_padding;   /* ms */
  guint vad_silence_duration; /* ms */
  guint vad_idle_timeout;     /* ms, 0: none */
  RtEagerness vad_eagerness;
  gboolean create_response;
  gboolean interrupt_response;
  RtNoiseReduction noise_reduction;
  gchar *transcription_model; /* NULL: no input transcription */
  gchar *transcription_language;
  gchar *transcription_prompt;
  gchar *tools;           /* JSON array, NULL: none of the application's */
  gchar *tool_choice;     /* "auto" "none" "required" or a tool's name */
  gchar *handoff_tool;    /* NULL: no handoff is offered */
  gint max_output_tokens; /* -1: no limit */
  gchar *session_options; /* JSON object merged last, NULL: none */
  RtAudioFormat input_format;
  RtAudioFormat output_format;
} RtSessionConfig;

/* The defaults of the element's properties; transfer full. */
RtSessionConfig *rt_session_config_new (void);
RtSessionConfig *rt_session_config_copy (const RtSessionConfig *config);
void rt_session_config_free (RtSessionConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtSessionConfig, rt_session_config_free)

G_END_DECLS
