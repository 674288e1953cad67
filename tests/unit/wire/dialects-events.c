/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What realtime-v1 and session-create understand, row by row, and what is of
 * no use to them.
 */
#include <string.h>

#include "describe.h"
#include "rtdialect.h"
#include "wirerows.h"

#define TRANSCRIPTION "conversation.item.input_audio_transcription."
#define AUDIO_V1 "{'type':'conversation.output_audio.delta',"
#define AUDIO_CREATE "{'type':'response.output_audio.delta',"
#define HANDOFF "{'type':'conversation.handoff.requested',"

static const WireRow v1_rows[] = {
  { "{'type':'session.updated','event_id':'e','session':{'id':'s',"
    "'instructions':'P'}}",
      "SESSION_UPDATED event_id=e (session id=s instructions=P)" },
  { "{'type':'session.updated','session_id':'s','session':"
    "{'backend_prompt':'P'}}",
      "SESSION_UPDATED (session)" },
  { AUDIO_V1 "'delta':'AAE=','sample_rate':24000,'channels':1}",
      "OUTPUT_AUDIO_DELTA audio=0001 as=24000/1" },
  { AUDIO_V1 "'data':'AAE=','sample_rate':48000,'num_channels':2,"
             "'samples_per_channel':480}",
      "OUTPUT_AUDIO_DELTA audio=0001 as=48000/2" },
  { AUDIO_V1 "'delta':'AAE=','data':null,'sample_rate':16000.0,'channels':2,"
             "'num_channels':1,'item_id':'i','response_id':'r'}",
      "OUTPUT_AUDIO_DELTA item_id=i response_id=r audio=0001 as=16000/2" },
  { "{'type':'conversation.input_transcript.delta','item_id':'i',"
    "'delta':'go '}",
      "INPUT_TRANSCRIPT_DELTA item_id=i text=go " },
  { "{'type':'conversation.output_transcript.delta','delta':'Hi'}",
      "OUTPUT_TRANSCRIPT_DELTA text=Hi" },
  { "{'type':'conversation.input_transcript.turn_marked','item_id':'i',"
    "'transcript':'go forward'}",
      "INPUT_TRANSCRIPT_DONE item_id=i text=go forward" },
  { "{'type':'" TRANSCRIPTION "delta','item_id':'i','content_index':1,"
    "'delta':'go '}",
      "INPUT_TRANSCRIPT_DELTA item_id=i content_index=1 text=go " },
  { "{'type':'" TRANSCRIPTION "completed','item_id':'i',"
    "'transcript':'go forward'}",
      "INPUT_TRANSCRIPT_DONE item_id=i text=go forward" },
  { "{'type':'response.output_text.delta','response_id':'r','item_id':'i',"
    "'delta':'Hi'}",
      "OUTPUT_TEXT_DELTA item_id=i response_id=r text=Hi" },
  { "{'type':'response.output_audio_transcript.delta','item_id':'i',"
    "'delta':'Hi'}",
      "OUTPUT_TRANSCRIPT_DELTA item_id=i text=Hi" },
  { "{'type':'response.output_audio_transcript.done','item_id':'i',"
    "'transcript':'Hi.'}",
      "OUTPUT_TRANSCRIPT_DONE item_id=i text=Hi." },
  { "{'type':'conversation.item.added','item':{'id':'i','type':'message',"
    "'role':'user','content':[{'type':'input_text','text':'a'}]}}",
      "ITEM_ADDED {message id=i role=user text=a}" },
  { "{'type':'conversation.item.done','previous_item_id':'p',"
    "'item':{'id':'i'}}",
      "ITEM_DONE previous_item_id=p {other id=i}" },
  { HANDOFF "'handoff_id':'h','item_id':'i','input_transcript':'Do it.'}",
      "HANDOFF_REQUESTED item_id=i call_id=h text=Do it." },
  { HANDOFF "'handoff_id':'h','item_id':'i','input_transcript':'','x':{}}",
      "HANDOFF_REQUESTED item_id=i call_id=h text=" },
  { "{'type':'error','error':{'message':'Bad.','code':'c'},'message':'x'}",
      "ERROR (error code=c message=Bad.)" },
  { "{'type':'error','message':'Bad.'}", "ERROR (error message=Bad.)" },
  { "{'type':'error','error':'Bad.'}", "ERROR (error message=Bad.)" },
};

static const WireRow create_rows[] = {
  { "{'type':'session.created','session':{'id':'s','backend_prompt':'P'}}",
      "SESSION_CREATED (session id=s instructions=P)" },
  { "{'type':'session.created','session_id':'s'}",
      "SESSION_CREATED (session id=s)" },
  { "{'type':'session.created','session_id':'t','session':{'id':'s'}}",
      "SESSION_CREATED (session id=s)" },
  { "{'type':'session.created','session_id':'t','session':{'id':7}}",
      "SESSION_CREATED (session id=t)" },
  { "{'type':'session.created','session_id':null}", "SESSION_CREATED" },
  { "{'type':'session.updated','session':{'backend_prompt':'P',"
    "'instructions':'x'}}",
      "SESSION_UPDATED (session instructions=P)" },
  { AUDIO_CREATE "'delta':'AAE=','sample_rate':24000,'num_channels':1,"
                 "'samples_per_channel':1}",
      "OUTPUT_AUDIO_DELTA audio=0001 as=24000/1" },
  { AUDIO_CREATE "'data':'AAE=','sample_rate':8000,'num_channels':2}",
      "OUTPUT_AUDIO_DELTA audio=0001 as=8000/2" },
  { AUDIO_CREATE "'delta':'','sample_rate':8000,'num_channels':2,"
                 "'channels':1,'x':null}",
      "OUTPUT_AUDIO_DELTA audio= as=8000/2" },
  { "{'type':'conversation.item.added','item':{'id':'i','type':'message',"
    "'role':'assistant','content':[{'type':'text','text':'a'}]}}",
      "ITEM_ADDED {message id=i role=assistant text=a}" },
  { "{'type':'conversation.item.added','item':{'id':'i','type':'news'}}",
      "ITEM_ADDED {other id=i}" },
  { "{'type':'conversation.item.added','item':{}}", "ITEM_ADDED {other}" },
  { "{'type':'error','message':'Bad.','code':'c'}",
      "ERROR (error code=c message=Bad.)" },
  { "{'type':'error','message':'Bad.','error':{'message':'x','code':'c'}}",
      "ERROR (error code=c message=Bad.)" },
  { "{'type':'error','message':null,'error':{'message':'Bad.'}}",
      "ERROR (error message=Bad.)" },
  { "{'type':'error','error':'Bad.'}", "ERROR (error message=Bad.)" },
  { "{'type':'error','error':['Bad.',7]}",
      "ERROR (error message=[\"Bad.\",7])" },
  { "{'type':'error'}", "ERROR (error message=the server gave no reason)" },
  { "{'type':'error','error':null}",
      "ERROR (error message=the server gave no reason)" },
};

static void
check_rows (const RtDialect *dialect, const WireRow *rows, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (GError) error = NULL;
    g_autoptr (RtEvent) event = dialect->decode (json, strlen (json), &error);
    g_autofree gchar *seen = NULL;

    g_test_message ("%s", rows[i].json);
    g_assert_no_error (error);
    seen = rt_test_describe (event);
    g_assert_cmpstr (seen, ==, rows[i].expected);
  }
}

static void
test_v1 (void)
{
  check_rows (&rt_dialect_v1, v1_rows, G_N_ELEMENTS (v1_rows));
}

static void
test_create (void)
{
  check_rows (&rt_dialect_create, create_rows, G_N_ELEMENTS (create_rows));
}

/* What the other dialects say is nothing to act on: of realtime-v2's events
 * only those in the tables above are understood. */
static void
check_foreign (const RtDialect *dialect, const WireRow *own, guint n_own)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (
      g_str_hash, g_str_equal, (GDestroyNotify) g_free, NULL);
  guint i, unknown = 0;

  for (i = 0; i < n_own; i++) {
    g_autofree gchar *json = rt_test_json (own[i].json);
    g_autoptr (RtEvent) event = dialect->decode (json, strlen (json), NULL);

    g_hash_table_add (names, g_strdup (event->name));
  }
  for (i = 0; i < wire_n_published + wire_n_older; i++) {
    const WireRow *row = i < wire_n_published
                             ? &wire_published[i]
                             : &wire_older[i - wire_n_published];
    g_autofree gchar *json = rt_test_json (row->json);
    g_autoptr (JsonNode) root = rt_test_parse (json);
    const gchar *name = rt_json_string (json_node_get_object (root), "type");
    g_autoptr (RtEvent) event = dialect->decode (json, strlen (json), NULL);

    g_test_message ("%s", row->json);
    if (g_hash_table_contains (names, name))
      continue;
    g_assert_cmpint (event->type, ==, RT_EVENT_UNKNOWN);
    g_assert_cmpstr (event->name, ==, name);
    unknown++;
  }
  g_assert_cmpuint (unknown, >, 30);
}

static void
test_foreign (void)
{
  static const gchar *const v1_only[] = {
    AUDIO_V1 "'delta':'AAE=','sample_rate':24000,'channels':1}",
    "{'type':'conversation.input_transcript.delta','delta':'a'}",
    "{'type':'conversation.output_transcript.delta','delta':'a'}",
    "{'type':'conversation.input_transcript.turn_marked','transcript':'a'}",
    HANDOFF "'handoff_id':'h','item_id':'i','input_transcript':'a'}",
  };
  guint i;

  check_foreign (&rt_dialect_v1, v1_rows, G_N_ELEMENTS (v1_rows));
  check_foreign (&rt_dialect_create, create_rows, G_N_ELEMENTS (create_rows));
  for (i = 0; i < G_N_ELEMENTS (v1_only); i++) {
    g_autofree gchar *json = rt_test_json (v1_only[i]);
    g_autoptr (RtEvent) v2 = rt_dialect_v2.decode (json, strlen (json), NULL);
    g_autoptr (RtEvent) create
        = rt_dialect_create.decode (json, strlen (json), NULL);

    g_test_message ("%s", v1_only[i]);
    g_assert_cmpint (v2->type, ==, RT_EVENT_UNKNOWN);
    g_assert_cmpint (create->type, ==, RT_EVENT_UNKNOWN);
  }
}

typedef struct {
  const gchar *json;
  const gchar *names; /* a word of the message */
} RefusedRow;

static void
check_refused (const RtDialect *dialect, const RefusedRow *rows, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", rows[i].json);
    g_assert_null (dialect->decode (json, strlen (json), &error));
    g_assert_error (error, RT_WIRE_ERROR, RT_WIRE_ERROR_FIELD);
    g_assert_nonnull (strstr (error->message, rows[i].names));
  }
}

static void
test_refused_v1 (void)
{
  static const RefusedRow rows[] = {
    { AUDIO_V1 "'delta':'AAE='}", "sample_rate" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':24000}", "num_channels" },
    { AUDIO_V1 "'delta':'AAE=','channels':1}", "sample_rate" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':null,'channels':1}",
        "sample_rate" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':'24000','channels':1}",
        "sample_rate" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':24000,'channels':-1}",
        "num_channels" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':24000,'channels':0}",
        "num_channels" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':24000,'channels':3}",
        "num_channels" },
    { AUDIO_V1 "'delta':'AAE=','sample_rate':4000,'channels':1}",
        "sample_rate" },
    { AUDIO_V1 "'sample_rate':24000,'channels':1}", "delta" },
    { AUDIO_V1 "'data':'A*==','sample_rate':24000,'channels':1}", "data" },
    { HANDOFF "'item_id':'i','input_transcript':'a'}", "handoff_id" },
    { HANDOFF "'handoff_id':7,'item_id':'i','input_transcript':'a'}",
        "handoff_id" },
    { HANDOFF "'handoff_id':'h','input_transcript':'a'}", "item_id" },
    { HANDOFF "'handoff_id':'h','item_id':null,'input_transcript':'a'}",
        "item_id" },
    { HANDOFF "'handoff_id':'h','item_id':'i'}", "input_transcript" },
    { HANDOFF "'handoff_id':'h','item_id':'i','input_transcript':['a']}",
        "input_transcript" },
    { "{'type':'conversation.input_transcript.turn_marked'}", "transcript" },
    { "{'type':'conversation.item.added'}", "item" },
    { "{'type':'conversation.item.done','item':7}", "item" },
  };

  check_refused (&rt_dialect_v1, rows, G_N_ELEMENTS (rows));
}

static void
test_refused_create (void)
{
  static const RefusedRow rows[] = {
    { AUDIO_CREATE "'delta':'AAE='}", "sample_rate" },
    { AUDIO_CREATE "'delta':'AAE=','sample_rate':24000}", "num_channels" },
    { AUDIO_CREATE "'delta':'AAE=','num_channels':1}", "sample_rate" },
    { AUDIO_CREATE "'delta':'AAE=','sample_rate':24000,'channels':1}",
        "num_channels" },
    { AUDIO_CREATE "'delta':'AAE=','sample_rate':24000,'num_channels':'1'}",
        "num_channels" },
    { AUDIO_CREATE "'delta':'AAE=','sample_rate':96000,'num_channels':1}",
        "sample_rate" },
    { AUDIO_CREATE "'sample_rate':24000,'num_channels':1}", "delta" },
    { "{'type':'conversation.item.added','item':null}", "item" },
  };

  check_refused (&rt_dialect_create, rows, G_N_ELEMENTS (rows));
}

/* Whatever one member is, nothing complains: criticals are fatal here. */
static void
check_tolerant (const RtDialect *dialect, const WireRow *rows, guint n)
{
  static const gchar *const wrong[] = { "7", "-1", "1.5", "1e300", "true",
    "null", "\"x\"", "[]", "{}", "[[]]", "{\"type\":7}" };
  guint i, j;

  for (i = 0; i < n; i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (JsonNode) root = rt_test_parse (json);
    JsonObject *object = json_node_get_object (root);
    g_autoptr (GList) names = json_object_get_members (object);
    GList *l;

    for (l = names; l != NULL; l = l->next) {
      g_autofree gchar *name = g_strdup (l->data);
      g_autoptr (JsonNode) kept
          = json_node_copy (json_object_get_member (object, name));

      for (j = 0; j < G_N_ELEMENTS (wrong); j++) {
        g_autofree gchar *text = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (RtEvent) event = NULL;

        json_object_set_member (
            object, name, json_from_string (wrong[j], NULL));
        text = rt_json_to_text (root);
        event = dialect->decode (text, strlen (text), &error);
        g_assert_true ((event == NULL) == (error != NULL));
      }
      json_object_set_member (object, name, g_steal_pointer (&kept));
    }
  }
}

static void
test_tolerant (void)
{
  check_tolerant (&rt_dialect_v1, v1_rows, G_N_ELEMENTS (v1_rows));
  check_tolerant (&rt_dialect_create, create_rows, G_N_ELEMENTS (create_rows));
}

/* What no dialect knows goes by in all of them. */
static void
test_unknown (void)
{
  static const WireRow rows[] = {
    { "{'type':'ping'}", "UNKNOWN" },
    { "{'type':'warning','event_id':'e','message':'x'}", "UNKNOWN event_id=e" },
    { "{'type':'conversation.created '}", "UNKNOWN" },
  };

  check_rows (&rt_dialect_v1, rows, G_N_ELEMENTS (rows));
  check_rows (&rt_dialect_create, rows, G_N_ELEMENTS (rows));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/dialects/v1", test_v1);
  g_test_add_func ("/wire/dialects/create", test_create);
  g_test_add_func ("/wire/dialects/foreign", test_foreign);
  g_test_add_func ("/wire/dialects/refused-v1", test_refused_v1);
  g_test_add_func ("/wire/dialects/refused-create", test_refused_create);
  g_test_add_func ("/wire/dialects/tolerant", test_tolerant);
  g_test_add_func ("/wire/dialects/unknown", test_unknown);
  return g_test_run ();
}
