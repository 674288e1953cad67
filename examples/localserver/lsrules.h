/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The shapes of the client events as tables, read by lsvalidate.c alone.
 * Those of realtime-v2 are in lsrules.c, the others with their dialects. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LS_STRING = 1 << 0,
  LS_INTEGER = 1 << 1,
  LS_NUMBER = 1 << 2, /* integers too */
  LS_BOOLEAN = 1 << 3,
  LS_OBJECT = 1 << 4,
  LS_ARRAY = 1 << 5,
  LS_NULL = 1 << 6,
  LS_REQUIRED = 1 << 7,
} LsRuleFlags;

typedef struct _LsRule LsRule;
typedef struct _LsVariant LsVariant;

struct _LsRule {
  const gchar *name; /* NULL: the end of a table */
  LsRuleFlags flags; /* the kinds it may have, and whether it must be there */
  const gchar *const *values; /* a string is one of these */
  gdouble least, most;        /* a number is within; both 0: any */
  guint longest;              /* of a string; 0: any */
  const LsRule *fields;       /* an object has these and no others */
  const LsRule *element;      /* each one of an array */
  const gchar *tag;           /* an object's string member … */
  const LsVariant *variants;  /* … that says which fields it has */
};

struct _LsVariant {
  const gchar *value; /* NULL: the end of a table */
  const LsRule *fields;
};

/* the last row of a table */
#define LS_RULES_END \
  {                  \
    NULL             \
  }
#define LS_RULES_VALUES(...) \
  (const gchar *const[])     \
  {                          \
    __VA_ARGS__, NULL        \
  }
/* what every event has */
#define LS_RULES_EVENT                       \
  { "event_id", LS_STRING, .longest = 512 }, \
  {                                          \
    "type", LS_STRING | LS_REQUIRED          \
  }
/* the longest append: 15 MiB of audio, in base64 */
#define LS_RULES_AUDIO_LONGEST (15 * 1024 * 1024)

/* the events of realtime-v2 */
extern const LsRule ls_rules_v2;

G_END_DECLS
