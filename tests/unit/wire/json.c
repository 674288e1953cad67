/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The guard before json-glib and the getters behind it, row by row.
 */
#include <string.h>

#include "rtjson.h"

typedef struct {
  const gchar *text;
  gint code; /* of RT_JSON_ERROR, -1: accepted */
} Row;

#define OK (-1)

static void
check_rows (const Row *rows, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    gsize size = strlen (rows[i].text);
    /* Exactly as long as it is, so that a sanitizer sees a byte too much. */
    g_autofree gchar *bytes = g_memdup2 (rows[i].text, MAX (size, 1));
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = rt_json_parse_object (bytes, size, &error);
    /* What is no UTF-8 or is very long is no line of TAP either. */
    g_autofree gchar *shown = g_strescape (rows[i].text, NULL);

    g_test_message (
        "%.80s: %s", shown, error != NULL ? error->message : "accepted");
    if (rows[i].code == OK) {
      g_assert_no_error (error);
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
    } else {
      g_assert_error (error, RT_JSON_ERROR, rows[i].code);
      g_assert_null (node);
    }
  }
}

static void
test_accepted (void)
{
  static const Row rows[] = {
    { "{}", OK },
    { " \t\r\n{ } \n", OK },
    { "{\"a\":[]}", OK },
    { "{\"a\":[ [ ] , { } , { \"b\" : null } ]}", OK },
    { "{\"a\":true,\"b\":false,\"c\":null}", OK },
    { "{\"a\":0,\"b\":-0,\"c\":-1,\"d\":10}", OK },
    { "{\"a\":0.5,\"b\":1e5,\"c\":1E+5,\"d\":-1.25e-2,\"e\":0e0}", OK },
    { "{\"a\":9223372036854775807,\"b\":9223372036854775808}", OK },
    { "{\"a\":123456789012345678901234567890,\"b\":1e999}", OK },
    { "{\"\":\"\"}", OK },
    { "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"}", OK },
    { "{\"a\":\"\303\244 \342\202\254 \360\237\230\200\"}", OK },
    { "{\"a\":\"\\ud83d\\ude00\"}", OK },
    { "{\"a\":1,\"a\":2}", OK },
    { "{\"a\":\"\177\"}", OK },
    { "{\"a\":\"/* no comment */ // 'x' #\"}", OK },
  };

  check_rows (rows, G_N_ELEMENTS (rows));
}

static const Row syntax_rows[] = {
  { "", RT_JSON_ERROR_SYNTAX },
  { "   ", RT_JSON_ERROR_SYNTAX },
  { "{", RT_JSON_ERROR_SYNTAX },
  { "}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\"", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1,", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1,}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":[1,]}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":[,1]}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":[1 2]}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\" 1}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\"::1}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1]", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":[1}", RT_JSON_ERROR_SYNTAX },
  { "{a:1}", RT_JSON_ERROR_SYNTAX },
  { "{1:1}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":'b'}", RT_JSON_ERROR_SYNTAX },
  { "{'a':1}", RT_JSON_ERROR_SYNTAX },
  { "{} {}", RT_JSON_ERROR_SYNTAX },
  { "{}x", RT_JSON_ERROR_SYNTAX },
  { "{},", RT_JSON_ERROR_SYNTAX },
  { "var foo={};", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":0x10}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":01}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":-01}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1.}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":.5}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":+1}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":-}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1e}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1e+}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":1.e5}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":NaN}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":Infinity}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":tru}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":True}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":nullx}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\q\"}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\'\"}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\u12g4\"}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\u12\"}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\u12", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\ud800\\u12\"}", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"\\", RT_JSON_ERROR_SYNTAX },
  { "{\"a\":\"b}", RT_JSON_ERROR_SYNTAX },
  { "{/* no */}", RT_JSON_ERROR_SYNTAX },
  { "# no\n{}", RT_JSON_ERROR_SYNTAX },
  { "\357\273\277{}", RT_JSON_ERROR_SYNTAX },
  { "null", RT_JSON_ERROR_TYPE },
  { "42", RT_JSON_ERROR_TYPE },
  { "\"x\"", RT_JSON_ERROR_TYPE },
  { "[1]", RT_JSON_ERROR_TYPE },
  { "[]", RT_JSON_ERROR_TYPE },
};

static void
test_syntax (void)
{
  check_rows (syntax_rows, G_N_ELEMENTS (syntax_rows));
}

static void
test_encoding (void)
{
  static const Row rows[] = {
    { "{\"a\":\"\n\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\t\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\n\":1}", RT_JSON_ERROR_ENCODING },
    { "{\001}", RT_JSON_ERROR_ENCODING },
    { "\033{}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\377\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\200\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\303\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\300\200\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\340\200\200\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\355\240\200\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\364\220\200\200\"}", RT_JSON_ERROR_ENCODING },
    { "{\"a\":\"\342\202", RT_JSON_ERROR_ENCODING },
    { "{}\377", RT_JSON_ERROR_ENCODING },
  };
  static const gchar *const nul[] = { "{\"a\":\"b@c\"}", "@", "{}@", "{@}" };
  guint i;

  check_rows (rows, G_N_ELEMENTS (rows));
  for (i = 0; i < G_N_ELEMENTS (nul); i++) {
    gsize size = strlen (nul[i]);
    g_autofree gchar *bytes = g_strdelimit (g_strdup (nul[i]), "@", '?');
    g_autoptr (GError) error = NULL;

    *strchr (bytes, '?') = '\0';
    g_assert_null (rt_json_parse_object (bytes, size, &error));
    g_assert_error (error, RT_JSON_ERROR, RT_JSON_ERROR_ENCODING);
  }
}

/* {"a": and n times open … n times close }; the object is one level. */
static gchar *
nested (const gchar *open, const gchar *close, guint n)
{
  GString *text = g_string_new ("{\"a\":");
  guint i;

  for (i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (i = 0; i < n; i++)
    g_string_append (text, close);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
check_nested (const gchar *open, const gchar *close, guint n, gint code)
{
  g_autofree gchar *text = nested (open, close, n);
  Row row = { text, code };

  check_rows (&row, 1);
}

static void
test_depth (void)
{
  g_autofree gchar *unclosed = g_strnfill (100000, '[');
  Row row = { unclosed, RT_JSON_ERROR_DEPTH };
  guint deepest = RT_JSON_MAX_DEPTH - 1;

  check_nested ("[", "]", deepest, OK);
  check_nested ("{\"b\":", "}", deepest, OK);
  check_nested ("[", "]", deepest + 1, RT_JSON_ERROR_DEPTH);
  check_nested ("{\"b\":", "}", deepest + 1, RT_JSON_ERROR_DEPTH);
  check_nested ("[", "]", 100000, RT_JSON_ERROR_DEPTH);
  check_nested ("{\"b\":", "}", 100000, RT_JSON_ERROR_DEPTH);
  check_rows (&row, 1);
}

static void
test_brackets_in_strings (void)
{
  g_autofree gchar *many = g_strnfill (1000, '[');
  g_autofree gchar *text
      = g_strdup_printf ("{\"%s\":\"%s\\\"{{\"}", many, many);
  Row row = { text, OK };

  check_rows (&row, 1);
}

/* Values that JSON can say and nothing can hold. */
static void
test_mended (void)
{
  static const struct {
    const gchar *text;
    const gchar *a; /* NULL: not a string */
  } rows[] = {
    { "{\"a\":\"x\\ud800y\"}", "x\357\277\275y" },
    { "{\"a\":\"x\\udc00y\"}", "x\357\277\275y" },
    { "{\"a\":\"\\udc00\\ud800\"}", "\357\277\275\357\277\275" },
    { "{\"a\":\"\\ud800\\ud83d\\ude00\"}", "\357\277\275\360\237\230\200" },
    { "{\"a\":\"\\uD83D\\uDE00\"}", "\360\237\230\200" },
    { "{\"a\":\"\\ud800\\n\"}", "\357\277\275\n" },
    { "{\"a\":\"\\ud800\\u0041\"}", "\357\277\275A" },
    { "{\"a\":\"x\\u0000y\"}", "x\357\277\275y" },
    { "{\"a\":\"\\\\u0000\"}", "\\u0000" },
    { "{\"a\":18446744073709551616}", NULL },
    { "{\"a\":-9223372036854775809}", NULL },
    { "{\"a\":1e309}", NULL },
    { "{\"a\":-1e400}", NULL },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node
        = rt_json_parse_object (rows[i].text, strlen (rows[i].text), &error);
    JsonObject *object;

    g_test_message ("%s", rows[i].text);
    g_assert_no_error (error);
    object = json_node_get_object (node);
    g_assert_cmpstr (rt_json_string (object, "a"), ==, rows[i].a);
    if (rows[i].a == NULL)
      g_assert_true (json_object_get_null_member (object, "a"));
  }
}

static void
test_long_number (void)
{
  g_autofree gchar *digits = g_strnfill (100000, '7');
  g_autofree gchar *text = g_strdup_printf ("{\"a\":0.%s}", digits);
  Row row = { text, OK };

  check_rows (&row, 1);
}

static void
test_array (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = rt_json_parse_array ("[{},1]", 6, &error);

  g_assert_no_error (error);
  g_assert_nonnull (rt_json_array_object (json_node_get_array (node), 0));
  g_assert_null (rt_json_array_object (json_node_get_array (node), 1));
  g_assert_null (rt_json_array_object (json_node_get_array (node), 2));
  g_assert_null (rt_json_array_object (NULL, 0));
  g_assert_null (rt_json_parse_array ("{}", 2, &error));
  g_assert_error (error, RT_JSON_ERROR, RT_JSON_ERROR_TYPE);
}

/* Only the first `size` bytes count. */
static void
test_size (void)
{
  g_autoptr (JsonNode) node = rt_json_parse_object ("{}garbage", 2, NULL);

  g_assert_nonnull (node);
}

/* Each member is what one getter gives, and nothing to the others. */
static void
test_getters (void)
{
  static const gchar *const text
      = "{\"string\":\"s\",\"object\":{},\"array\":[],\"boolean\":true,"
        "\"int\":7,\"whole\":7.0,\"fraction\":7.5,\"negative\":-1,"
        "\"large\":4294967296,\"huge\":1e19,\"low\":-1e19,\"null\":null}";
  static const struct {
    const gchar *name;
    const gchar *given;
  } rows[] = {
    { "string", "s" },
    { "object", "o" },
    { "array", "a" },
    { "boolean", "" },
    { "int", "niu" },
    { "whole", "niu" },
    { "fraction", "n" },
    { "negative", "ni" },
    { "large", "ni" },
    { "huge", "n" },
    { "low", "n" },
    { "null", "" },
    { "absent", "" },
  };
  g_autoptr (JsonNode) node = rt_json_parse_object (text, strlen (text), NULL);
  JsonObject *object = json_node_get_object (node);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const gchar *name = rows[i].name, *given = rows[i].given;
    gdouble n;
    gint64 l;
    guint u;

    g_test_message ("%s", name);
#define GIVES(letter) (strchr (given, letter) != NULL)
    g_assert_cmpint (rt_json_string (object, name) != NULL, ==, GIVES ('s'));
    g_assert_cmpint (rt_json_object (object, name) != NULL, ==, GIVES ('o'));
    g_assert_cmpint (rt_json_array (object, name) != NULL, ==, GIVES ('a'));
    g_assert_cmpint (rt_json_number (object, name, &n), ==, GIVES ('n'));
    g_assert_cmpint (rt_json_int64 (object, name, &l), ==, GIVES ('i'));
    g_assert_cmpint (rt_json_uint (object, name, &u), ==, GIVES ('u'));
    if (GIVES ('u'))
      g_assert_cmpuint (u, ==, 7);
  }
  g_assert_null (rt_json_string (NULL, "a"));
}

static void
test_set_string (void)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  rt_json_set_string (object, "good", "\303\244");
  rt_json_set_string (object, "bad", "x\377y");
  text = rt_json_to_text (node);
  g_assert_cmpstr (
      text, ==, "{\"good\":\"\303\244\",\"bad\":\"x\357\277\275y\"}");
}

/* What is written is JSON: json-glib's large numbers are not. */
static void
test_numbers_written (void)
{
  static const struct {
    const gchar *read, *written;
  } rows[] = {
    { "{\"a\":1e30}", "{\"a\":1e+30}" },
    { "{\"a\":[1e22,-3E+200,1]}",
        "{\"a\":[1e+22,-2.9999999999999999e+200,1]}" },
    { "{\"a\":0.00000002}", "{\"a\":2e-08}" },
    { "{\"a\\u001f\":\"\\u001f\"}", "{\"a\\u001f\":\"\\u001f\"}" },
    { "{\"a\":100000.0}", "{\"a\":100000.0}" },
    { "{\"e+3.0\":\"1e+30.0 \\\" 1e+3.0\"}",
        "{\"e+3.0\":\"1e+30.0 \\\" 1e+3.0\"}" },
    { "{\"a\":true,\"b\":false,\"c\":1.5e-300}",
        "{\"a\":true,\"b\":false,\"c\":1.5000000000000001e-300}" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonNode) node
        = rt_json_parse_object (rows[i].read, strlen (rows[i].read), NULL);
    g_autofree gchar *text = rt_json_to_text (node);

    g_assert_cmpstr (text, ==, rows[i].written);
  }
}

/* Whatever is done to a message, it is parsed or refused, and what the guard
 * lets pass json-glib takes too. */
static void
test_mutations (void)
{
  static const gchar seed[]
      = "{\"type\":\"x\",\"a\":[1,-2.5e3,\"\\u00e4\\ud83d\\ude00\",{}],"
        "\"b\":{\"c\":null,\"d\":true,\"e\":\"\303\244\"}}";
  static const gchar pool[] = "{}[]\",:\\/u0d8e-+. \t\n1'x\377\303";
  guint round, accepted = 0;

  for (round = 0; round < 20000; round++) {
    g_autofree gchar *bytes = g_memdup2 (seed, sizeof (seed) - 1);
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = NULL;
    gint changes = g_test_rand_int_range (1, 4);

    while (changes-- > 0)
      bytes[g_test_rand_int_range (0, sizeof (seed) - 1)]
          = pool[g_test_rand_int_range (0, sizeof (pool) - 1)];
    node = rt_json_parse_object (bytes, sizeof (seed) - 1, &error);
    g_assert_true ((node == NULL) == (error != NULL));
    if (node != NULL) {
      g_autofree gchar *text = rt_json_to_text (node);
      g_autoptr (JsonNode) again
          = rt_json_parse_object (text, strlen (text), NULL);

      g_assert_nonnull (again);
      g_assert_true (json_node_equal (node, again));
      accepted++;
    }
  }
  g_assert_cmpuint (accepted, >, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/json/accepted", test_accepted);
  g_test_add_func ("/wire/json/syntax", test_syntax);
  g_test_add_func ("/wire/json/encoding", test_encoding);
  g_test_add_func ("/wire/json/depth", test_depth);
  g_test_add_func ("/wire/json/brackets-in-strings", test_brackets_in_strings);
  g_test_add_func ("/wire/json/mended", test_mended);
  g_test_add_func ("/wire/json/long-number", test_long_number);
  g_test_add_func ("/wire/json/array", test_array);
  g_test_add_func ("/wire/json/size", test_size);
  g_test_add_func ("/wire/json/getters", test_getters);
  g_test_add_func ("/wire/json/set-string", test_set_string);
  g_test_add_func ("/wire/json/numbers-written", test_numbers_written);
  g_test_add_func ("/wire/json/mutations", test_mutations);
  return g_test_run ();
}
