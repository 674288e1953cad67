/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be expected of the buffers that left `src`.
 */
#pragma once

#include "rtpipeline.h"

G_BEGIN_DECLS

/* Of those from `from` up to, not with, `to`: each begins where the one before
 * it ended, and none but the first says that it does not. */
void rt_output_assert_contiguous (GArray *buffers, guint from, guint to);
/* The audio of the buffers that are not silence; checks that the silence is
 * silent: `silence` is the byte that it is made of. */
GByteArray *rt_output_dup_speech (RtPipeline *p, guint8 silence);
/* How many buffers of silence left. */
guint rt_output_count_silence (RtPipeline *p);

G_END_DECLS
