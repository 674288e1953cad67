/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server might say, in any order and right or wrong.  Every
 * name and text in it begins with the tag of the connection.
 */
#pragma once

#include "rtfakeserver.h"

G_BEGIN_DECLS

typedef enum {
  RANDOM_V2,
  RANDOM_V1,
  RANDOM_CREATE,
  RANDOM_N_DIALECTS
} RandomDialect;

extern const gchar *const random_dialects[RANDOM_N_DIALECTS];

/* Has the session begin. */
void random_send_session (RtFakeConn *conn, RandomDialect dialect, gchar tag);
void random_send_event (
    RtFakeConn *conn, RandomDialect dialect, gchar tag, GRand *rand);

G_END_DECLS
