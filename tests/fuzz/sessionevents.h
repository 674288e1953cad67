/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events, requests and settings made of bytes, with few names, so that they
 * meet.
 */
#pragma once

#include "fuzz.h"
#include "rtsession.h"

G_BEGIN_DECLS

/* One that this dialect has. */
RtEvent *fuzz_take_event (FuzzInput *input, const RtDialect *dialect);
/* Its strings are static. */
void fuzz_take_request (FuzzInput *input, RtRequest *request);
RtSessionConfig *fuzz_take_session_config (FuzzInput *input);

G_END_DECLS
