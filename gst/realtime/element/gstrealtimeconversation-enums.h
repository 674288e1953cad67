/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The enumerations of the element's properties; glib-mkenums makes the GTypes.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GstRealtimeProtocol:
 * @GST_REALTIME_PROTOCOL_REALTIME_V2: the general realtime dialect
 * @GST_REALTIME_PROTOCOL_REALTIME_V1: the one before it, always conversational,
 *   whose server replies by itself
 * @GST_REALTIME_PROTOCOL_SESSION_CREATE: a session is created with a prompt;
 *   always conversational, audio at any rate
 *
 * The wire dialect.
 */
typedef enum {
  GST_REALTIME_PROTOCOL_REALTIME_V2,
  GST_REALTIME_PROTOCOL_REALTIME_V1,
  GST_REALTIME_PROTOCOL_SESSION_CREATE,
} GstRealtimeProtocol;

/**
 * GstRealtimeMode:
 * @GST_REALTIME_MODE_CONVERSATIONAL: the model listens and answers
 * @GST_REALTIME_MODE_TRANSCRIPTION: the model only writes down what is said
 */
typedef enum {
  GST_REALTIME_MODE_CONVERSATIONAL,
  GST_REALTIME_MODE_TRANSCRIPTION,
} GstRealtimeMode;

/**
 * GstRealtimeAuth:
 * @GST_REALTIME_AUTH_BEARER: header `Authorization: Bearer KEY`
 * @GST_REALTIME_AUTH_API_KEY: header `api-key: KEY`
 * @GST_REALTIME_AUTH_NONE: no key is sent
 */
typedef enum {
  GST_REALTIME_AUTH_BEARER,
  GST_REALTIME_AUTH_API_KEY,
  GST_REALTIME_AUTH_NONE,
} GstRealtimeAuth;

/**
 * GstRealtimeModality:
 * @GST_REALTIME_MODALITY_AUDIO: replies are spoken
 * @GST_REALTIME_MODALITY_TEXT: replies are written
 */
typedef enum {
  GST_REALTIME_MODALITY_AUDIO,
  GST_REALTIME_MODALITY_TEXT,
} GstRealtimeModality;

/**
 * GstRealtimeTurnDetection:
 * @GST_REALTIME_TURN_DETECTION_SERVER_VAD: by voice activity
 * @GST_REALTIME_TURN_DETECTION_SEMANTIC_VAD: by what was said
 * @GST_REALTIME_TURN_DETECTION_NONE: the application commits turns
 */
typedef enum {
  GST_REALTIME_TURN_DETECTION_SERVER_VAD,
  GST_REALTIME_TURN_DETECTION_SEMANTIC_VAD,
  GST_REALTIME_TURN_DETECTION_NONE,
} GstRealtimeTurnDetection;

/**
 * GstRealtimeEagerness:
 * @GST_REALTIME_EAGERNESS_AUTO: the server decides
 * @GST_REALTIME_EAGERNESS_LOW: waits longest for the user to go on
 * @GST_REALTIME_EAGERNESS_MEDIUM: between the two
 * @GST_REALTIME_EAGERNESS_HIGH: answers soonest
 */
typedef enum {
  GST_REALTIME_EAGERNESS_AUTO,
  GST_REALTIME_EAGERNESS_LOW,
  GST_REALTIME_EAGERNESS_MEDIUM,
  GST_REALTIME_EAGERNESS_HIGH,
} GstRealtimeEagerness;

/**
 * GstRealtimeNoiseReduction:
 * @GST_REALTIME_NOISE_REDUCTION_NEAR_FIELD: a headset or a phone
 * @GST_REALTIME_NOISE_REDUCTION_FAR_FIELD: a microphone in a room
 * @GST_REALTIME_NOISE_REDUCTION_NONE: off
 */
typedef enum {
  GST_REALTIME_NOISE_REDUCTION_NEAR_FIELD,
  GST_REALTIME_NOISE_REDUCTION_FAR_FIELD,
  GST_REALTIME_NOISE_REDUCTION_NONE,
} GstRealtimeNoiseReduction;

/**
 * GstRealtimeGapMode:
 * @GST_REALTIME_GAP_MODE_GAP: GAP events
 * @GST_REALTIME_GAP_MODE_SILENCE: buffers of silence
 *
 * What leaves the source pad while the model is silent.
 */
typedef enum {
  GST_REALTIME_GAP_MODE_GAP,
  GST_REALTIME_GAP_MODE_SILENCE,
} GstRealtimeGapMode;

/**
 * GstRealtimeBargeIn:
 * @GST_REALTIME_BARGE_IN_FLUSH: what is queued here is dropped, and
 *   downstream is flushed
 * @GST_REALTIME_BARGE_IN_DROP: what is queued here is dropped
 * @GST_REALTIME_BARGE_IN_IGNORE: the reply goes on, and the server is told
 *
 * What happens when the user speaks over the model.
 */
typedef enum {
  GST_REALTIME_BARGE_IN_FLUSH,
  GST_REALTIME_BARGE_IN_DROP,
  GST_REALTIME_BARGE_IN_IGNORE,
} GstRealtimeBargeIn;

/**
 * GstRealtimeConnectionState:
 * @GST_REALTIME_CONNECTION_STATE_DISCONNECTED: not started
 * @GST_REALTIME_CONNECTION_STATE_CONNECTING: on the way to a session
 * @GST_REALTIME_CONNECTION_STATE_READY: a session is open
 * @GST_REALTIME_CONNECTION_STATE_RECONNECTING: on the way to another one
 * @GST_REALTIME_CONNECTION_STATE_CLOSED: the conversation was ended
 * @GST_REALTIME_CONNECTION_STATE_FAILED: the conversation broke
 */
typedef enum {
  GST_REALTIME_CONNECTION_STATE_DISCONNECTED,
  GST_REALTIME_CONNECTION_STATE_CONNECTING,
  GST_REALTIME_CONNECTION_STATE_READY,
  GST_REALTIME_CONNECTION_STATE_RECONNECTING,
  GST_REALTIME_CONNECTION_STATE_CLOSED,
  GST_REALTIME_CONNECTION_STATE_FAILED,
} GstRealtimeConnectionState;

G_END_DECLS
