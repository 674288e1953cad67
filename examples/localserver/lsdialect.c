/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The dialects by name, and realtime-v2, which needs no translation. */
#include "lsdialect.h"

#include "lssession-private.h"

const gchar *
ls_handshake_parameter (const LsHandshake *self, const gchar *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

const gchar *
ls_handshake_header (const LsHandshake *self, const gchar *name)
{
  return soup_message_headers_get_one (self->headers, name);
}

static LsFault *
admit (const LsHandshake *handshake, const gchar **model)
{
  const gchar *intent = ls_handshake_parameter (handshake, "intent");

  *model = ls_handshake_parameter (handshake, "model");
  if (ls_handshake_header (handshake, "OpenAI-Beta") != NULL)
    return ls_fault_new ("beta_api_shape_disabled", NULL,
        "The beta shape of the realtime API is not supported any more. "
        "Leave the OpenAI-Beta header out.");
  if (intent == NULL) {
    if (*model == NULL || **model == '\0')
      return ls_fault_new (
          "missing_model", NULL, "You must provide a model parameter.");
    return NULL;
  }
  if (!g_str_equal (intent, "transcription"))
    return ls_fault_new ("invalid_value", "intent",
        "Invalid value: '%s'. Supported values are: 'transcription'.", intent);
  if (*model != NULL)
    return ls_fault_new ("invalid_model", NULL,
        "You must not provide a model parameter for transcription "
        "sessions.");
  return NULL;
}

static JsonObject *
say (JsonObject *event)
{
  return event;
}

const LsDialect ls_dialect_v2 = {
  .name = "realtime-v2",
  .path = "/v1/realtime",
  .rules = &ls_rules_v2,
  .admit = admit,
  .handle = ls_requests_do,
  .say = say,
};

const LsDialect *
ls_dialect_find (const gchar *name)
{
  static const LsDialect *const dialects[]
      = { &ls_dialect_v2, &ls_dialect_v1, &ls_dialect_create };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (g_str_equal (dialects[i]->name, name))
      return dialects[i];
  return NULL;
}
