/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events as lines of text and JSON as trees, so that tables can say what is
 * expected.
 */
#pragma once

#include "rtevent.h"
#include "rtjson.h"

/* The type's name and every field that is set, as " name=value".  Transfer
 * full. */
gchar *rt_test_describe (const RtEvent *event);
/* A copy of `text` with ' made ", for JSON in C.  Transfer full. */
gchar *rt_test_json (const gchar *text);
/* An object that must parse.  Transfer full. */
JsonNode *rt_test_parse (const gchar *json);
/* Fails unless both are the same JSON; `expected` with ' for ". */
void rt_test_check_json (const gchar *seen, const gchar *expected);
