/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Walks an event beside its table and stops at the first thing that is wrong.
 * The walk is as deep as the tables, not as what the client sent. */
#include "lsvalidate.h"

#include <string.h>

/* json-glib recurses; the deepest event of the protocol is far from this */
#define NESTING_MAX 64

LsFault *
ls_fault_new (const gchar *code, const gchar *param, const gchar *format, ...)
{
  LsFault *self = g_new0 (LsFault, 1);
  va_list args;

  self->code = g_strdup (code);
  self->param = g_strdup (param);
  va_start (args, format);
  self->message = g_strdup_vprintf (format, args);
  va_end (args);
  return self;
}

void
ls_fault_free (LsFault *self)
{
  g_free (self->code);
  g_free (self->message);
  g_free (self->param);
  g_free (self);
}

static gboolean
nests_too_deep (const gchar *text, gsize length)
{
  guint depth = 0;
  gboolean quoted = FALSE;
  gsize i;

  for (i = 0; i < length; i++) {
    gchar c = text[i];

    if (quoted) {
      if (c == '\\')
        i++;
      else if (c == '"')
        quoted = FALSE;
    } else if (c == '"') {
      quoted = TRUE;
    } else if (c == '{' || c == '[') {
      if (++depth > NESTING_MAX)
        return TRUE;
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return FALSE;
}

JsonNode *
ls_validate_parse (const gchar *text, gsize length, LsFault **fault)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (memchr (text, '\0', length) != NULL || nests_too_deep (text, length)
      || !json_parser_load_from_data (parser, text, length, NULL)
      || (root = json_parser_get_root (parser)) == NULL) {
    *fault = ls_fault_new (
        "invalid_event", NULL, "The event could not be parsed as JSON.");
    return NULL;
  }
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    *fault = ls_fault_new (
        "invalid_event", NULL, "The event must be a JSON object.");
    return NULL;
  }
  return json_parser_steal_root (parser);
}

static const struct {
  LsRuleFlags kind;
  const gchar *words;
} kind_words[] = {
  { LS_STRING, "a string" },
  { LS_INTEGER, "an integer" },
  { LS_NUMBER, "a decimal number" },
  { LS_BOOLEAN, "a boolean" },
  { LS_OBJECT, "an object" },
  { LS_ARRAY, "an array" },
  { LS_NULL, "null" },
};

static gchar *
describe_kinds (LsRuleFlags kinds)
{
  GString *words = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (kind_words); i++) {
    if ((kinds & kind_words[i].kind) == 0)
      continue;
    if (words->len > 0)
      g_string_append (words, " or ");
    g_string_append (words, kind_words[i].words);
  }
  return g_string_free (words, FALSE);
}

static LsRuleFlags
kind_of (JsonNode *node)
{
  switch (json_node_get_node_type (node)) {
    case JSON_NODE_OBJECT:
      return LS_OBJECT;
    case JSON_NODE_ARRAY:
      return LS_ARRAY;
    case JSON_NODE_NULL:
      return LS_NULL;
    default:
      break;
  }
  switch (json_node_get_value_type (node)) {
    case G_TYPE_STRING:
      return LS_STRING;
    case G_TYPE_BOOLEAN:
      return LS_BOOLEAN;
    case G_TYPE_DOUBLE:
      return LS_NUMBER;
    default:
      return LS_INTEGER;
  }
}

static LsFault *
unsupported_value (
    const gchar *path, const gchar *value, const gchar *supported)
{
  return ls_fault_new ("invalid_value", path,
      "Invalid value: '%s'. Supported values are: %s.", value, supported);
}

static LsFault *
check_string (const LsRule *rule, const gchar *value, const gchar *path)
{
  glong length = g_utf8_strlen (value, -1);

  if (rule->longest > 0 && length > (glong) rule->longest)
    return ls_fault_new ("string_above_max_length", path,
        "Invalid '%s': string too long. Expected a string with maximum "
        "length %u, but got a string with length %ld instead.",
        path, rule->longest, length);
  if (rule->values != NULL && !g_strv_contains (rule->values, value)) {
    g_autofree gchar *joined = g_strjoinv ("', '", (gchar **) rule->values);
    g_autofree gchar *supported = g_strdup_printf ("'%s'", joined);

    return unsupported_value (path, value, supported);
  }
  return NULL;
}

static LsFault *
check_number (const LsRule *rule, gdouble value, const gchar *path)
{
  if (rule->least == rule->most && rule->most == 0.0)
    return NULL;
  if (value < rule->least)
    return ls_fault_new ("invalid_value", path,
        "Invalid '%s': value below minimum. Expected a value >= %g, but got "
        "%g instead.",
        path, rule->least, value);
  if (value > rule->most)
    return ls_fault_new ("invalid_value", path,
        "Invalid '%s': value above maximum. Expected a value <= %g, but got "
        "%g instead.",
        path, rule->most, value);
  return NULL;
}

static LsFault *check_value (
    const LsRule *rule, JsonNode *node, const gchar *path);

static gchar *
member_path (const gchar *path, const gchar *name)
{
  return *path != '\0' ? g_strconcat (path, ".", name, NULL) : g_strdup (name);
}

static const LsRule *
find_field (const LsRule *fields, const gchar *name)
{
  for (; fields->name != NULL; fields++)
    if (g_str_equal (fields->name, name))
      return fields;
  return NULL;
}

static LsFault *
check_fields (const LsRule *fields, JsonObject *object, const gchar *path)
{
  JsonObjectIter iter;
  const LsRule *field;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    g_autofree gchar *at = member_path (path, name);
    LsFault *fault;

    field = find_field (fields, name);
    if (field == NULL)
      return ls_fault_new (
          "unknown_parameter", at, "Unknown parameter: '%s'.", at);
    fault = check_value (field, node, at);
    if (fault != NULL)
      return fault;
  }
  for (field = fields; field->name != NULL; field++) {
    g_autofree gchar *at = member_path (path, field->name);

    if ((field->flags & LS_REQUIRED) != 0
        && !json_object_has_member (object, field->name))
      return ls_fault_new ("missing_required_parameter", at,
          "Missing required parameter: '%s'.", at);
  }
  return NULL;
}

static LsFault *
unknown_variant (
    const LsVariant *variants, const gchar *value, const gchar *path)
{
  GString *supported = g_string_new (NULL);
  LsFault *fault;

  for (; variants->value != NULL; variants++)
    g_string_append_printf (
        supported, "%s'%s'", supported->len > 0 ? ", " : "", variants->value);
  fault = unsupported_value (path, value, supported->str);
  g_string_free (supported, TRUE);
  return fault;
}

static LsFault *
check_tagged (const LsRule *rule, JsonNode *node, const gchar *path)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree gchar *at = member_path (path, rule->tag);
  JsonNode *tag = json_object_get_member (object, rule->tag);
  const LsRule string_rule = { "", LS_STRING };
  const LsVariant *variant;
  const gchar *value;
  LsFault *fault;

  if (tag == NULL)
    return ls_fault_new ("missing_required_parameter", at,
        "Missing required parameter: '%s'.", at);
  fault = check_value (&string_rule, tag, at);
  if (fault != NULL)
    return fault;
  value = json_node_get_string (tag);
  for (variant = rule->variants; variant->value != NULL; variant++) {
    if (!g_str_equal (variant->value, value))
      continue;
    /* a table of one nameless row: the object is told apart once more */
    if (*variant->fields->name == '\0')
      return check_tagged (variant->fields, node, path);
    return check_fields (variant->fields, object, path);
  }
  return unknown_variant (rule->variants, value, at);
}

static LsFault *
check_elements (const LsRule *element, JsonArray *array, const gchar *path)
{
  guint i;

  for (i = 0; i < json_array_get_length (array); i++) {
    g_autofree gchar *at = g_strdup_printf ("%s[%u]", path, i);
    LsFault *fault;

    fault = check_value (element, json_array_get_element (array, i), at);
    if (fault != NULL)
      return fault;
  }
  return NULL;
}

static LsFault *
check_value (const LsRule *rule, JsonNode *node, const gchar *path)
{
  LsRuleFlags kind = kind_of (node);
  LsRuleFlags allowed = rule->flags & ~LS_REQUIRED;

  if ((allowed & kind) == 0
      && !(kind == LS_INTEGER && (allowed & LS_NUMBER) != 0)) {
    g_autofree gchar *expected = describe_kinds (allowed);
    g_autofree gchar *got = describe_kinds (kind);

    return ls_fault_new ("invalid_value", path,
        "Invalid type for '%s': expected %s, but got %s instead.", path,
        expected, got);
  }
  switch (kind) {
    case LS_STRING:
      return check_string (rule, json_node_get_string (node), path);
    case LS_INTEGER:
    case LS_NUMBER:
      return check_number (rule, json_node_get_double (node), path);
    case LS_ARRAY:
      return check_elements (rule->element, json_node_get_array (node), path);
    case LS_OBJECT:
      if (rule->variants != NULL)
        return check_tagged (rule, node, path);
      if (rule->fields != NULL)
        return check_fields (rule->fields, json_node_get_object (node), path);
      return NULL;
    default:
      return NULL;
  }
}

LsFault *
ls_validate_event (JsonNode *event, const LsRule *rules)
{
  JsonObject *object = json_node_get_object (event);

  if (!json_object_has_member (object, "type"))
    return ls_fault_new ("invalid_event", NULL, "The 'type' field is missing.");
  return check_value (rules, event, "");
}
