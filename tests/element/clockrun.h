/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation on a test clock, between a scripted server and an rtearsink:
 * time passes when the test says so, and then all that was due has happened.
 */
#pragma once

#include <gst/check/gsttestclock.h>

#include "rtearsink.h"
#include "rtpipeline.h"

G_BEGIN_DECLS

typedef struct {
  GRand *rand;
  RtFakeServer *server;
  RtPipeline *p;

  /* private */
  GstTestClock *clock;
  guint marks;
} ClockRun;

/* PLAYING, with a session.  RT_RANDOM_SEED is the seed; it is printed. */
void clock_run_open (ClockRun *run, const gchar *props);
void clock_run_close (ClockRun *run);
/* The src task has nothing to do before time goes on. */
void clock_run_wait_idle (ClockRun *run);
/* To a whole microsecond, which no sample's edge is near to. */
void clock_run_advance (ClockRun *run, GstClockTime time);
/* All that the server sent was acted upon. */
void clock_run_barrier (ClockRun *run);
/* How many events the client had sent by now; all of them are here. */
guint clock_run_count_events (ClockRun *run);
/* 0 to `max` ms. */
GstClockTime clock_run_random_time (ClockRun *run, guint max);

G_END_DECLS
