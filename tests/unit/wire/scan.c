/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fast road of audio messages: when it is taken, and that it leads to the
 * same event as the full parser.
 */
#include <string.h>

#include "describe.h"
#include "rtdecode.h"
#include "rtscan.h"
#include "wirerows.h"

typedef RtEvent *(*Decode) (
    const gchar *, gsize, RtDecodeFlags, GError **error);

/* What one or the other makes of a message, an error included. */
static gchar *
outcome (Decode decode, const gchar *bytes, gsize size, RtDecodeFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtEvent) event = decode (bytes, size, flags, &error);

  if (event == NULL)
    return g_strdup_printf ("%d %s", error->code, error->message);
  return rt_test_describe (event);
}

/* In every dialect, and with its differences one by one. */
static void
check_same (const gchar *json, gsize size)
{
  static const RtDecodeFlags dialects[] = {
    RT_DECODE_V2,
    RT_DECODE_V2 | RT_DECODE_CHANNELS,
    RT_DECODE_V2 | RT_DECODE_DECLARED_AUDIO,
    RT_DECODE_V1 | RT_DECODE_CHANNELS | RT_DECODE_DECLARED_AUDIO,
    RT_DECODE_CREATE | RT_DECODE_DECLARED_AUDIO,
  };
  /* Exactly as long as it is, so that a sanitizer sees a byte too much. */
  g_autofree gchar *bytes = g_memdup2 (json, MAX (size, 1));
  guint i;

  for (i = 0; i < G_N_ELEMENTS (dialects); i++) {
    g_autofree gchar *fast = outcome (rt_decode, bytes, size, dialects[i]);
    g_autofree gchar *full = outcome (rt_decode_full, bytes, size, dialects[i]);

    g_assert_cmpstr (fast, ==, full);
  }
}

static void
check_rows (const gchar *const *rows, guint n, gboolean taken)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *json = rt_test_json (rows[i]);
    g_autofree gchar *shown = g_strescape (rows[i], NULL);
    RtScan scan;

    g_test_message ("%s", shown);
    g_assert_cmpint (rt_scan (json, strlen (json), &scan), ==, taken);
    check_same (json, strlen (json));
  }
}

static void
test_taken (void)
{
  static const gchar *const rows[] = {
    "{'type':'response.output_audio.delta','delta':'AAE='}",
    "{'type':'response.output_audio.delta','event_id':'e','response_id':'r',"
    "'item_id':'i','output_index':1,'content_index':2,'delta':'AAECAwQF'}",
    "{'delta':'AAE=','type':'response.audio.delta'}",
    " \t\r\n{ 'type' : 'response.audio.delta' , 'delta' : 'AAE=' } \n",
    "{'type':'response.audio.delta','delta':''}",
    "{'type':'response.audio.delta','data':'AAE='}",
    "{'type':'response.audio.delta','delta':'AAECAw'}",
    "{'type':'response.audio.delta','delta':'AAE=','obfuscation':'x','n':7}",
    "{'type':'response.audio.delta','delta':'AAE=','sample_rate':16000,"
    "'num_channels':2,'samples_per_channel':1}",
    "{'type':'response.audio.delta','delta':'AAE=','sample_rate':16000,"
    "'num_channels':2,'channels':1}",
    "{'type':'response.audio.delta','delta':'AAE=','sample_rate':7}",
    "{'type':'response.output_audio.delta','delta':'AAE=','sample_rate':16000,"
    "'channels':2}",
    "{'type':'conversation.output_audio.delta','delta':'AAE=',"
    "'sample_rate':16000,'channels':2,'samples_per_channel':1}",
    "{'type':'conversation.output_audio.delta','data':'AAE=',"
    "'sample_rate':16000,'num_channels':1}",
    "{'type':'conversation.output_audio.delta','data':'AAE='}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':999999999}",
    "{'type':'response.audio.delta','delta':'AAE=','previous_item_id':'p',"
    "'call_id':'c','name':'n'}",
    /* scanned, but not to be used: of another type, or not pure base64 */
    "{'type':'response.text.delta','delta':'a b'}",
    "{'type':'response.audio.delta','delta':'AA E='}",
    "{'type':'response.audio.delta','delta':'AAE= '}",
    "{'type':'response.audio.delta','delta':'AAE=='}",
    "{'type':'response.audio.delta','delta':'A*E='}",
    "{'type':'response.audio.delta','delta':'A'}",
    "{'type':'response.audio.delta','delta':'AAE\n'}",
    "{'type':'response.audio.delta','delta':'AAE\\'}",
    "{'type':'response.audio.delta','delta':'AAE\\','a':'b'}",
    "{'type':'response.audio.delta','delta':'AAE\377'}",
    "{'type':'response.audio.delta','data':'A\303\244E'}",
    "{'type':'response.audio.delta','delta':'\\u0041AE='}",
    "{'type':'response.audio.delta'}",
    "{'delta':'AAE='}",
  };

  check_rows (rows, G_N_ELEMENTS (rows), TRUE);
}

static void
test_left (void)
{
  static const gchar *const rows[] = {
    "",
    "{}",
    "[]",
    "{'type':'response.audio.delta','delta':'AAE='",
    "{'type':'response.audio.delta','delta':'AAE=",
    "{'type':'response.audio.delta','delta':'AAE='}x",
    "{'type':'response.audio.delta','delta':'AAE='},",
    "{'type':'response.audio.delta','delta':'AAE=',}",
    "{'type':'response.audio.delta' 'delta':'AAE='}",
    "{'type':'response.audio.delta','delta' 'AAE='}",
    "{'type':'response.audio.delta','delta':null,'data':'AAE='}",
    "{'type':'response.audio.delta','delta':'AAE=','data':'////'}",
    "{'type':'response.audio.delta','delta':'AAE=','delta':'////'}",
    "{'type':'response.audio.delta','type':'error','delta':'AAE='}",
    "{'type':'response.audio.delta','delta':7}",
    "{'type':'response.audio.delta','delta':['AAE=']}",
    "{'type':'response.\\u0061udio.delta','delta':'AAE='}",
    "{'ty\\u0070e':'response.audio.delta','delta':'AAE='}",
    "{'type':'response.audio.delta','delta':'AAE=','item_id':null}",
    "{'type':'response.audio.delta','delta':'AAE=','item_id':7}",
    "{'type':'response.audio.delta','delta':'AAE=','item_id':'\303\244'}",
    "{'type':'response.audio.delta','delta':'AAE=','item_id':'a\\nb'}",
    "{'type':'response.audio.delta','delta':'AAE=','item_id':'a\nb'}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':-1}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':01}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':1.0}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':1e1}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':'1'}",
    "{'type':'response.audio.delta','delta':'AAE=','content_index':1234567890}",
    "{'type':'response.audio.delta','delta':'AAE=','channels':1,'channels':2}",
    "{'type':'response.audio.delta','delta':'AAE=','x':true}",
    "{'type':'response.audio.delta','delta':'AAE=','x':{}}",
    "{'type':'response.audio.delta','delta':'AAE=','x':}",
    "{'type':'response.audio.delta','delta':'AAE=','x':'\\u0000'}",
    "{'type':'response.audio.delta','delta':'AAE=','x':'\001'}",
  };

  check_rows (rows, G_N_ELEMENTS (rows), FALSE);
}

static void
test_spans (void)
{
  static const gchar json[]
      = "{\"type\":\"t\",\"event_id\":\"e\",\"item_id\":\"\","
        "\"response_id\":\"r\",\"delta\":\"dd\",\"content_index\":0,"
        "\"output_index\":12,\"sample_rate\":34,\"num_channels\":5}";
  static const gchar *const expected[RT_SCAN_N_STRINGS]
      = { "t", "e", "", "r", "dd", NULL };
  static const gint numbers[RT_SCAN_N_NUMBERS] = { 0, 12, 34, -1, 5 };
  RtScan scan;
  guint i;

  g_assert_true (rt_scan (json, sizeof (json) - 1, &scan));
  for (i = 0; i < RT_SCAN_N_STRINGS; i++) {
    g_assert_cmpint (scan.strings[i].start != NULL, ==, expected[i] != NULL);
    if (expected[i] != NULL)
      g_assert_cmpmem (scan.strings[i].start, scan.strings[i].length,
          expected[i], strlen (expected[i]));
  }
  for (i = 0; i < RT_SCAN_N_NUMBERS; i++)
    g_assert_cmpint (scan.numbers[i], ==, numbers[i]);
}

static void
test_long_id (void)
{
  guint length;

  for (length = RT_SCAN_MAX_ID - 1; length <= RT_SCAN_MAX_ID + 1; length++) {
    g_autofree gchar *id = g_strnfill (length, 'i');
    g_autofree gchar *json = g_strdup_printf (
        "{\"type\":\"response.audio.delta\",\"item_id\":\"%s\","
        "\"delta\":\"AAE=\"}",
        id);
    RtScan scan;

    g_assert_cmpint (
        rt_scan (json, strlen (json), &scan), ==, length <= RT_SCAN_MAX_ID);
    check_same (json, strlen (json));
  }
}

static void
test_sizes (void)
{
  gsize size;

  for (size = 0; size < 600; size++) {
    g_autofree guint8 *data = g_malloc (size + 1);
    g_autofree gchar *text = NULL, *json = NULL;
    gsize i;

    for (i = 0; i < size; i++)
      data[i] = (guint8) g_test_rand_int_range (0, 256);
    text = g_base64_encode (data, size);
    if (size % 2)
      g_strdelimit (text, "=", '\0');
    json = g_strdup_printf (
        "{\"type\":\"response.output_audio.delta\",\"delta\":\"%s\"}", text);
    check_same (json, strlen (json));
  }
}

/* The published events, the audio ones above all, with a few bytes changed,
 * added or taken away. */
static void
test_mutations (void)
{
  static const gchar *const seeds[] = {
    "{'type':'response.output_audio.delta','event_id':'e','item_id':'i',"
    "'output_index':10,'content_index':0,'delta':'AAECAwQFBgcICQ=='}",
    "{'type':'response.output_audio.delta','delta':'AAECAwQFBgcICQ==',"
    "'sample_rate':24000,'num_channels':1,'samples_per_channel':5}",
    "{'type':'conversation.output_audio.delta','data':'AAECAwQFBgcICQ==',"
    "'sample_rate':16000,'channels':1,'num_channels':2}",
  };
  static const gchar pool[] = "{}[]\",:\\/u0d8e-+.= \t\n1Ax\377\303";
  guint round, used = 0;

  for (round = 0; round < 20000; round++) {
    const gchar *from = round % 4
                            ? seeds[round % G_N_ELEMENTS (seeds)]
                            : wire_published[round / 4 % wire_n_published].json;
    g_autofree gchar *json = rt_test_json (from);
    g_autoptr (GString) text = g_string_new (json);
    gint changes = g_test_rand_int_range (1, 4);
    RtScan scan;

    while (changes-- > 0) {
      gssize at = g_test_rand_int_range (0, text->len);
      gchar c = pool[g_test_rand_int_range (0, sizeof (pool) - 1)];

      switch (g_test_rand_int_range (0, 3)) {
        case 0:
          text->str[at] = c;
          break;
        case 1:
          g_string_insert_c (text, at, c);
          break;
        default:
          g_string_erase (text, at, 1);
          break;
      }
    }
    used += rt_scan (text->str, text->len, &scan);
    check_same (text->str, text->len);
  }
  g_assert_cmpuint (used, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/scan/taken", test_taken);
  g_test_add_func ("/wire/scan/left", test_left);
  g_test_add_func ("/wire/scan/spans", test_spans);
  g_test_add_func ("/wire/scan/long-id", test_long_id);
  g_test_add_func ("/wire/scan/sizes", test_sizes);
  g_test_add_func ("/wire/scan/mutations", test_mutations);
  return g_test_run ();
}
