/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of the small talk, row by row. */
#include "lsdialogue.h"

#define AGENT                                                               \
  "{\"type\":\"function\",\"name\":\"background_agent\",\"parameters\":"    \
  "{\"type\":\"object\",\"properties\":{\"prompt\":{\"type\":\"string\"}}," \
  "\"required\":[\"prompt\"],\"additionalProperties\":false}}"
#define OTHER_AGENT                                                         \
  "{\"type\":\"function\",\"name\":\"delegate\",\"parameters\":"            \
  "{\"type\":\"object\",\"properties\":{\"prompt\":{\"type\":\"string\"}}," \
  "\"required\":[\"prompt\"]}}"
#define WEATHER                                                           \
  "{\"type\":\"function\",\"name\":\"weather\",\"parameters\":"           \
  "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}," \
  "\"required\":[\"city\"]}}"
#define SILENT "{\"type\":\"function\",\"name\":\"remain_silent\"}"

static const struct {
  const gchar *heard;
  const gchar *tools; /* JSON, NULL: none */
  const gchar *choice;
  const gchar *say;
  const gchar *tool;
  const gchar *arguments;
} rows[] = {
  { "something else", NULL, NULL, "I heard: something else." },
  { "Hello there!", NULL, NULL, "Hello. I heard: Hello there." },
  { "say this", NULL, NULL, "I heard: say this." },
  { "", "[" AGENT "]", NULL, "Sorry, I did not hear what you said." },
  { "go forward ten meters", NULL, NULL, "I heard: go forward ten meters." },
  { "go forward ten meters", "[" WEATHER "]", NULL,
      "I heard: go forward ten meters." },
  { "go forward ten meters", "[" WEATHER "," AGENT "]", NULL,
      "You asked me to go forward ten meters. I will pass that on.",
      "background_agent", "{\"prompt\":\"go forward ten meters\"}" },
  { "please transfer me to \"sales\".", "[" OTHER_AGENT "]", NULL,
      "You asked me to please transfer me to \"sales\". I will pass that on.",
      "delegate", "{\"prompt\":\"please transfer me to \\\"sales\\\"\"}" },
  { "he was not an ill disposed young man", "[" AGENT "]", NULL,
      "I heard: he was not an ill disposed young man." },
  { "going forwards", "[" AGENT "]", NULL, "I heard: going forwards." },
  { "go", "[" AGENT "]", "\"none\"", "I heard: go." },
  { "nice weather", "[" AGENT "]", "\"required\"",
      "You asked me to nice weather. I will pass that on.", "background_agent",
      "{\"prompt\":\"nice weather\"}" },
  { "go", "[" AGENT "," WEATHER "]",
      "{\"type\":\"function\",\"name\":\"weather\"}",
      "You asked me to go. I will pass that on.", "weather", "{}" },
  { "be quiet", "[" SILENT "]", NULL, NULL, "remain_silent", "{}" },
  { "Please stop.", "[" AGENT "," SILENT "]", NULL, NULL, "remain_silent",
      "{}" },
  { "be quiet", NULL, NULL, "I heard: be quiet." },
  { "stop the train", "[" SILENT "]", NULL, "I heard: stop the train." },
};

static void
test_answers (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonNode) tools
        = rows[i].tools != NULL ? json_from_string (rows[i].tools, NULL) : NULL;
    g_autoptr (JsonNode) choice = rows[i].choice != NULL
                                      ? json_from_string (rows[i].choice, NULL)
                                      : NULL;
    g_autoptr (LsReply) reply = ls_dialogue_answer (rows[i].heard,
        tools != NULL ? json_node_get_array (tools) : NULL, choice);

    g_assert_cmpstr (reply->say, ==, rows[i].say);
    g_assert_cmpstr (reply->tool, ==, rows[i].tool);
    g_assert_cmpstr (reply->arguments, ==, rows[i].arguments);
  }
}

static void
test_reports (void)
{
  g_autoptr (LsReply) report = ls_dialogue_report ("It is done.");
  g_autoptr (LsReply) opening = ls_dialogue_open ();
  g_autoptr (LsReply) silence = ls_dialogue_break_silence ();

  g_assert_cmpstr (report->say, ==, "It is done.");
  g_assert_null (report->tool);
  g_assert_nonnull (opening->say);
  g_assert_nonnull (silence->say);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialogue/answers", test_answers);
  g_test_add_func ("/dialogue/reports", test_reports);
  return g_test_run ();
}
