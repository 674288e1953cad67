/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: the road to the server.  Name, TCP, proxy, TLS, upgrade;
 * one deadline covers it all.
 */
#pragma once

#include "rtend.h"

G_BEGIN_DECLS

typedef struct {
  GIOStream *stream; /* WebSocket frames follow */
  GSocket *socket;   /* under it */
  GByteArray *rest;  /* the first bytes, read already */
} RtRoad;

void rt_road_free (RtRoad *road);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRoad, rt_road_free)

typedef struct {
  void (*progress) (gpointer user_data, const gchar *stage);
  /* Last and once, never from rt_connect_start(): either `road`, to be taken,
   * or `end`, to be looked at. */
  void (*done) (gpointer user_data, RtRoad *road, const RtEnd *end);
} RtConnectCallbacks;

typedef struct _RtConnect RtConnect;

RtConnect *rt_connect_start (RtLoop *loop, RtConnectParams *params,
    const RtConnectCallbacks *callbacks, gpointer user_data);
/* Frees it, before or after `done`; nothing is called any more. */
void rt_connect_free (RtConnect *self);

G_END_DECLS
