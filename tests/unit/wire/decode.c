/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every event that is acted on, and what follows from a member that is
 * absent, null, of a wrong type or too long.
 */
#include <string.h>

#include "describe.h"
#include "rtdecode.h"
#include "rtdialect.h"
#include "wirerows.h"

static RtEvent *
decode (const gchar *json, GError **error)
{
  gsize size = strlen (json);
  /* Exactly as long as it is, so that a sanitizer sees a byte too much. */
  g_autofree gchar *bytes = g_memdup2 (json, MAX (size, 1));

  return rt_dialect_v2.decode (bytes, size, error);
}

static void
check_rows (const WireRow *rows, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (GError) error = NULL;
    g_autoptr (RtEvent) event = decode (json, &error);
    g_autofree gchar *seen = NULL;

    g_test_message ("%s", rows[i].json);
    g_assert_no_error (error);
    seen = rt_test_describe (event);
    g_assert_cmpstr (seen, ==, rows[i].expected);
  }
}

static void
test_published (void)
{
  check_rows (wire_published, wire_n_published);
}

static void
test_older (void)
{
  check_rows (wire_older, wire_n_older);
}

static void
test_tolerated (void)
{
  check_rows (wire_tolerated, wire_n_tolerated);
}

/* Each type that this dialect has was met at least once. */
static void
test_complete (void)
{
  gboolean met[RT_EVENT_LAST] = { FALSE };
  guint i;

  met[RT_EVENT_UNKNOWN] = TRUE;
  met[RT_EVENT_HANDOFF_REQUESTED] = TRUE; /* realtime-v1's */
  for (i = 0; i < wire_n_published; i++) {
    g_autofree gchar *json = rt_test_json (wire_published[i].json);
    g_autoptr (RtEvent) event = decode (json, NULL);

    met[event->type] = TRUE;
  }
  for (i = 0; i < RT_EVENT_LAST; i++) {
    g_test_message ("type %u", i);
    g_assert_true (met[i]);
  }
}

static void
test_name (void)
{
  g_autoptr (RtEvent) known
      = decode ("{\"type\":\"response.audio.done\"}", NULL);
  g_autoptr (RtEvent) audio
      = decode ("{\"type\":\"response.audio.delta\",\"delta\":\"\"}", NULL);
  g_autoptr (RtEvent) unknown = decode ("{\"type\":\"x.y\"}", NULL);

  g_assert_cmpstr (known->name, ==, "response.audio.done");
  g_assert_cmpstr (audio->name, ==, "response.audio.delta");
  g_assert_cmpstr (unknown->name, ==, "x.y");
}

static void
test_item_json (void)
{
  g_autoptr (RtEvent) event
      = decode ("{\"type\":\"conversation.item.done\",\"item\":"
                "{\"id\":\"i\",\"new\":[1,null,{\"a\":true}]}}",
          NULL);

  g_assert_cmpstr (
      event->item->json, ==, "{\"id\":\"i\",\"new\":[1,null,{\"a\":true}]}");
}

static void
test_refused (void)
{
  static const struct {
    const gchar *json;
    gint code;
    const gchar *names; /* a word of the message */
  } rows[] = {
    { "", RT_WIRE_ERROR_MALFORMED, "" },
    { "[]", RT_WIRE_ERROR_MALFORMED, "" },
    { "{'type':'error'", RT_WIRE_ERROR_MALFORMED, "" },
    { "{'type':'error'}x", RT_WIRE_ERROR_MALFORMED, "" },
    { "{'type':'\377'}", RT_WIRE_ERROR_MALFORMED, "UTF-8" },
    { "{'type':'a\nb'}", RT_WIRE_ERROR_MALFORMED, "control" },
    { "{}", RT_WIRE_ERROR_NO_TYPE, "" },
    { "{'type':null}", RT_WIRE_ERROR_NO_TYPE, "" },
    { "{'type':7}", RT_WIRE_ERROR_NO_TYPE, "" },
    { "{'type':['error']}", RT_WIRE_ERROR_NO_TYPE, "" },
    { "{'type':'response.output_audio.delta'}", RT_WIRE_ERROR_FIELD, "delta" },
    { "{'type':'response.output_audio.delta','delta':7}", RT_WIRE_ERROR_FIELD,
        "delta" },
    { "{'type':'response.output_audio.delta','delta':'A*=='}",
        RT_WIRE_ERROR_FIELD, "delta" },
    { "{'type':'response.output_audio.delta','delta':'AAAAA'}",
        RT_WIRE_ERROR_FIELD, "delta" },
    { "{'type':'response.output_audio.delta','delta':'AA=A'}",
        RT_WIRE_ERROR_FIELD, "delta" },
    { "{'type':'response.audio.delta','data':'\\u00e4'}", RT_WIRE_ERROR_FIELD,
        "data" },
    { "{'type':'conversation.item.added'}", RT_WIRE_ERROR_FIELD, "item" },
    { "{'type':'conversation.item.done','item':'i'}", RT_WIRE_ERROR_FIELD,
        "item" },
    { "{'type':'response.output_item.done','item':[]}", RT_WIRE_ERROR_FIELD,
        "item" },
    { "{'type':'conversation.item.deleted'}", RT_WIRE_ERROR_FIELD, "item_id" },
    { "{'type':'conversation.item.truncated','item_id':7}", RT_WIRE_ERROR_FIELD,
        "item_id" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autofree gchar *shown = g_strescape (rows[i].json, NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", shown);
    g_assert_null (decode (json, &error));
    g_assert_error (error, RT_WIRE_ERROR, rows[i].code);
    g_assert_nonnull (strstr (error->message, rows[i].names));
  }
}

static void
test_deep (void)
{
  g_autofree gchar *open = g_strnfill (100000, '[');
  g_autofree gchar *json
      = g_strdup_printf ("{\"type\":\"error\",\"error\":%s", open);
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (json, &error));
  g_assert_error (error, RT_WIRE_ERROR, RT_WIRE_ERROR_MALFORMED);
}

/* \303\244 is one character: a limit in its middle cuts before it. */
static gchar *
long_text (gsize bytes)
{
  GString *text = g_string_new ("x");

  while (text->len < bytes)
    g_string_append (text, "\303\244");
  return g_string_free (text, FALSE);
}

static void
check_cut (const gchar *text, const gchar *from, gsize limit)
{
  g_assert_cmpuint (strlen (text), ==, limit - 1);
  g_assert_true (strncmp (text, from, limit - 1) == 0);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
test_bounds (void)
{
  g_autofree gchar *large = long_text (RT_DECODE_MAX_TEXT + 10);
  g_autofree gchar *item = g_strdup_printf (
      "{\"type\":\"conversation.item.done\",\"item\":{\"id\":\"i\","
      "\"arguments\":\"%s\",\"content\":[{\"text\":\"%s\"}]}}",
      large, large);
  g_autofree gchar *text = g_strdup_printf (
      "{\"type\":\"response.text.done\",\"item_id\":\"%s\",\"text\":\"%s\"}",
      large, large);
  g_autofree gchar *failed = g_strdup_printf (
      "{\"type\":\"error\",\"message\":\"%s\",\"code\":\"%s\"}", large, large);
  g_autofree gchar *unknown = g_strdup_printf ("{\"type\":\"%s\"}", large);
  g_autoptr (RtEvent) event = decode (item, NULL);

  check_cut (event->item->arguments, large, RT_DECODE_MAX_TEXT);
  check_cut (event->item->text, large, RT_DECODE_MAX_TEXT);
  g_assert_true (event->item->cut);
  g_assert_cmpstr (event->item->json, ==, "{\"id\":\"i\"}");
  rt_event_free (event);
  event = decode (text, NULL);
  check_cut (event->item_id, large, RT_DECODE_MAX_ID);
  check_cut (event->text, large, RT_DECODE_MAX_TEXT);
  rt_event_free (event);
  event = decode (failed, NULL);
  check_cut (event->error->message, large, RT_DECODE_MAX_MESSAGE);
  check_cut (event->error->code, large, RT_DECODE_MAX_ID);
  rt_event_free (event);
  event = decode (unknown, NULL);
  check_cut (event->name, large, RT_DECODE_MAX_ID);
}

static void
test_many_items (void)
{
  g_autoptr (GString) json = g_string_new (
      "{\"type\":\"response.done\",\"response\":{\"output\":[{}");
  g_autoptr (RtEvent) event = NULL;
  guint i;

  for (i = 0; i < 10000; i++)
    g_string_append (json, ",{}");
  g_string_append (json, "]}}");
  event = decode (json->str, NULL);
  g_assert_cmpuint (event->response->output->len, ==, RT_DECODE_MAX_ITEMS);
}

/* Every object below and including `node`. */
static void
collect_objects (JsonNode *node, GPtrArray *objects)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    g_autoptr (GList) values = json_object_get_values (object);
    GList *l;

    g_ptr_array_add (objects, object);
    for (l = values; l != NULL; l = l->next)
      collect_objects (l->data, objects);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    g_autoptr (GList) elements
        = json_array_get_elements (json_node_get_array (node));
    GList *l;

    for (l = elements; l != NULL; l = l->next)
      collect_objects (l->data, objects);
  }
}

/* What a tree is understood as; an error's text when it is refused. */
static gchar *
understand (JsonNode *root)
{
  g_autofree gchar *json = rt_json_to_text (root);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtEvent) event = decode (json, &error);

  g_assert_true ((event == NULL) == (error != NULL));
  return event != NULL ? rt_test_describe (event) : g_strdup (error->message);
}

/* One member of one object of a message, in all the wrong ways. */
static void
check_member (JsonNode *root, JsonObject *object, const gchar *name)
{
  static const gchar *const wrong[] = { "7", "-1", "1.5", "1e300", "true",
    "\"x\"", "[]", "{}", "[[]]", "{\"type\":7}", "9223372036854775807" };
  JsonNode *kept = json_node_copy (json_object_get_member (object, name));
  g_autofree gchar *absent = NULL, *null = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree gchar *seen = NULL;

    json_object_set_member (object, name, json_from_string (wrong[i], NULL));
    seen = understand (root);
    g_assert_nonnull (seen);
  }
  json_object_set_null_member (object, name);
  null = understand (root);
  json_object_remove_member (object, name);
  absent = understand (root);
  g_test_message ("%s", name);
  g_assert_cmpstr (null, ==, absent);
  json_object_set_member (object, name, kept);
}

/* Whatever one member is, nothing complains (criticals are fatal here), and
 * null is the same as absent. */
static void
test_wrong_members (void)
{
  guint i, j, checked = 0;

  for (i = 0; i < wire_n_published; i++) {
    g_autofree gchar *json = rt_test_json (wire_published[i].json);
    g_autoptr (JsonNode) root
        = rt_json_parse_object (json, strlen (json), NULL);
    g_autoptr (GPtrArray) objects = g_ptr_array_new ();

    collect_objects (root, objects);
    for (j = 0; j < objects->len; j++) {
      JsonObject *object = g_ptr_array_index (objects, j);
      g_autoptr (GList) names = json_object_get_members (object);
      GList *l;

      for (l = names; l != NULL; l = l->next) {
        g_autofree gchar *name = g_strdup (l->data);

        /* Setting a member of the tree frees what it held: only leaves. */
        if (JSON_NODE_HOLDS_VALUE (json_object_get_member (object, name))) {
          check_member (root, object, name);
          checked++;
        }
      }
    }
  }
  g_assert_cmpuint (checked, >, 150);
}

/* A wrong type where a container belongs. */
static void
test_wrong_containers (void)
{
  static const gchar *const wrong[] = { "7", "\"x\"", "null", "[7]", "[[]]" };
  static const gchar *const rows[] = {
    "{'type':'session.created','session':%s}",
    "{'type':'session.created','session':{'audio':%s}}",
    "{'type':'session.created','session':{'audio':{'input':%s}}}",
    "{'type':'session.created','session':{'audio':{'input':{'format':%s}}}}",
    "{'type':'conversation.item.added','item':{'content':%s}}",
    "{'type':'conversation.item.added','item':{'content':[%s]}}",
    "{'type':'response.done','response':%s}",
    "{'type':'response.done','response':{'output':%s}}",
    "{'type':'response.done','response':{'output':[%s]}}",
    "{'type':'response.done','response':{'usage':%s}}",
    "{'type':'response.done','response':{'usage':{'input_token_details':%s}}}",
    "{'type':'response.done','response':{'status_details':%s}}",
    "{'type':'response.done','response':{'status_details':{'error':%s}}}",
    "{'type':'error','error':%s}",
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) halves = g_strsplit (rows[i], "%s", 2);

    for (j = 0; j < G_N_ELEMENTS (wrong); j++) {
      g_autofree gchar *text
          = g_strconcat (halves[0], wrong[j], halves[1], NULL);
      g_autofree gchar *json = rt_test_json (text);
      g_autoptr (GError) error = NULL;
      g_autoptr (RtEvent) event = decode (json, &error);

      g_test_message ("%s", text);
      g_assert_no_error (error);
      g_assert_nonnull (event);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/decode/published", test_published);
  g_test_add_func ("/wire/decode/older", test_older);
  g_test_add_func ("/wire/decode/tolerated", test_tolerated);
  g_test_add_func ("/wire/decode/complete", test_complete);
  g_test_add_func ("/wire/decode/name", test_name);
  g_test_add_func ("/wire/decode/item-json", test_item_json);
  g_test_add_func ("/wire/decode/refused", test_refused);
  g_test_add_func ("/wire/decode/deep", test_deep);
  g_test_add_func ("/wire/decode/bounds", test_bounds);
  g_test_add_func ("/wire/decode/many-items", test_many_items);
  g_test_add_func ("/wire/decode/wrong-members", test_wrong_members);
  g_test_add_func ("/wire/decode/wrong-containers", test_wrong_containers);
  return g_test_run ();
}
