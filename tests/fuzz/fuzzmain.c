/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A target without libFuzzer: replays inputs, then runs mutations of them.
 * An input that ends the process is written to a file first.
 */
#include "fuzz.h"
#include "fuzzmutate.h"
#include "fuzzseeds.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static gint runs;
static gint64 seed = 1;
static gint max_size = 2048;
static gchar *dictionary;
static gchar **paths;

static const GOptionEntry entries[]
    = { { "runs", 'n', 0, G_OPTION_ARG_INT, &runs, "How many mutations", "N" },
        { "seed", 's', 0, G_OPTION_ARG_INT64, &seed, "Which mutations", "N" },
        { "max-size", 'm', 0, G_OPTION_ARG_INT, &max_size,
            "Of a mutation, in bytes", "N" },
        { "dict", 'd', 0, G_OPTION_ARG_FILENAME, &dictionary,
            "Words to insert, as libFuzzer has them", "FILE" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, NULL,
            "FILE|DIRECTORY|NAME.seeds..." },
        { NULL } };

/* What is being run, for the signal handler. */
static const guint8 *current;
static gsize current_size;
static gchar *finding; /* where it goes */

/* GCC's and clang's sanitizers end the process without a signal. */
extern void __sanitizer_set_death_callback (void (*) (void))
    __attribute__ ((weak));

static void
keep_finding (void)
{
  gint fd;

  if (current == NULL)
    return;
  fd = open (finding, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0)
    return;
  if (write (fd, current, current_size) == (gssize) current_size
      && write (STDERR_FILENO, "the input is in ", 16) > 0
      && write (STDERR_FILENO, finding, strlen (finding)) > 0)
    (void) !write (STDERR_FILENO, "\n", 1);
  close (fd);
  current = NULL;
}

static void
signal_cb (int number)
{
  keep_finding ();
  signal (number, SIG_DFL);
  raise (number);
}

static void
catch_ends (const gchar *program)
{
  static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP };
  g_autofree gchar *name = g_path_get_basename (program);
  guint i;

  finding = g_strdup_printf ("finding-%s", name);
  if (&__sanitizer_set_death_callback != NULL)
    __sanitizer_set_death_callback (keep_finding);
  for (i = 0; i < G_N_ELEMENTS (numbers); i++)
    signal (numbers[i], signal_cb);
}

static void
run (gconstpointer data, gsize size)
{
  current = data;
  current_size = size;
  fuzz_run (data, size);
  current = NULL;
}

static void
run_mutations (const GPtrArray *seeds, const GPtrArray *words)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  FuzzMutator mutator;
  gint i;

  fuzz_mutator_init (&mutator, seeds, words, max_size, seed);
  for (i = 0; i < runs; i++) {
    fuzz_mutate (&mutator, input);
    run (input->data, input->len);
  }
}

static void
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- runs a fuzz target on inputs");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    g_error ("%s", error->message);
  if (paths == NULL)
    g_error ("no inputs: name a file or a directory");
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) words
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint i;

  parse_options (&argc, &argv);
  for (i = 0; paths[i] != NULL; i++)
    fuzz_seeds_load (seeds, paths[i]);
  g_strfreev (paths);
  if (dictionary != NULL)
    fuzz_words_load (words, dictionary);
  g_free (dictionary);
  if (seeds->len == 0)
    g_error ("there is no input");

  LLVMFuzzerInitialize (&argc, &argv);
  catch_ends (argv[0]);
  for (i = 0; i < seeds->len; i++)
    run (g_bytes_get_data (g_ptr_array_index (seeds, i), NULL),
        g_bytes_get_size (g_ptr_array_index (seeds, i)));
  run_mutations (seeds, words);
  g_print ("%u inputs, %d mutations\n", seeds->len, runs);
  g_free (finding);
  return 0;
}
