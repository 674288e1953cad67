/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A wire dialect: how one kind of server is called, spoken to and understood.
 * Constant tables; chosen once per conversation.  Any thread.
 */
#pragma once

#include "rtcommand.h"
#include "rtevent.h"
#include "rtsessionconfig.h"

G_BEGIN_DECLS

typedef enum {
  RT_DIALECT_RESPONSES = 1 << 0,    /* knows response.create and .cancel */
  RT_DIALECT_TRUNCATION = 1 << 1,   /* knows truncate and delete */
  RT_DIALECT_ERRORS_END = 1 << 2,   /* an error event ends the session */
  RT_DIALECT_G711 = 1 << 3,         /* carries G.711 */
  RT_DIALECT_ANY_RATE = 1 << 4,     /* input at any rate and channels */
  RT_DIALECT_COMPLETE_URL = 1 << 5, /* the URL is completed to /v1/realtime */
  RT_DIALECT_COMMITS = 1 << 6,      /* knows commit and clear */
  RT_DIALECT_TRANSCRIBES = 1 << 7,  /* has a transcription mode */
  RT_DIALECT_DECLARES = 1 << 8,     /* output as each event declares it */
} RtDialectFlags;

/* A decode that fails names what was wrong; the session goes on. */
#define RT_WIRE_ERROR (rt_wire_error_quark ())
GQuark rt_wire_error_quark (void);
typedef enum {
  RT_WIRE_ERROR_MALFORMED, /* JSON, UTF-8, depth */
  RT_WIRE_ERROR_NO_TYPE,   /* no string "type" */
  RT_WIRE_ERROR_FIELD,     /* a field that the event needs is absent or wrong */
} RtWireError;

typedef struct _RtDialect RtDialect;
struct _RtDialect {
  const gchar *name; /* the nick of the `protocol` property */
  RtDialectFlags flags;
  const gchar *default_path;  /* for a URL without one */
  const gchar *default_voice; /* NULL: the dialect names none */

  /* Pairs name, value, …, NULL that the URL's query gets; an equally named
   * pair of the URL yields.  Transfer full. */
  GStrv (*query) (const RtSessionConfig *config);
  /* Query names that the URL may not keep, NULL-terminated; static. */
  const gchar *const *(*query_barred) (const RtSessionConfig *config);
  /* Pairs name, value, …, NULL of request headers without the key.
   * Transfer full. */
  GStrv (*headers) (const RtSessionConfig *config);
  /* One message; transfer full.  NULL when the dialect cannot say it. */
  gchar *(*encode) (const RtCommand *command, const RtSessionConfig *config);
  /* Replaces the contents of `out` by one message that appends `size` bytes
   * of whole frames.  Hot: reuses the memory of `out`. */
  void (*encode_audio) (const RtAudioFormat *format, const guint8 *data,
      gsize size, GString *out);
  /* Transfer full; NULL and error (RT_WIRE_ERROR) when it cannot be used. */
  RtEvent *(*decode) (const gchar *data, gsize size, GError **error);
  /* TRUE when `event` means that the session may be used. */
  gboolean (*is_ready) (const RtEvent *event);
};

extern const RtDialect rt_dialect_v1;
extern const RtDialect rt_dialect_v2;
extern const RtDialect rt_dialect_create;

/* By nick; NULL when there is none of that name. */
const RtDialect *rt_dialect_find (const gchar *name);

G_END_DECLS
